import { randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { XmlValue } from '../http/xml.ts';
import type { PolicyDocument } from '../identity/policy.ts';
import { type Sender, sourceContext } from '../identity/sender.ts';
import { text } from '../journal.ts';
import { Registry } from '../registry.ts';

export interface TopicRecord {
  readonly arn: string;
  readonly name: string;
  readonly policy?: PolicyDocument;
}

/** What was published; there are no subscribers here but the person who looks. */
export interface PublishedMessage {
  readonly id: string;
  readonly topicArn: string;
  readonly subject: string | undefined;
  readonly message: string;
  /** What subscribers of a kind get instead, by protocol. */
  readonly messages?: Readonly<Record<string, string>>;
  readonly at: string;
}

/** SNS: topics whose messages are kept to be looked at. */
export class Sns {
  readonly topics: Registry<TopicRecord>;
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
    this.topics = new Registry(context.journal, 'topic');
  }

  /** @param structure `json`: the message is one for each kind of subscriber */
  publishFrom(sender: Sender, arn: string, message: string, subject?: string, structure?: string): string {
    const topic = this.topics.get(arn.split(':').at(-1) ?? '');
    if (topic?.arn !== arn) throw new AwsError('NotFound', 'Topic does not exist', 404);
    this.#context.authorizer.require({
      principal: sender.principal,
      action: 'sns:Publish',
      resource: arn,
      resourcePolicy: topic.policy,
      context: sourceContext(sender, this.#context.accountId),
    });
    checkSubject(subject);
    const messages = structure === undefined ? undefined : byProtocol(structure, message);
    const published: PublishedMessage = {
      id: randomUUID(),
      topicArn: arn,
      subject,
      message: messages?.default ?? message,
      ...(messages && { messages }),
      at: this.#context.clock.iso(),
    };
    this.#context.journal.run(
      'insert into published values (?, ?, ?)',
      published.id,
      this.#context.clock.now(),
      JSON.stringify(published),
    );
    return published.id;
  }

  published(): PublishedMessage[] {
    return this.#context.journal
      .all('select body from published order by at, rowid')
      .map((row) => JSON.parse(text(row, 'body')));
  }

  /** Query protocol. https://docs.aws.amazon.com/sns/latest/api/API_Operations.html */
  handle(sender: Sender, action: string, input: ReadonlyMap<string, string>): { [name: string]: XmlValue } {
    switch (action) {
      case 'Publish':
        return {
          MessageId: this.publishFrom(
            sender,
            input.get('TopicArn') ?? '',
            input.get('Message') ?? '',
            input.get('Subject'),
            input.get('MessageStructure'),
          ),
        };
      case 'ListSubscriptionsByTopic':
        this.#context.authorizer.require({
          ...sender,
          action: 'sns:ListSubscriptionsByTopic',
          resource: input.get('TopicArn') ?? '',
        });
        // Messages are kept to be looked at; nobody subscribes here.
        return { Subscriptions: { member: [] } };
      case 'ListTopics':
        this.#context.authorizer.require({ ...sender, action: 'sns:ListTopics', resource: '*' });
        return { Topics: { member: this.topics.all().map(({ body }) => ({ TopicArn: body.arn })) } };
      default:
        throw new AwsError('InvalidAction', `SNS ${action} is not implemented here (see local/README.md)`);
    }
  }
}

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: ASCII, no line breaks, at most 100 characters. */
const checkSubject = (subject: string | undefined): void => {
  if (subject === undefined || /^[\x20-\x7e]{1,100}$/.test(subject)) return;
  throw new AwsError('InvalidParameter', 'Invalid parameter: Subject');
};

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html, MessageStructure: an object of texts with a default. */
const byProtocol = (structure: string, message: string): Record<string, string> => {
  const wrong = (reason: string) =>
    new AwsError('InvalidParameter', `Invalid parameter: Message Structure - ${reason}`);
  if (structure !== 'json') throw wrong('JSON is the only structure that is supported');
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    throw wrong('JSON message body failed to parse');
  }
  const texts = Object.entries(parsed ?? {}).filter(([, text]) => typeof text === 'string');
  const messages: Record<string, string> = Object.fromEntries(texts);
  if (messages.default === undefined) throw wrong('No default entry in JSON message body');
  return messages;
};
