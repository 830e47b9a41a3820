import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { EventBus, type IRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deployedName, type FailureQueue } from '../../core/deployed-names.ts';
import type { StageConfig } from '../config.ts';

/** Topics for people, the bus for downstream systems, and a queue behind every asynchronous hop. */
export class Messaging extends Construct {
  /** Escalations and faults, for the people who run this. */
  readonly operators: Topic;
  /** What was mailed to partners, for feeds with the channel `sns`: without URLs in direct mode, with a link in link mode. */
  readonly notices: Topic;
  /** `UploadAccepted`, for downstream systems. */
  readonly bus: EventBus;
  /** Starts that the Scheduler could not deliver. */
  readonly failedStarts: Queue;
  /** Events that EventBridge could not deliver. */
  readonly failedEvents: Queue;
  /** Events that a function took and failed on. */
  readonly failedInvocations: Queue;

  constructor(scope: Construct, id: string, config: StageConfig) {
    super(scope, id);
    const name = (suffix: string) => deployedName(config.stage, suffix);
    this.operators = new Topic(this, 'Operators', { topicName: name('operators'), enforceSSL: true });
    this.operators.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsMayPublish',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.operators.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
          ArnLike: {
            'aws:SourceArn': Stack.of(this).formatArn({
              service: 'cloudwatch',
              resource: 'alarm',
              resourceName: name('*'),
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
          },
        },
      }),
    );
    this.notices = new Topic(this, 'Notices', { topicName: name('notices'), enforceSSL: true });
    this.bus = new EventBus(this, 'Bus', { eventBusName: name('events') });
    this.failedStarts = this.#queue('FailedStarts', name('failed-starts'));
    this.failedEvents = this.#queue('FailedEvents', name('failed-events'));
    this.failedInvocations = this.#queue('FailedInvocations', name('failed-invocations'));
  }

  /** Lets one rule speak to the operators, and no other. */
  letPublish(sid: string, rule: IRule): void {
    this.operators.addToResourcePolicy(
      new PolicyStatement({
        sid,
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.operators.topicArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
      }),
    );
  }

  get queues(): { id: FailureQueue; name: string }[] {
    return [
      { id: 'failed-starts', name: this.failedStarts.queueName },
      { id: 'failed-events', name: this.failedEvents.queueName },
      { id: 'failed-invocations', name: this.failedInvocations.queueName },
    ];
  }

  get topics(): { id: string; name: string }[] {
    return [
      { id: 'operators', name: this.operators.topicName },
      { id: 'notices', name: this.notices.topicName },
    ];
  }

  #queue(id: string, queueName: string): Queue {
    return new Queue(this, id, {
      queueName,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
  }
}
