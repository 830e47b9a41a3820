import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { Landing } from '../core/ports.ts';
import type { PinnedUpload } from '../core/request.ts';

/** The landing bucket, seen from inside. */
export const createS3Landing = (s3: S3Client, bucket: string): Landing => ({
  async find(prefix) {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 10 }));
    return Promise.all(Contents.flatMap(({ Key }) => (Key === undefined ? [] : [pin(s3, bucket, Key)])));
  },
  async read({ key, versionId }) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
    if (!Body || !(Symbol.asyncIterator in Body))
      throw new Error(`${key} (version ${versionId}) came without a stream`);
    return Body;
  },
});

/** Names the version that is there now; whatever comes later is another one. */
const pin = async (s3: S3Client, bucket: string, key: string): Promise<PinnedUpload> => {
  const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
  return {
    key,
    versionId: head.VersionId ?? 'null',
    size: head.ContentLength ?? 0,
    arrivedAt: (head.LastModified ?? new Date(0)).toISOString(),
  };
};
