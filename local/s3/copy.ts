import { createHash } from 'node:crypto';
import { AwsError } from '../errors.ts';
import type { AwsRequest } from '../http/request.ts';
import { checksumNames, createChecksum } from './checksums.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { notImplemented } from './responses.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html and …/API_UploadPartCopy.html */
const maxCopyBytes = 5 * 2 ** 30;

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  }
};

/** `/bucket/key?versionId=…`, percent-encoded. */
export const copySourceOf = (
  request: AwsRequest,
): { readonly bucket: string; readonly key: string; readonly versionId: string | undefined } => {
  const [path = '', query = ''] = (request.headers['x-amz-copy-source'] ?? '').split('?versionId=');
  const [bucket = '', ...rest] = decoded(path).replace(/^\//, '').split('/');
  return { bucket, key: rest.join('/'), versionId: query === '' ? undefined : decoded(query) };
};

/**
 * What S3 says of a copy that asks for nothing, or for something that it does not know.
 *
 * @throws AwsError InvalidRequest, InvalidArgument, NotImplemented
 */
export const requireChange = (
  { headers }: AwsRequest,
  source: StoredObject,
  target: { readonly bucket: string; readonly key: string },
): void => {
  const directive = headers['x-amz-metadata-directive'] ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw new AwsError('InvalidArgument', 'Unknown metadata directive.');
  }
  // The copy would keep what the source has, and say nothing.
  if (headers['x-amz-checksum-algorithm'] !== undefined) throw notImplemented('x-amz-checksum-algorithm of a copy');
  const isItself = source.bucket === target.bucket && source.key === target.key;
  if (!isItself || directive === 'REPLACE' || (headers['x-amz-copy-source'] ?? '').includes('?versionId=')) return;
  throw new AwsError(
    'InvalidRequest',
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
};

/** Which bytes of a source are to be copied. Unlike the range of a GET it must lie within the object. */
export const copyRange = (request: AwsRequest, size: number): { start: number; end: number } => {
  const header = request.headers['x-amz-copy-source-range'];
  const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(header ?? '') ?? [];
  const range = header === undefined ? { start: 0, end: size - 1 } : { start: Number(first), end: Number(last) };
  if (first === '' && header !== undefined) {
    throw new AwsError(
      'InvalidArgument',
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    );
  }
  if (range.start > range.end || range.end >= size) {
    throw new AwsError('InvalidRequest', 'The specified copy range is invalid for the source object size');
  }
  if (range.end - range.start + 1 > maxCopyBytes) throw tooLarge();
  return range;
};

/**
 * A copy is one piece, so what a source in parts had composed is computed anew over the whole.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
export const copyWhole = async (
  objects: ObjectStore,
  source: StoredObject,
): Promise<Pick<StoredObject, 'blob' | 'etag' | 'checksums'>> => {
  if (source.size > maxCopyBytes) throw tooLarge();
  if (!source.etag.includes('-')) {
    return { blob: await objects.write(toBytes(objects.read(source))), etag: source.etag, checksums: source.checksums };
  }
  const { blob, md5, checksums } = await copyPiece(objects, source, undefined, Object.keys(source.checksums));
  return { blob, etag: md5, checksums };
};

/** Some bytes of an object as a piece of their own, with the checksums that are named. */
export const copyPiece = async (
  objects: ObjectStore,
  source: StoredObject,
  range: { start: number; end: number } | undefined,
  names: readonly string[],
): Promise<{ blob: string; md5: string; checksums: Record<string, string> }> => {
  const md5 = createHash('md5');
  const sums = checksumNames
    .filter((name) => names.includes(name))
    .map((name) => [name, createChecksum(name)] as const);
  const blob = await objects.write(
    (async function* () {
      for await (const chunk of toBytes(objects.read(source, range))) {
        md5.update(chunk);
        for (const [, sum] of sums) sum.update(chunk);
        yield chunk;
      }
    })(),
  );
  const checksums = await Promise.all(sums.map(async ([name, sum]) => [name, await sum.base64()] as const));
  return { blob, md5: md5.digest('hex'), checksums: Object.fromEntries(checksums) };
};

const tooLarge = (): AwsError =>
  new AwsError(
    'InvalidRequest',
    `The specified copy source is larger than the maximum allowable size for a copy source: ${maxCopyBytes}`,
  );

async function* toBytes(stream: NodeJS.ReadableStream): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield Buffer.from(chunk);
}
