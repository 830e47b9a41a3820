import { announcedOf } from '../core/announcements.ts';
import { arrivalKey, settleArrival, tellOperatorsOnce } from '../core/arrivals.ts';
import { attemptPrefix } from '../core/names.ts';
import { closedOutcome } from '../core/outcome.ts';
import { parse } from '../core/parse.ts';
import type { Announcements, Clock, Landing, Ledger, Metrics, Notices } from '../core/ports.ts';
import { type PinnedUpload, type RequestPointer, taskInputs } from '../core/request.ts';
import { changeRequest } from '../core/requests.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly landing: Landing;
  readonly notices: Notices;
  readonly announcements: Announcements;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

const announced = { missed: 'UploadMissed', rejected: 'UploadRejected', waived: 'RequestWaived' } as const;
const counted = { missed: 'RequestMissed', rejected: 'RequestRejected', waived: 'RequestWaived' } as const;

/**
 * Ends a request without an accepted file, and tells downstream systems. A missed one is closed first and looked at once more afterwards: an upload
 * that slipped in before the close is taken (late), one that came after it is recorded by `receive-upload`.
 */
export const createCloseRequest = (deps: Deps) => async (event: unknown) => {
  const { request, attempt, outcome, reason } = parse(taskInputs.closeRequest, event, 'input of close-request');
  if (outcome === 'missed') {
    await changeRequest(deps.ledger, request, (document) =>
      document.status === 'open' ? { ...document, status: 'closing' } : undefined,
    );
    const upload = await takeLateUpload(deps, request, attempt);
    if (upload) {
      await changeRequest(deps.ledger, request, (document) =>
        document.status === 'closing' ? { ...document, status: 'open' } : undefined,
      );
      return { upload, outcome: null };
    }
  }
  const ended = await changeRequest(deps.ledger, request, (document) =>
    document.status === 'ended'
      ? undefined
      : {
          ...document,
          status: 'ended',
          outcome: closedOutcome(document, outcome, deps.clock.now(), attempt, reason),
        },
  );
  if (outcome === 'waived') await setUploadAside(deps, request, attempt);
  await deps.announcements.announce(announced[outcome], {
    ...announcedOf(ended),
    attempt,
    at: ended.outcome?.at ?? deps.clock.now().toISOString(),
    outcome: ended.outcome?.line ?? '',
  });
  deps.metrics.count(counted[outcome], request.requestId);
  return { upload: null, outcome: ended.outcome?.line };
};

/** An upload that came while the request was being waived: `receive-upload` may have seen it still open. */
const setUploadAside = async (deps: Deps, request: RequestPointer, attempt: number): Promise<void> => {
  const [upload] = await deps.landing.find(attemptPrefix(request, attempt));
  if (!upload) return;
  const key = arrivalKey(request, attempt, upload);
  await settleArrival(deps, key, upload, 'afterClose');
  await tellOperatorsOnce(deps, key, request.requestId);
};

const takeLateUpload = async (
  deps: Deps,
  request: RequestPointer,
  attempt: number,
): Promise<PinnedUpload | undefined> => {
  const [upload] = await deps.landing.find(attemptPrefix(request, attempt));
  if (!upload) return undefined;
  const settled = await settleArrival(deps, arrivalKey(request, attempt, upload), upload, 'taken');
  return settled === 'taken' ? upload : undefined;
};
