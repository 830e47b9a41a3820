import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { presignGet, presignPut } from '../adapters/presign.ts';
import { isNamed } from '../adapters/sdk-errors.ts';
import { landingKey, ledgerKeys, parseRequestId } from '../core/names.ts';
import { parse } from '../core/parse.ts';
import type { SignedUrl, UploadTerms } from '../core/ports.ts';
import { type RequestDocument, requestDocument } from '../core/request.ts';
import { bucketNames, CliError, type Deployment } from './deployment.ts';

/** What a URL is signed with: your own credentials, and a moment. */
interface Signing {
  readonly s3: S3Client;
  readonly deployment: Deployment;
  readonly expiresIn: number;
  readonly signedAt: Date;
}

/** A URL that downloads one object. @param bucket like `accepted` @throws CliError, PresignError */
export const downloadUrl = (
  { s3, deployment, expiresIn, signedAt }: Signing,
  bucket: string,
  key: string,
): Promise<SignedUrl> => {
  const name = bucketNames.find((one) => one.toLowerCase() === bucket.toLowerCase());
  if (!name) throw new CliError(`--bucket: got ${bucket}, allowed ${bucketNames.join(', ').toLowerCase()}`);
  const presigning = { bucket: deployment.buckets[name], key, expiresIn, signedAt };
  return presignGet(s3, presigning, { fileName: key.split('/').join('-') });
};

/**
 * A URL that uploads the file of an attempt, for a partner who cannot use the one in the mail. The key is the request's
 * own: nobody chooses one. What arrives is taken as if the partner's URL had been used.
 *
 * @throws CliError when the request is not there, or takes no file any more
 */
export const uploadUrl = async (
  signing: Signing,
  { requestId, attempt, terms }: { requestId: string; attempt: number; terms: Partial<UploadTerms> },
): Promise<SignedUrl> => {
  const request = await requestNamed(signing, requestId);
  if (request.status !== 'open') throw new CliError(`${requestId} has ended: it takes no file any more`);
  const { attempts, file } = request.feedConfig;
  if (attempt > attempts) throw new CliError(`--attempt: got ${attempt}, allowed 1 to ${attempts}`);
  const { s3, deployment, expiresIn, signedAt } = signing;
  const key = landingKey(request, attempt, file.extension);
  const left = Math.floor((Date.parse(request.plan.closesAt) - signedAt.getTime()) / 1000);
  if (left < 1) throw new CliError(`${requestId} closed at ${request.plan.closesAt}: it takes no file any more`);
  const presigning = { bucket: deployment.buckets.Landing, key, expiresIn: Math.min(expiresIn, left), signedAt };
  return presignPut(s3, presigning, terms);
};

const requestNamed = async ({ s3, deployment }: Signing, requestId: string): Promise<RequestDocument> => {
  const key = parseRequestId(requestId);
  if (!key) throw new CliError(`--request: got ${requestId}, expected like acme_daily-orders_2026-11-22`);
  try {
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: deployment.buckets.Ledger, Key: ledgerKeys.request(key) }),
    );
    return parse(requestDocument, JSON.parse((await Body?.transformToString()) ?? ''), requestId);
  } catch (error) {
    if (isNamed(error, 'NoSuchKey')) throw new CliError(`there is no request ${requestId}; name one that was opened`);
    throw error;
  }
};
