import { Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnEventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { deployedName } from '../../core/deployed-names.ts';
import type { StageConfig } from '../config.ts';
import type { Functions } from './functions.ts';
import type { Messaging } from './messaging.ts';

interface WatchdogProps {
  readonly config: StageConfig;
  readonly functions: Functions;
  readonly messaging: Messaging;
}

/** Calls `watch-starts` every four hours, by a schedule of its own: whoever removes the feeds' schedules does not silence it. */
export class Watchdog extends Construct {
  constructor(scope: Construct, id: string, { config, functions, messaging }: WatchdogProps) {
    super(scope, id);
    const { partition, region, account } = Stack.of(this);
    const name = deployedName(config.stage, 'watch');
    const watcher = functions.get('watch-starts');
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:${partition}:scheduler:${region}:${account}:schedule-group/${name}` },
        },
      }),
    });
    const policy = new Policy(this, 'Policy', {
      roles: [role],
      statements: [
        new PolicyStatement({
          sid: 'Call',
          actions: ['lambda:InvokeFunction'],
          resources: [watcher.functionArn],
        }),
        new PolicyStatement({
          sid: 'KeepFailures',
          actions: ['sqs:SendMessage'],
          resources: [messaging.failedEvents.queueArn],
        }),
      ],
    });
    const group = new CfnScheduleGroup(this, 'Group', { name });
    const schedule = new CfnSchedule(this, 'Regularly', {
      name: 'watch-starts',
      groupName: name,
      description: 'Looks whether every request was opened that should be',
      scheduleExpression: 'rate(4 hours)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: watcher.functionArn,
        roleArn: role.roleArn,
        input: '{}',
        // The next one looks at all that this one missed.
        retryPolicy: { maximumEventAgeInSeconds: 1800, maximumRetryAttempts: 5 },
        deadLetterConfig: { arn: messaging.failedEvents.queueArn },
      },
    });
    schedule.addResourceDependency(group);
    schedule.node.addDependency(policy);
    new CfnEventInvokeConfig(this, 'OnFailure', {
      functionName: watcher.functionName,
      qualifier: '$LATEST',
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 1800,
      destinationConfig: { onFailure: { destination: messaging.failedInvocations.queueArn } },
    });
  }
}
