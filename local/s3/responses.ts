import { AwsError } from '../errors.ts';
import type { AwsRequest, AwsResponse } from '../http/request.ts';
import { xmlDocument } from '../http/xml.ts';
import type { BucketRecord } from './buckets.ts';
import type { StoredObject } from './object-store.ts';

export const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

export const xmlType = { 'content-type': 'application/xml' };

export const xml = (
  root: string,
  content: Parameters<typeof xmlDocument>[1],
): AwsResponse & { headers: Record<string, string> } => ({
  status: 200,
  headers: { ...xmlType },
  body: xmlDocument(root, content, namespace),
});

/** S3 tells whole seconds. */
export const iso = (object: StoredObject): string =>
  new Date(Math.floor(object.modifiedAt / 1000) * 1000).toISOString();

/** Checksums as the elements of an answer. */
export const checksumElements = (checksums: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(checksums).map(([name, value]) => [`Checksum${name.toUpperCase()}`, value]));

export const notImplemented = (what: string): AwsError =>
  new AwsError(
    'NotImplemented',
    `A header or operation you provided implies functionality that is not implemented: ${what} (see local/README.md)`,
    501,
  );

/** Headers of a PUT that come back with the object. */
export const keptHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> => {
  const kept = ['content-type', 'content-disposition', 'content-language', 'cache-control', 'expires'];
  const entries = Object.entries(headers).filter(([name]) => kept.includes(name) || name.startsWith('x-amz-meta-'));
  const encoding = headers['content-encoding']
    ?.split(',')
    .map((one) => one.trim())
    .filter((one) => one !== 'aws-chunked')
    .join(',');
  return {
    'content-type': 'binary/octet-stream',
    ...Object.fromEntries(entries),
    ...(encoding && { 'content-encoding': encoding }),
  };
};

export const encryption = (bucket: BucketRecord): Record<string, string> => ({
  'x-amz-server-side-encryption': bucket.encryption.algorithm,
  ...(bucket.encryption.keyArn !== undefined && {
    'x-amz-server-side-encryption-aws-kms-key-id': bucket.encryption.keyArn,
    'x-amz-server-side-encryption-bucket-key-enabled': String(bucket.encryption.bucketKey),
  }),
});

const checksumHeaders = (object: StoredObject): Record<string, string> =>
  Object.fromEntries(Object.entries(object.checksums).map(([name, value]) => [`x-amz-checksum-${name}`, value]));

export const writtenHeaders = (bucket: BucketRecord, stored: StoredObject): Record<string, string> => ({
  etag: `"${stored.etag}"`,
  'x-amz-version-id': stored.versionId,
  ...encryption(bucket),
  ...checksumHeaders(stored),
  'x-amz-checksum-type': 'FULL_OBJECT',
});

export const readHeaders = (
  request: AwsRequest,
  bucket: BucketRecord,
  object: StoredObject,
): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(object.headers).map(([name, value]) => [name, inLatin1(value)])),
  'accept-ranges': 'bytes',
  etag: `"${object.etag}"`,
  'last-modified': new Date(object.modifiedAt).toUTCString(),
  'x-amz-version-id': object.versionId,
  ...encryption(bucket),
  ...(request.headers['x-amz-checksum-mode'] === 'ENABLED' &&
    request.headers.range === undefined && {
      ...checksumHeaders(object),
      'x-amz-checksum-type': checksumType(object) ?? 'FULL_OBJECT',
    }),
});

/** Whether a checksum is over the whole, or over those of its parts; undefined where there is none. */
export const checksumType = ({ checksums }: StoredObject): 'COMPOSITE' | 'FULL_OBJECT' | undefined => {
  const [value] = Object.values(checksums);
  if (value === undefined) return undefined;
  return /-\d+$/.test(value) ? 'COMPOSITE' : 'FULL_OBJECT';
};

const isLatin1 = (value: string): boolean => /^[\t\x20-\x7e\xa0-\xff]*$/.test(value);

/** A header holds no other letters: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const inLatin1 = (value: string): string =>
  isLatin1(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`;

/** `response-content-type` and its kin, as presigned GETs use them. */
export const overrides = (request: AwsRequest): Record<string, string> =>
  Object.fromEntries(
    request.query
      .filter(([name]) => /^response-(content-(type|disposition|encoding|language)|cache-control|expires)$/.test(name))
      .map(([name, value]) => {
        if (isLatin1(value)) return [name.replace('response-', ''), value];
        throw new AwsError('InvalidArgument', 'Header value cannot be represented using ISO-8859-1.', 400, {
          ArgumentName: name,
          ArgumentValue: value,
        });
      }),
  );

/** S3's error document; a HEAD gets the status alone. */
export const errorResponse = (
  error: AwsError,
  request: AwsRequest,
  headers: Record<string, string> = {},
): AwsResponse => ({
  status: error.status,
  headers: { ...xmlType, ...error.headers, ...headers },
  ...(request.method !== 'HEAD' && {
    body: xmlDocument('Error', {
      Code: error.code,
      Message: error.message,
      ...error.details,
      Resource: request.path,
      RequestId: request.id,
      HostId: 'local',
    }),
  }),
});
