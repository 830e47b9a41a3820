import * as z from 'zod/mini';
import { arrivalKey, recordArrival, settleArrival, tellOperatorsOnce } from '../core/arrivals.ts';
import { findDocument } from '../core/documents.ts';
import { ledgerKeys, parseLandingKey, type RequestKey } from '../core/names.ts';
import { instant, parse } from '../core/parse.ts';
import type { Clock, Ledger, Metrics, Notices, Tasks } from '../core/ports.ts';
import { type PinnedUpload, requestDocument, waitDocument } from '../core/request.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly tasks: Tasks;
  readonly notices: Notices;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** S3's "Object Created" (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html), what we use of it. */
const objectCreated = z.object({
  time: instant,
  'detail-type': z.literal('Object Created'),
  detail: z.object({
    object: z.object({ key: z.string(), size: z.int(), 'version-id': z.string() }),
    'source-ip-address': z.optional(z.string()),
  }),
});

type Received = 'resumed' | 'recorded' | 'afterClose' | 'unexpected' | 'settled';

/**
 * Records an arrival, and only then looks for a wait that it can end. Duplicates, disorder and an event that comes
 * before its token are harmless: the arrival is a fact in the ledger, and the next wait finds it.
 *
 * @throws InvalidInput for an event that is no "Object Created": it goes to the failure queue
 */
export const createReceiveUpload =
  (deps: Deps) =>
  async (event: unknown): Promise<{ received: Received }> => {
    const { time, detail } = parse(objectCreated, event, 'event for receive-upload');
    const { key, size, 'version-id': versionId } = detail.object;
    const upload: PinnedUpload = { key, versionId, size, arrivedAt: new Date(time).toISOString() };
    const landed = parseLandingKey(key);
    const recordKey = landed
      ? arrivalKey(landed.request, landed.attempt, upload)
      : ledgerKeys.unexpectedArrival(versionId);
    const record = await recordArrival(deps, recordKey, upload, detail['source-ip-address']);
    if (!landed) return { received: await setAside(deps, recordKey, upload, 'unexpected') };
    if (record?.settled === 'taken') return { received: 'settled' };

    const request = await findDocument(deps.ledger, ledgerKeys.request(landed.request), requestDocument);
    if (!request) return { received: await setAside(deps, recordKey, upload, 'unexpected') };
    const isOpen = request.document.status === 'open' && request.document.generation === landed.request.generation;
    if (!isOpen) {
      return { received: await setAside(deps, recordKey, upload, 'afterClose', request.document.requestId) };
    }
    return { received: await resume(deps, landed.request, landed.attempt, upload) };
  };

const resume = async (
  { ledger, tasks }: Deps,
  request: RequestKey,
  attempt: number,
  upload: PinnedUpload,
): Promise<Received> => {
  const newestFirst = (await ledger.list(ledgerKeys.waits(request, attempt))).reverse();
  for (const key of newestFirst) {
    const wait = await findDocument(ledger, key, waitDocument);
    if (wait && (await tasks.succeed(wait.document.token, upload)) === 'resumed') return 'resumed';
  }
  return 'recorded';
};

/** Nobody asked for it, or the request has ended: settle it as that, unless it was settled before, and tell operators. */
const setAside = async (
  deps: Deps,
  key: string,
  upload: PinnedUpload,
  kind: 'unexpected' | 'afterClose',
  requestId?: string,
): Promise<Received> => {
  const settled = await settleArrival(deps, key, upload, kind);
  await tellOperatorsOnce(deps, key, requestId);
  if (settled === kind) deps.metrics.count(kind === 'unexpected' ? 'UnexpectedUpload' : 'UploadAfterClose', requestId);
  return settled === kind ? kind : 'settled';
};
