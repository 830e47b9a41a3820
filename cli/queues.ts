import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand } from '@aws-sdk/client-sns';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { isNamed } from '../adapters/sdk-errors.ts';
import { deployedName, type FailureQueue, failureQueues } from '../core/deployed-names.ts';
import type { Clients } from './clients.ts';
import { CliError } from './deployment.ts';

/** @throws CliError for a queue that is none of ours */
export const queueNamed = (name: string): FailureQueue => {
  const found = failureQueues.find((one) => one === name);
  if (found) return found;
  throw new CliError(`no queue "${name}", allowed ${failureQueues.join(', ')}; name one of these`);
};

const urlOf = async (sqs: SQSClient, stage: string, name: FailureQueue): Promise<string> => {
  const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: deployedName(stage, name) }));
  return QueueUrl;
};

export const waitingIn = async (sqs: SQSClient, stage: string, name: FailureQueue): Promise<number> => {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: await urlOf(sqs, stage, name),
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
};

/** Longer than one batch takes: what is not done by then comes back to the queue by itself. */
const visibilitySeconds = 120;

/**
 * Does again what failed, message by message. One leaves its queue only when it was handed over: a failure, or a crash,
 * leaves it there.
 *
 * @returns how many were handed over, and what stopped the others
 */
export const redrive = async (
  clients: Clients,
  stage: string,
  name: FailureQueue,
  say: (line: string) => void,
): Promise<{ done: number; failed: string[] }> => {
  const QueueUrl = await urlOf(clients.sqs, stage, name);
  const failed: string[] = [];
  const seen = new Set<string>();
  let done = 0;
  for (;;) {
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: visibilitySeconds,
        // A short poll asks only some of the queue's servers, and none of them may have it.
        WaitTimeSeconds: 5,
        MessageAttributeNames: ['All'],
      }),
    );
    const fresh = Messages.filter(({ MessageId = '' }) => !seen.has(MessageId));
    if (fresh.length === 0) return { done, failed };
    for (const message of fresh) {
      seen.add(message.MessageId ?? '');
      try {
        say(await again[name](clients, message, stage));
        await clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
        done += 1;
      } catch (error) {
        failed.push(`${message.MessageId}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
};

/** What is done again with a message of each queue. Each says in a line what it did. */
const again: {
  readonly [name in FailureQueue]: (clients: Clients, message: Message, stage: string) => Promise<string>;
} = {
  'failed-starts': async ({ sfn }, { Body = '', MessageAttributes = {}, MessageId = '' }) => {
    // The same for the same message, so that a second try starts nothing twice.
    const executionId = MessageId.replaceAll('-', '').slice(0, 16);
    const scheduledTime = MessageAttributes.SCHEDULED_TIME?.StringValue ?? '';
    const filled = Body.replaceAll('<aws.scheduler.scheduled-time>', scheduledTime).replaceAll(
      '<aws.scheduler.execution-id>',
      executionId,
    );
    const { StateMachineArn, Name, Input } = JSON.parse(filled);
    try {
      await sfn.send(new StartExecutionCommand({ stateMachineArn: StateMachineArn, name: Name, input: Input }));
      return `started ${Name}`;
    } catch (error) {
      // Somebody started it already: that is what was wanted.
      if (isNamed(error, 'ExecutionAlreadyExists')) return `${Name} was started before`;
      throw error;
    }
  },
  'failed-events': async (clients, { Body = '', MessageAttributes = {} }) => {
    const target = MessageAttributes.TARGET_ARN?.StringValue ?? '';
    const service = target.split(':')[2];
    if (service === 'events') return putAgain(clients, MessageAttributes.RULE_ARN?.StringValue ?? '', Body);
    if (service === 'sqs') return sendAgain(clients, target.split(':').at(-1) ?? '', Body);
    if (service !== 'sns') return invoke(clients, target, Body);
    await clients.sns.send(new PublishCommand({ TopicArn: target, Message: Body }));
    return `published to ${target.split(':').at(-1)}`;
  },
  'failed-invocations': async (clients, { Body = '' }, stage) => {
    const { requestContext, requestPayload } = JSON.parse(Body);
    // What came by the queue of ended runs lies here as it was; only ends of runs do.
    if (requestContext === undefined) return invoke(clients, deployedName(stage, 'archive-execution'), Body);
    return invoke(clients, requestContext.functionArn.replace(/:\$LATEST$/, ''), JSON.stringify(requestPayload));
  },
};

/**
 * Nobody but EventBridge calls an API destination: the event goes onto its bus once more, and so to every rule there.
 * Receivers know what they have by the announcement's own id.
 */
const putAgain = async ({ eventbridge }: Clients, rule: string, event: string): Promise<string> => {
  const [, bus] = /:rule\/([^/]+)\/[^/]+$/.exec(rule) ?? [];
  const { source, 'detail-type': type, detail, resources } = JSON.parse(event);
  const Entries = [
    { EventBusName: bus, Source: source, DetailType: type, Detail: JSON.stringify(detail), Resources: resources },
  ];
  const { FailedEntryCount = 0, Entries: [entry] = [] } = await eventbridge.send(new PutEventsCommand({ Entries }));
  if (FailedEntryCount > 0) throw new Error(`EventBridge refused it: ${entry?.ErrorCode} ${entry?.ErrorMessage}`);
  return `put onto ${bus ?? 'the default bus'}: ${type}`;
};

const sendAgain = async ({ sqs }: Clients, queue: string, MessageBody: string): Promise<string> => {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  return `sent to ${queue}`;
};

const invoke = async ({ lambda }: Clients, arn: string, payload: string): Promise<string> => {
  await lambda.send(
    new InvokeCommand({ FunctionName: arn, InvocationType: 'Event', Payload: new TextEncoder().encode(payload) }),
  );
  return `handed to ${arn.split(':').at(-1)}`;
};
