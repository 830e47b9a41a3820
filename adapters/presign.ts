import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

/** A URL, the moment after which S3 certainly refuses it, and every header that whoever uses it must send. */
export interface PresignedUrl {
  readonly url: string;
  /** ISO-8601. */
  readonly expiresAt: string;
  readonly requiredHeaders: Readonly<Record<string, string>>;
}

/** One object, and how long the URL is to live. */
export interface Presigning {
  readonly bucket: string;
  readonly key: string;
  /** Whole seconds; at most `maxLifetimeSeconds` of the method. */
  readonly expiresIn: number;
  /** When it is signed; S3 knows whole seconds. */
  readonly signedAt: Date;
}

/** What an upload is bound to besides its key. What is given is signed, so the uploader must send exactly that. */
export interface UploadTerms {
  readonly contentType?: string;
  readonly sizeBytes?: number;
  /** Base64. */
  readonly sha256?: string;
}

/** A file without terms. */
const unbound: UploadTerms = {};

/**
 * The one policy for lifetimes. A PUT lives as long as the session that signs it can, an hour; a GET is for clicking now.
 * S3 itself would allow a week (https://docs.aws.amazon.com/AmazonS3/latest/userguide/PresignedUrlUploadObject.html), to
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
  { contentType, sizeBytes, sha256 }: UploadTerms = unbound,
): Promise<PresignedUrl> => {
  check('PUT', presigning);
  const command = new PutObjectCommand({
    Bucket: presigning.bucket,
    Key: presigning.key,
    IfNoneMatch: '*',
    ...(contentType !== undefined && { ContentType: contentType }),
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
    ...(sizeBytes !== undefined && { 'content-length': String(sizeBytes) }),
    ...(sha256 !== undefined && { 'x-amz-checksum-sha256': sha256 }),
  };
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
): Promise<PresignedUrl> => {
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
