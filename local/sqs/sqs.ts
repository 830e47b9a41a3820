import type { CloudWatch } from '../cloudwatch/cloudwatch.ts';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { PolicyDocument } from '../identity/policy.ts';
import { type Sender, sourceContext } from '../identity/sender.ts';
import { Registry } from '../registry.ts';
import { Messages, md5, type QueueTimes, type Received } from './messages.ts';

export interface QueueRecord extends QueueTimes {
  readonly arn: string;
  readonly policy?: PolicyDocument;
}

/** A message as ReceiveMessage gives it. */
interface Message {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly StringValue: string; readonly DataType: 'String' }>>;
}

/** SQS: queues that others send to and take from, and enough to look at and empty them. */
export class Sqs {
  readonly queues: Registry<QueueRecord>;
  readonly #context: Context;
  readonly #cloudwatch: CloudWatch;
  readonly #messages: Messages;
  #whenSent: (queueArn: string, visibleAt: number) => void = () => undefined;

  constructor(context: Context, cloudwatch: CloudWatch) {
    this.#context = context;
    this.#cloudwatch = cloudwatch;
    this.#messages = new Messages(context.journal, context.clock);
    this.queues = new Registry(context.journal, 'queue');
    context.jobs.handle(
      'sqs.measure',
      async ({ subject }) =>
        () =>
          this.#measure(subject),
    );
  }

  /** Tells of every message, and when it can be received. */
  onSent(tell: (queueArn: string, visibleAt: number) => void): void {
    this.#whenSent = tell;
  }

  /** @throws AwsError when the queue is not there, or the sender may not */
  sendFrom(sender: Sender, arn: string, body: string, attributes: Record<string, string> = {}, delay?: number): string {
    const queue = this.queueByArn(arn);
    if (!queue) throw new AwsError('QueueDoesNotExist', `The queue ${arn} does not exist.`);
    this.#context.authorizer.require({
      principal: sender.principal,
      action: 'sqs:SendMessage',
      resource: arn,
      resourcePolicy: queue.policy,
      context: sourceContext(sender, this.#context.accountId),
    });
    const { id, visibleAt } = this.#messages.add(queue, body, attributes, delay);
    this.#measure(queue.name, visibleAt);
    this.#whenSent(arn, visibleAt);
    return id;
  }

  queueByArn(arn: string): QueueRecord | undefined {
    const queue = this.queues.get(arn.split(':').at(-1) ?? '');
    return queue?.arn === arn ? queue : undefined;
  }

  /** @throws AwsError when the caller may not */
  receive(sender: Sender, queue: QueueRecord, limit: number, visibilitySeconds?: number): readonly Received[] {
    this.#need(sender, 'sqs:ReceiveMessage', queue);
    return this.#context.journal.transaction(() => this.#take(queue, limit, visibilitySeconds));
  }

  #take(queue: QueueRecord, limit: number, visibilitySeconds = queue.visibilitySeconds): readonly Received[] {
    const now = this.#context.clock.now();
    const { received, dead } = this.#messages.receive(queue, limit, visibilitySeconds);
    this.#measure(queue.name, now + (received.length > 0 ? visibilitySeconds * 1000 : 0));
    const grave = dead > 0 ? this.queues.get(queue.deadLetter?.queue ?? '') : undefined;
    if (grave) {
      this.#measure(grave.name, now);
      this.#whenSent(grave.arn, now);
    }
    // Behind messages that went away there may be others.
    return received.length === 0 && dead > 0 ? this.#take(queue, limit, visibilitySeconds) : received;
  }

  /** @throws AwsError when the caller may not */
  delete(sender: Sender, queue: QueueRecord, receipt: string): void {
    this.#need(sender, 'sqs:DeleteMessage', queue);
    this.#messages.delete(queue.name, receipt);
    this.#measure(queue.name);
  }

  /** JSON protocol. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html */
  handle(sender: Sender, operation: string, input: Record<string, unknown>): Record<string, unknown> {
    this.#checkRanges(input);
    if (operation === 'ListQueues') {
      const anyQueue = `arn:aws:sqs:${this.#context.region}:${this.#context.accountId}:*`;
      this.#context.authorizer.require({ ...sender, action: 'sqs:ListQueues', resource: anyQueue });
      return { QueueUrls: this.queues.all().map(({ name }) => this.#url(name)) };
    }
    const name =
      String(input.QueueUrl ?? input.QueueName ?? '')
        .split('/')
        .at(-1) ?? '';
    const queue = this.queues.get(name);
    if (!queue) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    switch (operation) {
      case 'GetQueueUrl':
        this.#need(sender, 'sqs:GetQueueUrl', queue);
        return { QueueUrl: this.#url(name) };
      case 'GetQueueAttributes':
        this.#need(sender, 'sqs:GetQueueAttributes', queue);
        return { Attributes: this.#attributes(queue) };
      case 'SendMessage': {
        const body = String(input.MessageBody ?? '');
        requireBody(body);
        const delay = optionalNumber(input.DelaySeconds);
        const MessageId = this.#context.journal.transaction(() => this.sendFrom(sender, queue.arn, body, {}, delay));
        return { MessageId, MD5OfMessageBody: md5(body) };
      }
      case 'ReceiveMessage': {
        const limit = Number(input.MaxNumberOfMessages ?? 1);
        const received = this.receive(sender, queue, limit, optionalNumber(input.VisibilityTimeout));
        return { Messages: received.map(messageOf) };
      }
      case 'DeleteMessage':
        this.delete(sender, queue, String(input.ReceiptHandle));
        return {};
      default:
        throw new AwsError('InvalidAction', `SQS ${operation} is not implemented here (see local/README.md)`);
    }
  }

  #checkRanges(input: Record<string, unknown>): void {
    for (const [name, [least, most]] of Object.entries(ranges)) {
      const value = input[name];
      if (value === undefined || (Number(value) >= least && Number(value) <= most)) continue;
      throw new AwsError(
        'InvalidParameterValue',
        `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}, if provided.`,
      );
    }
  }

  #need(sender: Sender, action: string, queue: QueueRecord): void {
    this.#context.authorizer.require({ ...sender, action, resource: queue.arn, resourcePolicy: queue.policy });
  }

  #attributes({ arn, name, visibilitySeconds, delaySeconds }: QueueRecord): Record<string, string> {
    const { visible, inFlight, delayed } = this.#messages.count(name);
    return {
      QueueArn: arn,
      VisibilityTimeout: String(visibilitySeconds),
      DelaySeconds: String(delaySeconds),
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
      ApproximateNumberOfMessagesDelayed: String(delayed),
    };
  }

  /** @param until when what is there will count as visible: then it is measured again */
  #measure(name: string, until = 0): void {
    const { jobs, clock } = this.#context;
    if (until > clock.now()) jobs.add('sqs.measure', name, {}, until);
    const metric = {
      namespace: 'AWS/SQS',
      name: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: name },
    };
    this.#cloudwatch.put(metric, this.#messages.count(name).visible);
  }

  #url(name: string): string {
    return `${this.#context.endpoint()}/${this.#context.accountId}/${name}`;
  }
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html, API_SendMessage.html */
const ranges: Readonly<Record<string, readonly [least: number, most: number]>> = {
  DelaySeconds: [0, 900],
  MaxNumberOfMessages: [1, 10],
  VisibilityTimeout: [0, 43_200],
  WaitTimeSeconds: [0, 20],
};

/** What the page of SendMessage allows: at least a character, and none that XML 1.0 has not. */
const requireBody = (body: string): void => {
  if (body === '') throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u.test(body)) return;
  throw new AwsError('InvalidMessageContents', 'The message contains characters outside the allowed set.');
};

const optionalNumber = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));

const messageOf = ({ id, receipt, body, attributes }: Received): Message => ({
  MessageId: id,
  ReceiptHandle: receipt,
  Body: body,
  MD5OfBody: md5(body),
  MessageAttributes: Object.fromEntries(
    Object.entries(attributes).map(([key, StringValue]) => [key, { StringValue, DataType: 'String' as const }]),
  ),
});
