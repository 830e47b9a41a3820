import { announcedOf } from '../core/announcements.ts';
import { arrivalKey, settleArrival, tellOperatorsOnce } from '../core/arrivals.ts';
import { OperatorAccepted, OperatorExtended, OperatorWaived } from '../core/errors.ts';
import { attemptPrefix, type ClaimedKey, ledgerKeys } from '../core/names.ts';
import { closedOutcome } from '../core/outcome.ts';
import { parse } from '../core/parse.ts';
import type { Announcements, Clock, Landing, Ledger, Metrics, Notices } from '../core/ports.ts';
import { type PinnedUpload, type RequestDocument, type RequestPointer, taskInputs } from '../core/request.ts';
import { changeRequest } from '../core/requests.ts';
import { hearAtClose, isAbout } from '../core/signals.ts';

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
 * Ends a request without an accepted file, and tells downstream systems. It is closed first and looked at once more afterwards:
 * an upload that slipped in before the close is taken (late), one that came after it is recorded by `receive-upload`; an order
 * that was given while the last wait ended is carried out.
 *
 * @throws OperatorWaived, OperatorExtended, OperatorAccepted for such an order: the workflow catches it as if its wait had
 */
export const createCloseRequest = (deps: Deps) => async (event: unknown) => {
  const { request, attempt, outcome, reason } = parse(taskInputs.closeRequest, event, 'input of close-request');
  const closing = await changeRequest(deps.ledger, request, (document) =>
    document.status === 'open' && outcome !== 'waived' ? { ...document, status: 'closing' } : undefined,
  );
  if (outcome === 'missed') {
    const upload = await takeLateUpload(deps, request, attempt);
    if (upload) {
      await goOn(deps, request);
      return { upload, outcome: null };
    }
  }
  // One that had ended is told of again: what it came to stays.
  if (outcome !== 'waived' && closing.status !== 'ended') await hearLastOrder(deps, closing, { outcome, attempt });
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

/** What an order at the last moment may still change. */
const orders = {
  missed: { OperatorWaived, OperatorExtended },
  rejected: { OperatorWaived, OperatorAccepted },
} as const;

const hearLastOrder = async (
  deps: Deps,
  closing: RequestDocument,
  { outcome, attempt }: { readonly outcome: keyof typeof orders; readonly attempt: number },
): Promise<void> => {
  const heard = new Map<string, new (message: string) => Error>(Object.entries(orders[outcome]));
  const order = await hearAtClose(
    deps,
    ledgerKeys.signals(closing),
    // With more time comes another close.
    `close ${closing.plan.closesAt}`,
    (signal) => heard.has(signal.error) && isAbout(signal, attempt),
  );
  const Order = order && heard.get(order.error);
  if (!Order) return;
  await goOn(deps, closing);
  throw new Order(order.cause);
};

const goOn = ({ ledger }: Deps, request: ClaimedKey): Promise<RequestDocument> =>
  changeRequest(ledger, request, (document) =>
    document.status === 'closing' ? { ...document, status: 'open' } : undefined,
  );

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
