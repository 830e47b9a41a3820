import type { Context } from '../../context.ts';
import { StartError, UnsupportedFeatureError } from '../../errors.ts';
import type { CodeStore } from '../../lambda/code-store.ts';
import { defaultConcurrency } from '../../lambda/event-sources.ts';
import type { FunctionRecord } from '../../lambda/function-record.ts';
import type { MachineSettings } from '../../states/machines.ts';
import type { Assembly } from '../assembly.ts';
import type { ResourceType } from '../deploy.ts';
import type { Properties } from '../properties.ts';
import type { Services } from '../services.ts';
import { arnOf, orRefused } from './shared.ts';

/** Functions, who may call them, and state machines. */
export const computeTypes = (
  context: Context,
  { lambda, eventSources, states }: Services,
  assembly: Assembly,
): Record<string, ResourceType> => ({
  'AWS::Lambda::Function': {
    put(properties, { logicalId }) {
      const fn = functionRecord({ context, assembly, code: lambda.code }, properties, logicalId);
      const before = lambda.functions.get(fn.name);
      // Its permissions and settings for failures are resources of their own, and come after it.
      lambda.functions.put(fn.name, { ...fn, ...(before && { onFailure: before.onFailure }) });
      return { ref: fn.name, attributes: { Arn: fn.arn } };
    },
    remove: (name) => lambda.functions.delete(name),
  },
  'AWS::Lambda::Version': {
    put(properties) {
      properties.noted('Description');
      const { arn, version } = lambda.publishVersion(properties.text('FunctionName'));
      return { ref: `${arn}:${version}`, attributes: { Version: version, FunctionArn: `${arn}:${version}` } };
    },
    remove(arn) {
      const [name, version] = (arn.split(':function:').at(-1) ?? '').split(':');
      lambda.versions.delete(`${name}:${version}`);
    },
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
          maxRetries: properties.number('MaximumRetryAttempts', 2, [0, 2]),
          maxAgeSeconds: properties.number('MaximumEventAgeInSeconds', 21_600, [60, 21_600]),
          ...(destinationArn !== undefined && { destinationArn }),
        },
      });
      return { ref: physicalId, attributes: {} };
    },
  },
  'AWS::Lambda::EventSourceMapping': {
    put(properties, { logicalId, physicalId }) {
      const scaling = properties.nested('ScalingConfig');
      const responses = properties.list('FunctionResponseTypes');
      const mapping = {
        id: physicalId,
        queueArn: properties.text('EventSourceArn'),
        functionName: properties.text('FunctionName').split(':').at(-1) ?? '',
        isEnabled: properties.optionalText('Enabled') !== 'false',
        batchSize: properties.number('BatchSize', 10, [1, 10_000]),
        maxConcurrency: scaling.number('MaximumConcurrency', defaultConcurrency),
        reportsItemFailures: responses.includes('ReportBatchItemFailures'),
      };
      scaling.done();
      orRefused(logicalId, () => eventSources.put(mapping));
      return { ref: physicalId, attributes: { Id: physicalId } };
    },
    remove: (id) => eventSources.mappings.delete(id),
  },
  'AWS::StepFunctions::StateMachine': {
    put(properties) {
      const name = properties.text('StateMachineName');
      properties.always('StateMachineType', 'STANDARD');
      const substitutions = properties.record('DefinitionSubstitutions');
      const definition = properties
        .text('DefinitionString')
        .replaceAll(/\$\{(\w+)\}/g, (whole, key: string) =>
          key in substitutions ? String(substitutions[key]) : whole,
        );
      const machine = states.putMachine(name, properties.text('RoleArn'), definition, machineSettings(properties));
      return { ref: machine.arn, attributes: { Arn: machine.arn, Name: name } };
    },
  },
});

const machineSettings = (properties: Properties): MachineSettings => {
  const logging = properties.nested('LoggingConfiguration');
  const [destination] = logging.items('Destinations');
  const logGroup = destination?.nested('CloudWatchLogsLogGroup');
  // Logs are files here, named by the machine.
  logGroup?.noted('LogGroupArn');
  const tracing = properties.nested('TracingConfiguration');
  const encryption = properties.nested('EncryptionConfiguration');
  encryption.always('Type', 'CUSTOMER_MANAGED_KMS_KEY', 'AWS_OWNED_KEY');
  encryption.noted('KmsDataKeyReusePeriodSeconds');
  const keyArn = encryption.optionalText('KmsKeyId');
  const settings: MachineSettings = {
    ...(properties.has('LoggingConfiguration') && {
      logging: {
        level: logLevel(logging.optionalText('Level')),
        includeExecutionData: logging.optionalText('IncludeExecutionData') === 'true',
      },
    }),
    isTraced: tracing.optionalText('Enabled') === 'true',
    ...(keyArn !== undefined && { keyArn }),
  };
  for (const one of [logGroup, destination, logging, tracing, encryption]) one?.done();
  return settings;
};

const logLevel = (text = 'OFF'): NonNullable<MachineSettings['logging']>['level'] => {
  if (text === 'ALL' || text === 'ERROR' || text === 'FATAL' || text === 'OFF') return text;
  throw new UnsupportedFeatureError('LoggingConfiguration', `Level ${text}`);
};

const runtimes = ['nodejs24.x'];

const functionRecord = (
  { context, assembly, code: store }: { context: Context; assembly: Assembly; code: CodeStore },
  properties: Properties,
  logicalId: string,
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
  properties.noted('Architectures', 'Description');
  const logging = properties.nested('LoggingConfig');
  const logGroup = logging.optionalText('LogGroup') ?? `/aws/lambda/${name}`;
  logging.noted('LogFormat');
  logging.done();
  const environment = properties.nested('Environment');
  const variables = environment.any<Record<string, string> | null>('Variables') ?? {};
  environment.done();
  const tracing = properties.nested('TracingConfig');
  const isTraced = tracing.optionalText('Mode') === 'Active';
  tracing.done();
  return {
    arn: arnOf(context, 'lambda', `function:${name}`),
    name,
    version: '$LATEST',
    roleArn: properties.text('Role'),
    folder: store.keep(folder),
    handler: properties.text('Handler'),
    timeoutSeconds: properties.number('Timeout', 3, [1, 900]),
    memoryMb: properties.number('MemorySize', 128, [128, 10_240]),
    environment: variables,
    logGroupArn: `${arnOf(context, 'logs', `log-group:${logGroup}`)}:*`,
    isTraced,
    ...(properties.has('ReservedConcurrentExecutions') && {
      reservedConcurrency: properties.number('ReservedConcurrentExecutions', 0),
    }),
    policy: { Statement: [] },
    onFailure: { maxRetries: 2, maxAgeSeconds: 21_600 },
  };
};
