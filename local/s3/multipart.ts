import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import { type Authenticated, type AwsRequest, type AwsResponse, queryValue } from '../http/request.ts';
import { type Access, requireKeyLength } from './access.ts';
import { readVerified, receiveBody, requireLength } from './body.ts';
import type { BucketRecord } from './buckets.ts';
import { createChecksum } from './checksums.ts';
import { copyPiece, copyRange } from './copy.ts';
import { listUploads } from './list-uploads.ts';
import {
  algorithmOf,
  checksumTypeOf,
  chosenParts,
  etagOf,
  namedParts,
  pageNumber,
  pageSize,
  partNumber,
  requireAlgorithm,
  requirePromised,
  requireSize,
  withoutObjectChecksum,
} from './multipart-rules.ts';
import { MultipartStore, type MultipartUpload, type StoredPart } from './multipart-store.ts';
import type { NewContent, ObjectStore, StoredObject } from './object-store.ts';
import { checksumElements, encryption, keptHeaders, notImplemented, writtenHeaders, xml } from './responses.ts';

/** What an upload in parts needs of the objects around it. */
interface Surroundings {
  /** The object that a part is to be copied from; reading it must be allowed. */
  source(): StoredObject;
  /** Makes the finished object of the pieces; the one way in which objects come to be. */
  commit(object: NewContent, then: () => void): StoredObject;
}

/**
 * Multipart uploads. Beginning one and its parts is no creation of an object (`s3:ObjectCreationOperation`), completing
 * it is; parts are read back to be assembled, so a customer key must allow `kms:Decrypt` as well.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
export class Multipart {
  readonly #context: Context;
  readonly #access: Access;
  readonly #objects: ObjectStore;
  readonly #store: MultipartStore;

  constructor(context: Context, access: Access, objects: ObjectStore) {
    this.#context = context;
    this.#access = access;
    this.#objects = objects;
    this.#store = new MultipartStore(context.journal);
  }

  /** True for a request that is about an upload in parts. */
  static isAsked(request: AwsRequest): boolean {
    return ['uploads', 'uploadId'].some((name) => queryValue(request, name) !== undefined);
  }

  async handle(
    request: AwsRequest,
    bucket: BucketRecord,
    key: string,
    auth: Authenticated,
    around: Surroundings,
  ): Promise<AwsResponse> {
    if (queryValue(request, 'uploads') !== undefined) {
      if (request.method !== 'POST') throw notImplemented(`${request.method} of ?uploads with a key`);
      return this.#begin(request, bucket, key, auth);
    }
    const upload = () => this.#upload(queryValue(request, 'uploadId') ?? '', bucket, key);
    switch (request.method) {
      case 'PUT':
        return this.#part(request, bucket, key, auth, upload, around.source);
      case 'POST':
        return this.#complete(request, bucket, key, auth, upload, around.commit);
      case 'DELETE':
        return this.#abort(request, bucket, key, auth, upload);
      case 'GET':
        return this.#listParts(request, bucket, key, auth, upload);
      default:
        throw notImplemented(`${request.method} of ?uploadId`);
    }
  }

  /** ListMultipartUploads: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
  list(request: AwsRequest, bucket: BucketRecord, auth: Authenticated): AwsResponse {
    this.#access.require(auth, 's3:ListBucketMultipartUploads', bucket, undefined, request);
    return xml('ListMultipartUploadsResult', listUploads(this.#store.list(bucket.name), bucket.name, request));
  }

  /** Aborts what is older than this: the lifecycle rule AbortIncompleteMultipartUpload. */
  abortOlder(bucket: string, prefix: string, days: number, now: number): void {
    for (const upload of this.#store.list(bucket)) {
      if (upload.key.startsWith(prefix) && upload.initiatedAt + days * 86_400_000 <= now) this.#forget(upload);
    }
  }

  #begin(request: AwsRequest, bucket: BucketRecord, key: string, auth: Authenticated): AwsResponse {
    requireKeyLength(key);
    this.#requirePart(request, bucket, key, auth);
    this.#access.requireKey(auth, 'kms:GenerateDataKey', bucket, key);
    const algorithm = algorithmOf(request);
    const asked = request.headers['x-amz-checksum-type'];
    const upload = this.#store.begin({
      bucket: bucket.name,
      key,
      initiatedAt: this.#context.clock.now(),
      headers: keptHeaders(request.headers),
      algorithm,
      checksumType: checksumTypeOf(algorithm, asked),
    });
    const result = xml('InitiateMultipartUploadResult', { Bucket: bucket.name, Key: key, UploadId: upload.id });
    const told = algorithm && {
      'x-amz-checksum-algorithm': algorithm.toUpperCase(),
      'x-amz-checksum-type': upload.checksumType,
    };
    return { ...result, headers: { ...result.headers, ...encryption(bucket), ...told } };
  }

  async #part(
    request: AwsRequest,
    bucket: BucketRecord,
    key: string,
    auth: Authenticated,
    find: () => MultipartUpload,
    source: () => StoredObject,
  ): Promise<AwsResponse> {
    this.#requirePart(request, bucket, key, auth);
    this.#requireAssembly(bucket, key, auth);
    if (request.headers['x-amz-copy-source'] !== undefined) return this.#copyPart(request, bucket, find(), source);
    const upload = find();
    const number = partNumber(queryValue(request, 'partNumber'));
    requireLength(request);
    const body = await receiveBody(request, auth, this.#objects, upload.algorithm);
    requireAlgorithm(upload, body.checksums);
    const replaced = this.#store.putPart(upload.id, { ...body, number, modifiedAt: this.#context.clock.now() });
    if (replaced !== undefined) this.#objects.discard(replaced);
    const sums = Object.entries(body.checksums).map(([name, value]) => [`x-amz-checksum-${name}`, value]);
    return { status: 200, headers: { etag: `"${body.md5}"`, ...encryption(bucket), ...Object.fromEntries(sums) } };
  }

  async #copyPart(
    request: AwsRequest,
    bucket: BucketRecord,
    upload: MultipartUpload,
    findSource: () => StoredObject,
  ): Promise<AwsResponse> {
    const number = partNumber(queryValue(request, 'partNumber'));
    const source = findSource();
    const range = copyRange(request, source.size);
    const { blob, md5, checksums } = await copyPiece(this.#objects, source, range, [upload.algorithm ?? 'crc64nvme']);
    const modifiedAt = this.#context.clock.now();
    const size = range.end - range.start + 1;
    const replaced = this.#store.putPart(upload.id, { blob, md5, size, checksums, number, modifiedAt });
    if (replaced !== undefined) this.#objects.discard(replaced);
    const result = xml('CopyPartResult', {
      LastModified: new Date(modifiedAt).toISOString(),
      ETag: `"${md5}"`,
      ...checksumElements(checksums),
    });
    const version = { 'x-amz-copy-source-version-id': source.versionId };
    return { ...result, headers: { ...result.headers, ...version, ...encryption(bucket) } };
  }

  async #complete(
    request: AwsRequest,
    bucket: BucketRecord,
    key: string,
    auth: Authenticated,
    find: () => MultipartUpload,
    commit: Surroundings['commit'],
  ): Promise<AwsResponse> {
    this.#access.requireCreation(request, bucket, key, auth);
    this.#requireAssembly(bucket, key, auth);
    const body = await readVerified(withoutObjectChecksum(request), auth);
    const named = namedParts(body.toString('utf8'));
    const upload = find();
    const stored = this.#store.parts(upload.id);
    const parts = chosenParts(named, stored, upload);
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    requireSize(request.headers['x-amz-mp-object-size'], size);
    const blob = parts.map((part) => part.blob).join(',');
    const checksums = await this.#checksumsOf(upload, parts, { blob, size });
    requirePromised(request, upload, checksums);
    // "For multipart uploads, the object creation date is the date of initiation" (UserGuide/UsingMetadata.html).
    const modifiedAt = upload.initiatedAt;
    const object = commit({ blob, size, etag: etagOf(parts), headers: upload.headers, checksums, modifiedAt }, () =>
      this.#store.end(upload.id),
    );
    const kept = new Set(parts.map((part) => part.blob));
    for (const left of stored) if (!kept.has(left.blob)) this.#objects.discard(left.blob);
    const result = xml('CompleteMultipartUploadResult', {
      Location: `${this.#context.endpoint()}/${bucket.name}/${key}`,
      Bucket: bucket.name,
      Key: key,
      ETag: `"${object.etag}"`,
      ...checksumElements(object.checksums),
      ChecksumType: upload.checksumType,
    });
    const { 'x-amz-version-id': version = '' } = writtenHeaders(bucket, object);
    return { ...result, headers: { ...result.headers, 'x-amz-version-id': version, ...encryption(bucket) } };
  }

  /** Of the whole: composed of the parts' own, or over all bytes, as the upload was begun. */
  async #checksumsOf(
    { algorithm = 'crc64nvme', checksumType }: MultipartUpload,
    parts: readonly StoredPart[],
    whole: { blob: string; size: number },
  ): Promise<Record<string, string>> {
    const running = createChecksum(algorithm);
    if (checksumType === 'COMPOSITE') {
      for (const part of parts) running.update(Buffer.from(part.checksums[algorithm] ?? '', 'base64'));
      return { [algorithm]: `${await running.base64()}-${parts.length}` };
    }
    for await (const chunk of this.#objects.read(whole)) running.update(Buffer.from(chunk));
    return { [algorithm]: await running.base64() };
  }

  #abort(
    request: AwsRequest,
    bucket: BucketRecord,
    key: string,
    auth: Authenticated,
    find: () => MultipartUpload,
  ): AwsResponse {
    this.#access.require(auth, 's3:AbortMultipartUpload', bucket, key, request);
    this.#forget(find());
    return { status: 204 };
  }

  #listParts(
    request: AwsRequest,
    bucket: BucketRecord,
    key: string,
    auth: Authenticated,
    find: () => MultipartUpload,
  ): AwsResponse {
    this.#access.require(auth, 's3:ListMultipartUploadParts', bucket, key, request);
    const upload = find();
    const after = pageNumber(request, 'part-number-marker') ?? 0;
    const limit = pageSize(request, 'max-parts');
    const left = this.#store.parts(upload.id).filter(({ number }) => number > after);
    const shown = left.slice(0, limit);
    return xml('ListPartsResult', {
      Bucket: bucket.name,
      Key: key,
      UploadId: upload.id,
      PartNumberMarker: after,
      NextPartNumberMarker: shown.at(-1)?.number ?? 0,
      MaxParts: limit,
      IsTruncated: left.length > shown.length,
      ...(upload.algorithm && { ChecksumAlgorithm: upload.algorithm.toUpperCase(), ChecksumType: upload.checksumType }),
      Part: shown.map(({ number, modifiedAt, md5, size, checksums }) => ({
        PartNumber: number,
        LastModified: new Date(modifiedAt).toISOString(),
        ETag: `"${md5}"`,
        Size: size,
        ...checksumElements(checksums),
      })),
    });
  }

  #requirePart(request: AwsRequest, bucket: BucketRecord, key: string, auth: Authenticated): void {
    this.#access.require(auth, 's3:PutObject', bucket, key, request, { 's3:ObjectCreationOperation': 'false' });
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions */
  #requireAssembly(bucket: BucketRecord, key: string, auth: Authenticated): void {
    this.#access.requireKey(auth, 'kms:GenerateDataKey', bucket, key);
    this.#access.requireKey(auth, 'kms:Decrypt', bucket, key);
  }

  #upload(id: string, bucket: BucketRecord, key: string): MultipartUpload {
    const upload = this.#store.find(id);
    if (upload && upload.bucket === bucket.name && upload.key === key) return upload;
    throw new AwsError(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      404,
      { UploadId: id },
    );
  }

  #forget(upload: MultipartUpload): void {
    const parts = this.#store.parts(upload.id);
    this.#context.journal.transaction(() => this.#store.end(upload.id));
    for (const { blob } of parts) this.#objects.discard(blob);
  }
}
