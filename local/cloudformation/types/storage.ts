import type { Context } from '../../context.ts';
import { StartError, UnsupportedFeatureError } from '../../errors.ts';
import type { ResourceType } from '../deploy.ts';
import type { Properties } from '../properties.ts';
import type { Services } from '../services.ts';
import { policyOf } from './shared.ts';

/** Buckets and their policies. */
export const storageTypes = (context: Context, { s3 }: Services): Record<string, ResourceType> => ({
  'AWS::S3::Bucket': {
    put(properties, { logicalId }) {
      const name = properties.text('BucketName');
      // Lifecycle rules are not run here; public access and ACLs do not exist here at all.
      properties.noted('LifecycleConfiguration', 'PublicAccessBlockConfiguration', 'OwnershipControls', 'Tags');
      properties.always('VersioningConfiguration', { Status: 'Enabled' });
      if (!properties.has('VersioningConfiguration'))
        throw new UnsupportedFeatureError(logicalId, 'a bucket without versioning');
      const existing = s3.buckets.get(name);
      s3.buckets.put(name, {
        name,
        createdAt: existing?.createdAt ?? context.clock.now(),
        cors: corsRules(properties.nested('CorsConfiguration')),
        eventBridge: sendsEvents(properties.nested('NotificationConfiguration')),
        encryption: encryptionOf(properties.record('BucketEncryption')),
      });
      return { ref: name, attributes: { Arn: `arn:aws:s3:::${name}`, DomainName: `${name}.s3.amazonaws.com` } };
    },
  },
  'AWS::S3::BucketPolicy': {
    put(properties, { logicalId, physicalId }) {
      const name = properties.text('Bucket');
      const bucket = s3.buckets.get(name);
      if (!bucket) throw new StartError(`${logicalId}: bucket ${name} does not exist`);
      s3.buckets.put(name, { ...bucket, policy: policyOf(properties, 'PolicyDocument', logicalId) });
      return { ref: physicalId, attributes: {} };
    },
  },
});

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

const encryptionOf = (configuration: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(configuration).includes('"aws:kms"') ? 'aws:kms' : 'AES256';
