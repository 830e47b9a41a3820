import { isPlainAddress } from '../core/feed-source.ts';
import type { Settings } from './config.ts';

/** A setting that cannot be used: what came, what may come, what to do. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

/** More stacks than this help nobody: CloudFormation itself allows 2,000 in an account. */
const maxScheduleStacks = 200;
const maxDays = 36_500;

const domainPattern = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i;
const octet = '(25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const cidrPattern = new RegExp(`^${octet}(\\.${octet}){3}/([0-9]|[12]\\d|3[0-2])$`);
const originPattern = /^(https:\/\/[a-z0-9.-]+(:\d+)?|http:\/\/localhost(:\d+)?)$/;
const rolePattern = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/*-]+$/;
const principalPattern = /^arn:aws[\w-]*:iam::\d{12}:(root|(role|user)\/[\w+=,.@/-]+)$/;
const keyPattern = /^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/;
const certificatePattern = /^arn:aws[\w-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/;
const issuerPattern = /^(https:\/\/[^\s?#]+|http:\/\/127\.0\.0\.1:\d+[^\s?#]*)$/;
const webhookPattern = /^https:\/\/[a-z0-9.-]+(:\d+)?(\/[^\s*#]*)?$/i;
const bucketPattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Refuses what could not be deployed, or would be deployed and never work. @throws SettingError */
export const checkSettings = (settings: Settings, facts: { isProd: boolean; sender: string | undefined }): void => {
  checkNames(settings);
  checkMail(settings, facts);
  checkSecurity(settings);
  checkApi(settings);
  whole('scheduleStacks', settings.scheduleStacks, 0, maxScheduleStacks);
  whole('lockAcceptedDays', settings.lockAcceptedDays, 0, maxDays);
  whole('lockArchiveDays', settings.lockArchiveDays, 1, maxDays);
};

const checkNames = ({ stage = 'dev', acceptedBucket }: Settings): void => {
  need(/^[a-z][a-z0-9-]{0,11}$/.test(stage), 'stage', stage, '1 to 12 lower-case letters, digits or hyphens');
  need(!/-\d{3}$/.test(stage), 'stage', stage, 'a name without three digits at its end (those number stacks)');
  optional('acceptedBucket', acceptedBucket, bucketPattern, 'the name of a bucket');
};

const checkMail = ({ domain, identity = 'new' }: Settings, facts: { isProd: boolean; sender: string | undefined }) => {
  const { isProd, sender } = facts;
  optional('domain', domain, domainPattern, 'a domain like your.domain');
  need(identity === 'new' || identity === 'existing', 'identity', identity, 'new or existing');
  if (isProd && sender === undefined) {
    throw new SettingError(
      'stage prod needs -c sender=airlock@your.domain (or -c domain=your.domain): mails come from it',
    );
  }
  if (sender === undefined) return;
  need(isPlainAddress(sender), 'sender', sender, 'one plain mail address');
  const isCovered = domain === undefined || sender.endsWith(`@${domain}`) || sender.endsWith(`.${domain}`);
  need(isCovered, 'sender', sender, `an address in ${domain}`);
};

const checkSecurity = (settings: Settings): void => {
  const {
    encryption = 'customer',
    encryptWorkflow,
    operators = [],
    auditors = [],
    allowedCidrs = [],
    pageOrigin,
    recordUserAgents,
  } = settings;
  const isChoice = encryption === 'customer' || encryption === 'aws-managed';
  const choices = 'customer, aws-managed, or the ARN of a KMS key';
  need(isChoice || keyPattern.test(encryption), 'encryption', encryption, choices);
  if (encryptWorkflow) {
    need(encryption !== 'aws-managed', 'encryption', encryption, 'customer or the ARN of a key, for encryptWorkflow');
  }
  for (const arn of operators) need(rolePattern.test(arn), 'operators', arn, 'ARNs of IAM roles of this account');
  for (const arn of auditors) need(principalPattern.test(arn), 'auditors', arn, 'ARNs of IAM roles, users or accounts');
  for (const cidr of allowedCidrs) need(cidrPattern.test(cidr), 'allowedCidrs', cidr, 'IPv4 CIDR like 203.0.113.0/24');
  optional('recordUserAgents', recordUserAgents, /^(new|existing)$/, 'new or existing');
  optional('pageOrigin', pageOrigin, originPattern, 'https://host[:port], or http://localhost[:port]');
};

const checkApi = ({ apiDomain, certificate, webhook, jwtIssuer, jwtAudience = [] }: Settings): void => {
  optional('apiDomain', apiDomain, domainPattern, 'a domain like upload.your.domain');
  optional('webhook', webhook, webhookPattern, 'an https:// address without *');
  optional('certificate', certificate, certificatePattern, 'the ARN of an ACM certificate');
  optional('jwtIssuer', jwtIssuer, issuerPattern, 'the https:// address of an OIDC issuer');
  together('apiDomain', apiDomain !== undefined, 'certificate', certificate !== undefined);
  together('jwtIssuer', jwtIssuer !== undefined, 'jwtAudience', jwtAudience.length > 0);
};

/** Half of a pair does nothing, or something that nobody meant. */
const together = (one: string, hasOne: boolean, other: string, hasOther: boolean): void => {
  if (hasOne === hasOther) return;
  const [got, missing] = hasOne ? [one, other] : [other, one];
  throw new SettingError(`${got} works only together with ${missing}, got it alone; add -c ${missing}=…`);
};

const need = (holds: boolean, key: string, got: string, allowed: string): void => {
  if (!holds) throw new SettingError(`${key} must be ${allowed}, got "${got}"; mend -c ${key}=…`);
};

const optional = (key: keyof Settings, value: string | undefined, pattern: RegExp, allowed: string): void =>
  need(value === undefined || pattern.test(value), key, value ?? '', allowed);

const whole = (key: keyof Settings, value: number | undefined, from: number, to: number): void => {
  if (value === undefined) return;
  const holds = Number.isInteger(value) && value >= from && value <= to;
  need(holds, key, String(value), `a whole number, ${from} to ${to}`);
};

/** How each setting is written on the command line. */
const kinds = {
  stage: 'text',
  sender: 'text',
  domain: 'text',
  identity: 'text',
  encryption: 'text',
  encryptWorkflow: 'flag',
  operators: 'list',
  auditors: 'list',
  allowedCidrs: 'list',
  pageOrigin: 'text',
  apiDomain: 'text',
  certificate: 'text',
  jwtIssuer: 'text',
  jwtAudience: 'list',
  acceptedBucket: 'text',
  lockAcceptedDays: 'number',
  lockArchiveDays: 'number',
  recordDeliveries: 'flag',
  recordUserAgents: 'text',
  signEvidence: 'flag',
  malwareScan: 'flag',
  webhook: 'text',
  reserveConcurrency: 'flag',
  runbook: 'text',
  scheduleStacks: 'number',
} as const satisfies Record<keyof Settings, 'text' | 'flag' | 'list' | 'number'>;

/** What the app itself reads beside the settings. */
const others = ['feeds', 'smoke'];

/**
 * Reads `-c stage=… -c domain=…` and so on; lists are separated by commas.
 *
 * @param context every key of the app's context; those of the CDK itself hold a colon, a slash or a hyphen
 * @throws SettingError for a value of the wrong kind, and for a key that nobody reads: a misspelt one protects nothing
 */
export const settingsFromContext = (context: Readonly<Record<string, unknown>>): Settings & { smoke: boolean } => {
  const known: readonly string[] = [...Object.keys(kinds), ...others];
  const unknown = Object.keys(context).find((key) => /^\w+$/.test(key) && !known.includes(key));
  if (unknown !== undefined) {
    throw new SettingError(`there is no setting "${unknown}", allowed ${known.join(', ')}; mend -c ${unknown}=…`);
  }
  const read = (key: string): string | undefined => {
    const value = context[key];
    return value === undefined || value === null || value === '' ? undefined : String(value);
  };
  const parsed = Object.entries(kinds).map(([key, kind]) => [key, readers[kind](key, read(key))]);
  return { ...Object.fromEntries(parsed), smoke: readers.flag('smoke', read('smoke')) === true };
};

const readers = {
  text: (_: string, value: string | undefined) => value,
  list: (_: string, value: string | undefined) => value?.split(',').map((one) => one.trim()),
  flag(key: string, value: string | undefined) {
    if (value === undefined) return undefined;
    need(value === 'true' || value === 'false', key, value, 'true or false');
    return value === 'true';
  },
  number(key: string, value: string | undefined) {
    if (value === undefined) return undefined;
    need(/^\d+$/.test(value), key, value, 'a whole number');
    return Number(value);
  },
};
