import { Stack } from 'aws-cdk-lib';
import { Policy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { deployedName } from '../../core/deployed-names.ts';
import type { StageConfig } from '../config.ts';
import type { Functions } from './functions.ts';
import type { Messaging } from './messaging.ts';
import { keepFailedInvocations } from './on-failure.ts';
import { statement } from './statements.ts';

interface WatchdogProps {
  readonly config: StageConfig;
  readonly functions: Functions;
  readonly messaging: Messaging;
}

/** Who looks regularly whether all is well, and how often. */
const watchers = [
  {
    name: 'watch-starts',
    every: 'rate(4 hours)',
    id: 'Regularly',
    does: 'Looks whether every request was opened that should be',
  },
  { name: 'reconcile', every: 'rate(1 day)', id: 'Daily', does: 'Makes good what an event did not tell' },
] as const;

/** The next look sees all that this one missed. */
const maxAgeSeconds = 1800;

/** Calls the watchers by schedules of their own: whoever removes the feeds' schedules does not silence them. */
export class Watchdog extends Construct {
  constructor(scope: Construct, id: string, { config, functions, messaging }: WatchdogProps) {
    super(scope, id);
    const { partition, region, account } = Stack.of(this);
    const groupName = deployedName(config.stage, 'watch');
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:${partition}:scheduler:${region}:${account}:schedule-group/${groupName}` },
        },
      }),
    });
    const policy = new Policy(this, 'Policy', {
      roles: [role],
      statements: [
        statement(
          'Call',
          ['lambda:InvokeFunction'],
          watchers.map(({ name }) => functions.get(name).functionArn),
        ),
        statement('KeepFailures', ['sqs:SendMessage'], [messaging.failedEvents.queueArn]),
      ],
    });
    const group = new CfnScheduleGroup(this, 'Group', { name: groupName });
    for (const { name, every, id: scheduleId, does } of watchers) {
      const schedule = new CfnSchedule(this, scheduleId, {
        name,
        groupName,
        description: does,
        scheduleExpression: every,
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: functions.get(name).functionArn,
          roleArn: role.roleArn,
          input: '{}',
          retryPolicy: { maximumEventAgeInSeconds: maxAgeSeconds, maximumRetryAttempts: 5 },
          deadLetterConfig: { arn: messaging.failedEvents.queueArn },
        },
      });
      schedule.addResourceDependency(group);
      schedule.node.addDependency(policy);
      keepFailedInvocations(this, `${scheduleId}OnFailure`, { functions, messaging, name, maxAgeSeconds });
    }
  }
}
