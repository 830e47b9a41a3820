import { createHash } from 'node:crypto';
import type { Context } from '../../context.ts';
import { StartError, UnsupportedFeatureError } from '../../errors.ts';
import { isPublic } from '../../identity/policy.ts';
import type { Encryption, LifecycleRule, Retention } from '../../s3/buckets.ts';
import type { ResourceType } from '../deploy.ts';
import type { Properties } from '../properties.ts';
import type { Services } from '../services.ts';
import { policyOf } from './shared.ts';

/** Buckets and their policies. */
export const storageTypes = (context: Context, { s3 }: Services): Record<string, ResourceType> => ({
  'AWS::S3::Bucket': {
    put(properties, { logicalId, physicalId }) {
      const name = properties.optionalText('BucketName') ?? generatedName(physicalId);
      // ACLs do not exist here at all.
      properties.noted('OwnershipControls');
      const { BlockPublicPolicy } = properties.record('PublicAccessBlockConfiguration');
      properties.always('VersioningConfiguration', { Status: 'Enabled' });
      if (!properties.has('VersioningConfiguration'))
        throw new UnsupportedFeatureError(logicalId, 'a bucket without versioning');
      const existing = s3.buckets.get(name);
      s3.buckets.put(name, {
        name,
        createdAt: existing?.createdAt ?? context.clock.now(),
        cors: corsRules(properties.nested('CorsConfiguration')),
        eventBridge: sendsEvents(properties.nested('NotificationConfiguration')),
        encryption: encryptionOf(properties.nested('BucketEncryption')),
        lifecycle: lifecycleRules(properties.nested('LifecycleConfiguration')),
        lock: retentionOf(properties),
        blocksPublicPolicy: BlockPublicPolicy === true,
      });
      return { ref: name, attributes: { Arn: `arn:aws:s3:::${name}`, DomainName: `${name}.s3.amazonaws.com` } };
    },
  },
  'AWS::S3::BucketPolicy': {
    put(properties, { logicalId, physicalId }) {
      const name = properties.text('Bucket');
      const bucket = s3.buckets.get(name);
      if (!bucket) throw new StartError(`${logicalId}: bucket ${name} does not exist`);
      const policy = policyOf(properties, 'PolicyDocument', logicalId);
      if (bucket.blocksPublicPolicy && isPublic(policy)) {
        throw new StartError(`${logicalId}: the policy lets anybody in, and BlockPublicPolicy of ${name} is on`);
      }
      s3.buckets.put(name, { ...bucket, policy });
      return { ref: physicalId, attributes: {} };
    },
  },
});

/** CloudFormation makes one of the stack's name, the logical id and chance; here the same at every start. */
const generatedName = (physicalId: string): string => {
  const unique = createHash('sha256').update(physicalId).digest('hex').slice(0, 12);
  return `${physicalId
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '')
    .slice(0, 50)}-${unique}`;
};

const corsRules = (configuration: Properties) => {
  const texts = (rule: Properties, name: string) => rule.list(name).map(String);
  return configuration.items('CorsRules').map((rule) => {
    rule.noted('Id');
    const read = {
      origins: texts(rule, 'AllowedOrigins'),
      methods: texts(rule, 'AllowedMethods'),
      headers: texts(rule, 'AllowedHeaders'),
      expose: texts(rule, 'ExposedHeaders'),
      maxAge: rule.has('MaxAge') ? rule.number('MaxAge', 0) : undefined,
    };
    rule.done();
    return read;
  });
};

const sendsEvents = (configuration: Properties): boolean => {
  const eventBridge = configuration.nested('EventBridgeConfiguration');
  const isOn = eventBridge.optionalText('EventBridgeEnabled') === 'true';
  eventBridge.done();
  configuration.done();
  return isOn;
};

const encryptionOf = (configuration: Properties): Encryption => {
  const [rule] = configuration.items('ServerSideEncryptionConfiguration');
  configuration.done();
  if (!rule) return { algorithm: 'AES256', bucketKey: false };
  const byDefault = rule.nested('ServerSideEncryptionByDefault');
  const algorithm = byDefault.text('SSEAlgorithm');
  const keyArn = byDefault.optionalText('KMSMasterKeyID');
  const bucketKey = rule.optionalText('BucketKeyEnabled') === 'true';
  byDefault.done();
  rule.done();
  if (algorithm !== 'AES256' && algorithm !== 'aws:kms')
    throw new UnsupportedFeatureError('BucketEncryption', algorithm);
  return { algorithm, bucketKey, ...(keyArn !== undefined && { keyArn }) };
};

const lifecycleRules = (configuration: Properties): LifecycleRule[] =>
  configuration.items('Rules').flatMap((rule) => {
    rule.noted('Id');
    const abort = rule.nested('AbortIncompleteMultipartUpload');
    const days = (name: string) => (rule.has(name) ? rule.number(name, 0) : undefined);
    const noncurrent = rule.nested('NoncurrentVersionExpiration');
    const read = {
      prefix: rule.optionalText('Prefix') ?? '',
      expirationDays: days('ExpirationInDays'),
      noncurrentDays: noncurrent.has('NoncurrentDays') ? noncurrent.number('NoncurrentDays', 0) : undefined,
      removesLoneMarkers: rule.optionalText('ExpiredObjectDeleteMarker') === 'true',
      abortDays: abort.has('DaysAfterInitiation') ? abort.number('DaysAfterInitiation', 0) : undefined,
    };
    const isOn = rule.text('Status') === 'Enabled';
    abort.done();
    noncurrent.done();
    rule.done();
    return isOn ? [read] : [];
  });

const retentionOf = (properties: Properties): Retention | undefined => {
  properties.noted('ObjectLockEnabled');
  const configuration = properties.nested('ObjectLockConfiguration');
  configuration.noted('ObjectLockEnabled');
  const rule = configuration.nested('Rule');
  const retention = rule.nested('DefaultRetention');
  const mode = retention.optionalText('Mode');
  const days = retention.number('Days', 0);
  for (const one of [retention, rule, configuration]) one.done();
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') return undefined;
  return { mode, days };
};
