import { AwsError } from '../errors.ts';
import { type AwsRequest, queryValue } from '../http/request.ts';
import type { XmlValue } from '../http/xml.ts';
import { uriEncode } from '../identity/sigv4.ts';
import {
  byKey,
  type ObjectStore,
  placeOf,
  requireVersionId,
  type StoredObject,
  type StoredVersion,
} from './object-store.ts';
import { checksumType, iso } from './responses.ts';

const pageLimit = 1000;

/** There is one account. */
const owner = { ID: 'local' };

type Answer = { readonly [name: string]: XmlValue };

/** What both versions of ListObjects are asked in the same words. */
const asked = (request: AwsRequest) => ({
  prefix: queryValue(request, 'prefix') ?? '',
  delimiter: queryValue(request, 'delimiter') ?? '',
  maxKeys: parseMaxKeys(queryValue(request, 'max-keys')),
});

/** ListObjectsV2: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const listObjectsV2 = (store: ObjectStore, bucket: string, request: AwsRequest): Answer => {
  const { prefix, delimiter, maxKeys } = asked(request);
  const token = queryValue(request, 'continuation-token');
  const startAfter = queryValue(request, 'start-after') ?? '';
  const { name, encoding } = encoder(request);
  const after = token === undefined ? startAfter : decodeToken(token);
  const page = collect(store, { bucket, prefix, delimiter, after, maxKeys });
  const withOwner = queryValue(request, 'fetch-owner') === 'true';
  return {
    Name: bucket,
    Prefix: name(prefix),
    ...(delimiter && { Delimiter: name(delimiter) }),
    ...(startAfter && { StartAfter: name(startAfter) }),
    ...(token !== undefined && { ContinuationToken: token }),
    ...(page.next !== undefined && { NextContinuationToken: Buffer.from(page.next).toString('base64') }),
    KeyCount: page.objects.length + page.prefixes.length,
    MaxKeys: maxKeys,
    ...encoding,
    IsTruncated: page.next !== undefined,
    ...contents(page, name, withOwner),
  };
};

/** ListObjects, the first version: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export const listObjects = (store: ObjectStore, bucket: string, request: AwsRequest): Answer => {
  const { prefix, delimiter, maxKeys } = asked(request);
  const marker = queryValue(request, 'marker') ?? '';
  const { name, encoding } = encoder(request);
  // A marker that is a common prefix stands for all keys under it.
  const after = isCommonPrefix(marker, prefix, delimiter) ? `${marker}${behindAll}` : marker;
  const page = collect(store, { bucket, prefix, delimiter, after, maxKeys });
  const last = page.next?.replace(behindAll, '');
  return {
    Name: bucket,
    Prefix: name(prefix),
    Marker: name(marker),
    MaxKeys: maxKeys,
    ...(delimiter && { Delimiter: name(delimiter) }),
    ...encoding,
    IsTruncated: last !== undefined,
    // Without a delimiter the last key itself is where to go on.
    ...(last !== undefined && delimiter && { NextMarker: name(last) }),
    ...contents(page, name, true),
  };
};

const contents = ({ objects, prefixes }: Page, name: (text: string) => string, withOwner: boolean): Answer => ({
  Contents: objects.map((object) => ({
    Key: name(object.key),
    ...summary(object),
    ...(withOwner && { Owner: owner }),
  })),
  CommonPrefixes: prefixes.map((one) => ({ Prefix: name(one) })),
});

/** ListObjectVersions: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
export const listVersions = (store: ObjectStore, bucket: string, request: AwsRequest): Answer => {
  const { prefix, delimiter, maxKeys } = asked(request);
  const keyMarker = queryValue(request, 'key-marker') ?? '';
  const versionMarker = queryValue(request, 'version-id-marker');
  const { name, encoding } = encoder(request);
  const version = ({ key, versionId, isLatest }: StoredVersion) => ({
    Key: name(key),
    VersionId: versionId,
    IsLatest: isLatest,
  });
  requireMarkers(keyMarker, versionMarker);
  const after = isCommonPrefix(keyMarker, prefix, delimiter) ? `${keyMarker}${behindAll}` : keyMarker;
  const rest = store.versions(bucket, prefix).filter(({ key, seq }) => {
    const isOfMarker = versionMarker !== undefined && key === keyMarker;
    return isOfMarker ? seq < placeOf(versionMarker) : byKey(key, after) > 0;
  });
  const { page, prefixes, last } = collectVersions(rest, { prefix, delimiter, maxKeys });
  return {
    Name: bucket,
    Prefix: name(prefix),
    KeyMarker: name(keyMarker),
    ...(versionMarker !== undefined && { VersionIdMarker: versionMarker }),
    MaxKeys: maxKeys,
    ...(delimiter && { Delimiter: name(delimiter) }),
    ...encoding,
    IsTruncated: last !== undefined,
    ...(last && { NextKeyMarker: name(last.key), NextVersionIdMarker: last.versionId }),
    Version: page
      .filter(({ isMarker }) => !isMarker)
      .map((object) => ({ ...version(object), ...summary(object), Owner: owner })),
    DeleteMarker: page
      .filter(({ isMarker }) => isMarker)
      .map((marker) => ({ ...version(marker), LastModified: iso(marker), Owner: owner })),
    CommonPrefixes: prefixes.map((one) => ({ Prefix: name(one) })),
  };
};

/** One page of versions and common prefixes, and where it ends when there is more behind it. */
const collectVersions = (
  versions: readonly StoredVersion[],
  { prefix, delimiter, maxKeys }: { prefix: string; delimiter: string; maxKeys: number },
): { page: StoredVersion[]; prefixes: string[]; last: { key: string; versionId?: string } | undefined } => {
  const page: StoredVersion[] = [];
  const prefixes: string[] = [];
  let last: { key: string; versionId?: string } | undefined;
  for (const one of versions) {
    const common = commonPrefix(one.key, prefix, delimiter);
    if (common !== undefined && prefixes.includes(common)) continue;
    if (page.length + prefixes.length === maxKeys) return { page, prefixes, last: maxKeys === 0 ? undefined : last };
    if (common === undefined) page.push(one);
    else prefixes.push(common);
    last = common === undefined ? { key: one.key, versionId: one.versionId } : { key: common };
  }
  return { page, prefixes, last: undefined };
};

/** Whether a marker stands for all keys that begin with it. */
export const isCommonPrefix = (marker: string, prefix: string, delimiter: string): boolean =>
  delimiter !== '' && marker.length > prefix.length && marker.startsWith(prefix) && marker.endsWith(delimiter);

/** @throws AwsError InvalidArgument */
const requireMarkers = (keyMarker: string, versionMarker: string | undefined): void => {
  if (versionMarker === undefined) return;
  const argument = 'version-id-marker';
  if (keyMarker === '') {
    const message = 'A version-id marker cannot be specified without a key marker.';
    const details = { ArgumentName: argument, ArgumentValue: versionMarker };
    throw new AwsError('InvalidArgument', message, 400, details);
  }
  requireVersionId(versionMarker, argument);
};

/** Of a key that goes on behind the delimiter. */
export const commonPrefix = (key: string, prefix: string, delimiter: string): string | undefined => {
  const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
};

/** Keys as `encoding-type=url` wants them: XML cannot hold every character of a key. */
export const encoder = (
  request: AwsRequest,
): { name: (text: string) => string; encoding: { EncodingType?: string } } => {
  const type = queryValue(request, 'encoding-type');
  const isEncoded = type === 'url';
  if (type !== undefined && !isEncoded) {
    throw new AwsError('InvalidArgument', 'Invalid Encoding Method specified in Request', 400, {
      ArgumentName: 'encoding-type',
      ArgumentValue: type,
    });
  }
  return {
    name: (text) => (isEncoded ? uriEncode(text).replaceAll('%2F', '/') : text),
    encoding: isEncoded ? { EncodingType: 'url' } : {},
  };
};

const summary = (object: StoredObject): { [name: string]: XmlValue } => ({
  LastModified: iso(object),
  ETag: `"${object.etag}"`,
  ...checksumSummary(object),
  Size: object.size,
  StorageClass: 'STANDARD',
});

/** Which checksum an object has; of an upload in parts it may be one over those of the parts. */
const checksumSummary = (object: StoredObject): { [name: string]: XmlValue } => {
  const [name] = Object.keys(object.checksums);
  return name === undefined ? {} : { ChecksumAlgorithm: name.toUpperCase(), ChecksumType: checksumType(object) };
};

const decodeToken = (token: string): string => {
  const text = Buffer.from(token, 'base64').toString('utf8');
  if (Buffer.from(text).toString('base64') === token) return text;
  throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect');
};

const parseMaxKeys = (value: string | undefined): number => {
  if (value === undefined) return pageLimit;
  const details = { ArgumentName: 'max-keys', ArgumentValue: value };
  if (/^-\d+$/.test(value))
    throw new AwsError('InvalidArgument', 'Argument maxKeys must be an integer between 0 and 2147483647', 400, details);
  if (!/^\d+$/.test(value) || Number(value) > 2_147_483_647)
    throw new AwsError('InvalidArgument', 'Provided max-keys not an integer or within integer range', 400, details);
  return Math.min(Number(value), pageLimit);
};

/** Sorts behind every key that begins with what stands before it. */
export const behindAll = '\u{10ffff}';

interface Query {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  readonly after: string;
  readonly maxKeys: number;
}

interface Page {
  readonly objects: StoredObject[];
  readonly prefixes: string[];
  /** The last key or prefix of this page, when there is more behind it. */
  readonly next: string | undefined;
}

const collect = (store: ObjectStore, { bucket, prefix, delimiter, after, maxKeys }: Query): Page => {
  const objects: StoredObject[] = [];
  const prefixes: string[] = [];
  let last = after;
  if (maxKeys === 0) return { objects, prefixes, next: undefined };
  for (;;) {
    const batch = store.list(bucket, prefix, last, maxKeys + 1);
    if (batch.length === 0) return { objects, prefixes, next: undefined };
    for (const object of batch) {
      // In this batch there may be more keys behind a common prefix that was just counted.
      if (byKey(object.key, last) <= 0) continue;
      if (objects.length + prefixes.length === maxKeys) return { objects, prefixes, next: last };
      const common = commonPrefix(object.key, prefix, delimiter);
      if (common === undefined) {
        objects.push(object);
        last = object.key;
      } else {
        prefixes.push(common);
        last = `${common}${behindAll}`;
      }
    }
  }
};
