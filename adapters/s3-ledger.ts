import { ListObjectsV2Command, type PutObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import type { Ledger, Stored } from '../core/ports.ts';
import { findText, putIf } from './s3-objects.ts';

/** The ledger on S3: conditional writes and strong consistency. */
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

  const write = (key: string, body: unknown, condition: Partial<PutObjectCommandInput> = {}): Promise<boolean> =>
    putIf(s3, {
      Bucket: bucket,
      Key: key,
      Body: JSON.stringify(body),
      ContentType: 'application/json',
      ...condition,
    });

  return {
    list,
    async find(key): Promise<Stored | undefined> {
      const found = await findText(s3, bucket, key);
      return found && { body: JSON.parse(found.text), etag: found.etag };
    },
    create: (key, body) => write(key, body, { IfNoneMatch: '*' }),
    replace: (key, body, etag) => write(key, body, { IfMatch: etag }),
    async put(key, body) {
      await write(key, body);
    },
  };
};
