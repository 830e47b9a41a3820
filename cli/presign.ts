import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

/** Long enough to try it, too short to leave about. */
const expiresIn = 300;

/**
 * Signs one PUT with your own credentials: what is behind the partners' URLs is theirs.
 *
 * @param now in milliseconds
 * @param condition what the uploader must send along; the bucket refuses whoever is not bound to it
 */
export const presignPut = (
  s3: S3Client,
  Bucket: string,
  Key: string,
  now: number,
  condition: { readonly IfNoneMatch?: string } = { IfNoneMatch: '*' },
): Promise<string> =>
  getSignedUrl(s3, new PutObjectCommand({ Bucket, Key, ...condition }), { expiresIn, signingDate: new Date(now) });
