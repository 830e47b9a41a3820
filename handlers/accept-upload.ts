import { acceptedKey } from '../core/names.ts';
import { acceptedOutcome } from '../core/outcome.ts';
import { parse } from '../core/parse.ts';
import type { Announcements, Clock, Copier, Ledger, Metrics } from '../core/ports.ts';
import { taskInputs } from '../core/request.ts';
import { changeRequest, readRequest } from '../core/requests.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly toAccepted: Copier;
  readonly announcements: Announcements;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** Promotes the pinned version, ends the request as accepted, and tells downstream systems. Safe to repeat. */
export const createAcceptUpload =
  ({ ledger, toAccepted, announcements, metrics, clock }: Deps) =>
  async (event: unknown) => {
    const input = parse(taskInputs.acceptUpload, event, 'input of accept-upload');
    const { request, attempt, upload, rows, override } = input;
    const { feedConfig } = (await readRequest(ledger, request)).document;
    const key = acceptedKey(request, feedConfig.file.extension);
    await toAccepted.copy(upload, key);
    const ended = await changeRequest(ledger, request, (document) =>
      document.outcome?.kind === 'accepted'
        ? undefined
        : {
            ...document,
            status: 'ended',
            outcome: acceptedOutcome(document, upload, clock.now(), { acceptedKey: key, rows, override }),
          },
    );
    await announcements.announce('UploadAccepted', {
      version: 1,
      requestId: request.requestId,
      partner: request.partner,
      feed: request.feed,
      period: request.period,
      generation: request.generation,
      attempt,
      key,
      size: upload.size,
      rows,
      arrivedAt: upload.arrivedAt,
    });
    metrics.count('UploadAccepted', request.requestId);
    return { outcome: ended.outcome?.line, key };
  };
