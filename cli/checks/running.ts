import { type MetricAlarm, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { ListSubscriptionsByTopicCommand } from '@aws-sdk/client-sns';
import { deployedName, type FailureQueue, failureQueues } from '../../core/deployed-names.ts';
import { waitingIn } from '../queues.ts';
import { isForSmoke, schedulesOf } from '../schedules.ts';
import { type Check, failed, ok, verdict, warning } from './check.ts';

const queue =
  (name: FailureQueue): Check =>
  async ({ clients: { sqs }, deployment: { stage } }) => {
    const count = await waitingIn(sqs, stage, name);
    return [
      verdict(
        count === 0,
        `${name} is empty`,
        `${name} holds ${count} message${count === 1 ? '' : 's'}`,
        `docs/runbook.md#messages-in-${name}, then: npm run airlock -- dlq redrive ${name}`,
      ),
    ];
  };

/** Nothing that failed lies about unseen. */
export const queues: readonly Check[] = failureQueues.map(queue);

/** Every feed is started by somebody. */
export const schedules: Check = async ({ clients: { scheduler }, deployment: { stage } }) => {
  let enabled = 0;
  const disabled: string[] = [];
  for await (const schedule of schedulesOf(scheduler, stage)) {
    if (schedule.State === 'ENABLED') enabled += 1;
    else if (!isForSmoke(schedule)) disabled.push(schedule.Name ?? '');
  }
  return [
    enabled > 0
      ? ok(`${enabled} schedule${enabled === 1 ? ' is' : 's are'} enabled`)
      : failed('no schedule is enabled: nobody will be asked', 'deploy with at least one feed that is enabled'),
    ...disabled.map((name) =>
      warning(`the schedule ${name} is disabled`, 'set schedule.enabled in its feed, or remove the feed'),
    ),
  ];
};

/** Nothing calls. */
export const alarms: Check = async ({ clients: { cloudwatch }, deployment: { stage, operatorsTopicArn } }) => {
  const ours: MetricAlarm[] = [];
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms(
    { client: cloudwatch },
    { AlarmNamePrefix: deployedName(stage, '') },
  )) {
    // Another stage's name may begin like this one's; its alarms tell another topic.
    ours.push(...MetricAlarms.filter(({ AlarmActions = [] }) => AlarmActions.includes(operatorsTopicArn)));
  }
  const calling = ours.filter(({ StateValue }) => StateValue === 'ALARM');
  return [
    ...(calling.length === 0 ? [ok(`none of the ${ours.length} alarms calls`)] : []),
    ...calling.map(({ AlarmName, AlarmDescription = '' }) =>
      failed(`the alarm ${AlarmName} calls`, AlarmDescription.split('What to do: ').at(-1) ?? ''),
    ),
  ];
};

/** Somebody would hear it if one did. */
export const subscribers: Check = async ({ clients: { sns }, deployment: { operatorsTopicArn } }) => {
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: operatorsTopicArn }));
  return [
    Subscriptions.some(({ SubscriptionArn }) => SubscriptionArn?.startsWith('arn:'))
      ? ok('somebody has subscribed to the operators’ topic')
      : warning(
          'nobody has subscribed (and confirmed) to the operators’ topic',
          `aws sns subscribe --topic-arn ${operatorsTopicArn} --protocol email --notification-endpoint ops@your.domain`,
        ),
  ];
};
