import { randomUUID } from 'node:crypto';
import { AwsError } from '../errors.ts';
import type { Authenticated, AwsRequest } from '../http/request.ts';
import type { Principal } from '../identity/identities.ts';
import { type Sender, sourceContext } from '../identity/sender.ts';
import type { Registry } from '../registry.ts';
import type { Access } from './access.ts';
import type { BucketRecord } from './buckets.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import type { Tagging, Tags } from './tagging.ts';

interface Parts {
  readonly accountId: string;
  readonly buckets: Registry<BucketRecord>;
  readonly objects: ObjectStore;
  readonly access: Access;
  readonly tagging: Tagging;
}

/**
 * What another service does here with a role that it was given: every step asks the same policies as a request of the
 * role itself would.
 */
export class OnBehalf {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Proves that the role sees the bucket. @throws AwsError AccessDenied, NoSuchBucket */
  look(principal: Principal, bucketName: string): void {
    this.#parts.access.require(asked(principal), 's3:ListBucket', this.#bucket(bucketName), undefined, internal());
  }

  /** Whether it may; undefined where there is no such bucket. @param key of an object; undefined for the bucket itself */
  allows(
    sender: Sender,
    action: string,
    bucketName: string,
    key?: string,
    context: Record<string, string> = {},
  ): boolean | undefined {
    const bucket = this.#parts.buckets.get(bucketName);
    return (
      bucket &&
      this.#parts.access.allows(asked(sender.principal), action, bucket, key, internal(), {
        ...this.#sourceOf(sender),
        ...context,
      })
    );
  }

  /** Puts an object as a plain request would, without conditions. @throws AwsError AccessDenied */
  async write(
    sender: Sender,
    bucketName: string,
    key: string,
    bytes: Uint8Array,
    context: Record<string, string> = {},
  ): Promise<void> {
    const { access, objects } = this.#parts;
    const { principal } = sender;
    const bucket = this.#bucket(bucketName);
    access.require(asked(principal), 's3:PutObject', bucket, key, internal(), {
      's3:ObjectCreationOperation': 'true',
      ...this.#sourceOf(sender),
      ...context,
    });
    access.requireKey(asked(principal), 'kms:GenerateDataKey', bucket, key);
    const blob = await objects.write(only(bytes));
    const none = { ifNoneMatch: undefined, ifMatch: undefined };
    objects.commit(
      { bucket: bucketName, key, blob, size: bytes.length, etag: '', headers: {}, checksums: {} },
      none,
      () => undefined,
    );
  }

  /** A version that the role may read; undefined when there is none. @throws AwsError AccessDenied */
  version(principal: Principal, bucketName: string, key: string, versionId: string): StoredObject | undefined {
    const { access, objects } = this.#parts;
    const bucket = this.#bucket(bucketName);
    access.require(asked(principal), 's3:GetObjectVersion', bucket, key, internal());
    access.requireKey(asked(principal), 'kms:Decrypt', bucket, key);
    return objects.version(bucketName, key, versionId);
  }

  read(object: StoredObject): NodeJS.ReadableStream {
    return this.#parts.objects.read(object);
  }

  /** Tags a version; those that it has stay. @throws AwsError AccessDenied */
  tag(principal: Principal, object: StoredObject, tags: Tags): void {
    const { access, tagging } = this.#parts;
    const bucket = this.#bucket(object.bucket);
    for (const action of ['s3:GetObjectVersionTagging', 's3:PutObjectVersionTagging']) {
      access.require(asked(principal), action, bucket, object.key, internal());
    }
    tagging.set(object, { ...tagging.of(object), ...tags });
  }

  #sourceOf(sender: Sender): Record<string, string> {
    return sourceContext(sender, this.#parts.accountId);
  }

  #bucket(name: string): BucketRecord {
    const bucket = this.#parts.buckets.get(name);
    if (!bucket) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name });
    return bucket;
  }
}

const asked = (principal: Principal): Authenticated => ({
  principal,
  payloadHash: '',
  via: 'header',
  service: 's3',
});

/** A request that nobody sent over the wire. */
const internal = (): AwsRequest => ({
  id: randomUUID(),
  method: '',
  path: '',
  query: [],
  headers: {},
  sourceIp: '127.0.0.1',
  body: only(new Uint8Array()),
});

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
