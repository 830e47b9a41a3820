import { randomUUID } from 'node:crypto';
import type { CloudWatch } from '../cloudwatch/cloudwatch.ts';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { EventBuses } from '../events/buses.ts';
import { members } from '../http/members.ts';
import type { XmlValue } from '../http/xml.ts';
import type { Sender } from '../identity/sender.ts';
import { integer, text } from '../journal.ts';
import { Registry } from '../registry.ts';
import { deliveryEvent, eventTypeOf, type Fate, simulatedFate } from './delivery.ts';

/** A mail that was accepted; it stays in the inbox of this machine. */
export interface Email {
  readonly id: string;
  readonly to: readonly string[];
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly at: string;
  readonly tags: Readonly<Record<string, string>>;
}

interface Account {
  /** False is the sandbox: only verified recipients. */
  readonly productionAccess: boolean;
}

/** Where a configuration set tells what becomes of mails. */
export interface EventDestination {
  readonly set: string;
  readonly name: string;
  readonly isEnabled: boolean;
  /** `delivery`, `bounce`, `complaint`, `reject`, `deliveryDelay`. */
  readonly types: readonly string[];
  readonly busArn: string;
}

const maxRecipients = 50;

/** The address of `A name <a@b.example>`, or of one without a name. */
const addressOf = (written: string): string => /<([^<>]*)>\s*$/.exec(written)?.[1] ?? written;

/** SES, API version 1: https://docs.aws.amazon.com/ses/latest/APIReference/API_Operations.html */
export class Ses {
  readonly identities: Registry<{ readonly verified: boolean }>;
  readonly configurationSets: Registry<{ readonly name: string }>;
  readonly account: Registry<Account>;
  readonly destinations: Registry<EventDestination>;
  /** The account's suppression list, by address. */
  readonly suppressed: Registry<{ readonly reason: string; readonly at: number }>;
  /** Addresses that behave otherwise than to take every mail: for tests. */
  readonly mailboxes: Registry<{ readonly fate: Fate }>;
  readonly #context: Context;
  readonly #buses: EventBuses;
  readonly #cloudwatch: CloudWatch;

  constructor(context: Context, { buses, cloudwatch }: { buses: EventBuses; cloudwatch: CloudWatch }) {
    this.#context = context;
    this.#buses = buses;
    this.#cloudwatch = cloudwatch;
    this.destinations = new Registry(context.journal, 'ses-event-destination');
    this.suppressed = new Registry(context.journal, 'ses-suppressed');
    this.mailboxes = new Registry(context.journal, 'ses-mailbox');
    this.identities = new Registry(context.journal, 'ses-identity');
    this.configurationSets = new Registry(context.journal, 'ses-configuration-set');
    this.account = new Registry(context.journal, 'ses-account');
  }

  emails(): Email[] {
    return this.#context.journal
      .all('select body from emails order by at, rowid')
      .map((row) => JSON.parse(text(row, 'body')));
  }

  handle(sender: Sender, action: string, input: ReadonlyMap<string, string>): { [name: string]: XmlValue } {
    switch (action) {
      case 'SendEmail':
        return { MessageId: this.#send(sender, input) };
      case 'VerifyEmailIdentity':
        this.#admin(sender, 'ses:VerifyEmailIdentity');
        this.identities.put(input.get('EmailAddress') ?? '', { verified: true });
        return {};
      case 'DeleteIdentity':
        this.#admin(sender, 'ses:DeleteIdentity');
        this.identities.delete(input.get('Identity') ?? '');
        return {};
      case 'ListIdentities':
        this.#admin(sender, 'ses:ListIdentities');
        return { Identities: { member: this.identities.all().map(({ name }) => name) } };
      case 'GetSendQuota':
        this.#admin(sender, 'ses:GetSendQuota');
        return { Max24HourSend: '50000.0', MaxSendRate: '14.0', SentLast24Hours: `${this.sentToday()}.0` };
      default:
        throw new AwsError('InvalidAction', `SES ${action} is not implemented here (see local/README.md)`);
    }
  }

  #admin(sender: Sender, action: string): void {
    this.#context.authorizer.require({ ...sender, action, resource: '*' });
  }

  /** Later mails to this address are accepted and not sent. */
  suppress(address: string, reason: string): void {
    this.suppressed.put(address.toLowerCase(), { reason, at: this.#context.clock.now() });
  }

  /** From now on mails to this address end like this; one that takes mails is on no suppression list. */
  setMailbox(address: string, fate: Fate): void {
    this.mailboxes.put(address.toLowerCase(), { fate });
    if (fate === 'delivered') this.suppressed.delete(address.toLowerCase());
  }

  sentToday(): number {
    const since = this.#context.clock.now() - 86_400_000;
    return integer(this.#context.journal.get('select count(*) as n from emails where at > ?', since), 'n');
  }

  #send(sender: Sender, input: ReadonlyMap<string, string>): string {
    const from = addressOf(input.get('Source') ?? '');
    const to = ['To', 'Cc', 'Bcc'].flatMap((kind) =>
      members(input, `Destination.${kind}Addresses.member`).map(addressOf),
    );
    const identity = this.#identityOf(from);
    const arn = (kind: string, name: string) =>
      `arn:aws:ses:${this.#context.region}:${this.#context.accountId}:${kind}/${name}`;
    // In the sandbox the recipients' identities are asked for as well.
    for (const name of [
      identity ?? from,
      ...(this.#isSandbox() ? to.map((one) => this.#identityOf(one) ?? one) : []),
    ]) {
      this.#context.authorizer.require({
        ...sender,
        action: 'ses:SendEmail',
        resource: arn('identity', name),
        context: { 'ses:FromAddress': from },
      });
    }
    if (to.length === 0 || to.length > maxRecipients) {
      throw new AwsError(
        'InvalidParameterValue',
        `Recipient count must be from 1 to ${maxRecipients}, got ${to.length}.`,
      );
    }
    for (const address of to)
      if (!/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(address))
        throw new AwsError('InvalidParameterValue', `Illegal address: ${address}`);
    this.#requireVerified(identity === undefined ? [from] : [], to);
    const set = input.get('ConfigurationSetName');
    if (set !== undefined && !this.configurationSets.get(set)) {
      throw new AwsError('ConfigurationSetDoesNotExist', `Configuration set <${set}> does not exist.`);
    }
    return this.#context.journal.transaction(() => this.#accept(from, to, input));
  }

  #isSandbox(): boolean {
    return this.account.get('account')?.productionAccess === false;
  }

  #requireVerified(unverifiedSenders: string[], to: string[]): void {
    const unverified = [
      ...unverifiedSenders,
      ...(this.#isSandbox() ? to.filter((address) => this.#identityOf(address) === undefined) : []),
    ];
    if (unverified.length === 0) return;
    throw new AwsError(
      'MessageRejected',
      `Email address is not verified. The following identities failed the check in region ${this.#context.region.toUpperCase()}: ${unverified.join(', ')}`,
    );
  }

  /** The verified identity behind an address: the address itself, or its domain. */
  #identityOf(address: string): string | undefined {
    return [address, address.split('@')[1] ?? ''].find((name) => this.identities.get(name)?.verified);
  }

  /** Takes a mail. What becomes of it is told later, by the events of its configuration set. */
  #accept(from: string, to: string[], input: ReadonlyMap<string, string>): string {
    const email = this.#compose(from, to, input);
    const fates = new Map(to.map((address) => [address, this.#fateOf(address)]));
    const reached = to.filter((address) => fates.get(address) === 'delivered' || fates.get(address) === 'complained');
    if (reached.length > 0) this.#keep({ ...email, to: reached });
    for (const [address, fate] of fates) {
      // A complaint is of a mail that came.
      if (fate === 'complained')
        this.#tell({ ...email, to: [address] }, 'delivered', input.get('ConfigurationSetName'));
      this.#tell({ ...email, to: [address] }, fate, input.get('ConfigurationSetName'));
      if (simulatedFate(address) === undefined) this.#remember(address, fate);
    }
    return email.id;
  }

  #fateOf(address: string): Fate {
    const listed = this.suppressed.get(address.toLowerCase());
    if (listed) return listed.reason === 'COMPLAINT' ? 'suppressedAfterComplaint' : 'suppressed';
    return simulatedFate(address) ?? this.mailboxes.get(address.toLowerCase())?.fate ?? 'delivered';
  }

  #tell(email: Email, fate: Fate, set: string | undefined): void {
    if (set === undefined) return;
    const { accountId, region } = this.#context;
    for (const { body } of this.destinations.all()) {
      if (!body.isEnabled || body.set !== set || !body.types.includes(eventTypeOf(fate))) continue;
      this.#buses.publish('default', deliveryEvent(email, fate, { accountId, region, set }));
    }
  }

  /** A hard bounce or a complaint puts an address on the list and counts for the account's reputation. */
  #remember(address: string, fate: Fate): void {
    if (fate !== 'bounced' && fate !== 'complained') return;
    const [reason, name] =
      fate === 'bounced' ? ['BOUNCE', 'Reputation.BounceRate'] : ['COMPLAINT', 'Reputation.ComplaintRate'];
    this.suppress(address, reason);
    const bad = this.suppressed.all().filter(({ body }) => body.reason === reason);
    const rate = bad.length / Math.max(1, this.sentToday() + bad.length);
    this.#cloudwatch.put({ namespace: 'AWS/SES', name, dimensions: {} }, rate);
  }

  #compose(from: string, to: string[], input: ReadonlyMap<string, string>): Email {
    return {
      id: `${randomUUID()}-000000`,
      to,
      from,
      subject: input.get('Message.Subject.Data') ?? '',
      text: input.get('Message.Body.Text.Data') ?? '',
      html: input.get('Message.Body.Html.Data') ?? '',
      at: this.#context.clock.iso(),
      tags: tags(input),
    };
  }

  #keep(email: Email): void {
    this.#context.journal.run(
      'insert into emails values (?, ?, ?)',
      email.id,
      this.#context.clock.now(),
      JSON.stringify(email),
    );
  }
}

const tags = (input: ReadonlyMap<string, string>): Record<string, string> => {
  const found: [string, string][] = [];
  for (let index = 1; input.has(`Tags.member.${index}.Name`); index += 1) {
    const name = input.get(`Tags.member.${index}.Name`) ?? '';
    const value = input.get(`Tags.member.${index}.Value`) ?? '';
    if (!/^[A-Za-z0-9_-]{1,256}$/.test(name) || !/^[A-Za-z0-9_-]{1,256}$/.test(value)) {
      throw new AwsError(
        'InvalidParameterValue',
        `Invalid tag name or value <${name}: ${value}>, only alphanumeric ASCII characters, '_', and '-' are allowed.`,
      );
    }
    found.push([name, value]);
  }
  return Object.fromEntries(found);
};
