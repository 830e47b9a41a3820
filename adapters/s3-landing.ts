import { GetObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Landing } from '../core/ports.ts';

/** An attempt has one key, and that key takes one upload; more than these is somebody playing with the bucket. */
const mostVersions = 10;

/**
 * The landing bucket, seen from inside. One listing of versions both finds an upload and pins it; it is strongly
 * consistent (https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel), and unlike a HEAD
 * it says why when it is refused.
 */
export const createS3Landing = (s3: S3Client, bucket: string): Landing => ({
  async find(prefix) {
    const { Versions = [] } = await s3.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, MaxKeys: mostVersions }),
    );
    return Versions.flatMap(({ Key, VersionId, Size, LastModified, IsLatest }) =>
      Key !== undefined && VersionId !== undefined && IsLatest
        ? [{ key: Key, versionId: VersionId, size: Size ?? 0, arrivedAt: (LastModified ?? new Date(0)).toISOString() }]
        : [],
    );
  },
  async read({ key, versionId }) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
    if (!Body || !(Symbol.asyncIterator in Body)) {
      throw new Error(`${key} (version ${versionId}) came without a stream`);
    }
    return Body;
  },
});
