import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { Authenticated, AwsRequest } from '../http/request.ts';
import type { Access as Asking } from '../identity/authorizer.ts';
import type { Kms } from '../kms/kms.ts';
import type { BucketRecord } from './buckets.ts';
import { notImplemented } from './responses.ts';

const authTypes = { header: 'REST-HEADER', query: 'REST-QUERY-STRING', post: 'POST', none: 'REST-HEADER' } as const;

/** Asks whether a caller may: the bucket's policy, the caller's own, and the customer key's. */
export class Access {
  readonly #context: Context;
  readonly #kms: Kms;

  constructor(context: Context, kms: Kms) {
    this.#context = context;
    this.#kms = kms;
  }

  /** @param key of an object; undefined for the bucket itself @throws AwsError AccessDenied */
  require(...asked: Asked): void {
    this.#context.authorizer.require(accessOf(...asked));
  }

  /** What making an object takes, in whatever way. @throws AwsError */
  requireCreation(request: AwsRequest, bucket: BucketRecord, key: string, auth: Authenticated): void {
    const condition = request.headers['if-none-match'];
    if (condition !== undefined && condition !== '*') throw notImplemented('If-None-Match with a value other than *');
    requireKeyLength(key);
    this.require(auth, 's3:PutObject', bucket, key, request, { 's3:ObjectCreationOperation': 'true' });
    // If-Match tells about an object that is there, so it takes the right to read it.
    if (request.headers['if-match'] !== undefined) this.require(auth, 's3:GetObject', bucket, key, request);
  }

  allows(...asked: Asked): boolean {
    return this.#context.authorizer.allows(accessOf(...asked));
  }

  /**
   * A customer key is asked on the caller's behalf. With a bucket key what it is asked for is the bucket, else the object.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
   */
  requireKey(
    { principal }: Authenticated,
    action: 'kms:Decrypt' | 'kms:GenerateDataKey',
    { name, encryption: { keyArn, bucketKey } }: BucketRecord,
    key: string,
  ): void {
    if (keyArn === undefined) return;
    const encryptionContext = { 'aws:s3:arn': `arn:aws:s3:::${name}${bucketKey ? '' : `/${key}`}` };
    this.#kms.require(action, { principal, keyArn, via: 's3', encryptionContext });
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html @throws AwsError KeyTooLongError */
export const requireKeyLength = (key: string): void => {
  if (Buffer.byteLength(key) > 1024) throw new AwsError('KeyTooLongError', 'Your key is too long');
};

type Asked = [
  auth: Authenticated,
  action: string,
  bucket: BucketRecord,
  key: string | undefined,
  request: AwsRequest,
  more?: Record<string, string>,
];

const accessOf = (...[auth, action, bucket, key, request, more = {}]: Asked): Asking => ({
  principal: auth.principal,
  action,
  resource: `arn:aws:s3:::${bucket.name}${key === undefined ? '' : `/${key}`}`,
  resourcePolicy: bucket.policy,
  context: {
    'aws:SourceIp': request.sourceIp,
    's3:authType': authTypes[auth.via],
    's3:TlsVersion': '1.3',
    ...(auth.signatureAge !== undefined && { 's3:signatureAge': String(auth.signatureAge) }),
    ...(request.headers['if-none-match'] !== undefined && { 's3:if-none-match': request.headers['if-none-match'] }),
    ...more,
  },
});
