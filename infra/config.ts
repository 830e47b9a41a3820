import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { checkSettings } from './setting-rules.ts';

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
  /**
   * ARNs of the IAM roles, users or accounts that may take the auditor's role, which reads evidence and histories and can
   * act on nothing.
   * @default none: there is no such role
   */
  readonly auditors?: readonly string[];
  /** Networks that uploads may come from, IPv4 CIDR. @default any */
  readonly allowedCidrs?: readonly string[];
  /** Origin of a page of your own that uses the API and uploads, like `https://portal.your.domain`. @default only Airlock's page */
  readonly pageOrigin?: string;
  /** Domain of the page and the API, like `upload.your.domain`; needs `certificate`. @default the address that API Gateway makes */
  readonly apiDomain?: string;
  /** ARN of the ACM certificate for `apiDomain`, in the region of the stack. */
  readonly certificate?: string;
  /** OIDC issuer whose tokens operators and systems call the API with; needs `jwtAudience`. @default IAM */
  readonly jwtIssuer?: string;
  /** Audiences (or client ids) that such a token must be for. */
  readonly jwtAudience?: readonly string[];
  /** A bucket of yours that accepted files go to instead of a new one. @default a new bucket */
  readonly acceptedBucket?: string;
  /** Days for which nobody can delete an accepted file (Object Lock, governance mode). @default 0: no lock */
  readonly lockAcceptedDays?: number;
  /** Days for which nobody can delete evidence (Object Lock; compliance mode in prod). @default 3650 in prod, else 1 */
  readonly lockArchiveDays?: number;
  /**
   * Records of each mail when the recipient's server took it, for the evidence (one more call of a function for each mail,
   * and three writes to S3, about $2 for 100,000).
   * @default only in prod
   */
  readonly recordDeliveries?: boolean;
  /**
   * Records which program sent each upload, for the evidence, from CloudTrail's data events: `new` makes a trail for writes
   * to the landing bucket (about $0.10 for 100,000 calls, and its log files), `existing` listens to one that your account has
   * for data events of writes to that bucket. CloudTrail tells minutes later, so evidence is kept a quarter of an hour after
   * the end of a run.
   * @default not recorded
   */
  readonly recordUserAgents?: string;
  /**
   * Signs every pack of evidence with a key of its own ($1 a month), so that what was kept is proved to a third party by its
   * public half alone.
   * @default false
   */
  readonly signEvidence?: boolean;
  /**
   * Has GuardDuty scan every upload for malware before it is accepted (about $0.09 a GB and $0.22 per 1,000 files); what
   * is not clean is not accepted.
   * @default false
   */
  readonly malwareScan?: boolean;
  /**
   * An https:// address that hears of every way that a request ends, signed (an API destination, $0.20 per million, and $1 a
   * month for the key).
   * @default none
   */
  readonly webhook?: string;
  /** Sets aside concurrency by the table of functions; the account must have it. @default only in prod */
  readonly reserveConcurrency?: boolean;
  /** Where your operators read the runbook; alarms link to its sections. @default 'docs/runbook.md' */
  readonly runbook?: string;
  /** Spreads the schedules over this many stacks: needed for more than 200 feeds (175 with `recordUserAgents`). @default 0: in the main stack */
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
  readonly auditors: readonly string[];
  readonly allowedCidrs: readonly string[];
  readonly pageOrigin: string | undefined;
  readonly apiDomain: { readonly name: string; readonly certificateArn: string } | undefined;
  readonly jwt: { readonly issuer: string; readonly audience: readonly string[] } | undefined;
  readonly acceptedBucket: string | undefined;
  readonly lockAcceptedDays: number;
  readonly lockArchiveDays: number;
  readonly recordDeliveries: boolean;
  /** Whose trail tells which program sent an upload; undefined where that is not recorded. */
  readonly recordUserAgents: 'new' | 'existing' | undefined;
  readonly signEvidence: boolean;
  readonly malwareScan: boolean;
  readonly webhook: string | undefined;
  readonly reserveConcurrency: boolean;
  readonly runbook: string;
  readonly scheduleStacks: number;
}

/** Fills in every default. @throws SettingError for a setting that cannot be used */
export const withDefaults = (settings: Settings): StageConfig => {
  const { stage = 'dev', domain, identity = 'new', encryption = 'customer', recordUserAgents } = settings;
  const isProd = stage === 'prod';
  const sender = settings.sender ?? (domain === undefined ? undefined : `airlock@${domain}`);
  checkSettings(settings, { isProd, sender });
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
    encryption: encryption === 'customer' || encryption === 'aws-managed' ? encryption : { keyArn: encryption },
    encryptWorkflow: settings.encryptWorkflow ?? false,
    operators: settings.operators ?? [],
    auditors: settings.auditors ?? [],
    allowedCidrs: settings.allowedCidrs ?? [],
    pageOrigin: settings.pageOrigin,
    apiDomain:
      settings.apiDomain !== undefined && settings.certificate !== undefined
        ? { name: settings.apiDomain, certificateArn: settings.certificate }
        : undefined,
    jwt:
      settings.jwtIssuer !== undefined && settings.jwtAudience
        ? { issuer: settings.jwtIssuer, audience: settings.jwtAudience }
        : undefined,
    acceptedBucket: settings.acceptedBucket,
    lockAcceptedDays: settings.lockAcceptedDays ?? 0,
    lockArchiveDays: settings.lockArchiveDays ?? (isProd ? 3650 : 1),
    recordDeliveries: settings.recordDeliveries ?? isProd,
    recordUserAgents: recordUserAgents === 'new' || recordUserAgents === 'existing' ? recordUserAgents : undefined,
    signEvidence: settings.signEvidence ?? false,
    malwareScan: settings.malwareScan ?? false,
    webhook: settings.webhook,
    reserveConcurrency: settings.reserveConcurrency ?? isProd,
    runbook: settings.runbook ?? 'docs/runbook.md',
    scheduleStacks: settings.scheduleStacks ?? 0,
  };
};
