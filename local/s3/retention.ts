import { AwsError } from '../errors.ts';
import type { AwsRequest } from '../http/request.ts';
import type { BucketRecord } from './buckets.ts';
import type { StoredObject } from './object-store.ts';

const modeHeader = 'x-amz-object-lock-mode';
const untilHeader = 'x-amz-object-lock-retain-until-date';

/** Headers of a new version in a bucket that locks; they come back with the object. */
export const lockHeaders = ({ lock }: BucketRecord, now: number): Record<string, string> =>
  lock === undefined
    ? {}
    : { [modeHeader]: lock.mode, [untilHeader]: new Date(now + lock.days * 86_400_000).toISOString() };

/** Headers of an object as a copy takes them over: a lock is the bucket's, and stays where it is. */
export const withoutLock = (headers: Readonly<Record<string, string>>): Record<string, string> => {
  const { [modeHeader]: _, [untilHeader]: __, ...others } = headers;
  return others;
};

/**
 * A locked bucket takes no bytes whose integrity nobody vouches for.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-put-object
 */
export const requireChecksum = ({ lock }: BucketRecord, { headers }: AwsRequest): void => {
  if (lock === undefined) return;
  const names = Object.keys(headers);
  if (names.some((name) => name === 'content-md5' || /^x-amz-(checksum-|trailer$)/.test(name))) return;
  throw new AwsError(
    'InvalidRequest',
    'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
  );
};

export const isLocked = ({ headers }: StoredObject, now: number): boolean =>
  Date.parse(headers[untilHeader] ?? '') > now;

/** Governance can be set aside by whoever has the permission for it; compliance by nobody. */
export const isGoverned = ({ headers }: StoredObject): boolean => headers[modeHeader] === 'GOVERNANCE';
