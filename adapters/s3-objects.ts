import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { isHttpStatus } from './sdk-errors.ts';

/**
 * The ARN of an object, for a session policy.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html#arns-syntax
 */
export const objectArn = (region: string, bucket: string, key: string): string => {
  const partition = /^cn-/.test(region) ? 'aws-cn' : /^us-gov-/.test(region) ? 'aws-us-gov' : 'aws';
  return `arn:${partition}:s3:::${bucket}/${key}`;
};

/**
 * The text of an object; undefined when absent. It is looked for by List: without ListBucket a Get of a key that is absent
 * would answer 403.
 */
export const findText = async (
  s3: S3Client,
  Bucket: string,
  Key: string,
): Promise<{ readonly text: string; readonly etag: string } | undefined> => {
  // Of all keys that begin like this one, this one is the first.
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: Key, MaxKeys: 1 }));
  if (Contents[0]?.Key !== Key) return undefined;
  const { Body, ETag = '' } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return { text: (await Body?.transformToString()) ?? '', etag: ETag };
};

/**
 * Writes an object under a condition
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 *
 * @returns false when the condition does not hold
 */
export const putIf = async (s3: S3Client, input: PutObjectCommandInput): Promise<boolean> => {
  for (;;) {
    try {
      await s3.send(new PutObjectCommand(input));
      return true;
    } catch (error) {
      if (isHttpStatus(error, 412)) return false;
      // 409 ConditionalRequestConflict: a write at the same moment; S3 asks for the same request again.
      if (!isHttpStatus(error, 409)) throw error;
    }
  }
};
