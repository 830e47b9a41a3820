import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** What somebody may choose for one deployment. Everything has a default but the sender of a stage that keeps data. */
export interface Settings {
  /**
   * Names everything this deployment makes: 1 to 12 lower-case letters, digits or hyphens. `prod` keeps data, reserves
   * concurrency and needs a sender; every other name gets the settings of `dev`.
   * @default 'dev'
   */
  readonly stage?: string;
  /** The address that mails come from. @default airlock@<domain>; airlock@example.com outside prod */
  readonly sender?: string;
  /** The domain that SES verifies. @default only the sender's own address is verified */
  readonly domain?: string;
  /** `existing` when the account has verified the domain (or the address) already: then it is not ours to make or delete. @default 'new' */
  readonly identity?: string;
  /**
   * What encrypts the buckets: `customer` makes a KMS key of this deployment's own (about $1 a month and $0.03 per
   * 10,000 requests), `aws-managed` uses S3's own keys at no cost, an ARN names a key of yours (whose policy must
   * then let Airlock's roles use it).
   * @default 'customer'
   */
  readonly encryption?: string;
  /** Encrypts the executions' data with the same customer key; who reads them then needs the key too. @default false */
  readonly encryptWorkflow?: boolean;
  /**
   * ARNs of the IAM roles of your people and systems that may use the customer key, through S3 only. What they may
   * read or write is still up to their own policies.
   * @default only the account's root user
   */
  readonly operators?: readonly string[];
  /** Networks that uploads may come from, IPv4 CIDR. @default any */
  readonly allowedCidrs?: readonly string[];
  /** Origin of a page that uploads from a browser, like `https://upload.your.domain`. @default no CORS */
  readonly pageOrigin?: string;
  /** A bucket of yours that accepted files go to instead of a new one. @default a new bucket */
  readonly acceptedBucket?: string;
  /** Days for which nobody can delete an accepted file (Object Lock, governance mode). @default 0: no lock */
  readonly lockAcceptedDays?: number;
  /** Days for which nobody can delete evidence (Object Lock; compliance mode in prod). @default 3650 in prod, else 1 */
  readonly lockArchiveDays?: number;
  /** Sets aside concurrency by the table of functions; the account must have it. @default only in prod */
  readonly reserveConcurrency?: boolean;
  /** Where your operators read the runbook; alarms link to its sections. @default 'docs/runbook.md' */
  readonly runbook?: string;
  /** Spreads the schedules over this many stacks: needed for more than 250 feeds. @default 0: in the main stack */
  readonly scheduleStacks?: number;
}

/** The settings with every default filled in: what differs between deployments. */
export interface StageConfig {
  readonly stage: string;
  readonly isProd: boolean;
  /** What happens to buckets and log groups when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  readonly logRetention: RetentionDays;
  /** How long versions of ledger documents stay after they were replaced. */
  readonly noncurrentRetention: Duration;
  /** How long uploads stay in the landing bucket; far longer than any URL lives. */
  readonly landingRetention: Duration;
  readonly sender: string;
  /** What SES verifies: a domain, or the sender's address itself. */
  readonly identity: string;
  readonly makesIdentity: boolean;
  readonly encryption: 'customer' | 'aws-managed' | { readonly keyArn: string };
  readonly encryptWorkflow: boolean;
  readonly operators: readonly string[];
  readonly allowedCidrs: readonly string[];
  readonly pageOrigin: string | undefined;
  readonly acceptedBucket: string | undefined;
  readonly lockAcceptedDays: number;
  readonly lockArchiveDays: number;
  readonly reserveConcurrency: boolean;
  readonly runbook: string;
  readonly scheduleStacks: number;
}

/** More stacks than this help nobody: CloudFormation itself allows 2,000 in an account. */
const maxScheduleStacks = 200;

/** Fills in every default. @throws with got, allowed and fix for a setting that cannot be used */
export const withDefaults = (settings: Settings): StageConfig => {
  const {
    stage = 'dev',
    domain,
    identity = 'new',
    encryption = 'customer',
    allowedCidrs = [],
    operators = [],
    pageOrigin,
  } = settings;
  need(/^[a-z][a-z0-9-]{0,11}$/.test(stage), 'stage', stage, '1 to 12 lower-case letters, digits or hyphens');
  const isProd = stage === 'prod';
  const sender = settings.sender ?? (domain ? `airlock@${domain}` : undefined);
  if (isProd && !sender) {
    throw new Error('stage prod needs -c sender=airlock@your.domain (or -c domain=your.domain): mails come from it');
  }
  need(!/-\d{3}$/.test(stage), 'stage', stage, 'a name without three digits at its end (those number stacks)');
  need(identity === 'new' || identity === 'existing', 'identity', identity, 'new or existing');
  if (domain !== undefined && sender !== undefined) {
    need(sender.endsWith(`@${domain}`) || sender.endsWith(`.${domain}`), 'sender', sender, `an address in ${domain}`);
  }
  if (settings.encryptWorkflow) {
    need(encryption !== 'aws-managed', 'encryption', encryption, 'customer or the ARN of a key, for encryptWorkflow');
  }
  for (const cidr of allowedCidrs) need(cidrPattern.test(cidr), 'allowedCidrs', cidr, 'IPv4 CIDR like 203.0.113.0/24');
  for (const arn of operators) need(/^arn:aws[\w-]*:iam::\d{12}:/.test(arn), 'operators', arn, 'ARNs of IAM roles');
  if (pageOrigin !== undefined) need(originPattern.test(pageOrigin), 'pageOrigin', pageOrigin, 'https://host[:port]');
  const days = { lockAcceptedDays: settings.lockAcceptedDays ?? 0, lockArchiveDays: settings.lockArchiveDays };
  const scheduleStacks = settings.scheduleStacks ?? 0;
  whole('scheduleStacks', scheduleStacks, 0, maxScheduleStacks);
  whole('lockAcceptedDays', days.lockAcceptedDays, 0, 36_500);
  const lockArchiveDays = days.lockArchiveDays ?? (isProd ? 3650 : 1);
  whole('lockArchiveDays', lockArchiveDays, 1, 36_500);
  return {
    stage,
    isProd,
    // On creation that fails nothing is worth keeping, and what is left would be in the way of the next try.
    removalPolicy: isProd ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    logRetention: isProd ? RetentionDays.ONE_YEAR : RetentionDays.ONE_MONTH,
    noncurrentRetention: Duration.days(isProd ? 3650 : 30),
    landingRetention: Duration.days(isProd ? 180 : 60),
    sender: sender ?? 'airlock@example.com',
    identity: domain ?? sender ?? 'airlock@example.com',
    makesIdentity: identity === 'new',
    encryption: encryptionOf(encryption),
    encryptWorkflow: settings.encryptWorkflow ?? false,
    operators,
    allowedCidrs,
    pageOrigin,
    acceptedBucket: settings.acceptedBucket,
    lockAcceptedDays: days.lockAcceptedDays,
    lockArchiveDays,
    reserveConcurrency: settings.reserveConcurrency ?? isProd,
    runbook: settings.runbook ?? 'docs/runbook.md',
    scheduleStacks,
  };
};

/** Reads `-c stage=… -c domain=…` and so on; lists are separated by commas. */
export const settingsFromContext = (context: (key: keyof Settings) => unknown): Settings => {
  const text = (key: keyof Settings): string | undefined => {
    const value = context(key);
    return value === undefined || value === null || value === '' ? undefined : String(value);
  };
  const list = (key: keyof Settings) =>
    text(key)
      ?.split(',')
      .map((one) => one.trim());
  const flag = (key: keyof Settings) => {
    const value = text(key);
    if (value !== undefined) need(['true', 'false'].includes(value), key, value, 'true or false');
    return value === undefined ? undefined : value === 'true';
  };
  const number = (key: keyof Settings) => {
    const value = text(key);
    return value === undefined ? undefined : Number(value);
  };
  return {
    stage: text('stage'),
    sender: text('sender'),
    domain: text('domain'),
    identity: text('identity'),
    encryption: text('encryption'),
    encryptWorkflow: flag('encryptWorkflow'),
    operators: list('operators'),
    allowedCidrs: list('allowedCidrs'),
    pageOrigin: text('pageOrigin'),
    acceptedBucket: text('acceptedBucket'),
    lockAcceptedDays: number('lockAcceptedDays'),
    lockArchiveDays: number('lockArchiveDays'),
    reserveConcurrency: flag('reserveConcurrency'),
    runbook: text('runbook'),
    scheduleStacks: number('scheduleStacks'),
  };
};

const cidrPattern = /^(\d{1,3}\.){3}\d{1,3}\/([0-9]|[12]\d|3[0-2])$/;
const originPattern = /^https?:\/\/[a-z0-9.-]+(:\d+)?$/;

const encryptionOf = (value: string): StageConfig['encryption'] => {
  if (value === 'customer' || value === 'aws-managed') return value;
  need(/^arn:aws[\w-]*:kms:/.test(value), 'encryption', value, 'customer, aws-managed, or the ARN of a KMS key');
  return { keyArn: value };
};

const need = (holds: boolean, key: keyof Settings, got: string, allowed: string): void => {
  if (!holds) throw new Error(`${key} must be ${allowed}, got "${got}"; mend -c ${key}=…`);
};

const whole = (key: keyof Settings, value: number, from: number, to: number): void =>
  need(Number.isInteger(value) && value >= from && value <= to, key, String(value), `a whole number, ${from} to ${to}`);
