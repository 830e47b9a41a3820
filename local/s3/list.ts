import { AwsError } from '../errors.ts';
import { type AwsRequest, queryValue } from '../http/request.ts';
import type { XmlValue } from '../http/xml.ts';
import { uriEncode } from '../identity/sigv4.ts';
import type { ObjectStore, StoredObject, StoredVersion } from './object-store.ts';
import { iso } from './responses.ts';

const pageLimit = 1000;

/** ListObjectsV2: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const listObjects = (store: ObjectStore, bucket: string, request: AwsRequest): { [name: string]: XmlValue } => {
  if (queryValue(request, 'list-type') !== '2') {
    throw new AwsError('NotImplemented', 'Only ListObjectsV2 (list-type=2) is implemented here', 501);
  }
  const prefix = queryValue(request, 'prefix') ?? '';
  const delimiter = queryValue(request, 'delimiter') ?? '';
  const token = queryValue(request, 'continuation-token');
  const startAfter = queryValue(request, 'start-after') ?? '';
  const maxKeys = Math.min(parseMaxKeys(queryValue(request, 'max-keys')), pageLimit);
  const { name, encoding } = encoder(request);
  const page = collect(store, {
    bucket,
    prefix,
    delimiter,
    after: token === undefined ? startAfter : decodeToken(token),
    maxKeys,
  });
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
    Contents: page.objects.map((object) => ({ Key: name(object.key), ...summary(object) })),
    CommonPrefixes: page.prefixes.map((one) => ({ Prefix: name(one) })),
  };
};

/** ListObjectVersions: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
export const listVersions = (store: ObjectStore, bucket: string, request: AwsRequest): { [name: string]: XmlValue } => {
  const prefix = queryValue(request, 'prefix') ?? '';
  const keyMarker = queryValue(request, 'key-marker') ?? '';
  const versionMarker = queryValue(request, 'version-id-marker');
  const maxKeys = Math.min(parseMaxKeys(queryValue(request, 'max-keys')), pageLimit);
  const { name, encoding } = encoder(request);
  const version = ({ key, versionId, isLatest }: StoredVersion) => ({
    Key: name(key),
    VersionId: versionId,
    IsLatest: isLatest,
  });
  const all = store.versions(bucket, prefix);
  const marked = all.findIndex(({ key, versionId }) => key === keyMarker && versionId === versionMarker);
  const rest = marked >= 0 ? all.slice(marked + 1) : all.filter(({ key }) => key > keyMarker);
  const page = rest.slice(0, maxKeys);
  const last = rest.length > page.length ? page.at(-1) : undefined;
  return {
    Name: bucket,
    Prefix: name(prefix),
    KeyMarker: name(keyMarker),
    MaxKeys: maxKeys,
    ...encoding,
    IsTruncated: last !== undefined,
    ...(last && { NextKeyMarker: name(last.key), NextVersionIdMarker: last.versionId }),
    Version: page.filter(({ isMarker }) => !isMarker).map((object) => ({ ...version(object), ...summary(object) })),
    DeleteMarker: page
      .filter(({ isMarker }) => isMarker)
      .map((marker) => ({ ...version(marker), LastModified: iso(marker) })),
  };
};

/** Keys as `encoding-type=url` wants them: XML cannot hold every character of a key. */
const encoder = (request: AwsRequest): { name: (text: string) => string; encoding: { EncodingType?: string } } => {
  const isEncoded = queryValue(request, 'encoding-type') === 'url';
  return {
    name: (text) => (isEncoded ? uriEncode(text).replaceAll('%2F', '/') : text),
    encoding: isEncoded ? { EncodingType: 'url' } : {},
  };
};

const summary = (object: StoredObject): { [name: string]: XmlValue } => ({
  LastModified: iso(object),
  ETag: `"${object.etag}"`,
  Size: object.size,
  StorageClass: 'STANDARD',
});

const decodeToken = (token: string): string => {
  const text = Buffer.from(token, 'base64').toString('utf8');
  if (Buffer.from(text).toString('base64') === token) return text;
  throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect');
};

const parseMaxKeys = (text: string | undefined): number => {
  if (text === undefined) return pageLimit;
  if (!/^\d+$/.test(text))
    throw new AwsError('InvalidArgument', 'Provided max-keys not an integer or within integer range');
  return Number(text);
};

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
      if (object.key <= last) continue;
      if (objects.length + prefixes.length === maxKeys) return { objects, prefixes, next: last };
      const cut = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
      if (cut < 0) {
        objects.push(object);
        last = object.key;
      } else {
        const common = object.key.slice(0, cut + delimiter.length);
        prefixes.push(common);
        // Behind every key that starts with the common prefix.
        last = `${common}\u{10ffff}`;
      }
    }
  }
};
