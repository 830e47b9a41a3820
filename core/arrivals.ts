import { changeDocument, findDocument } from './documents.ts';
import { ledgerKeys, type RequestKey } from './names.ts';
import type { Clock, Ledger, Notices } from './ports.ts';
import { type ArrivalDocument, arrivalDocument, type PinnedUpload } from './request.ts';

type Settlement = Exclude<ArrivalDocument['settled'], 'open'>;

/**
 * Decides, once and for all, what becomes of an arrival. Conditional writes make it an arbiter: of two that race
 * (the close and the event, say) exactly one gets its way, and both learn which.
 *
 * @returns how the arrival is settled, by us or by somebody before us
 */
export const settleArrival = async (
  { ledger, clock }: { ledger: Pick<Ledger, 'find' | 'create' | 'replace'>; clock: Clock },
  key: string,
  upload: PinnedUpload,
  settled: Settlement,
): Promise<Settlement> => {
  for (;;) {
    const fresh: ArrivalDocument = { ...newArrival(upload, clock), settled };
    if (await ledger.create(key, fresh)) return settled;
    const found = await findDocument(ledger, key, arrivalDocument);
    if (!found) continue;
    const before = found.document.settled;
    // A file that nobody had asked for is welcome once somebody does.
    const isFree = before === 'open' || (before === 'unexpected' && settled === 'taken');
    if (!isFree) return before;
    if (await ledger.replace(key, { ...found.document, settled }, found.etag)) return settled;
  }
};

/**
 * Takes an arrival to be validated, and corrects since when it has been there.
 *
 * @param thereSince ISO-8601
 * @throws Error when it was settled as something else before
 */
export const takeArrival = async (
  deps: { ledger: Pick<Ledger, 'find' | 'create' | 'replace'>; clock: Clock },
  key: string,
  upload: PinnedUpload,
  thereSince: string,
): Promise<void> => {
  const settled = await settleArrival(deps, key, upload, 'taken');
  if (settled !== 'taken') throw new Error(`${upload.key} was settled as ${settled} before it could be validated`);
  if (thereSince === upload.arrivedAt) return;
  await changeDocument(deps.ledger, key, arrivalDocument, (known) => ({ ...known, arrivedAt: thereSince }));
};

/** The key of an upload's arrival record. */
export const arrivalKey = (request: RequestKey, attempt: number, upload: PinnedUpload): string =>
  ledgerKeys.arrival(request, attempt, upload.versionId);

/**
 * Records an upload that S3 told of. The event alone tells the address: whoever found the upload by looking knows none.
 *
 * @returns the record as it stands
 */
export const recordArrival = async (
  { ledger, clock }: { ledger: Pick<Ledger, 'find' | 'create' | 'replace'>; clock: Clock },
  key: string,
  upload: PinnedUpload,
  sourceIp: string | undefined,
): Promise<ArrivalDocument | undefined> => {
  const told = sourceIp !== undefined && { sourceIp };
  await ledger.create(key, { ...newArrival(upload, clock), ...told });
  return changeDocument(ledger, key, arrivalDocument, (known) =>
    told && known.sourceIp === undefined ? { ...known, ...told } : undefined,
  );
};

const newArrival = (upload: PinnedUpload, clock: Clock): ArrivalDocument => ({
  version: 1,
  ...upload,
  recordedAt: clock.now().toISOString(),
  settled: 'open',
});

/**
 * Tells operators of an upload that no request takes, and notes that they were told: a retry after a failed notice
 * tells them, a duplicate event does not tell them again.
 */
export const tellOperatorsOnce = async (
  { ledger, notices, clock }: { ledger: Pick<Ledger, 'find' | 'replace'>; notices: Notices; clock: Clock },
  key: string,
  requestId: string | undefined,
): Promise<void> => {
  const found = await findDocument(ledger, key, arrivalDocument);
  if (!found || found.document.toldAt !== undefined) return;
  const { settled, key: objectKey, versionId } = found.document;
  const kept = `It is kept in the landing bucket: ${objectKey} (version ${versionId}).`;
  if (settled === 'unexpected') {
    const message = `A file arrived that no request asked for. ${kept}`;
    await notices.publish({ kind: 'unexpectedUpload', subject: 'Unexpected upload', message });
  } else if (settled === 'afterClose') {
    const what = requestId ?? objectKey;
    await notices.publish({
      kind: 'uploadAfterClose',
      subject: `Upload after the end: ${what}`,
      message: `A file for ${what} arrived after the request had ended. ${kept}`,
      ...(requestId !== undefined && { requestId }),
    });
  } else {
    return;
  }
  await ledger.replace(key, { ...found.document, toldAt: clock.now().toISOString() }, found.etag);
};
