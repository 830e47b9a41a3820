import { randomUUID } from 'node:crypto';
import type { CloudWatch } from '../cloudwatch/cloudwatch.ts';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { Sender } from '../identity/sender.ts';
import type { Job } from '../jobs.ts';
import type { Lambda } from '../lambda/lambda.ts';
import { Registry } from '../registry.ts';
import type { Sns } from '../sns/sns.ts';
import type { Sqs } from '../sqs/sqs.ts';
import { ApiDestinations } from './api-destinations.ts';
import { type Pattern, patternMatches } from './pattern.ts';

/** One target of a rule. */
export interface RuleTarget {
  readonly id: string;
  readonly arn: string;
  readonly deadLetterArn?: string;
  readonly maxAttempts: number;
  readonly maxAgeSeconds: number;
  /** What EventBridge acts with, where the target is an API destination. */
  readonly roleArn?: string;
  /** Of what is sent; all of it when absent. */
  readonly inputPath?: string;
  readonly inputTransformer?: { readonly paths: Readonly<Record<string, string>>; readonly template: string };
}

export interface RuleRecord {
  readonly arn: string;
  readonly name: string;
  readonly bus: string;
  readonly pattern: Pattern;
  readonly isEnabled: boolean;
  readonly targets: readonly RuleTarget[];
}

/** What a sender gives; the envelope is ours. */
export interface EventDraft {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
  readonly resources?: readonly string[];
  readonly time?: string;
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html */
export interface PutEventsEntry {
  readonly EventBusName?: string;
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly Resources?: readonly string[];
  /** Seconds since 1970, as the protocol has times. */
  readonly Time?: number;
}

interface PutEventsAnswer {
  readonly FailedEntryCount: number;
  readonly Entries: readonly (
    | { readonly EventId: string }
    | { readonly ErrorCode: string; readonly ErrorMessage: string }
  )[];
}

const busNameOf = ({ EventBusName = 'default' }: PutEventsEntry): string => EventBusName.split('/').at(-1) ?? 'default';

const problemOfEntry = ({ Source, DetailType, Detail }: PutEventsEntry) => {
  const problem = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });
  for (const [name, value] of Object.entries({ Source, DetailType, Detail })) {
    if (!value)
      return problem('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
  }
  if (Source?.startsWith('aws.')) {
    return problem('NotAuthorizedForSourceException', `Not authorized for the source ${Source}.`);
  }
  return isJsonObject(Detail ?? '') ? undefined : problem('MalformedDetail', 'Detail is malformed.');
};

const isJsonObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

const draftOf = ({ Source = '', DetailType = '', Detail = '{}', Resources, Time }: PutEventsEntry): EventDraft => ({
  source: Source,
  'detail-type': DetailType,
  detail: JSON.parse(Detail),
  ...(Resources && { resources: Resources }),
  ...(Time !== undefined && { time: `${new Date(Time * 1000).toISOString().slice(0, 19)}Z` }),
});

/** An event as targets get it. */
export interface BusEvent extends EventDraft {
  readonly version: '0';
  readonly id: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
}

interface Delivery {
  readonly rule: string;
  readonly target: string;
  readonly event: BusEvent;
  readonly attempt: number;
  readonly firstAt: number;
}

/** Pauses between tries of a delivery: doubling from one second up to five minutes. */
const pauseMs = (attempt: number): number => Math.min(1000 * 2 ** attempt, 300_000);

/** EventBridge: buses, rules, and deliveries that are tried again or end in a dead-letter queue. */
export class EventBuses {
  readonly buses: Registry<{ readonly arn: string }>;
  readonly rules: Registry<RuleRecord>;
  readonly apiDestinations: ApiDestinations;
  readonly #context: Context;
  readonly #targets: { readonly lambda: Lambda; readonly sns: Sns; readonly sqs: Sqs };
  readonly #cloudwatch: CloudWatch;

  constructor(context: Context, targets: { lambda: Lambda; sns: Sns; sqs: Sqs; cloudwatch: CloudWatch }) {
    this.#context = context;
    this.#targets = targets;
    this.#cloudwatch = targets.cloudwatch;
    this.apiDestinations = new ApiDestinations(context);
    this.buses = new Registry(context.journal, 'event-bus');
    this.rules = new Registry(context.journal, 'event-rule');
    context.jobs.handle(
      'event.route',
      async ({ payload }) =>
        () =>
          this.#route(payload as { bus: string; event: BusEvent }),
    );
    context.jobs.handle('event.deliver', (job) => this.#deliver(job));
  }

  /** Takes an event; joins the caller's transaction, so that it is never lost once the caller's change is made. */
  publish(bus: string, draft: EventDraft): string {
    const { accountId, region, clock, jobs } = this.#context;
    const event: BusEvent = {
      version: '0',
      id: randomUUID(),
      'detail-type': draft['detail-type'],
      source: draft.source,
      account: accountId,
      time: draft.time ?? `${clock.iso().slice(0, 19)}Z`,
      region,
      resources: draft.resources ?? [],
      detail: draft.detail,
    };
    const fault = this.#context.faults.at('event', ({ source }) => source === draft.source);
    for (let copy = 0; copy < (fault?.copies ?? 1); copy += 1) {
      jobs.add('event.route', event.id, { bus, event }, clock.now() + (fault?.delaySeconds[copy] ?? 0) * 1000);
    }
    return event.id;
  }

  /** PutEvents: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
  putEvents(sender: Sender, entries: readonly PutEventsEntry[]): PutEventsAnswer {
    if (entries.length < 1 || entries.length > 10) {
      const why = `failed to satisfy constraint: Member must have length between 1 and 10`;
      throw new AwsError('ValidationException', `1 validation error detected: Value at 'entries' ${why}`);
    }
    // A caller who may not put into a bus is refused; an entry that is wrong fails alone.
    for (const entry of entries) this.#requirePut(sender, entry);
    const Entries = entries.map((entry): PutEventsAnswer['Entries'][number] => {
      const problem = problemOfEntry(entry);
      if (problem) return problem;
      return { EventId: this.publish(busNameOf(entry), draftOf(entry)) };
    });
    return { FailedEntryCount: Entries.filter((one) => 'ErrorCode' in one).length, Entries };
  }

  #requirePut(sender: Sender, entry: PutEventsEntry): void {
    const name = busNameOf(entry);
    const arn = `arn:aws:events:${this.#context.region}:${this.#context.accountId}:event-bus/${name}`;
    this.#context.authorizer.require({ ...sender, action: 'events:PutEvents', resource: arn });
    if (name !== 'default' && !this.buses.get(name)) {
      throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
    }
  }

  #route({ bus, event }: { bus: string; event: BusEvent }): void {
    for (const { name, body: rule } of this.rules.all()) {
      if (!rule.isEnabled || rule.bus !== bus || !patternMatches(rule.pattern, event)) continue;
      for (const target of rule.targets) {
        const delivery: Delivery = {
          rule: name,
          target: target.id,
          event,
          attempt: 0,
          firstAt: this.#context.clock.now(),
        };
        this.#context.jobs.add('event.deliver', event.id, delivery);
      }
    }
  }

  async #deliver({ payload, subject }: Job): Promise<() => void> {
    const delivery = payload as Delivery;
    const rule = this.rules.get(delivery.rule);
    const target = rule?.targets.find(({ id }) => id === delivery.target);
    if (!rule || !target) return () => undefined;
    const failed = (error: unknown) => {
      if (!(error instanceof AwsError)) throw error;
      this.#retry(subject, delivery, rule, target, error);
    };
    if (target.arn.includes(':api-destination/')) {
      // Outside of this machine's one transaction: after a crash it is posted once more.
      const answer = await this.apiDestinations
        .post(target.arn, target.roleArn ?? '', inputOf(target, delivery.event))
        .catch((error: unknown) => ({ error }));
      return () => (answer ? failed(answer.error) : undefined);
    }
    return () => {
      try {
        this.#send(rule, target, delivery.event);
      } catch (error) {
        failed(error);
      }
    };
  }

  #send(rule: RuleRecord, target: RuleTarget, event: BusEvent): void {
    const input = inputOf(target, event);
    const sender = { principal: { kind: 'service' as const, name: 'events.amazonaws.com' }, sourceArn: rule.arn };
    const service = target.arn.split(':')[2];
    if (service === 'lambda') this.#targets.lambda.invokeLater(sender, target.arn, input);
    else if (service === 'sns') this.#targets.sns.publishFrom(sender, target.arn, unquoted(input));
    // GuardDuty listens by a rule that it manages itself.
    else if (service === 'guardduty') this.#context.jobs.add('guardduty.scan', event.id, event);
    else this.#targets.sqs.sendFrom(sender, target.arn, input);
  }

  /** No permission is not a matter of time: such a delivery goes to the queue at once, as on AWS. */
  #retry(subject: string, delivery: Delivery, rule: RuleRecord, target: RuleTarget, error: AwsError): void {
    const { clock, jobs } = this.#context;
    const attempt = delivery.attempt + 1;
    const isTooOld = clock.now() - delivery.firstAt > target.maxAgeSeconds * 1000;
    if (!finalErrors.includes(error.code) && attempt <= target.maxAttempts && !isTooOld) {
      jobs.add('event.deliver', subject, { ...delivery, attempt }, clock.now() + pauseMs(attempt));
      return;
    }
    const count = (name: string) =>
      this.#cloudwatch.put({ namespace: 'AWS/Events', name, dimensions: { RuleName: rule.name } }, 1);
    count('FailedInvocations');
    if (!target.deadLetterArn) {
      this.#context.report(`event ${subject} for ${target.arn} is lost (no dead-letter queue): ${error.message}`);
      return;
    }
    const sender = { principal: { kind: 'service' as const, name: 'events.amazonaws.com' }, sourceArn: rule.arn };
    const attributes = {
      RULE_ARN: rule.arn,
      TARGET_ARN: target.arn,
      ERROR_CODE: error.code,
      ERROR_MESSAGE: error.message,
    };
    try {
      this.#targets.sqs.sendFrom(sender, target.deadLetterArn, JSON.stringify(delivery.event), attributes);
    } catch (lost) {
      if (!(lost instanceof AwsError)) throw lost;
      count('InvocationsFailedToBeSentToDlq');
      this.#context.report(`event ${subject} for ${target.arn} is lost, it cannot be kept: ${lost.message}`);
    }
  }
}

/** Of these another try mends nothing. */
const finalErrors = ['AccessDenied', 'ApiDestinationRejected'];

const inputOf = ({ inputTransformer, inputPath }: RuleTarget, event: BusEvent): string => {
  if (inputTransformer) return transform(inputTransformer, event);
  return JSON.stringify(inputPath === undefined ? event : valueAt(inputPath, event));
};

/** `$.detail.name` */
const valueAt = (path: string, event: BusEvent): unknown =>
  path
    .replace(/^\$\.?/, '')
    .split('.')
    .reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined), event);

/** `<name>` in a template becomes the value at its path; a quoted whole template is a text. */
const transform = ({ paths, template }: NonNullable<RuleTarget['inputTransformer']>, event: BusEvent): string =>
  template.replaceAll(/<([\w.-]+)>/g, (whole, name: string) => {
    const path = paths[name];
    if (path === undefined) return whole;
    const value = valueAt(path, event);
    return typeof value === 'string' ? value : JSON.stringify(value);
  });

const unquoted = (input: string): string => (/^".*"$/s.test(input) ? JSON.parse(input) : input);
