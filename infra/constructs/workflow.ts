import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  CustomerManagedEncryptionConfiguration,
  DefinitionBody,
  LogLevel,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { deployedName } from '../../core/deployed-names.ts';
import type { StageConfig } from '../config.ts';
import type { Encryption } from './encryption.ts';
import type { FunctionName } from './function-table.ts';
import { type Functions, pascal } from './functions.ts';
import type { Messaging } from './messaging.ts';

export const definitionFile = join(import.meta.dirname, '../../statemachine/upload-workflow.asl.json');

/** The functions that the workflow calls; each is the substitution `${OpenRequest}` and so on. */
export const workflowFunctions = [
  'open-request',
  'generate-upload-url',
  'email-partner',
  'register-wait',
  'revise-plan',
  'look-for-upload',
  'validate-upload',
  'accept-upload',
  'quarantine-upload',
  'escalate',
  'close-request',
] as const satisfies readonly FunctionName[];

const machineName = (config: StageConfig): string => deployedName(config.stage);

/** Built from the explicit name: a reference to the machine would make a cycle with the functions' policies. */
export const workflowArns = (scope: Construct, config: StageConfig): { machine: string; executions: string } => {
  const arn = (resource: string, name: string) =>
    Stack.of(scope).formatArn({
      service: 'states',
      resource,
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  return {
    machine: arn('stateMachine', machineName(config)),
    executions: arn('execution', `${machineName(config)}:*`),
  };
};

interface WorkflowProps {
  readonly config: StageConfig;
  readonly functions: Functions;
  readonly messaging: Messaging;
  readonly encryption: Encryption;
}

/** What Step Functions needs to write logs and traces. AWS's tables know no narrower resource for these. */
const observe = [
  new PolicyStatement({
    sid: 'WriteLogs',
    actions: [
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
    ],
    resources: ['*'],
  }),
  new PolicyStatement({
    sid: 'WriteTraces',
    actions: ['xray:GetSamplingRules', 'xray:GetSamplingTargets', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    resources: ['*'],
  }),
];

/** The state machine, from the hand-written file, and the rule that tells operators when an execution ends red. */
export class Workflow extends Construct {
  readonly arn: string;
  /** The rule over red endings, for its alarm. */
  readonly endedRed: Rule;

  constructor(scope: Construct, id: string, { config, functions, messaging, encryption }: WorkflowProps) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    const key = config.encryptWorkflow ? encryption.key : undefined;
    const policy = new Policy(this, 'Policy', {
      roles: [role],
      statements: [
        new PolicyStatement({
          sid: 'RunTasks',
          actions: ['lambda:InvokeFunction'],
          // Every version: a waiting execution goes on calling the one that it started with.
          resources: workflowFunctions.map((name) => `${functions.get(name).functionArn}:*`),
        }),
        ...observe,
        ...(key ? useKey(key, workflowArns(this, config).machine, Stack.of(this)) : []),
      ],
    });
    if (key) encryption.allowWorkflow(role, workflowArns(this, config).machine);
    const machine = new StateMachine(this, 'StateMachine', {
      stateMachineName: machineName(config),
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(readFileSync(definitionFile, 'utf8')),
      definitionSubstitutions: Object.fromEntries(
        workflowFunctions.map((name) => [pascal(name), functions.version(name).functionArn]),
      ),
      role: role.withoutPolicyUpdates(),
      logs: {
        destination: new LogGroup(this, 'Logs', {
          // This prefix keeps the account's resource policy for log delivery from growing with every machine.
          logGroupName: `/aws/vendedlogs/states/${machineName(config)}`,
          retention: config.logRetention,
          removalPolicy: config.removalPolicy,
        }),
        level: LogLevel.ALL,
        // Inputs and parameters hold task tokens.
        includeExecutionData: false,
      },
      tracingEnabled: true,
      ...(key && { encryptionConfiguration: new CustomerManagedEncryptionConfiguration(key) }),
      removalPolicy: config.removalPolicy,
    });
    machine.node.addDependency(policy);
    this.arn = machine.stateMachineArn;

    this.endedRed = new Rule(this, 'EndedRed', {
      description: 'Tells operators of executions that did not end green',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [machine.stateMachineArn], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
      targets: [
        // By its ARN: for the topic itself CDK would let in every rule of every account.
        new SnsTopic(Topic.fromTopicArn(this, 'Operators', messaging.operators.topicArn), {
          deadLetterQueue: messaging.failedEvents,
          message: RuleTargetInput.fromText(
            `Execution ${EventField.fromPath('$.detail.name')} ended ${EventField.fromPath('$.detail.status')}: ${EventField.fromPath('$.detail.executionArn')}`,
          ),
        }),
      ],
    });
    messaging.letPublish('RedEndingsMayPublish', this.endedRed);
  }
}

/**
 * The machine's data, and its logs on their way to CloudWatch. No `kms:ViaService` here: it would stop executions.
 * https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
 */
const useKey = (key: IKey, machineArn: string, { partition, region, account }: Stack): PolicyStatement[] => [
  new PolicyStatement({
    sid: 'UseKey',
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': machineArn } },
  }),
  new PolicyStatement({
    sid: 'EncryptLogs',
    actions: ['kms:GenerateDataKey'],
    resources: [key.keyArn],
    conditions: {
      StringEquals: { 'kms:EncryptionContext:SourceArn': `arn:${partition}:logs:${region}:${account}:*` },
    },
  }),
];
