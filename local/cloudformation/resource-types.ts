import { join, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { StartError, UnsupportedFeatureError } from '../errors.ts';
import type { EventBuses, RuleTarget } from '../events/buses.ts';
import { checkPattern, type Pattern } from '../events/pattern.ts';
import { checkPolicy, type PolicyDocument } from '../identity/policy.ts';
import type { FunctionRecord, Lambda } from '../lambda/lambda.ts';
import type { S3 } from '../s3/s3.ts';
import { parseExpression } from '../scheduler/expression.ts';
import { type Scheduler, startExecutionTarget } from '../scheduler/scheduler.ts';
import type { Ses } from '../ses/ses.ts';
import type { Sns } from '../sns/sns.ts';
import type { Sqs } from '../sqs/sqs.ts';
import type { States } from '../states/states.ts';
import type { Assembly } from './assembly.ts';
import type { ResourceType } from './deploy.ts';
import type { Properties } from './properties.ts';

/** The services that resources are made in. */
export interface Services {
  readonly s3: S3;
  readonly sqs: Sqs;
  readonly sns: Sns;
  readonly ses: Ses;
  readonly buses: EventBuses;
  readonly lambda: Lambda;
  readonly states: States;
  readonly scheduler: Scheduler;
}

/** Every type of resource that this runtime deploys. A property that a type does not read is refused by name. */
export const resourceTypes = (
  context: Context,
  services: Services,
  assembly: Assembly,
): Readonly<Record<string, ResourceType>> => ({
  ...storageTypes(context, services),
  ...identityTypes(context),
  ...messagingTypes(context, services),
  ...computeTypes(context, services, assembly),
  ...scheduleTypes(context, services),
});

const arnOf = ({ region, accountId }: Context, service: string, rest: string): string =>
  `arn:aws:${service}:${region}:${accountId}:${rest}`;

const policyOf = (properties: Properties, name: string, where: string): PolicyDocument =>
  checkPolicy(where, properties.any(name));

const storageTypes = (context: Context, { s3 }: Services): Record<string, ResourceType> => ({
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

const identityTypes = ({ identities, accountId }: Context): Record<string, ResourceType> => ({
  'AWS::IAM::Role': {
    put(properties, { logicalId, physicalId }) {
      const name = properties.optionalText('RoleName') ?? physicalId.slice(0, 64);
      properties.noted('Description', 'Tags');
      const arn = `arn:aws:iam::${accountId}:role/${name}`;
      identities.roles.put(name, {
        arn,
        name,
        trust: policyOf(properties, 'AssumeRolePolicyDocument', logicalId),
        maxSessionSeconds: properties.number('MaxSessionDuration', 3600),
        // Policies are resources of their own and come after their role; what was there before is not theirs.
        policies: {},
      });
      return { ref: name, attributes: { Arn: arn } };
    },
    remove: (name) => identities.roles.delete(name),
  },
  'AWS::IAM::Policy': {
    put(properties, { logicalId }) {
      const name = properties.text('PolicyName');
      const policy = policyOf(properties, 'PolicyDocument', logicalId);
      for (const roleName of properties.list('Roles').map(String)) {
        const role = identities.roles.get(roleName);
        if (!role) throw new StartError(`${logicalId}: role ${roleName} does not exist`);
        identities.roles.put(roleName, { ...role, policies: { ...role.policies, [name]: policy } });
      }
      return { ref: name, attributes: {} };
    },
  },
});

const messagingTypes = (context: Context, { sqs, sns, ses, buses }: Services): Record<string, ResourceType> => ({
  'AWS::SQS::Queue': {
    put(properties) {
      const name = properties.text('QueueName');
      properties.noted('MessageRetentionPeriod', 'SqsManagedSseEnabled', 'Tags');
      const arn = arnOf(context, 'sqs', name);
      sqs.queues.put(name, { arn, name });
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
      properties.noted('DisplayName', 'Tags');
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
      properties.noted('SuppressionOptions', 'Tags');
      properties.always('SendingOptions', { SendingEnabled: true });
      ses.configurationSets.put(name, { name });
      return { ref: name, attributes: {} };
    },
  },
  'AWS::SES::EmailIdentity': {
    put(properties) {
      const name = properties.text('EmailIdentity');
      properties.noted('ConfigurationSetAttributes', 'Tags');
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

const ruleTarget = (properties: Properties): RuleTarget => {
  const retry = properties.nested('RetryPolicy');
  const deadLetter = properties.nested('DeadLetterConfig');
  const deadLetterArn = deadLetter.optionalText('Arn');
  const transformer = properties.nested('InputTransformer');
  const target: RuleTarget = {
    id: properties.text('Id'),
    arn: properties.text('Arn'),
    maxAttempts: retry.number('MaximumRetryAttempts', 185),
    maxAgeSeconds: retry.number('MaximumEventAgeInSeconds', 86_400),
    ...(deadLetterArn !== undefined && { deadLetterArn }),
    ...(properties.has('InputTransformer') && {
      inputTransformer: { paths: transformer.any('InputPathsMap'), template: transformer.text('InputTemplate') },
    }),
  };
  for (const one of [retry, deadLetter, transformer, properties]) one.done();
  return target;
};

const computeTypes = (
  context: Context,
  { lambda, states }: Services,
  assembly: Assembly,
): Record<string, ResourceType> => ({
  'AWS::Logs::LogGroup': {
    put(properties) {
      const name = properties.text('LogGroupName');
      properties.noted('RetentionInDays', 'Tags');
      return { ref: name, attributes: { Arn: `${arnOf(context, 'logs', `log-group:${name}`)}:*` } };
    },
  },
  'AWS::Lambda::Function': {
    put(properties, { logicalId }) {
      const fn = functionRecord(context, properties, logicalId, assembly);
      const before = lambda.functions.get(fn.name);
      // Its permissions and settings for failures are resources of their own, and come after it.
      lambda.functions.put(fn.name, { ...fn, ...(before && { onFailure: before.onFailure }) });
      return { ref: fn.name, attributes: { Arn: fn.arn } };
    },
    remove: (name) => lambda.functions.delete(name),
  },
  'AWS::Lambda::Permission': {
    put(properties, { physicalId }) {
      const name = properties.text('FunctionName').split(':').at(-1) ?? '';
      const fn = lambda.functions.get(name);
      if (!fn) throw new StartError(`${physicalId}: function ${name} does not exist`);
      const sourceArn = properties.optionalText('SourceArn');
      const statement = {
        Sid: physicalId,
        Effect: 'Allow' as const,
        Action: properties.text('Action'),
        Resource: fn.arn,
        Principal: { Service: properties.text('Principal') },
        ...(sourceArn !== undefined && { Condition: { ArnLike: { 'aws:SourceArn': sourceArn } } }),
      };
      lambda.functions.put(name, { ...fn, policy: { Statement: [...[fn.policy.Statement].flat(), statement] } });
      return { ref: physicalId, attributes: {} };
    },
  },
  'AWS::Lambda::EventInvokeConfig': {
    put(properties, { physicalId }) {
      const name = properties.text('FunctionName');
      properties.always('Qualifier', '$LATEST');
      const fn = lambda.functions.get(name);
      if (!fn) throw new StartError(`${physicalId}: function ${name} does not exist`);
      const destinations = properties.nested('DestinationConfig');
      const onFailure = destinations.nested('OnFailure');
      const destinationArn = onFailure.optionalText('Destination');
      onFailure.done();
      destinations.done();
      lambda.functions.put(name, {
        ...fn,
        onFailure: {
          maxRetries: properties.number('MaximumRetryAttempts', 2),
          maxAgeSeconds: properties.number('MaximumEventAgeInSeconds', 21_600),
          ...(destinationArn !== undefined && { destinationArn }),
        },
      });
      return { ref: physicalId, attributes: {} };
    },
  },
  'AWS::StepFunctions::StateMachine': {
    put(properties) {
      const name = properties.text('StateMachineName');
      properties.always('StateMachineType', 'STANDARD');
      properties.noted('Tags');
      const substitutions = properties.record('DefinitionSubstitutions');
      const definition = properties
        .text('DefinitionString')
        .replaceAll(/\$\{(\w+)\}/g, (whole, key: string) =>
          key in substitutions ? String(substitutions[key]) : whole,
        );
      const machine = states.putMachine(name, properties.text('RoleArn'), definition);
      return { ref: machine.arn, attributes: { Arn: machine.arn, Name: name } };
    },
  },
});

const runtimes = ['nodejs24.x'];

const functionRecord = (
  context: Context,
  properties: Properties,
  logicalId: string,
  assembly: Assembly,
): FunctionRecord => {
  const name = properties.text('FunctionName');
  const code = properties.nested('Code');
  const objectKey = code.text('S3Key');
  code.noted('S3Bucket');
  code.done();
  const folder = assembly.assetFolder(objectKey);
  if (folder === undefined)
    throw new UnsupportedFeatureError(logicalId, `code that is no asset of this assembly (${objectKey})`);
  const runtime = properties.text('Runtime');
  if (!runtimes.includes(runtime)) throw new UnsupportedFeatureError(logicalId, `Runtime ${runtime}`);
  // Processes here run on this machine's own processor.
  properties.noted('Architectures', 'Description', 'Tags');
  const logging = properties.nested('LoggingConfig');
  const logGroup = logging.optionalText('LogGroup') ?? `/aws/lambda/${name}`;
  logging.noted('LogFormat');
  logging.done();
  const environment = properties.nested('Environment');
  const variables = environment.any<Record<string, string> | null>('Variables') ?? {};
  environment.done();
  return {
    arn: arnOf(context, 'lambda', `function:${name}`),
    name,
    roleArn: properties.text('Role'),
    folder: resolve(join(folder)),
    handler: properties.text('Handler'),
    timeoutSeconds: properties.number('Timeout', 3),
    memoryMb: properties.number('MemorySize', 128),
    environment: variables,
    logGroupArn: `${arnOf(context, 'logs', `log-group:${logGroup}`)}:*`,
    policy: { Statement: [] },
    onFailure: { maxRetries: 2, maxAgeSeconds: 21_600 },
  };
};

const scheduleTypes = (context: Context, { scheduler }: Services): Record<string, ResourceType> => ({
  'AWS::Scheduler::ScheduleGroup': {
    put(properties) {
      const name = properties.text('Name');
      const arn = arnOf(context, 'scheduler', `schedule-group/${name}`);
      scheduler.groups.put(name, { arn });
      return { ref: name, attributes: { Arn: arn } };
    },
  },
  'AWS::Scheduler::Schedule': {
    put(properties, { logicalId }) {
      const name = properties.text('Name');
      const group = properties.optionalText('GroupName') ?? 'default';
      properties.always('FlexibleTimeWindow', { Mode: 'OFF' });
      const target = properties.nested('Target');
      const arn = target.text('Arn');
      if (arn !== startExecutionTarget) throw new UnsupportedFeatureError(logicalId, `Target ${arn}`);
      const retry = target.nested('RetryPolicy');
      const deadLetter = target.nested('DeadLetterConfig');
      const schedule = {
        arn: arnOf(context, 'scheduler', `schedule/${group}/${name}`),
        name,
        group,
        expression: properties.text('ScheduleExpression'),
        timezone: properties.optionalText('ScheduleExpressionTimezone') ?? 'UTC',
        isEnabled: properties.optionalText('State') !== 'DISABLED',
        createdAt: scheduler.schedules.get(`${group}/${name}`)?.createdAt ?? context.clock.now(),
        description: properties.optionalText('Description'),
        target: {
          arn,
          roleArn: target.text('RoleArn'),
          input: target.text('Input'),
          maxAgeSeconds: retry.number('MaximumEventAgeInSeconds', 86_400),
          maxAttempts: retry.number('MaximumRetryAttempts', 185),
          deadLetterArn: deadLetter.optionalText('Arn'),
        },
      };
      for (const one of [retry, deadLetter, target]) one.done();
      checkExpression(logicalId, schedule.expression, schedule.timezone);
      scheduler.put(schedule);
      return { ref: `${group}/${name}`, attributes: { Arn: schedule.arn } };
    },
    remove: (key) => scheduler.delete(key),
  },
});

const checkExpression = (where: string, expression: string, timezone: string): void => {
  try {
    parseExpression(expression, timezone, 0)(0);
  } catch (error) {
    throw new UnsupportedFeatureError(
      where,
      `ScheduleExpression ${expression}: ${error instanceof Error ? error.message : error}`,
    );
  }
};
