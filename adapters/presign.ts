import { GetObjectCommand, PutObjectCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { SignedUrl, UploadTerms } from '../core/ports.ts';

/** One object, and how long the URL is to live. */
export interface Presigning {
  readonly bucket: string;
  readonly key: string;
  /** Whole seconds; at most `maxLifetimeSeconds` of the method. */
  readonly expiresIn: number;
  /** When it is signed; S3 knows whole seconds. */
  readonly signedAt: Date;
}

/** What a part is bound to. */
export interface PartTerms extends Omit<UploadTerms, 'contentType'> {
  /** S3's id of the upload. */
  readonly multipartId: string;
  readonly partNumber: number;
}

/** A file without terms. */
const unbound: Partial<UploadTerms> = {};

/**
 * The one policy for lifetimes. A PUT lives as long as the session that signs it can, an hour; a GET is for clicking now.
 * S3 itself would allow a week (https://docs.aws.amazon.com/AmazonS3/latest/userguide/SignedUrlUploadObject.html), to
 * credentials that live so long.
 */
export const maxLifetimeSeconds = { GET: 900, PUT: 3600 } as const;

/** A lifetime or a key that is never signed: got, allowed, fix. */
export class PresignError extends Error {
  override readonly name = 'PresignError';
}

/**
 * Signs a PUT that takes one file, once: `If-None-Match: *` is always signed.
 *
 * @param s3 with `requestChecksumCalculation: 'WHEN_REQUIRED'`, else the checksum of an empty body is signed as well
 * @throws PresignError
 */
export const presignPut = async (
  s3: S3Client,
  presigning: Presigning,
  { contentType, contentEncoding, sizeBytes, sha256 }: Partial<UploadTerms> = unbound,
): Promise<SignedUrl> => {
  check('PUT', presigning);
  const command = new PutObjectCommand({
    Bucket: presigning.bucket,
    Key: presigning.key,
    IfNoneMatch: '*',
    ...(contentType !== undefined && { ContentType: contentType }),
    ...(contentEncoding && { ContentEncoding: contentEncoding }),
    ...(sizeBytes !== undefined && { ContentLength: sizeBytes }),
    ...(sha256 !== undefined && { ChecksumSHA256: sha256 }),
  });
  const url = await getSignedUrl(s3, command, {
    expiresIn: presigning.expiresIn,
    signingDate: wholeSecond(presigning.signedAt),
    // Else a type is not signed at all; and without one the SDK would sign its own.
    ...(contentType !== undefined && { signableHeaders: new Set(['content-type']) }),
    // Else the checksum moves into the query, where nobody has to send it.
    unhoistableHeaders: new Set(['x-amz-checksum-sha256']),
  });
  const requiredHeaders = {
    'if-none-match': '*',
    ...(contentType !== undefined && { 'content-type': contentType }),
    ...(contentEncoding && { 'content-encoding': contentEncoding }),
    ...(sizeBytes !== undefined && { 'content-length': String(sizeBytes) }),
    ...(sha256 !== undefined && { 'x-amz-checksum-sha256': sha256 }),
  };
  return { url, expiresAt: endOf(presigning), requiredHeaders };
};

/**
 * Signs a PUT of one part, for exactly these bytes. It needs no `If-None-Match`: only completing makes an object.
 *
 * @param s3 with `requestChecksumCalculation: 'WHEN_REQUIRED'`
 * @throws PresignError
 */
export const presignPart = async (
  s3: S3Client,
  presigning: Presigning,
  { multipartId, partNumber, sizeBytes, sha256 }: PartTerms,
): Promise<SignedUrl> => {
  check('PUT', presigning);
  const command = new UploadPartCommand({
    Bucket: presigning.bucket,
    Key: presigning.key,
    UploadId: multipartId,
    PartNumber: partNumber,
    ContentLength: sizeBytes,
    ChecksumSHA256: sha256,
  });
  const { expiresIn, signedAt } = presigning;
  const url = await getSignedUrl(s3, command, {
    expiresIn,
    signingDate: wholeSecond(signedAt),
    unhoistableHeaders: new Set(['x-amz-checksum-sha256']),
  });
  const requiredHeaders = { 'content-length': String(sizeBytes), 'x-amz-checksum-sha256': sha256 };
  return { url, expiresAt: endOf(presigning), requiredHeaders };
};

/**
 * Signs a GET of one object that is saved, not shown: what partners sent is never opened in a browser's window.
 *
 * @param object `fileName` is what it is saved as
 * @throws PresignError
 */
export const presignGet = async (
  s3: S3Client,
  presigning: Presigning,
  object: { readonly versionId?: string; readonly fileName: string },
): Promise<SignedUrl> => {
  check('GET', presigning);
  const command = new GetObjectCommand({
    Bucket: presigning.bucket,
    Key: presigning.key,
    VersionId: object.versionId,
    ResponseContentDisposition: `attachment; filename="${object.fileName.replaceAll(/[^A-Za-z0-9._-]/g, '_')}"`,
    ResponseContentType: 'application/octet-stream',
  });
  const { expiresIn, signedAt } = presigning;
  const url = await getSignedUrl(s3, command, { expiresIn, signingDate: wholeSecond(signedAt) });
  return { url, expiresAt: endOf(presigning), requiredHeaders: {} };
};

/**
 * Where URLs of a bucket lead: `https://<bucket>.s3.<region>.amazonaws.com`, or another endpoint that the SDK was told.
 * Nothing is signed with rights: the address alone is wanted.
 */
export const uploadOriginOf = async (region: string, bucket: string): Promise<string> => {
  const s3 = new S3Client({ region, credentials: { accessKeyId: 'none', secretAccessKey: 'none' } });
  return new URL(await getSignedUrl(s3, new GetObjectCommand({ Bucket: bucket, Key: 'any' }))).origin;
};

/** Keys are ours: one with `..` would be another key in every browser. */
const keyPattern = /^(?!.*\.\.)[a-z0-9_][A-Za-z0-9/_.-]{0,1023}$/;

const check = (method: 'GET' | 'PUT', { key, expiresIn }: Presigning): void => {
  const longest = maxLifetimeSeconds[method];
  if (!Number.isInteger(expiresIn) || expiresIn < 1 || expiresIn > longest) {
    throw new PresignError(`a ${method} URL lives 1 to ${longest} seconds, got ${expiresIn}; ask for less`);
  }
  if (!keyPattern.test(key)) {
    throw new PresignError(`keys are letters, digits and _ . - / without "..", got "${key}"; name an object of ours`);
  }
};

const wholeSecond = (at: Date): Date => new Date(Math.floor(at.getTime() / 1000) * 1000);

const endOf = ({ signedAt, expiresIn }: Presigning): string =>
  new Date(wholeSecond(signedAt).getTime() + expiresIn * 1000).toISOString();
