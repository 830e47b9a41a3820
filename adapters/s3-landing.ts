import {
  type ChecksumAlgorithm,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ObjectVersion,
  type S3Client,
} from '@aws-sdk/client-s3';
import { scanResults } from '../core/malware-scan.ts';
import { probePrefix, validationObject } from '../core/names.ts';
import type { Landing } from '../core/ports.ts';
import type { PinnedUpload } from '../core/request.ts';
import { readAhead } from './read-ahead.ts';

/** An attempt has one key, and that key takes one upload; more than these is somebody playing with the bucket. */
const mostVersions = 10;

/** https://docs.aws.amazon.com/guardduty/latest/ug/monitor-enable-s3-object-tagging-malware-protection.html */
const scanTag = 'GuardDutyMalwareScanStatus';

/** What S3 may have kept of an object (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html). */
const checksums = ['SHA256', 'CRC64NVME', 'CRC32C', 'CRC32', 'SHA1'] as const satisfies ChecksumAlgorithm[];

/** Probes of `doctor`, and the object that the malware scanner tries its permissions with. */
const isNobodys = (key = ''): boolean => key.startsWith(probePrefix) || key === validationObject;

const pinned = ({ Key, VersionId, Size = 0, LastModified = new Date(0), IsLatest }: ObjectVersion): PinnedUpload[] =>
  Key !== undefined && VersionId !== undefined && IsLatest
    ? [{ key: Key, versionId: VersionId, size: Size, arrivedAt: LastModified.toISOString() }]
    : [];

/**
 * The landing bucket, seen from inside. One listing of versions both finds an upload and pins it; it is strongly
 * consistent (https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel), and unlike a HEAD
 * it says why when it is refused.
 */
export const createS3Landing = (s3: S3Client, bucket: string): Landing => {
  const range = async ({ key, versionId }: PinnedUpload, from: number, to: number): Promise<Uint8Array> => {
    const Range = `bytes=${from}-${to - 1}`;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId, Range }));
    if (!Body) throw new Error(`${key} (version ${versionId}) came without a body`);
    const bytes = await Body.transformToByteArray();
    if (bytes.length !== to - from) throw new Error(`${key}: ${bytes.length} bytes came for ${Range}`);
    return bytes;
  };
  return {
    async find(prefix) {
      const { Versions = [] } = await s3.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, MaxKeys: mostVersions }),
      );
      return Versions.flatMap(pinned);
    },
    async *all() {
      let after: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> = {};
      for (;;) {
        const page = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, ...after }));
        yield* (page.Versions ?? []).filter(({ Key }) => !isNobodys(Key)).flatMap(pinned);
        if (!page.IsTruncated) return;
        after = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
      }
    },
    open: (upload) => ({
      size: upload.size,
      stream: () => readAhead(upload.size, (from, to) => range(upload, from, to)),
      slice: (from, to) => (from < to ? range(upload, from, to) : Promise.resolve(new Uint8Array())),
    }),
    async checksum({ key, versionId }) {
      const head = await s3.send(
        new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId, ChecksumMode: 'ENABLED' }),
      );
      const kept = checksums.find((one) => head[`Checksum${one}`] !== undefined);
      return kept && `${kept} ${head[`Checksum${kept}`]}`;
    },
    async scanResult({ key, versionId }) {
      const { TagSet = [] } = await s3.send(
        new GetObjectTaggingCommand({ Bucket: bucket, Key: key, VersionId: versionId }),
      );
      const value = TagSet.find(({ Key }) => Key === scanTag)?.Value;
      return scanResults.find((one) => one === value);
    },
  };
};
