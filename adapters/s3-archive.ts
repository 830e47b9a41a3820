import type { S3Client } from '@aws-sdk/client-s3';
import type { Archive } from '../core/ports.ts';
import { findText, putIf } from './s3-objects.ts';

/** Evidence on S3, under Object Lock: the bucket itself says for how long. */
export const createS3Archive = (s3: S3Client, Bucket: string): Archive => {
  const find = async (key: string) => (await findText(s3, Bucket, key))?.text;
  return {
    find,
    async keep(Key, Body) {
      const isNew = await putIf(s3, { Bucket, Key, Body, ContentType: contentTypeOf(Key), IfNoneMatch: '*' });
      return isNew ? Body : ((await find(Key)) ?? Body);
    },
  };
};

const contentTypeOf = (key: string): string =>
  key.endsWith('.html') ? 'text/html; charset=utf-8' : key.endsWith('.jws') ? 'application/jose' : 'application/json';
