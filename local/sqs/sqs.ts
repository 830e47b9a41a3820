import { createHash, randomUUID } from 'node:crypto';
import type { CloudWatch } from '../cloudwatch/cloudwatch.ts';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { PolicyDocument } from '../identity/policy.ts';
import { type Sender, sourceContext } from '../identity/sender.ts';
import { integer, text } from '../journal.ts';
import { Registry } from '../registry.ts';

export interface QueueRecord {
  readonly arn: string;
  readonly name: string;
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

const defaultVisibilityMs = 30_000;

/** SQS: queues that others send to, and enough to look at and empty them. */
export class Sqs {
  readonly queues: Registry<QueueRecord>;
  readonly #context: Context;
  readonly #cloudwatch: CloudWatch;

  constructor(context: Context, cloudwatch: CloudWatch) {
    this.#context = context;
    this.#cloudwatch = cloudwatch;
    this.queues = new Registry(context.journal, 'queue');
  }

  /** @throws AwsError when the queue is not there, or the sender may not */
  sendFrom(sender: Sender, arn: string, body: string, attributes: Record<string, string> = {}): string {
    const queue = this.queues.get(arn.split(':').at(-1) ?? '');
    if (queue?.arn !== arn) throw new AwsError('QueueDoesNotExist', `The queue ${arn} does not exist.`);
    this.#context.authorizer.require({
      principal: sender.principal,
      action: 'sqs:SendMessage',
      resource: arn,
      resourcePolicy: queue.policy,
      context: sourceContext(sender, this.#context.accountId),
    });
    const id = randomUUID();
    const now = this.#context.clock.now();
    const stored = JSON.stringify({ body, attributes });
    this.#context.journal.run('insert into messages values (?, ?, ?, ?, null, ?)', id, queue.name, now, now, stored);
    this.#measure(queue.name);
    return id;
  }

  /** JSON protocol. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html */
  handle(sender: Sender, operation: string, input: Record<string, unknown>): Record<string, unknown> {
    if (operation === 'ListQueues') return { QueueUrls: this.queues.all().map(({ name }) => this.#url(name)) };
    const name =
      String(input.QueueUrl ?? input.QueueName ?? '')
        .split('/')
        .at(-1) ?? '';
    const queue = this.queues.get(name);
    if (!queue) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    const need = (action: string) =>
      this.#context.authorizer.require({ ...sender, action, resource: queue.arn, resourcePolicy: queue.policy });
    switch (operation) {
      case 'GetQueueUrl':
        return { QueueUrl: this.#url(name) };
      case 'GetQueueAttributes':
        need('sqs:GetQueueAttributes');
        return { Attributes: { QueueArn: queue.arn, ApproximateNumberOfMessages: String(this.#count(name)) } };
      case 'SendMessage':
        return {
          MessageId: this.sendFrom(sender, queue.arn, String(input.MessageBody ?? '')),
          MD5OfMessageBody: md5(String(input.MessageBody ?? '')),
        };
      case 'ReceiveMessage':
        need('sqs:ReceiveMessage');
        return {
          Messages: this.#receive(
            name,
            Number(input.MaxNumberOfMessages ?? 1),
            Number(input.VisibilityTimeout ?? defaultVisibilityMs / 1000),
          ),
        };
      case 'DeleteMessage':
        need('sqs:DeleteMessage');
        this.#context.journal.run(
          'delete from messages where queue = ? and receipt = ?',
          name,
          String(input.ReceiptHandle),
        );
        this.#measure(name);
        return {};
      default:
        throw new AwsError('InvalidAction', `SQS ${operation} is not implemented here (see local/README.md)`);
    }
  }

  #measure(name: string): void {
    const metric = {
      namespace: 'AWS/SQS',
      name: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: name },
    };
    this.#cloudwatch.put(metric, this.#count(name));
  }

  #url(name: string): string {
    return `${this.#context.endpoint()}/${this.#context.accountId}/${name}`;
  }

  #count(name: string): number {
    return integer(this.#context.journal.get('select count(*) as n from messages where queue = ?', name), 'n');
  }

  #receive(name: string, limit: number, visibilitySeconds: number): Message[] {
    const { journal, clock } = this.#context;
    return journal.transaction(() =>
      journal
        .all('select * from messages where queue = ? and visible_at <= ? order by at limit ?', name, clock.now(), limit)
        .map((row) => {
          const receipt = randomUUID();
          const until = clock.now() + visibilitySeconds * 1000;
          journal.run('update messages set receipt = ?, visible_at = ? where id = ?', receipt, until, text(row, 'id'));
          const { body, attributes }: { body: string; attributes: Record<string, string> } = JSON.parse(
            text(row, 'body'),
          );
          const named = Object.entries(attributes).map(
            ([key, value]) => [key, { StringValue: value, DataType: 'String' as const }] as const,
          );
          return {
            MessageId: text(row, 'id'),
            ReceiptHandle: receipt,
            Body: body,
            MD5OfBody: md5(body),
            MessageAttributes: Object.fromEntries(named),
          };
        }),
    );
  }
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
