import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { EventBuses } from '../events/buses.ts';
import type { Authenticated, AwsRequest, AwsResponse } from '../http/request.ts';
import { queryValue } from '../http/request.ts';
import type { Kms } from '../kms/kms.ts';
import { Registry } from '../registry.ts';
import { type Target, targetOf } from './address.ts';
import { receiveBody } from './body.ts';
import type { BucketRecord } from './buckets.ts';
import { configurations } from './configuration.ts';
import { corsHeaders, preflight } from './cors.ts';
import { Lifecycle } from './lifecycle.ts';
import { listObjects, listVersions } from './list.ts';
import { ObjectStore, type StoredObject } from './object-store.ts';
import { parseRange } from './range.ts';
import {
  encryption,
  errorResponse,
  iso,
  keptHeaders,
  notImplemented,
  overrides,
  readHeaders,
  writtenHeaders,
  xml,
} from './responses.ts';
import { isGoverned, isLocked, lockHeaders, requireChecksum } from './retention.ts';

/** Subresources that no operation here answers; S3 has them, so silence would be a lie. */
const unsupported = [
  'acl',
  'tagging',
  'uploads',
  'partNumber',
  'uploadId',
  'retention',
  'legal-hold',
  'restore',
  'select',
  'torrent',
  'lifecycle',
  'notification',
  'website',
  'logging',
  'attributes',
  'replication',
];

/** Headers that ask for something that would not happen. */
const unsupportedHeaders =
  /^(x-amz-(tagging|acl|grant-|storage-class|server-side-encryption|object-lock-mode|object-lock-retain|object-lock-legal|website|copy-source-(if|range|server)|request-payer)|if-(un)?modified-since)/;

/** S3: the operations that the product, the AWS CLI's `s3api` basics and presigned URLs need. */
export class S3 {
  readonly buckets: Registry<BucketRecord>;
  readonly objects: ObjectStore;
  readonly #context: Context;
  readonly #buses: EventBuses;
  readonly #kms: Kms;
  readonly #lifecycle: Lifecycle;

  constructor(context: Context, buses: EventBuses, kms: Kms) {
    this.#context = context;
    this.#buses = buses;
    this.#kms = kms;
    this.buckets = new Registry(context.journal, 'bucket');
    this.objects = new ObjectStore(context.journal, context.clock, context.dataDir);
    this.#lifecycle = new Lifecycle(this.objects, context.clock);
  }

  async handle(request: AwsRequest, authenticate: () => Authenticated): Promise<AwsResponse> {
    const target = targetOf(request);
    if (request.method === 'OPTIONS') return preflight(this.buckets.get(target.bucket), request);
    const cors = corsHeaders(this.buckets.get(target.bucket), request);
    try {
      const response = await this.#dispatch(request, target, authenticate());
      return { ...response, headers: { ...response.headers, ...cors } };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return errorResponse(error, request, cors);
    }
  }

  async #dispatch(request: AwsRequest, target: Target, auth: Authenticated): Promise<AwsResponse> {
    const odd = unsupported.find((name) => queryValue(request, name) !== undefined);
    if (odd !== undefined) throw notImplemented(`the subresource ?${odd}`);
    const oddHeader = Object.keys(request.headers).find((name) => unsupportedHeaders.test(name));
    if (oddHeader !== undefined) throw notImplemented(`the header ${oddHeader}`);
    if (target.bucket === '') return this.#listBuckets(request, auth);
    const bucket = this.#bucket(target.bucket);
    this.#lifecycle.apply(bucket);
    if (target.key === '') return this.#bucketOperation(request, bucket, auth);
    switch (request.method) {
      case 'PUT':
        return request.headers['x-amz-copy-source'] === undefined
          ? this.#put(request, bucket, target.key, auth)
          : this.#copy(request, bucket, target.key, auth);
      case 'GET':
      case 'HEAD':
        return this.#get(request, bucket, target.key, auth);
      case 'DELETE':
        return this.#delete(request, bucket, target.key, auth);
      default:
        throw notImplemented(`${request.method} of an object`);
    }
  }

  #bucket(name: string): BucketRecord {
    const bucket = this.buckets.get(name);
    if (!bucket) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name });
    return bucket;
  }

  #require(
    auth: Authenticated,
    action: string,
    bucket: BucketRecord,
    key: string | undefined,
    request: AwsRequest,
    more: Record<string, string> = {},
  ): void {
    this.#context.authorizer.require({
      principal: auth.principal,
      action,
      resource: `arn:aws:s3:::${bucket.name}${key === undefined ? '' : `/${key}`}`,
      resourcePolicy: bucket.policy,
      context: {
        'aws:SourceIp': request.sourceIp,
        's3:authType': auth.via === 'query' ? 'REST-QUERY-STRING' : 'REST-HEADER',
        's3:TlsVersion': '1.3',
        ...(auth.signatureAge !== undefined && { 's3:signatureAge': String(auth.signatureAge) }),
        ...(request.headers['if-none-match'] !== undefined && { 's3:if-none-match': request.headers['if-none-match'] }),
        ...more,
      },
    });
  }

  #listBuckets(request: AwsRequest, auth: Authenticated): AwsResponse {
    if (request.method !== 'GET') throw notImplemented(`${request.method} without a bucket`);
    this.#context.authorizer.require({ principal: auth.principal, action: 's3:ListAllMyBuckets', resource: '*' });
    const Bucket = this.buckets
      .all()
      .map(({ body }) => ({ Name: body.name, CreationDate: new Date(body.createdAt).toISOString() }));
    return xml('ListAllMyBucketsResult', { Owner: { ID: this.#context.accountId }, Buckets: { Bucket } });
  }

  #bucketOperation(request: AwsRequest, bucket: BucketRecord, auth: Authenticated): AwsResponse {
    const prefix = queryValue(request, 'prefix') ?? '';
    const asked = Object.keys(configurations).find((name) => queryValue(request, name) !== undefined);
    const configuration = asked === undefined ? undefined : configurations[asked];
    if (configuration && request.method === 'GET') {
      this.#require(auth, configuration.action, bucket, undefined, request);
      return configuration.answer(bucket, this.#context.region);
    }
    if (configuration) throw notImplemented(`${request.method} of ?${asked}`);
    if (request.method === 'GET' && queryValue(request, 'versions') !== undefined) {
      this.#require(auth, 's3:ListBucketVersions', bucket, undefined, request, { 's3:prefix': prefix });
      return xml('ListVersionsResult', listVersions(this.objects, bucket.name, request));
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') throw notImplemented(`${request.method} of a bucket`);
    this.#require(auth, 's3:ListBucket', bucket, undefined, request, { 's3:prefix': prefix });
    if (request.method === 'HEAD') return { status: 200, headers: { 'x-amz-bucket-region': this.#context.region } };
    return xml('ListBucketResult', listObjects(this.objects, bucket.name, request));
  }

  async #put(request: AwsRequest, bucket: BucketRecord, key: string, auth: Authenticated): Promise<AwsResponse> {
    this.#requireWrite(request, bucket, key, auth);
    requireChecksum(bucket, request);
    const body = await receiveBody(request, auth, this.objects);
    const stored = this.#commit(request, bucket, key, auth, 'PutObject', {
      blob: body.blob,
      size: body.size,
      etag: body.md5,
      headers: keptHeaders(request.headers),
      checksums: body.checksums,
    });
    return { status: 200, headers: writtenHeaders(bucket, stored) };
  }

  async #copy(request: AwsRequest, bucket: BucketRecord, key: string, auth: Authenticated): Promise<AwsResponse> {
    this.#requireWrite(request, bucket, key, auth);
    const source = this.#source(request, auth);
    const blob = await this.objects.write(toBytes(this.objects.read(source)));
    const stored = this.#commit(request, bucket, key, auth, 'CopyObject', {
      blob,
      size: source.size,
      etag: source.etag,
      headers:
        request.headers['x-amz-metadata-directive'] === 'REPLACE' ? keptHeaders(request.headers) : source.headers,
      checksums: source.checksums,
    });
    const result = xml('CopyObjectResult', { LastModified: iso(stored), ETag: `"${stored.etag}"` });
    const versions = { 'x-amz-copy-source-version-id': source.versionId, 'x-amz-version-id': stored.versionId };
    return { ...result, headers: { ...result.headers, ...versions, ...encryption(bucket) } };
  }

  /** `/bucket/key?versionId=…`, percent-encoded. */
  #source(request: AwsRequest, auth: Authenticated): StoredObject {
    const [path = '', query = ''] = (request.headers['x-amz-copy-source'] ?? '').split('?versionId=');
    const [name = '', ...rest] = decodeURIComponent(path).replace(/^\//, '').split('/');
    const bucket = this.#bucket(name);
    const key = rest.join('/');
    const versionId = query === '' ? undefined : decodeURIComponent(query);
    return this.#readable(request, bucket, key, versionId, auth);
  }

  #requireWrite(request: AwsRequest, bucket: BucketRecord, key: string, auth: Authenticated): void {
    const condition = request.headers['if-none-match'];
    if (condition !== undefined && condition !== '*') throw notImplemented('If-None-Match with a value other than *');
    if (Buffer.byteLength(key) > 1024) throw new AwsError('KeyTooLongError', 'Your key is too long');
    this.#require(auth, 's3:PutObject', bucket, key, request, { 's3:ObjectCreationOperation': 'true' });
    // If-Match tells about an object that is there, so it takes the right to read it.
    if (request.headers['if-match'] !== undefined) this.#require(auth, 's3:GetObject', bucket, key, request);
    this.#requireKey(auth, 'kms:GenerateDataKey', bucket, key);
  }

  /**
   * A customer key is asked on the caller's behalf. With a bucket key what it is asked for is the bucket, else the object.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
   */
  #requireKey(
    { principal }: Authenticated,
    action: 'kms:Decrypt' | 'kms:GenerateDataKey',
    { name, encryption: { keyArn, bucketKey } }: BucketRecord,
    key: string,
  ): void {
    if (keyArn === undefined) return;
    const encryptionContext = { 'aws:s3:arn': `arn:aws:s3:::${name}${bucketKey ? '' : `/${key}`}` };
    this.#kms.require(action, { principal, keyArn, via: 's3', encryptionContext });
  }

  /** Without a version: a marker, and nothing is lost. With one: for good, unless it is locked. */
  #delete(request: AwsRequest, bucket: BucketRecord, key: string, auth: Authenticated): AwsResponse {
    const versionId = queryValue(request, 'versionId');
    if (versionId === undefined) {
      this.#require(auth, 's3:DeleteObject', bucket, key, request);
      const marker = this.objects.mark(bucket.name, key);
      return { status: 204, headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.versionId } };
    }
    this.#require(auth, 's3:DeleteObjectVersion', bucket, key, request);
    const version = this.objects.version(bucket.name, key, versionId);
    const bypasses = request.headers['x-amz-bypass-governance-retention'] === 'true';
    if (version && isLocked(version, this.#context.clock.now())) {
      if (!bypasses || !isGoverned(version)) {
        throw new AwsError('AccessDenied', 'Access Denied because object protected by object lock.', 403);
      }
      this.#require(auth, 's3:BypassGovernanceRetention', bucket, key, request);
    }
    if (version) this.objects.remove(version);
    return { status: 204, headers: { 'x-amz-version-id': versionId } };
  }

  #commit(
    request: AwsRequest,
    bucket: BucketRecord,
    key: string,
    auth: Authenticated,
    reason: string,
    object: Pick<StoredObject, 'blob' | 'size' | 'etag' | 'headers' | 'checksums'>,
  ): StoredObject {
    const conditions = { ifNoneMatch: request.headers['if-none-match'], ifMatch: request.headers['if-match'] };
    const headers = { ...object.headers, ...lockHeaders(bucket, this.#context.clock.now()) };
    try {
      return this.objects.commit({ ...object, headers, bucket: bucket.name, key }, conditions, (stored) => {
        if (bucket.eventBridge) this.#announce(stored, request, auth, reason);
      });
    } catch (error) {
      this.objects.discard(object.blob);
      throw error;
    }
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
  #announce(stored: StoredObject, request: AwsRequest, auth: Authenticated, reason: string): void {
    const { accountId } = this.#context;
    this.#buses.publish('default', {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      resources: [`arn:aws:s3:::${stored.bucket}`],
      detail: {
        version: '0',
        bucket: { name: stored.bucket },
        object: {
          key: stored.key,
          size: stored.size,
          etag: stored.etag,
          'version-id': stored.versionId,
          sequencer: stored.seq.toString(16).toUpperCase().padStart(18, '0'),
        },
        'request-id': request.id,
        requester: auth.principal.kind === 'anonymous' ? 'anonymous' : accountId,
        'source-ip-address': request.sourceIp,
        reason,
      },
    });
  }

  #get(request: AwsRequest, bucket: BucketRecord, key: string, auth: Authenticated): AwsResponse {
    const object = this.#readable(request, bucket, key, queryValue(request, 'versionId'), auth);
    const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
    if (ifMatch !== undefined && ifMatch.replaceAll('"', '') !== object.etag) {
      throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
    }
    const headers = { ...readHeaders(request, bucket, object) };
    if (ifNoneMatch !== undefined && ifNoneMatch.replaceAll('"', '') === object.etag) {
      const { etag = '' } = headers;
      return { status: 304, headers: { etag } };
    }
    const range = parseRange(request.headers.range, object.size);
    const length = range ? range.end - range.start + 1 : object.size;
    const ranged: Record<string, string> = range
      ? { 'content-range': `bytes ${range.start}-${range.end}/${object.size}` }
      : {};
    const all = { ...headers, ...ranged, 'content-length': String(length), ...overrides(request) };
    const status = range ? 206 : 200;
    if (request.method === 'HEAD' || length === 0) return { status, headers: all };
    return { status, headers: all, body: this.objects.read(object, range) };
  }

  /** The object, if the caller may read it. Whoever may not list learns nothing about absent keys. */
  #readable(
    request: AwsRequest,
    bucket: BucketRecord,
    key: string,
    versionId: string | undefined,
    auth: Authenticated,
  ): StoredObject {
    this.#require(auth, versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', bucket, key, request);
    const object =
      versionId === undefined
        ? this.objects.latest(bucket.name, key)
        : this.objects.version(bucket.name, key, versionId);
    if (object && object.blob !== '') {
      this.#requireKey(auth, 'kms:Decrypt', bucket, key);
      return object;
    }
    this.#require(auth, 's3:ListBucket', bucket, undefined, request);
    if (versionId !== undefined) {
      throw new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, {
        Key: key,
        VersionId: versionId,
      });
    }
    throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
  }
}

async function* toBytes(stream: NodeJS.ReadableStream): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield Buffer.from(chunk);
}
