import { Duration, Stack } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  CfnBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { StageConfig } from '../config.ts';

/** The five buckets. Their key layouts are in core/names.ts. */
export class Storage extends Construct {
  readonly landing: Bucket;
  readonly accepted: Bucket;
  readonly quarantine: Bucket;
  readonly ledger: Bucket;
  readonly archive: Bucket;
  readonly #config: StageConfig;

  constructor(scope: Construct, id: string, config: StageConfig) {
    super(scope, id);
    this.#config = config;
    this.landing = this.#bucket('Landing', {
      lifecycleRules: [
        {
          expiration: config.landingRetention,
          // Expiry only marks the current version as deleted; this removes what lies behind the mark.
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
        { expiredObjectDeleteMarker: true },
      ],
    });
    this.accepted = this.#bucket('Accepted');
    this.quarantine = this.#bucket('Quarantine');
    this.ledger = this.#bucket('Ledger', {
      encryption: BucketEncryption.KMS_MANAGED,
      bucketKeyEnabled: true,
      lifecycleRules: [
        { noncurrentVersionExpiration: config.noncurrentRetention },
        ...['links/', 'waits/'].map((prefix) => ({
          prefix,
          expiration: Duration.days(60),
          noncurrentVersionExpiration: Duration.days(1),
        })),
      ],
    });
    this.archive = this.#bucket('Archive');
    sendEventsToEventBridge(this.landing);
    this.landing.addToResourcePolicy(onlyFirstUploads(this.landing));
  }

  #bucket(name: string, props: BucketProps = {}): Bucket {
    const { account, region } = Stack.of(this);
    return new Bucket(this, name, {
      bucketName: `airlock-${this.#config.stage}-${name.toLowerCase()}-${account}-${region}`,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      removalPolicy: this.#config.removalPolicy,
      ...props,
    });
  }
}

/** `eventBridgeEnabled: true` would add a hidden function with wildcard rights; the property itself needs none. */
const sendEventsToEventBridge = (bucket: Bucket): void => {
  const { defaultChild } = bucket.node;
  if (!CfnBucket.isCfnBucket(defaultChild)) throw new Error('a Bucket has a CfnBucket');
  defaultChild.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
};

/**
 * A key takes one upload: whoever does not send `If-None-Match: *` is refused, whatever was signed.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
const onlyFirstUploads = (bucket: Bucket): PolicyStatement =>
  new PolicyStatement({
    sid: 'OnlyFirstUploads',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:PutObject'],
    resources: [bucket.arnForObjects('*')],
    conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
  });
