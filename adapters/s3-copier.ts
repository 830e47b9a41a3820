import { CopyObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Copier } from '../core/ports.ts';
import { isHttpStatus } from './sdk-errors.ts';

/**
 * Copies a pinned version from one bucket to another, once: `If-None-Match: *` makes a repeated copy a no-op.
 * One CopyObject takes up to 5 GB (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html), which is
 * also the most that one PUT can bring.
 */
export const createS3Copier = (s3: S3Client, fromBucket: string, toBucket: string): Copier => ({
  async copy({ key, versionId }, toKey) {
    const source = `${fromBucket}/${key}?versionId=${encodeURIComponent(versionId)}`;
    try {
      await s3.send(new CopyObjectCommand({ Bucket: toBucket, Key: toKey, CopySource: source, IfNoneMatch: '*' }));
    } catch (error) {
      if (!isHttpStatus(error, 412)) throw error;
    }
  },
});
