import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Reports } from '../core/ports.ts';

/** Reports lie beside the documents that they are made of. */
export const createS3Reports = (s3: S3Client, bucket: string): Reports => ({
  async put(key, text, contentType) {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: contentType }));
  },
});
