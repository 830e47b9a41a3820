import { Duration, Stack } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Bucket,
  BucketEncryption,
  type BucketProps,
  CfnBucket,
  HttpMethods,
  type IBucket,
  ObjectLockRetention,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { deployedName } from '../../core/deployed-names.ts';
import { probePrefix, validationObject } from '../../core/names.ts';
import type { StageConfig } from '../config.ts';
import {
  nothingHidden,
  onlyFirstUploads,
  onlyFreshSignatures,
  onlyFromNetworks,
  onlyNamedRoles,
} from './bucket-policies.ts';
import { privateBucket } from './private-bucket.ts';

interface StorageProps {
  readonly config: StageConfig;
  readonly key: IKey | undefined;
  /** Origin of the partners' page: it uploads from a browser. */
  readonly page: string;
}

/** The five buckets. Their key layouts are in core/names.ts, what their policies refuse in bucket-policies.ts. */
export class Storage extends Construct {
  readonly landing: Bucket;
  readonly accepted: IBucket;
  readonly quarantine: Bucket;
  readonly ledger: Bucket;
  readonly archive: Bucket;
  readonly #config: StageConfig;
  readonly #key: IKey | undefined;

  constructor(scope: Construct, id: string, { config, key, page }: StorageProps) {
    super(scope, id);
    this.#config = config;
    this.#key = key;
    this.landing = this.#landing(page);
    this.accepted = this.#accepted();
    this.quarantine = this.#bucket('Quarantine');
    this.ledger = this.#ledger();
    this.archive = this.#bucket('Archive', {
      objectLockEnabled: true,
      objectLockDefaultRetention: (config.isProd ? ObjectLockRetention.compliance : ObjectLockRetention.governance)(
        Duration.days(config.lockArchiveDays),
      ),
    });
    this.archive.addToResourcePolicy(onlyFirstUploads(this.archive, []));
    this.archive.addToResourcePolicy(nothingHidden(this.archive));
  }

  /** Secrets of the ledger: whoever is not named here is refused, whatever other policies say. */
  restrictSecrets(prefix: 'links/' | 'waits/', roles: readonly IRole[]): void {
    this.ledger.addToResourcePolicy(onlyNamedRoles(this.ledger, prefix, roles));
  }

  #landing(page: string): Bucket {
    const { landingRetention, pageOrigin, allowedCidrs, malwareScan } = this.#config;
    const bucket = this.#bucket('Landing', {
      lifecycleRules: [
        {
          expiration: landingRetention,
          // Expiry only marks the current version as deleted; this removes what lies behind the mark.
          noncurrentVersionExpiration: Duration.days(1),
        },
        { expiredObjectDeleteMarker: true },
        { prefix: probePrefix, expiration: Duration.days(1), noncurrentVersionExpiration: Duration.days(1) },
      ],
      cors: [
        {
          allowedOrigins: [page, ...(pageOrigin === undefined ? [] : [pageOrigin])],
          allowedMethods: [HttpMethods.PUT],
          allowedHeaders: ['content-type', 'if-none-match', 'x-amz-checksum-*'],
          exposedHeaders: ['ETag', 'x-amz-version-id'],
          maxAge: 3600,
        },
      ],
    });
    sendEventsToEventBridge(bucket);
    bucket.addToResourcePolicy(onlyFirstUploads(bucket, malwareScan ? [validationObject] : []));
    bucket.addToResourcePolicy(onlyFreshSignatures(bucket));
    if (allowedCidrs.length > 0) bucket.addToResourcePolicy(onlyFromNetworks(bucket, allowedCidrs));
    return bucket;
  }

  #accepted(): IBucket {
    const { acceptedBucket, lockAcceptedDays } = this.#config;
    if (acceptedBucket !== undefined) return Bucket.fromBucketName(this, 'Accepted', acceptedBucket);
    if (lockAcceptedDays === 0) return this.#bucket('Accepted');
    return this.#bucket('Accepted', {
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.governance(Duration.days(lockAcceptedDays)),
    });
  }

  #ledger(): Bucket {
    return this.#bucket('Ledger', {
      // Tokens and URLs are never stored in the clear, whatever the stage's choice of key.
      ...(!this.#key && { encryption: BucketEncryption.KMS_MANAGED, bucketKeyEnabled: true }),
      lifecycleRules: [
        { noncurrentVersionExpiration: this.#config.noncurrentRetention },
        ...['links/', 'waits/'].map((prefix) => ({
          prefix,
          expiration: Duration.days(60),
          noncurrentVersionExpiration: Duration.days(1),
        })),
      ],
    });
  }

  #bucket(name: string, props: BucketProps = {}): Bucket {
    const { account, region } = Stack.of(this);
    return new Bucket(this, name, {
      bucketName: deployedName(this.#config.stage, name.toLowerCase(), account, region),
      ...(this.#key
        ? { encryption: BucketEncryption.KMS, encryptionKey: this.#key, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      ...privateBucket(this.#config),
      ...props,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }, ...(props.lifecycleRules ?? [])],
    });
  }
}

/** `eventBridgeEnabled: true` would add a hidden function with wildcard rights; the property itself needs none. */
const sendEventsToEventBridge = (bucket: Bucket): void => {
  const { defaultChild } = bucket.node;
  if (!CfnBucket.isCfnBucket(defaultChild)) throw new Error('a Bucket has a CfnBucket');
  defaultChild.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
};
