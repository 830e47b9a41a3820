import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Clock, Intake, ReceivedPart, SignedUrl, Signer, UploadTerms } from '../core/ports.ts';
import { earlier } from '../core/time.ts';
import { presignPart, presignPut } from './presign.ts';
import { objectArn } from './s3-objects.ts';
import { isHttpStatus, isNamed } from './sdk-errors.ts';
import type { createStsSessions, Session } from './sts-sessions.ts';

interface Settings {
  readonly sessions: ReturnType<typeof createStsSessions>;
  readonly region: string;
  readonly bucket: string;
  /** The customer key that the bucket encrypts with, where it has one: the session must be allowed to use it. */
  readonly keyArn: string | undefined;
  readonly clock: Clock;
}

/** A default client would sign the checksum of an empty body into the URL. */
const clientOf = ({ credentials }: Session, region: string): S3Client =>
  new S3Client({ region, credentials, requestChecksumCalculation: 'WHEN_REQUIRED' });

/** Whole seconds from now to the earlier of two ends. @throws Error when that is over */
const secondsUntil = (asked: string, usableUntil: string, signedAt: Date, key: string): number => {
  const end = earlier(asked, usableUntil);
  const seconds = Math.floor(Date.parse(end) / 1000) - Math.floor(signedAt.getTime() / 1000);
  if (seconds < 1) throw new Error(`a URL for ${key} would have to end at ${end}, which is over`);
  return seconds;
};

/**
 * Signs a PUT of one object with a session that may do nothing else.
 *
 * @param wants a session of its own; otherwise one that is open will do
 */
const putUrl = async (
  { sessions, bucket, region, keyArn, clock }: Settings,
  key: string,
  until: string,
  terms?: UploadTerms,
  wants?: { readonly fresh: true },
): Promise<SignedUrl> => {
  const session = await sessions(
    key,
    [
      { Action: 's3:PutObject', Resource: objectArn(region, bucket, key) },
      ...(keyArn === undefined ? [] : [{ Action: 'kms:GenerateDataKey', Resource: keyArn }]),
    ],
    wants,
  );
  const signedAt = clock.now();
  const expiresIn = secondsUntil(until, session.usableUntil, signedAt, key);
  return presignPut(clientOf(session, region), { bucket, key, expiresIn, signedAt }, terms);
};

/** Signs URLs that go into a mail: bound to nothing but the key. */
export const createS3Signer = (settings: Settings): Signer => ({
  signPut: (key, asked) => putUrl(settings, key, asked, undefined, { fresh: true }),
});

/**
 * Lets one announced file in. The parts of an upload are assembled by whoever began it, so its session may also read
 * what it wrote: under a customer key that takes `kms:Decrypt`
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions).
 */
export const createS3Intake = (settings: Settings): Intake => {
  const { bucket, region, keyArn, clock, sessions } = settings;
  const forParts = async (key: string): Promise<{ s3: S3Client; session: Session }> => {
    const session = await sessions(key, [
      {
        Action: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        Resource: objectArn(region, bucket, key),
      },
      ...(keyArn === undefined ? [] : [{ Action: ['kms:GenerateDataKey', 'kms:Decrypt'], Resource: keyArn }]),
    ]);
    return { s3: clientOf(session, region), session };
  };
  const listed = async (s3: S3Client, Key: string, UploadId: string): Promise<(ReceivedPart & { etag: string })[]> => {
    const parts: (ReceivedPart & { etag: string })[] = [];
    for (let marker: string | undefined; ; ) {
      const page = await s3.send(new ListPartsCommand({ Bucket: bucket, Key, UploadId, PartNumberMarker: marker }));
      for (const { PartNumber = 0, Size = 0, ETag = '', ChecksumSHA256 = '' } of page.Parts ?? [])
        parts.push({ partNumber: PartNumber, size: Size, etag: ETag, sha256: ChecksumSHA256 });
      if (!page.IsTruncated) return parts;
      marker = page.NextPartNumberMarker;
    }
  };
  return {
    signPut: (key, terms, until) => putUrl(settings, key, until, terms),
    async begin(key, { contentType, contentEncoding }) {
      const { s3 } = await forParts(key);
      const { UploadId } = await s3.send(
        new CreateMultipartUploadCommand({
          Bucket: bucket,
          Key: key,
          ContentType: contentType,
          ...(contentEncoding && { ContentEncoding: contentEncoding }),
          ChecksumAlgorithm: 'SHA256',
        }),
      );
      if (UploadId === undefined) throw new Error(`S3 began an upload of ${key} without an id`);
      return UploadId;
    },
    async signParts(key, multipartId, parts, until) {
      const { s3, session } = await forParts(key);
      const signedAt = clock.now();
      const expiresIn = secondsUntil(until, session.usableUntil, signedAt, key);
      return Promise.all(
        parts.map(async ({ partNumber, size, sha256 }) => ({
          partNumber,
          ...(await presignPart(
            s3,
            { bucket, key, expiresIn, signedAt },
            { multipartId, partNumber, sizeBytes: size, sha256 },
          )),
        })),
      );
    },
    async parts(key, multipartId) {
      const { s3 } = await forParts(key);
      try {
        return (await listed(s3, key, multipartId)).map(({ etag: _, ...part }) => part);
      } catch (error) {
        if (isNamed(error, 'NoSuchUpload')) return undefined;
        throw error;
      }
    },
    async complete(key, multipartId) {
      const { s3 } = await forParts(key);
      try {
        const parts = await listed(s3, key, multipartId);
        await s3.send(
          new CompleteMultipartUploadCommand({
            Bucket: bucket,
            Key: key,
            UploadId: multipartId,
            IfNoneMatch: '*',
            MultipartUpload: {
              Parts: parts.map(({ partNumber, etag, sha256 }) => ({
                PartNumber: partNumber,
                ETag: etag,
                ChecksumSHA256: sha256,
              })),
            },
          }),
        );
        return 'complete';
      } catch (error) {
        if (isNamed(error, 'NoSuchUpload')) return 'gone';
        if (isHttpStatus(error, 412)) return 'taken';
        throw error;
      }
    },
    async abort(key, multipartId) {
      const { s3 } = await forParts(key);
      try {
        await s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: multipartId }));
      } catch (error) {
        if (!isNamed(error, 'NoSuchUpload')) throw error;
      }
    },
  };
};
