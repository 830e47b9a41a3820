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

  publishFrom(sender: Sender, arn: string, message: string, subject?: string): string {
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
    const published: PublishedMessage = {
      id: randomUUID(),
      topicArn: arn,
      subject,
      message,
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
