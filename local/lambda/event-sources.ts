import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { Principal } from '../identity/identities.ts';
import type { Job } from '../jobs.ts';
import { Registry } from '../registry.ts';
import { md5, type Received } from '../sqs/messages.ts';
import type { Sqs } from '../sqs/sqs.ts';
import type { FunctionRecord } from './function-record.ts';
import type { Lambda } from './lambda.ts';

/** A queue that a function is fed from. */
export interface EventSourceRecord {
  readonly id: string;
  readonly queueArn: string;
  readonly functionName: string;
  readonly isEnabled: boolean;
  readonly batchSize: number;
  /** How many batches may be under way at once. */
  readonly maxConcurrency: number;
  /** Whether the function says which messages of a batch it failed on (`ReportBatchItemFailures`). */
  readonly reportsItemFailures: boolean;
}

/** With so many batches at once Lambda begins: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
export const defaultConcurrency = 5;

/** What the function's role must allow, tried when the mapping is made. */
const actionsOfPoller = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** Pause before a queue that cannot be read is looked at again. */
const brokenPauseMs = 60_000;

/**
 * Event source mappings of Lambda, from standard queues: messages go to the function in batches, with the rights of its role.
 * What it takes is deleted; what it fails on comes back when its visibility timeout is over, and at last goes to the queue's
 * dead-letter queue. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export class EventSources {
  readonly mappings: Registry<EventSourceRecord>;
  readonly #context: Context;
  readonly #lambda: Lambda;
  readonly #sqs: Sqs;
  /** Batches under way, by mapping. */
  readonly #underWay = new Map<string, number>();

  constructor(context: Context, { lambda, sqs }: { readonly lambda: Lambda; readonly sqs: Sqs }) {
    this.#context = context;
    this.#lambda = lambda;
    this.#sqs = sqs;
    this.mappings = new Registry(context.journal, 'event-source');
    context.jobs.handle('lambda.poll', (job) => this.#poll(job));
    sqs.onSent((queueArn, visibleAt) => {
      const fed = this.mappings.all().filter(({ body }) => body.queueArn === queueArn);
      for (const { body } of fed) context.jobs.add('lambda.poll', body.id, {}, visibleAt);
    });
  }

  /**
   * Makes or changes a mapping. https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
   *
   * @throws AwsError InvalidParameterValueException: no such queue or function, a role that may not, a queue whose messages
   *   come back before the function ends
   */
  put(mapping: EventSourceRecord): void {
    const fn = this.#lambda.functions.get(mapping.functionName);
    if (!fn) throw refused(`Function does not exist: ${mapping.functionName}`);
    const queue = this.#sqs.queueByArn(mapping.queueArn);
    if (!queue) throw refused(`Error occurred while ReceiveMessage. The queue ${mapping.queueArn} does not exist.`);
    if (queue.visibilitySeconds < fn.timeoutSeconds) {
      throw refused(
        `Queue visibility timeout: ${queue.visibilitySeconds} seconds is less than Function timeout: ${fn.timeoutSeconds} seconds`,
      );
    }
    const principal = this.#roleOf(fn);
    const missing = actionsOfPoller.find(
      (action) =>
        !this.#context.authorizer.allows({ principal, action, resource: queue.arn, resourcePolicy: queue.policy }),
    );
    if (missing !== undefined) {
      const name = missing.replace('sqs:', '');
      throw refused(`The provided execution role does not have permissions to call ${name} on SQS`);
    }
    this.mappings.put(mapping.id, mapping);
    this.#context.jobs.add('lambda.poll', mapping.id, {});
  }

  #roleOf({ roleArn, name }: FunctionRecord): Principal {
    return this.#context.identities.actAs(roleArn, name);
  }

  /** Takes batch after batch until nothing is left; as many at once as the mapping allows. */
  async #poll({ subject }: Job): Promise<() => void> {
    const underWay = this.#underWay.get(subject) ?? 0;
    const mapping = this.mappings.get(subject);
    // Those under way see what has come.
    if (!mapping?.isEnabled || underWay >= mapping.maxConcurrency) return () => undefined;
    this.#underWay.set(subject, underWay + 1);
    try {
      while (await this.#takeBatch(mapping));
      return () => undefined;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#context.report(`${mapping.functionName} cannot take from ${mapping.queueArn}: ${error.message}`);
      const again = this.#context.clock.now() + brokenPauseMs;
      return () => this.#context.jobs.add('lambda.poll', subject, {}, again);
    } finally {
      this.#underWay.set(subject, (this.#underWay.get(subject) ?? 1) - 1);
    }
  }

  /** @returns whether there was one */
  async #takeBatch(mapping: EventSourceRecord): Promise<boolean> {
    const queue = this.#sqs.queueByArn(mapping.queueArn);
    const fn = this.#lambda.functions.get(mapping.functionName);
    if (!queue || !fn) return false;
    const sender = { principal: this.#roleOf(fn) };
    const { jobs, clock, journal } = this.#context;
    const messages = journal.transaction(() => {
      const received = this.#sqs.receive(sender, queue, mapping.batchSize);
      // Whatever becomes of this process, somebody looks when they are visible again.
      if (received.length > 0) jobs.add('lambda.poll', mapping.id, {}, clock.now() + queue.visibilitySeconds * 1000);
      return received;
    });
    if (messages.length === 0) return false;
    const failed = await this.#failedOf(mapping, fn, messages);
    journal.transaction(() => {
      for (const { id, receipt } of messages) if (!failed.has(id)) this.#sqs.delete(sender, queue, receipt);
    });
    return true;
  }

  /** Ids of the messages that the function did not take. */
  async #failedOf(
    mapping: EventSourceRecord,
    fn: FunctionRecord,
    messages: readonly Received[],
  ): Promise<ReadonlySet<string>> {
    const all = new Set(messages.map(({ id }) => id));
    const Records = messages.map((one) => recordOf(one, mapping.queueArn, this.#context.region));
    const result = await this.#lambda.invokeForItself(fn, JSON.stringify({ Records }));
    if (!result?.ok) return all;
    if (!mapping.reportsItemFailures) return new Set();
    return itemFailures(result.payload, all);
  }
}

const refused = (message: string): AwsError => new AwsError('InvalidParameterValueException', message);

/**
 * An answer that is none, or names a message that was not in the batch, fails the whole batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
const itemFailures = (payload: string, all: ReadonlySet<string>): ReadonlySet<string> => {
  const answer: unknown = JSON.parse(payload);
  if (answer === null || answer === '') return new Set();
  const { batchItemFailures = [] }: { batchItemFailures?: unknown } = Object(answer);
  if (batchItemFailures === null) return new Set();
  if (!Array.isArray(batchItemFailures)) return all;
  const named = batchItemFailures.map((one: unknown) => String(Object(one).itemIdentifier));
  return named.every((id) => all.has(id)) ? new Set(named) : all;
};

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#sample-standard-queue-event */
const recordOf = (message: Received, eventSourceARN: string, awsRegion: string): Record<string, unknown> => ({
  messageId: message.id,
  receiptHandle: message.receipt,
  body: message.body,
  attributes: {
    ApproximateReceiveCount: String(message.receives),
    SentTimestamp: String(message.sentAt),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  },
  messageAttributes: Object.fromEntries(
    Object.entries(message.attributes).map(([name, stringValue]) => [name, { stringValue, dataType: 'String' }]),
  ),
  md5OfBody: md5(message.body),
  eventSource: 'aws:sqs',
  eventSourceARN,
  awsRegion,
});
