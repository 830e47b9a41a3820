import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Archive } from '../core/ports.ts';
import { isHttpStatus } from './sdk-errors.ts';

/** Evidence on S3, under Object Lock: the bucket itself says for how long. */
export const createS3Archive = (s3: S3Client, Bucket: string): Archive => ({
  async find(Key) {
    // By List: without ListBucket a Get of a key that is absent would answer 403.
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: Key, MaxKeys: 1 }));
    if (Contents[0]?.Key !== Key) return undefined;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToString()) ?? '';
  },
  async create(Key, Body) {
    try {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: contentTypeOf(Key), IfNoneMatch: '*' }));
      return true;
    } catch (error) {
      if (!isHttpStatus(error, 412)) throw error;
      return false;
    }
  },
});

const contentTypeOf = (key: string): string =>
  key.endsWith('.html') ? 'text/html; charset=utf-8' : 'application/json';
