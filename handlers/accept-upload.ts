import type * as z from 'zod/mini';
import { announcedOf } from '../core/announcements.ts';
import { findDocument } from '../core/documents.ts';
import { addToHistory } from '../core/history.ts';
import { acceptedKey, ledgerKeys } from '../core/names.ts';
import { acceptedOutcome } from '../core/outcome.ts';
import { parse } from '../core/parse.ts';
import type { Announcements, Clock, Copier, Ledger, Metrics } from '../core/ports.ts';
import { type RequestDocument, taskInputs } from '../core/request.ts';
import { changeRequest, readRequest } from '../core/requests.ts';
import { report } from '../core/validation/report-document.ts';

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
    await remember(ledger, { request, attempt, upload }, ended);
    await announcements.announce('UploadAccepted', {
      ...announcedOf(ended),
      attempt,
      key,
      size: upload.size,
      rows,
      arrivedAt: upload.arrivedAt,
      onTime: Date.parse(upload.arrivedAt) <= Date.parse(ended.plan.dueAt),
    });
    metrics.count('UploadAccepted', request.requestId);
    return { outcome: ended.outcome?.line, key };
  };

type Accepted = Pick<z.infer<typeof taskInputs.acceptUpload>, 'request' | 'attempt' | 'upload'>;

/** What later deliveries of the feed are compared with. */
const remember = async (
  ledger: Ledger,
  { request, attempt, upload }: Accepted,
  { plan, askedBy }: RequestDocument,
): Promise<void> => {
  const found = await findDocument(ledger, ledgerKeys.findings(request, attempt), report);
  if (!found) return;
  const { sha256, rows } = found.document;
  const { period, generation } = request;
  await addToHistory(ledger, request, {
    period,
    generation,
    arrivedAt: upload.arrivedAt,
    sha256,
    // What somebody asked for out of turn says nothing of the usual hour.
    ...(askedBy === undefined && { afterOpeningSeconds: secondsBetween(plan.opensAt, upload.arrivedAt) }),
    ...(rows !== undefined && { rows }),
  });
};

const secondsBetween = (from: string, to: string): number =>
  Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
