import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { deployedName } from '../../core/deployed-names.ts';
import type { StageConfig } from '../config.ts';
import { alarmRows } from './alarm-table.ts';
import { Alarms } from './alarms.ts';
import type { Api } from './api.ts';
import { Dashboard } from './dashboard.ts';
import type { Events } from './events.ts';
import type { Functions } from './functions.ts';
import type { Messaging } from './messaging.ts';
import type { Workflow } from './workflow.ts';

interface WatchProps {
  readonly config: StageConfig;
  readonly functions: Functions;
  readonly messaging: Messaging;
  readonly workflow: Workflow;
  readonly events: Events;
  readonly api: Api;
}

/** What people look at, and what calls them when nobody looks. */
export class Watch extends Construct {
  constructor(scope: Construct, id: string, { config, functions, messaging, workflow, events, api }: WatchProps) {
    super(scope, id);
    const prefix = deployedName(config.stage);
    const { arns } = new Alarms(this, 'Alarms', {
      prefix,
      operatorsTopicArn: messaging.operators.topicArn,
      runbook: config.runbook,
      rows: alarmRows({
        stage: config.stage,
        stateMachineArn: workflow.arn,
        functions: functions.names,
        functionName: (name) => functions.get(name).functionName,
        apiId: api.id,
        queues: messaging.queues,
        topics: messaging.topics,
        rules: [...events.rules, { id: 'red-endings', name: workflow.endedRed.ruleName }],
      }),
    });
    new Dashboard(this, 'Dashboard', {
      // Dashboards have one name in all regions of an account.
      name: `${prefix}-${Stack.of(this).region}`,
      stage: config.stage,
      stateMachineArn: workflow.arn,
      alarmArns: arns,
      logGroup: (name) => functions.logGroupName(name),
    });
  }
}
