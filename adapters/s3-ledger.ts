import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Ledger, Stored } from '../core/ports.ts';
import { isHttpStatus } from './sdk-errors.ts';

/**
 * The ledger on S3: conditional writes and strong consistency
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 * A key that may be absent is looked for by List: without ListBucket a Get of it would answer 403.
 */
export const createS3Ledger = (s3: S3Client, bucket: string): Ledger => {
  const list = async (prefix: string): Promise<string[]> => {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(token && { ContinuationToken: token }) }),
      );
      keys.push(...(page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
      token = page.NextContinuationToken;
    } while (token);
    return keys;
  };

  const write = async (
    key: string,
    body: unknown,
    condition: Partial<PutObjectCommandInput> = {},
  ): Promise<boolean> => {
    for (;;) {
      try {
        await s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: JSON.stringify(body),
            ContentType: 'application/json',
            ...condition,
          }),
        );
        return true;
      } catch (error) {
        if (isHttpStatus(error, 412)) return false;
        // 409 ConditionalRequestConflict: a write at the same moment; S3 asks for the same request again.
        if (!isHttpStatus(error, 409)) throw error;
      }
    }
  };

  return {
    list,
    async find(key): Promise<Stored | undefined> {
      if (!(await list(key)).includes(key)) return undefined;
      const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return { body: JSON.parse((await Body?.transformToString()) ?? 'null'), etag: ETag ?? '' };
    },
    create: (key, body) => write(key, body, { IfNoneMatch: '*' }),
    replace: (key, body, etag) => write(key, body, { IfMatch: etag }),
    async put(key, body) {
      await write(key, body);
    },
  };
};
