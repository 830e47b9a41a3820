import { randomBytes } from 'node:crypto';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { EventBuses } from '../events/buses.ts';
import type { Authenticated, AwsRequest, AwsResponse } from '../http/request.ts';
import { queryValue } from '../http/request.ts';
import type { Authenticator } from '../identity/authenticate.ts';
import type { Kms } from '../kms/kms.ts';
import { Registry } from '../registry.ts';
import { Access } from './access.ts';
import { type Target, targetOf } from './address.ts';
import { receiveBody, requireLength } from './body.ts';
import type { BucketRecord } from './buckets.ts';
import { configurations } from './configuration.ts';
import { copySourceOf, copyWhole, requireChange } from './copy.ts';
import { corsHeaders, preflight } from './cors.ts';
import { Deletion } from './deletion.ts';
import { Lifecycle } from './lifecycle.ts';
import { listObjects, listObjectsV2, listVersions } from './list.ts';
import { Multipart } from './multipart.ts';
import { answeredOf, type ObjectCall } from './object-call.ts';
import { type Creation, objectCreated } from './object-created.ts';
import { type NewContent, ObjectStore, requireVersionId, type StoredObject } from './object-store.ts';
import { OnBehalf } from './on-behalf.ts';
import { operationOf } from './operation-name.ts';
import { PostObject } from './post-object.ts';
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
import { lockHeaders, requireChecksum, withoutLock } from './retention.ts';
import { Tagging, type Tags } from './tagging.ts';

/** Subresources that no operation here answers; S3 has them, so silence would be a lie. */
const unsupported = [
  'acl',
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

/** What a list may be asked with; anything else in the query of a bucket is a subresource. */
const ofLists =
  /^(list-type|prefix|delimiter|marker|max-keys|continuation-token|start-after|encoding-type|fetch-owner|x-id|X-Amz-.*)$/;

/** Headers that ask for something that would not happen. */
const unsupportedHeaders =
  /^(x-amz-(tagging$|acl|grant-|storage-class|server-side-encryption|object-lock-mode|object-lock-retain|object-lock-legal|website|copy-source-(if|server)|request-payer)|if-(un)?modified-since)/;

interface S3Services {
  readonly buses: EventBuses;
  readonly kms: Kms;
  readonly authenticator: Authenticator;
}

const refuseHeaders = (headers: AwsRequest['headers']): void => {
  const isAsIs = (name: string) => name === 'x-amz-storage-class' && headers[name] === 'STANDARD';
  const odd = Object.keys(headers).find((name) => unsupportedHeaders.test(name) && !isAsIs(name));
  if (odd !== undefined) throw notImplemented(`the header ${odd}`);
};

/** S3: the operations that the product, the AWS CLI's `s3api` basics and presigned URLs need. */
export class S3 {
  readonly buckets: Registry<BucketRecord>;
  readonly objects: ObjectStore;
  /** For other services, which act with roles that they were given. */
  readonly onBehalf: OnBehalf;
  readonly #context: Context;
  readonly #buses: EventBuses;
  readonly #access: Access;
  readonly #lifecycle: Lifecycle;
  readonly #multipart: Multipart;
  readonly #tagging: Tagging;
  readonly #postObject: PostObject;
  readonly #deletion: Deletion;
  #whenCalled: (call: ObjectCall) => void = () => undefined;

  constructor(context: Context, { buses, kms, authenticator }: S3Services) {
    this.#context = context;
    this.#buses = buses;
    this.#access = new Access(context, kms);
    this.buckets = new Registry(context.journal, 'bucket');
    this.objects = new ObjectStore(context.journal, context.clock, context.dataDir, context.faults);
    this.#multipart = new Multipart(context, this.#access, this.objects);
    this.#tagging = new Tagging(context.journal);
    this.onBehalf = new OnBehalf({
      accountId: context.accountId,
      buckets: this.buckets,
      objects: this.objects,
      access: this.#access,
      tagging: this.#tagging,
    });
    this.#lifecycle = new Lifecycle(this.objects, this.#multipart, context.clock);
    const { objects } = this;
    this.#deletion = new Deletion({ context, objects, access: this.#access, tagging: this.#tagging });
    this.#postObject = new PostObject({
      objects,
      authenticator,
      now: () => context.clock.now(),
      requireWrite: (...write) => this.#requireWrite(...write),
      refuseHeaders,
      commit: (request, bucket, key, auth, object) => this.#commit(request, bucket, key, auth, 'POST Object', object),
    });
  }

  async handle(request: AwsRequest, authenticate: () => Authenticated): Promise<AwsResponse> {
    const target = targetOf(request);
    if (request.method === 'OPTIONS') return preflight(this.buckets.get(target.bucket), request);
    const cors = corsHeaders(this.buckets.get(target.bucket), request);
    let auth: Authenticated | undefined;
    try {
      auth = authenticate();
      const response = await this.#dispatch(request, target, auth);
      this.#tell(request, target, auth, undefined, response);
      return { ...response, headers: { ...response.headers, ...cors } };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#tell(request, target, auth, error);
      return errorResponse(error, request, cors);
    }
  }

  /** Tells of every call about one object, answered or refused. */
  onObjectCall(tell: (call: ObjectCall) => void): void {
    this.#whenCalled = tell;
  }

  #tell(
    request: AwsRequest,
    { bucket, key }: Target,
    auth: Authenticated | undefined,
    failure: AwsError | undefined,
    { headers }: Partial<AwsResponse> = {},
  ): void {
    if (key === '') return;
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const operation = operationOf(request);
    this.#whenCalled({ request, auth, operation, bucket, key, isRead, failure, answered: answeredOf(headers) });
  }

  async #dispatch(request: AwsRequest, target: Target, auth: Authenticated): Promise<AwsResponse> {
    const odd = unsupported.find((name) => queryValue(request, name) !== undefined);
    if (odd !== undefined) throw notImplemented(`the subresource ?${odd}`);
    refuseHeaders(request.headers);
    if (target.bucket === '') return this.#listBuckets(request, auth);
    this.#requireOwner(request, 'x-amz-expected-bucket-owner');
    const bucket = this.#bucket(target.bucket);
    this.#lifecycle.apply(bucket);
    if (target.key === '') return this.#bucketOperation(request, bucket, auth);
    if (Multipart.isAsked(request)) {
      return this.#multipart.handle(request, bucket, target.key, auth, {
        source: () => this.#source(request, auth),
        commit: (object, then) =>
          this.#commit(request, bucket, target.key, auth, 'CompleteMultipartUpload', object, then),
      });
    }
    if (queryValue(request, 'partNumber') !== undefined) throw notImplemented('the subresource ?partNumber');
    if (queryValue(request, 'tagging') !== undefined) return this.#getTags(request, bucket, target.key, auth);
    switch (request.method) {
      case 'PUT':
        return request.headers['x-amz-copy-source'] === undefined
          ? this.#put(request, bucket, target.key, auth)
          : this.#copy(request, bucket, target.key, auth);
      case 'GET':
      case 'HEAD':
        return this.#get(request, bucket, target.key, auth);
      case 'DELETE':
        return this.#deletion.one(request, bucket, target.key, auth);
      default:
        throw notImplemented(`${request.method} of an object`);
    }
  }

  #bucket(name: string): BucketRecord {
    const bucket = this.buckets.get(name);
    if (!bucket) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name });
    return bucket;
  }

  /** There is one account: a bucket that is expected to be another's is none of ours. */
  #requireOwner({ headers }: AwsRequest, name: string): void {
    const expected = headers[name];
    if (expected === undefined || expected === this.#context.accountId) return;
    throw new AwsError('AccessDenied', 'Access Denied', 403);
  }

  #listBuckets(request: AwsRequest, auth: Authenticated): AwsResponse {
    if (request.method !== 'GET') throw notImplemented(`${request.method} without a bucket`);
    this.#context.authorizer.require({ principal: auth.principal, action: 's3:ListAllMyBuckets', resource: '*' });
    const Bucket = this.buckets
      .all()
      .map(({ body }) => ({ Name: body.name, CreationDate: new Date(body.createdAt).toISOString() }));
    return xml('ListAllMyBucketsResult', { Owner: { ID: this.#context.accountId }, Buckets: { Bucket } });
  }

  #bucketOperation(request: AwsRequest, bucket: BucketRecord, auth: Authenticated): AwsResponse | Promise<AwsResponse> {
    if (operationOf(request) === 'DeleteObjects') return this.#deletion.many(request, bucket, auth);
    if (operationOf(request) === 'PostObject') return this.#postObject.handle(request, bucket);
    const prefix = queryValue(request, 'prefix') ?? '';
    const asked = Object.keys(configurations).find((name) => queryValue(request, name) !== undefined);
    const configuration = asked === undefined ? undefined : configurations[asked];
    if (configuration && request.method === 'GET') {
      this.#access.require(auth, configuration.action, bucket, undefined, request);
      return configuration.answer(bucket, this.#context.region);
    }
    if (configuration) throw notImplemented(`${request.method} of ?${asked}`);
    if (request.method === 'GET' && queryValue(request, 'uploads') !== undefined) {
      return this.#multipart.list(request, bucket, auth);
    }
    if (request.method === 'GET' && queryValue(request, 'versions') !== undefined) {
      this.#access.require(auth, 's3:ListBucketVersions', bucket, undefined, request, { 's3:prefix': prefix });
      return xml('ListVersionsResult', listVersions(this.objects, bucket.name, request));
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') throw notImplemented(`${request.method} of a bucket`);
    const other = request.query.map(([name]) => name).find((name) => !ofLists.test(name));
    if (other !== undefined) throw notImplemented(`the subresource ?${other}`);
    this.#access.require(auth, 's3:ListBucket', bucket, undefined, request, { 's3:prefix': prefix });
    if (request.method === 'HEAD') return { status: 200, headers: { 'x-amz-bucket-region': this.#context.region } };
    const list = queryValue(request, 'list-type') === '2' ? listObjectsV2 : listObjects;
    return xml('ListBucketResult', list(this.objects, bucket.name, request));
  }

  async #put(request: AwsRequest, bucket: BucketRecord, key: string, auth: Authenticated): Promise<AwsResponse> {
    this.#requireWrite(request, bucket, key, auth);
    requireChecksum(bucket, request);
    requireLength(request);
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
    requireChange(request, source, { bucket: bucket.name, key });
    const tags = this.#tagsToCopy(request, source, bucket, key, auth);
    const { blob, etag, checksums } = await copyWhole(this.objects, source);
    const stored = this.#commit(request, bucket, key, auth, 'CopyObject', {
      blob,
      size: source.size,
      etag,
      headers:
        request.headers['x-amz-metadata-directive'] === 'REPLACE'
          ? keptHeaders(request.headers)
          : withoutLock(source.headers),
      checksums,
    });
    this.#tagging.set(stored, tags);
    const result = xml('CopyObjectResult', { LastModified: iso(stored), ETag: `"${stored.etag}"` });
    const versions = { 'x-amz-copy-source-version-id': source.versionId, 'x-amz-version-id': stored.versionId };
    return { ...result, headers: { ...result.headers, ...versions, ...encryption(bucket) } };
  }

  #source(request: AwsRequest, auth: Authenticated): StoredObject {
    this.#requireOwner(request, 'x-amz-source-expected-bucket-owner');
    const { bucket, key, versionId } = copySourceOf(request);
    return this.#readable(request, this.#bucket(bucket), key, versionId, auth);
  }

  /**
   * Tags are copied with an object unless the copy says otherwise, and that takes the right to read and to write them.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
   */
  #tagsToCopy(request: AwsRequest, source: StoredObject, bucket: BucketRecord, key: string, auth: Authenticated): Tags {
    const tags = this.#tagging.of(source);
    if (request.headers['x-amz-tagging-directive'] === 'REPLACE' || Object.keys(tags).length === 0) return {};
    const action = copySourceOf(request).versionId === undefined ? 's3:GetObjectTagging' : 's3:GetObjectVersionTagging';
    this.#access.require(auth, action, this.#bucket(source.bucket), source.key, request);
    this.#access.require(auth, 's3:PutObjectTagging', bucket, key, request);
    return tags;
  }

  #getTags(request: AwsRequest, bucket: BucketRecord, key: string, auth: Authenticated): AwsResponse {
    if (request.method !== 'GET') throw notImplemented(`${request.method} of ?tagging`);
    const versionId = queryValue(request, 'versionId');
    const action = versionId === undefined ? 's3:GetObjectTagging' : 's3:GetObjectVersionTagging';
    this.#access.require(auth, action, bucket, key, request);
    const object = this.#existing(request, bucket, key, versionId, auth);
    const Tag = Object.entries(this.#tagging.of(object)).map(([Key, Value]) => ({ Key, Value }));
    return xml('Tagging', { TagSet: { Tag } });
  }

  #requireWrite(request: AwsRequest, bucket: BucketRecord, key: string, auth: Authenticated): void {
    this.#access.requireCreation(request, bucket, key, auth);
    this.#access.requireKey(auth, 'kms:GenerateDataKey', bucket, key);
  }

  #commit(
    request: AwsRequest,
    bucket: BucketRecord,
    key: string,
    auth: Authenticated,
    reason: Creation['reason'],
    object: NewContent,
    then?: () => void,
  ): StoredObject {
    const conditions = { ifNoneMatch: request.headers['if-none-match'], ifMatch: request.headers['if-match'] };
    const etag = bucket.encryption.keyArn === undefined ? object.etag : opaque(object.etag);
    const headers = { ...object.headers, ...lockHeaders(bucket, this.#context.clock.now()) };
    try {
      return this.objects.commit({ ...object, etag, headers, bucket: bucket.name, key }, conditions, (stored) => {
        then?.();
        if (!bucket.eventBridge) return;
        const { accountId } = this.#context;
        this.#buses.publish('default', objectCreated(stored, { request, auth, reason, accountId }));
      });
    } catch (error) {
      // The parts of an upload stay until it is aborted: it can be completed again.
      if (!then) this.objects.discard(object.blob);
      throw error;
    }
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
    this.#access.require(auth, versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', bucket, key, request);
    const object = this.#existing(request, bucket, key, versionId, auth);
    this.#access.requireKey(auth, 'kms:Decrypt', bucket, key);
    return object;
  }

  #existing(
    request: AwsRequest,
    bucket: BucketRecord,
    key: string,
    versionId: string | undefined,
    auth: Authenticated,
  ): StoredObject {
    if (versionId !== undefined) requireVersionId(versionId);
    const object =
      versionId === undefined
        ? this.objects.latest(bucket.name, key)
        : this.objects.version(bucket.name, key, versionId);
    if (object && object.blob !== '') return object;
    if (object) throw refusedMarker(request, object);
    this.#access.require(auth, 's3:ListBucket', bucket, undefined, request);
    if (versionId !== undefined) {
      throw new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, {
        Key: key,
        VersionId: versionId,
      });
    }
    const marker = this.objects.marker(bucket.name, key);
    const headers = marker && { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.versionId };
    throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key }, headers);
  }
}

/**
 * Under a customer key an entity tag is no digest of the bytes; it still says of how many parts an object is.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
 */
const opaque = (etag: string): string => etag.replace(/^[0-9a-f]{32}/, () => randomBytes(16).toString('hex'));

/** A marker that is asked for by its version can be deleted, and nothing else. */
const refusedMarker = ({ method }: AwsRequest, { versionId, modifiedAt }: StoredObject): AwsError =>
  new AwsError(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    405,
    { Method: method, ResourceType: 'DeleteMarker' },
    {
      allow: 'DELETE',
      'x-amz-delete-marker': 'true',
      'x-amz-version-id': versionId,
      'last-modified': new Date(modifiedAt).toUTCString(),
    },
  );
