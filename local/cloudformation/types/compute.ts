import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { StartError, UnsupportedFeatureError } from '../../errors.ts';
import type { FunctionRecord } from '../../lambda/function-record.ts';
import type { Assembly } from '../assembly.ts';
import type { ResourceType } from '../deploy.ts';
import type { Properties } from '../properties.ts';
import type { Services } from '../services.ts';
import { arnOf } from './shared.ts';

/** Functions, who may call them, and state machines. */
export const computeTypes = (
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
    folder: resolve(folder),
    handler: properties.text('Handler'),
    timeoutSeconds: properties.number('Timeout', 3),
    memoryMb: properties.number('MemorySize', 128),
    environment: variables,
    logGroupArn: `${arnOf(context, 'logs', `log-group:${logGroup}`)}:*`,
    policy: { Statement: [] },
    onFailure: { maxRetries: 2, maxAgeSeconds: 21_600 },
  };
};
