import { createHash } from 'node:crypto';
import type { Context } from '../../context.ts';
import { StartError, UnsupportedFeatureError } from '../../errors.ts';
import type { RuleTarget } from '../../events/buses.ts';
import { checkPattern, type Pattern } from '../../events/pattern.ts';
import type { ResourceType } from '../deploy.ts';
import type { Properties } from '../properties.ts';
import type { Services } from '../services.ts';
import { arnOf, policyOf } from './shared.ts';

/** What SES tells of mails, as far as mails here have a fate. */
const mailEventTypes = ['delivery', 'bounce', 'complaint', 'reject', 'deliveryDelay'];

/** Queues, topics, mail, buses and rules. */
export const messagingTypes = (context: Context, services: Services): Record<string, ResourceType> => ({
  ...webhookTypes(context, services),
  ...mailAndEventTypes(context, services),
});

const mailAndEventTypes = (context: Context, { sqs, sns, ses, buses }: Services): Record<string, ResourceType> => ({
  'AWS::SQS::Queue': {
    put(properties) {
      const name = properties.text('QueueName');
      properties.noted('MessageRetentionPeriod', 'SqsManagedSseEnabled');
      const arn = arnOf(context, 'sqs', name);
      const redrive = properties.nested('RedrivePolicy');
      const deadLetterArn = redrive.optionalText('deadLetterTargetArn');
      const maxReceives = redrive.number('maxReceiveCount', 10, [1, 1000]);
      redrive.done();
      sqs.queues.put(name, {
        arn,
        name,
        visibilitySeconds: properties.number('VisibilityTimeout', 30, [0, 43_200]),
        delaySeconds: properties.number('DelaySeconds', 0, [0, 900]),
        ...(deadLetterArn !== undefined && {
          deadLetter: { queue: deadLetterArn.split(':').at(-1) ?? '', maxReceives },
        }),
      });
      return { ref: `${context.endpoint()}/${context.accountId}/${name}`, attributes: { Arn: arn, QueueName: name } };
    },
  },
  'AWS::SQS::QueuePolicy': {
    put(properties, { logicalId, physicalId }) {
      const policy = policyOf(properties, 'PolicyDocument', logicalId);
      for (const url of properties.list('Queues').map(String)) {
        const name = url.split('/').at(-1) ?? '';
        const queue = sqs.queues.get(name);
        if (queue) sqs.queues.put(name, { ...queue, policy });
      }
      return { ref: physicalId, attributes: {} };
    },
  },
  'AWS::SNS::Topic': {
    put(properties) {
      const name = properties.text('TopicName');
      properties.noted('DisplayName');
      const arn = arnOf(context, 'sns', name);
      sns.topics.put(name, { arn, name });
      return { ref: arn, attributes: { TopicArn: arn, TopicName: name } };
    },
  },
  'AWS::SNS::TopicPolicy': {
    put(properties, { logicalId, physicalId }) {
      const policy = policyOf(properties, 'PolicyDocument', logicalId);
      for (const arn of properties.list('Topics').map(String)) {
        const name = arn.split(':').at(-1) ?? '';
        const topic = sns.topics.get(name);
        if (topic) sns.topics.put(name, { ...topic, policy });
      }
      return { ref: physicalId, attributes: {} };
    },
  },
  'AWS::SES::ConfigurationSet': {
    put(properties) {
      const name = properties.text('Name');
      properties.noted('SuppressionOptions', 'ReputationOptions', 'DeliveryOptions');
      properties.always('SendingOptions', { SendingEnabled: true });
      ses.configurationSets.put(name, { name });
      return { ref: name, attributes: {} };
    },
  },
  'AWS::SES::ConfigurationSetEventDestination': {
    put(properties, { logicalId }) {
      const set = properties.text('ConfigurationSetName');
      const destination = properties.nested('EventDestination');
      const eventBridge = destination.nested('EventBridgeDestination');
      const name = destination.text('Name');
      const types = destination.list('MatchingEventTypes').map(String);
      const odd = types.find((type) => !mailEventTypes.includes(type));
      if (odd !== undefined) throw new UnsupportedFeatureError(logicalId, `MatchingEventTypes ${odd}`);
      const busArn = eventBridge.text('EventBusArn');
      if (!busArn.endsWith(':event-bus/default')) {
        throw new StartError(`${logicalId}: SES publishes to the default event bus only, got ${busArn}`);
      }
      const isEnabled = destination.optionalText('Enabled') === 'true';
      eventBridge.done();
      destination.done();
      ses.destinations.put(`${set}/${name}`, { set, name, isEnabled, types, busArn });
      return { ref: `${set}|${name}`, attributes: {} };
    },
  },
  'AWS::SES::EmailIdentity': {
    put(properties) {
      const name = properties.text('EmailIdentity');
      properties.noted('ConfigurationSetAttributes');
      // On AWS somebody follows a link or sets DNS records; here the template's identity is verified at once.
      ses.identities.put(name, { verified: true });
      return { ref: name, attributes: {} };
    },
  },
  'AWS::Events::EventBus': {
    put(properties) {
      const name = properties.text('Name');
      const arn = arnOf(context, 'events', `event-bus/${name}`);
      buses.buses.put(name, { arn });
      return { ref: name, attributes: { Arn: arn, Name: name } };
    },
  },
  'AWS::Events::Rule': {
    put(properties, { logicalId, physicalId }) {
      const name = properties.optionalText('Name') ?? physicalId.slice(0, 64);
      properties.noted('Description');
      const bus = properties.optionalText('EventBusName') ?? 'default';
      const arn = arnOf(context, 'events', bus === 'default' ? `rule/${name}` : `rule/${bus}/${name}`);
      const pattern = properties.any<Pattern>('EventPattern');
      checkPattern(logicalId, pattern);
      const targets = properties.items('Targets').map(ruleTarget);
      buses.rules.put(name, {
        arn,
        name,
        bus,
        pattern,
        isEnabled: properties.optionalText('State') !== 'DISABLED',
        targets,
      });
      return { ref: name, attributes: { Arn: arn } };
    },
    remove: (name) => buses.rules.delete(name),
  },
});

const optional = (name: 'roleArn' | 'inputPath', value: string | undefined) =>
  value === undefined ? {} : { [name]: value };

/** API destinations, and what they say of their caller. */
const webhookTypes = (context: Context, { buses }: Services): Record<string, ResourceType> => ({
  'AWS::Events::Connection': {
    put(properties) {
      const name = properties.text('Name');
      properties.always('AuthorizationType', 'API_KEY');
      const parameters = properties.nested('AuthParameters');
      const apiKey = parameters.nested('ApiKeyAuthParameters');
      const arn = arnOf(context, 'events', `connection/${name}/${idOf(name)}`);
      const [headerName, headerValue] = [apiKey.text('ApiKeyName'), apiKey.text('ApiKeyValue')];
      for (const one of [apiKey, parameters]) one.done();
      buses.apiDestinations.connections.put(name, { arn, headerName, headerValue });
      return { ref: name, attributes: { Arn: arn } };
    },
  },
  'AWS::Events::ApiDestination': {
    put(properties, { logicalId }) {
      const name = properties.text('Name');
      properties.noted('InvocationRateLimitPerSecond');
      const arn = arnOf(context, 'events', `api-destination/${name}/${idOf(name)}`);
      const endpoint = properties.text('InvocationEndpoint');
      if (!endpoint.startsWith('https://')) {
        throw new StartError(`${logicalId}: InvocationEndpoint must begin with https://, got ${endpoint}`);
      }
      buses.apiDestinations.destinations.put(name, {
        arn,
        connectionArn: properties.text('ConnectionArn'),
        endpoint,
        method: properties.text('HttpMethod'),
      });
      return { ref: name, attributes: { Arn: arn } };
    },
  },
});

/** The same at every start, in the shape that AWS's ids have. */
const idOf = (name: string): string => {
  const hex = createHash('sha256').update(name).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
};

const ruleTarget = (properties: Properties): RuleTarget => {
  const retry = properties.nested('RetryPolicy');
  const deadLetter = properties.nested('DeadLetterConfig');
  const deadLetterArn = deadLetter.optionalText('Arn');
  const transformer = properties.nested('InputTransformer');
  const target: RuleTarget = {
    id: properties.text('Id'),
    arn: properties.text('Arn'),
    ...optional('roleArn', properties.optionalText('RoleArn')),
    ...optional('inputPath', properties.optionalText('InputPath')),
    maxAttempts: retry.number('MaximumRetryAttempts', 185, [0, 185]),
    maxAgeSeconds: retry.number('MaximumEventAgeInSeconds', 86_400, [60, 86_400]),
    ...(deadLetterArn !== undefined && { deadLetterArn }),
    ...(properties.has('InputTransformer') && {
      inputTransformer: { paths: transformer.any('InputPathsMap'), template: transformer.text('InputTemplate') },
    }),
  };
  for (const one of [retry, deadLetter, transformer, properties]) one.done();
  return target;
};
