import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { Copier } from '../core/ports.ts';
import { isHttpStatus } from './sdk-errors.ts';

/** One CopyObject takes at most this (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html). */
const maxCopyBytes = 5 * 2 ** 30;
/** Ten thousand of these are more than S3 keeps in one object. */
const partBytes = 2 ** 30;
const lanes = 8;

interface Described {
  readonly ContentType: string | undefined;
  readonly ContentEncoding: string | undefined;
}

/**
 * Copies a pinned version from one bucket to another, once: `If-None-Match: *` makes a repeated copy a no-op. What one
 * request cannot copy is copied in parts, by S3 itself: no byte comes here. Parts of a copy that failed are left to the
 * bucket's lifecycle.
 *
 * @param largestCopy bytes that one request may copy; S3's own limit
 */
export const createS3Copier = (
  s3: S3Client,
  fromBucket: string,
  toBucket: string,
  largestCopy = maxCopyBytes,
): Copier => {
  /** @param described what a copy in one piece would take over by itself */
  const inParts = async (CopySource: string, Key: string, size: number, described: Described): Promise<void> => {
    const target = { Bucket: toBucket, Key };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...target, ...described }));
    const part = Math.min(partBytes, largestCopy);
    const starts = Array.from({ length: Math.ceil(size / part) }, (_, index) => index * part);
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    const copyNext = async (): Promise<void> => {
      for (let from = starts.shift(); from !== undefined; from = starts.shift()) {
        const PartNumber = from / part + 1;
        const CopySourceRange = `bytes=${from}-${Math.min(from + part, size) - 1}`;
        const { CopyPartResult } = await s3.send(
          new UploadPartCopyCommand({ ...target, UploadId, PartNumber, CopySource, CopySourceRange }),
        );
        Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
      }
    };
    await Promise.all(Array.from({ length: lanes }, copyNext));
    Parts.sort((a, b) => a.PartNumber - b.PartNumber);
    await s3.send(
      new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts }, IfNoneMatch: '*' }),
    );
  };
  return {
    async copy({ key, versionId, size }, toKey) {
      const source = `${fromBucket}/${key}?versionId=${encodeURIComponent(versionId)}`;
      try {
        if (size > largestCopy) {
          const from = { Bucket: fromBucket, Key: key, VersionId: versionId };
          const { ContentType, ContentEncoding } = await s3.send(new HeadObjectCommand(from));
          await inParts(source, toKey, size, { ContentType, ContentEncoding });
        } else
          await s3.send(
            new CopyObjectCommand({
              Bucket: toBucket,
              Key: toKey,
              CopySource: source,
              IfNoneMatch: '*',
              // A scanner's tags stay behind: copying them takes rights that nobody here needs.
              TaggingDirective: 'REPLACE',
            }),
          );
      } catch (error) {
        if (!isHttpStatus(error, 412)) throw error;
      }
    },
  };
};
