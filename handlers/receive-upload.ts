import * as z from 'zod/mini';
import { arrivalKey, newArrival, settleArrival } from '../core/arrivals.ts';
import { ledgerKeys, parseLandingKey, type RequestKey } from '../core/names.ts';
import { parse } from '../core/parse.ts';
import type { Clock, Ledger, Metrics, Notices, Tasks } from '../core/ports.ts';
import { arrivalDocument, type PinnedUpload, requestDocument, waitDocument } from '../core/request.ts';
import { findDocument } from '../core/requests.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly tasks: Tasks;
  readonly notices: Notices;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** S3's "Object Created" (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html), what we use of it. */
const objectCreated = z.object({
  time: z.string(),
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
    if (!landed) return { received: await unexpected(deps, ledgerKeys.unexpectedArrival(versionId), upload) };

    const recordKey = arrivalKey(landed.request, landed.attempt, upload);
    const sourceIp = detail['source-ip-address'];
    await deps.ledger.create(recordKey, { ...newArrival(upload, deps.clock), ...(sourceIp && { sourceIp }) });
    const record = await findDocument(deps.ledger, recordKey, arrivalDocument);
    if (record && record.document.settled !== 'open') return { received: 'settled' };

    const request = await findDocument(deps.ledger, ledgerKeys.request(landed.request), requestDocument);
    if (!request) return { received: await unexpected(deps, recordKey, upload) };
    const isOpen = request.document.status === 'open' && request.document.generation === landed.request.generation;
    if (!isOpen) return { received: await afterClose(deps, recordKey, upload, request.document.requestId) };
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

const unexpected = async (deps: Deps, key: string, upload: PinnedUpload): Promise<Received> => {
  const settled = await settleArrival(deps, key, upload, 'unexpected');
  deps.metrics.count('UnexpectedUpload');
  await deps.notices.publish(
    'Unexpected upload',
    `A file arrived that no request asked for. It is kept in the landing bucket: ${upload.key} (version ${upload.versionId}).`,
  );
  return settled === 'unexpected' ? 'unexpected' : 'settled';
};

const afterClose = async (deps: Deps, key: string, upload: PinnedUpload, requestId: string): Promise<Received> => {
  const settled = await settleArrival(deps, key, upload, 'afterClose');
  if (settled !== 'afterClose') return 'settled';
  deps.metrics.count('UploadAfterClose');
  await deps.notices.publish(
    `Upload after the end: ${requestId}`,
    `A file for ${requestId} arrived after the request had ended. It is kept in the landing bucket: ${upload.key} (version ${upload.versionId}).`,
  );
  return 'afterClose';
};
