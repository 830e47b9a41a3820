import { createHash } from 'node:crypto';
import { Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { deployedName } from '../../core/deployed-names.ts';
import type { Feed } from '../../core/feed.ts';
import type { StageConfig } from '../config.ts';
import { SettingError } from '../setting-rules.ts';
import { scheduleAlarmRows } from './alarm-table.ts';
import { Alarms } from './alarms.ts';
import { pascal } from './functions.ts';
import type { Messaging } from './messaging.ts';

interface SchedulesProps {
  readonly config: StageConfig;
  readonly feeds: readonly Feed[];
  readonly stateMachineArn: string;
  readonly messaging: Messaging;
}

/** What a schedule starts, and with what. Plain names: they cross from one stack to others. */
interface Start {
  readonly roleArn: string;
  readonly stateMachineArn: string;
  readonly failedStartsArn: string;
  readonly operatorsTopicArn: string;
  readonly runbook: string;
}

/** A start that comes later than this would ask for a file whose time has passed; the queue keeps it instead. */
const maximumStartAgeSeconds = 3600;

/** A stack may have 500 resources, and the main one has its own: more where it has a trail. */
const maxInMainStack = ({ recordUserAgents }: StageConfig): number => (recordUserAgents === undefined ? 200 : 175);
const maxInOwnStack = 480;

/** One schedule per feed, in the feed's zone. Starts the state machine directly, with a name that says whose it is. */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, { config, feeds, stateMachineArn, messaging }: SchedulesProps) {
    super(scope, id);
    const main = Stack.of(this);
    const groupName = deployedName(config.stage);
    // Roles have one name in all regions of an account.
    const roleName = deployedName(config.stage, 'scheduler', main.region);
    const role = new Role(this, 'Role', {
      roleName,
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': main.account },
          ArnLike: {
            'aws:SourceArn': [groupName, `${groupName}-???`].map(
              (name) => `arn:${main.partition}:scheduler:${main.region}:${main.account}:schedule-group/${name}`,
            ),
          },
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
    if (config.scheduleStacks === 0) {
      refuseTooMany(feeds, maxInMainStack(config), 'the main stack', 'spread them with -c scheduleStacks=8 or more');
      const start = {
        roleArn: role.roleArn,
        stateMachineArn,
        failedStartsArn: messaging.failedStarts.queueArn,
        operatorsTopicArn: messaging.operators.topicArn,
        runbook: config.runbook,
      };
      addSchedules(this, groupName, feeds, start).node.addDependency(policy);
      return;
    }
    const arn = (service: string, resource: string) =>
      `arn:${main.partition}:${service}:${main.region}:${main.account}:${resource}`;
    const start = {
      roleArn: `arn:${main.partition}:iam::${main.account}:role/${roleName}`,
      stateMachineArn,
      failedStartsArn: arn('sqs', deployedName(config.stage, 'failed-starts')),
      operatorsTopicArn: arn('sns', deployedName(config.stage, 'operators')),
      runbook: config.runbook,
    };
    for (const [index, some] of spread(feeds, config.scheduleStacks).entries()) {
      const number = String(index).padStart(3, '0');
      refuseTooMany(some, maxInOwnStack, `stack ${number}`, `raise -c scheduleStacks=${config.scheduleStacks}`);
      const stack = new Stack(this, `Stack${number}`, {
        stackName: `${main.stackName}-schedules-${number}`,
        description: `Airlock: schedules, part ${index + 1} of ${config.scheduleStacks}`,
        env: { account: main.account, region: main.region },
      });
      stack.addStackDependency(main, 'its schedules start the state machine with the role that is there');
      addSchedules(stack, `${groupName}-${number}`, some, start);
    }
  }
}

/**
 * Which stack a feed's schedule lives in depends on its name alone: adding or removing one changes that stack and no
 * other. Every stack is there even when it is empty, so that a removed feed is removed from it.
 */
const spread = (feeds: readonly Feed[], stacks: number): Feed[][] => {
  const parts = Array.from({ length: stacks }, (): Feed[] => []);
  for (const feed of feeds) {
    const digest = createHash('sha256').update(`${feed.partner}/${feed.feed}`).digest();
    parts[digest.readUInt32BE() % stacks]?.push(feed);
  }
  return parts;
};

const refuseTooMany = (feeds: readonly Feed[], allowed: number, where: string, fix: string): void => {
  if (feeds.length <= allowed) return;
  throw new SettingError(`${where} takes at most ${allowed} schedules, got ${feeds.length}; ${fix}`);
};

const addSchedules = (scope: Construct, name: string, feeds: readonly Feed[], start: Start): CfnScheduleGroup => {
  const { partition } = Stack.of(scope);
  const group = new CfnScheduleGroup(scope, 'Group', { name });
  const { operatorsTopicArn, runbook } = start;
  new Alarms(scope, 'Alarms', { rows: scheduleAlarmRows(name), prefix: name, operatorsTopicArn, runbook });
  for (const feed of feeds) {
    const schedule = new CfnSchedule(scope, `${pascal(feed.partner)}--${pascal(feed.feed)}`, {
      name: `${feed.partner}_${feed.feed}`,
      groupName: name,
      description: feed.title,
      scheduleExpression: feed.schedule.fires ?? feed.schedule.expression,
      scheduleExpressionTimezone: feed.schedule.timezone,
      state: feed.schedule.enabled ? 'ENABLED' : 'DISABLED',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        // The universal target: the templated one cannot name its executions.
        arn: `arn:${partition}:scheduler:::aws-sdk:sfn:startExecution`,
        roleArn: start.roleArn,
        input: startInput(feed, start.stateMachineArn),
        retryPolicy: { maximumEventAgeInSeconds: maximumStartAgeSeconds, maximumRetryAttempts: 20 },
        deadLetterConfig: { arn: start.failedStartsArn },
      },
    });
    schedule.addResourceDependency(group);
  }
  return group;
};

/** Execution names have at most 80 characters: 24 + 1 + 24 + 1 + 16 of the Scheduler's own id. */
const startInput = ({ partner, feed }: Feed, stateMachineArn: string): string =>
  JSON.stringify({
    StateMachineArn: stateMachineArn,
    Name: `${partner}_${feed}_<aws.scheduler.execution-id>`,
    Input: JSON.stringify({ partner, feed, scheduledTime: '<aws.scheduler.scheduled-time>' }),
  });
