import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { presignPut } from '../../adapters/presign.ts';
import { probePrefix } from '../../core/names.ts';
import { type Check, type Finding, verdict } from './check.ts';

const body = 'doctor\n';

/**
 * Tries what a partner does, on a key that no rule sees and that is gone in a day: a signed URL takes a file once. It is
 * signed with your own credentials: nobody but the functions can sign with theirs.
 */
export const upload: Check = async ({ clients: { s3 }, deployment: { buckets }, newId, now }) => {
  const key = () => `${probePrefix}${newId()}.txt`;
  const signedAt = new Date(await now());
  const bare = await fetch(await unconditionalPut(s3, buckets.Landing, key(), signedAt), { method: 'PUT', body });
  const presigning = { bucket: buckets.Landing, key: key(), expiresIn: 300, signedAt };
  const { url, requiredHeaders: headers } = await presignPut(s3, presigning);
  const put = async (): Promise<number> => (await fetch(url, { method: 'PUT', headers, body })).status;
  const first = await put();
  return [
    refusal(bare.status, 403, 'an upload without If-None-Match is refused'),
    verdict(
      first === 200,
      'a signed URL takes a file',
      `a signed URL was answered ${first}`,
      'may you put into the landing bucket, and use its key (-c operators=…)? is your network among allowedCidrs?',
    ),
    ...(first === 200 ? [refusal(await put(), 412, 'and no second one')] : []),
  ];
};

/** What nobody else signs: the signature is right, so that it is the bucket that refuses. */
const unconditionalPut = (s3: S3Client, Bucket: string, Key: string, signingDate: Date): Promise<string> =>
  getSignedUrl(s3, new PutObjectCommand({ Bucket, Key }), { expiresIn: 60, signingDate });

const refusal = (status: number, wanted: number, what: string): Finding =>
  verdict(status === wanted, what, `${what}: expected ${wanted}, got ${status}`, 'deploy the stack again');
