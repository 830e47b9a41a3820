import type * as z from 'zod/mini';
import { completeBody, type partsAnswer, partsBody, type receiptAnswer, type receivedAnswer } from '../api/bodies.ts';
import { parseBody } from '../api/parse-body.ts';
import { Problem } from '../api/problems.ts';
import { changeDocument, findDocument } from '../documents.ts';
import { mintedUrlSeconds } from '../link.ts';
import { attemptPrefix, landingKey, ledgerKeys } from '../names.ts';
import type { ReceivedPart } from '../ports.ts';
import type { RequestDocument } from '../request.ts';
import { addSeconds } from '../time.ts';
import { type AnnouncedUpload, announcedUpload, thereSince, uploadIdPattern } from './announced.ts';
import { openLink, type Progress, progressOf, requireOpen, requireUnfinished } from './link-access.ts';
import { type Part, partsOf } from './parts.ts';
import type { UploadDeps } from './start-upload.ts';

/** Which upload of which link. */
interface Which {
  readonly linkId: string | undefined;
  readonly secret: string | undefined;
  readonly uploadId: string | undefined;
}

interface InParts extends AnnouncedUpload {
  readonly multipart: NonNullable<AnnouncedUpload['multipart']>;
}

interface Found {
  readonly request: RequestDocument;
  readonly progress: Progress;
  readonly key: string;
  readonly upload: InParts;
}

/** @throws Problem link-unknown, upload-unknown */
const find = async (deps: UploadDeps, { linkId, secret, uploadId = '' }: Which): Promise<Found> => {
  const link = await openLink(deps, linkId, secret);
  const progress = await progressOf(deps, link, deps.clock.now());
  const { request } = link;
  const found =
    request && uploadIdPattern.test(uploadId)
      ? await findDocument(deps.ledger, ledgerKeys.upload(request, progress.attempt, uploadId), announcedUpload)
      : undefined;
  const multipart = found?.document.multipart;
  if (!request || !found || !multipart) throw unknown();
  const key = landingKey(request, progress.attempt, request.feedConfig.file.extension);
  return { request, progress, key, upload: { ...found.document, multipart } };
};

const unknown = (): Problem =>
  new Problem('upload-unknown', 'no upload in parts has this id; start it again with POST …/uploads');

/** The parts that S3 has. @throws Problem */
export const listParts = async (deps: UploadDeps, which: Which): Promise<z.infer<typeof receivedAnswer>> => {
  const { request, progress, key, upload } = await find(deps, which);
  requireUnfinished(request, progress);
  const parts = await deps.intake.parts(key, upload.multipart.id);
  if (!parts) throw unknown();
  return { parts: [...parts] };
};

/** URLs for parts, each for exactly its bytes. @throws Problem */
export const signParts = async (
  deps: UploadDeps,
  which: Which,
  body: unknown,
): Promise<z.infer<typeof partsAnswer>> => {
  const { request, progress, key, upload } = await find(deps, which);
  const { parts } = parseBody(partsBody, body);
  requireOpen(request, progress);
  const planned = partsOf(upload.size, upload.multipart.partBytes);
  const wanted = parts.map(({ partNumber, sha256 }): ReceivedPart => {
    const part = planned[partNumber - 1];
    if (!part) throw new Problem('bad-request', `the file has ${planned.length} parts, got part ${partNumber}`);
    return { ...part, sha256 };
  });
  const until = addSeconds(deps.clock.now().toISOString(), mintedUrlSeconds);
  const signed = await deps.intake.signParts(key, upload.multipart.id, wanted, until);
  return {
    parts: signed.map(({ partNumber, url, requiredHeaders, expiresAt }) => ({
      partNumber,
      url,
      headers: requiredHeaders,
      expiresAt,
    })),
  };
};

/** Makes one file of the parts. Whoever asks again after it was done gets the same receipt. @throws Problem */
export const completeUpload = async (
  deps: UploadDeps,
  which: Which,
  body: unknown,
): Promise<z.infer<typeof receiptAnswer>> => {
  const { request, progress, key, upload } = await find(deps, which);
  const { sha256 = upload.sha256 } = parseBody(completeBody, body ?? {});
  if (upload.completedAt === undefined && !(await isCompleted(deps, key, upload, progress))) {
    requireUnfinished(request, progress);
    await complete(deps, key, upload, attemptPrefix(request, progress.attempt));
  }
  const document = ledgerKeys.upload(request, progress.attempt, which.uploadId ?? '');
  const announced = await changeDocument(deps.ledger, document, announcedUpload, (known) =>
    known.completedAt === undefined
      ? { ...known, ...(sha256 !== undefined && { sha256 }), completedAt: deps.clock.now().toISOString() }
      : undefined,
  );
  const [there] = await deps.landing.find(attemptPrefix(request, progress.attempt));
  if (!there) throw unknown();
  const { size, fileName } = upload;
  return { size, ...(sha256 !== undefined && { sha256 }), name: fileName, receivedAt: thereSince(there, announced) };
};

/** Completed by an earlier call whose answer was lost: S3 knows the upload no more, and what is there is of its size. */
const isCompleted = async (
  { intake }: UploadDeps,
  key: string,
  { size, multipart }: InParts,
  { upload }: Pick<Progress, 'upload'>,
): Promise<boolean> => upload?.size === size && (await intake.parts(key, multipart.id)) === undefined;

const complete = async (deps: UploadDeps, key: string, upload: InParts, prefix: string): Promise<void> => {
  const { size, multipart } = upload;
  const received = await deps.intake.parts(key, multipart.id);
  if (!received) throw unknown();
  const missing = missingParts(partsOf(size, multipart.partBytes), received);
  if (missing.length > 0) {
    throw new Problem('parts-missing', `${missing.length} parts are not there yet; send them and complete again`, {
      missing,
    });
  }
  if ((await deps.intake.complete(key, multipart.id)) === 'complete') return;
  // The SDK tries again by itself: what answers the second try may be the success of the first.
  const [there] = await deps.landing.find(prefix);
  if (await isCompleted(deps, key, upload, { upload: there })) return;
  throw new Problem('already-delivered', 'another file came first; it is being checked', { state: 'checking' });
};

const missingParts = (planned: readonly Part[], received: readonly ReceivedPart[]): number[] => {
  const there = new Map(received.map(({ partNumber, size }) => [partNumber, size]));
  return planned.filter(({ partNumber, size }) => there.get(partNumber) !== size).map(({ partNumber }) => partNumber);
};

/** Gives an upload up. @throws Problem */
export const abortUpload = async (deps: UploadDeps, which: Which): Promise<void> => {
  const { key, upload } = await find(deps, which);
  await deps.intake.abort(key, upload.multipart.id);
};
