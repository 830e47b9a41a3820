import type * as z from 'zod/mini';
import { type UploadAnswer, uploadBody } from '../api/bodies.ts';
import { parseBody } from '../api/parse-body.ts';
import { Problem } from '../api/problems.ts';
import { changeDocument, findDocument } from '../documents.ts';
import { linkGrant, mintedUrlSeconds, type Visitor } from '../link.ts';
import { landingKey, ledgerKeys } from '../names.ts';
import type { Intake } from '../ports.ts';
import type { RequestDocument } from '../request.ts';
import { addSeconds } from '../time.ts';
import { checkDeclared, storedType } from '../validation/before.ts';
import { type AnnouncedUpload, announcedUpload, uploadIdOf } from './announced.ts';
import { type LinkDeps, openLink, progressOf, requireOpen } from './link-access.ts';
import { noteOpening } from './note-opening.ts';
import { partBytesFor, partsOf } from './parts.ts';

export type UploadDeps = LinkDeps & { readonly intake: Intake };

/** URLs by one link in one hour: enough for every retry of a page, too few to be of use to anybody else. */
const mostMints = 60;
const mintWindowMs = 3_600_000;

/**
 * Mints a URL for exactly the announced file (its size, type and checksum are signed), or begins it in parts. What the
 * feed's rules would refuse is refused before a byte is sent.
 *
 * @throws Problem link-unknown, link-over, already-delivered, file-refused, too-many-requests
 */
export const startUpload = async (
  deps: UploadDeps,
  linkId: string | undefined,
  secret: string | undefined,
  body: unknown,
  visitor: Visitor,
): Promise<UploadAnswer> => {
  const link = await openLink(deps, linkId, secret);
  const announced = parseBody(uploadBody, body);
  const { name, size, type, sha256, encoding } = announced;
  const way = wayOf(announced);
  const progress = await progressOf(deps, link, deps.clock.now());
  const request = requireOpen(link.request, progress);
  await noteOpening(deps, link, visitor);
  const findings = checkDeclared({ name, size, type, encoding }, request.feedConfig.file);
  if (findings.some(({ severity }) => severity === 'error')) {
    throw new Problem('file-refused', 'the file would be refused; mend what the findings say', { findings });
  }
  await countMint(deps, link.linkId);
  const { attempt } = progress;
  const key = landingKey(request, attempt, request.feedConfig.file.extension);
  const fresh: AnnouncedUpload = {
    version: 1,
    fileName: name,
    size,
    ...(sha256 !== undefined && { sha256 }),
    contentType: storedType(request.feedConfig.file),
    ...(encoding === 'gzip' && { contentEncoding: encoding }),
    linkId: link.linkId,
    announcedAt: deps.clock.now().toISOString(),
  };
  const uploadId = uploadIdOf(way.fingerprint);
  const announcing = { attempt, key, uploadId, fresh };
  return way.partBytes !== undefined
    ? { uploadId, multipart: await inParts(deps, request, { ...announcing, partBytes: way.partBytes }) }
    : { uploadId, put: await onePut(deps, request, { ...announcing, sha256: way.fingerprint }) };
};

/** In one piece, bound to its checksum; or in parts, each bound to its own. @throws Problem bad-request */
const wayOf = ({
  size,
  sha256,
  fingerprint = sha256,
}: z.infer<typeof uploadBody>): { readonly fingerprint: string; readonly partBytes?: number } => {
  const partBytes = partBytesFor(size);
  if (partBytes !== undefined && fingerprint !== undefined) return { fingerprint, partBytes };
  if (partBytes === undefined && sha256 !== undefined) return { fingerprint: sha256 };
  throw new Problem(
    'bad-request',
    'a file that goes in one piece needs its sha256, a larger one that or a fingerprint',
  );
};

interface Announcing {
  readonly attempt: number;
  readonly key: string;
  readonly uploadId: string;
  readonly fresh: AnnouncedUpload;
}

const onePut = async (
  { ledger, intake, clock }: UploadDeps,
  request: RequestDocument,
  { attempt, key, uploadId, fresh, sha256 }: Announcing & { readonly sha256: string },
): Promise<UploadAnswer['put']> => {
  await ledger.create(ledgerKeys.upload(request, attempt, uploadId), fresh);
  const { contentType, contentEncoding, size: sizeBytes } = fresh;
  const terms = { contentType, sizeBytes, sha256, ...(contentEncoding && { contentEncoding }) };
  const until = addSeconds(clock.now().toISOString(), mintedUrlSeconds);
  const { url, requiredHeaders, expiresAt } = await intake.signPut(key, terms, until);
  return { url, headers: requiredHeaders, expiresAt };
};

/** Begins it, or goes on with what was begun: the parts that S3 has are told, and nobody sends them again. */
const inParts = async (
  { ledger, intake }: UploadDeps,
  request: RequestDocument,
  { attempt, key, uploadId, fresh, partBytes }: Announcing & { readonly partBytes: number },
): Promise<UploadAnswer['multipart']> => {
  const documentKey = ledgerKeys.upload(request, attempt, uploadId);
  const plan = (bytes: number, received: Awaited<ReturnType<Intake['parts']>> = []) => ({
    partBytes: bytes,
    parts: partsOf(fresh.size, bytes).length,
    received: [...received],
  });
  const known = await findDocument(ledger, documentKey, announcedUpload);
  if (known?.document.multipart && known.document.size === fresh.size) {
    const received = await intake.parts(key, known.document.multipart.id);
    if (received) return plan(known.document.multipart.partBytes, received);
  }
  const multipart = { id: await intake.begin(key, fresh), partBytes };
  const isOurs = known
    ? await ledger.replace(documentKey, { ...fresh, multipart }, known.etag)
    : await ledger.create(documentKey, { ...fresh, multipart });
  if (isOurs) return plan(partBytes);
  const theirs = (await findDocument(ledger, documentKey, announcedUpload))?.document.multipart;
  // Another tab began the same file at this moment: one upload is enough. What the SDK wrote at its second try is ours.
  if (theirs?.id !== multipart.id) await intake.abort(key, multipart.id);
  if (!theirs) throw new Problem('unavailable', 'the upload is being begun; ask again', { retryAfterSeconds: 1 });
  return plan(theirs.partBytes, await intake.parts(key, theirs.id));
};

/** Notes that a URL is minted, and refuses when that was asked too often. */
const countMint = async ({ ledger, clock }: UploadDeps, linkId: string): Promise<void> => {
  const now = clock.now();
  await changeDocument(ledger, ledgerKeys.grant(linkId), linkGrant, (grant) => {
    const recent = grant.mintedAt.filter((at) => now.getTime() - Date.parse(at) < mintWindowMs);
    if (recent.length >= mostMints) {
      const oldest = Date.parse(recent[0] ?? '');
      throw new Problem(
        'too-many-requests',
        `${recent.length} URLs within an hour, at most ${mostMints}; wait a while`,
        {
          retryAfterSeconds: Math.ceil((oldest + mintWindowMs - now.getTime()) / 1000),
        },
      );
    }
    return { ...grant, mintedAt: [...recent, now.toISOString()] };
  });
};
