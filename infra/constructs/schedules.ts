import { Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { Feed } from '../../core/feed.ts';
import type { StageConfig } from '../config.ts';
import { pascal } from './functions.ts';
import type { Messaging } from './messaging.ts';

interface SchedulesProps {
  readonly config: StageConfig;
  readonly feeds: readonly Feed[];
  readonly stateMachineArn: string;
  readonly messaging: Messaging;
}

/** A start that comes later than this would ask for a file whose time has passed; the queue keeps it instead. */
const maximumStartAgeSeconds = 3600;

/** One schedule per feed, in the feed's zone. Starts the state machine directly, with a name that says whose it is. */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, { config, feeds, stateMachineArn, messaging }: SchedulesProps) {
    super(scope, id);
    const { account, partition, region } = Stack.of(this);
    const groupName = `airlock-${config.stage}`;
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
        new PolicyStatement({ sid: 'Start', actions: ['states:StartExecution'], resources: [stateMachineArn] }),
        new PolicyStatement({
          sid: 'KeepFailures',
          actions: ['sqs:SendMessage'],
          resources: [messaging.failedStarts.queueArn],
        }),
      ],
    });
    const group = new CfnScheduleGroup(this, 'Group', { name: groupName });
    for (const feed of feeds) {
      const schedule = new CfnSchedule(this, `${pascal(feed.partner)}--${pascal(feed.feed)}`, {
        name: `${feed.partner}_${feed.feed}`,
        groupName,
        description: feed.title,
        scheduleExpression: feed.schedule.expression,
        scheduleExpressionTimezone: feed.schedule.timezone,
        state: feed.schedule.enabled ? 'ENABLED' : 'DISABLED',
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          // The universal target: the templated one cannot name its executions.
          arn: `arn:${partition}:scheduler:::aws-sdk:sfn:startExecution`,
          roleArn: role.roleArn,
          input: startInput(feed, stateMachineArn),
          retryPolicy: { maximumEventAgeInSeconds: maximumStartAgeSeconds, maximumRetryAttempts: 20 },
          deadLetterConfig: { arn: messaging.failedStarts.queueArn },
        },
      });
      schedule.addResourceDependency(group);
      schedule.node.addDependency(policy);
    }
  }
}

/** Execution names have at most 80 characters: 24 + 1 + 24 + 1 + 16 of the Scheduler's own id. */
const startInput = ({ partner, feed }: Feed, stateMachineArn: string): string =>
  JSON.stringify({
    StateMachineArn: stateMachineArn,
    Name: `${partner}_${feed}_<aws.scheduler.execution-id>`,
    Input: JSON.stringify({ partner, feed, scheduledTime: '<aws.scheduler.scheduled-time>' }),
  });
