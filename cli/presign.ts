import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

/** Long enough to try it, too short to leave about. */
const expiresIn = 300;

/** Signs one PUT with your own credentials: what is behind the partners' URLs is theirs. @param now in milliseconds */
export const presignPut = (s3: S3Client, Bucket: string, Key: string, now: number): Promise<string> =>
  getSignedUrl(s3, new PutObjectCommand({ Bucket, Key, IfNoneMatch: '*' }), { expiresIn, signingDate: new Date(now) });
