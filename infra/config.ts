import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** What differs between stages. */
export interface StageConfig {
  /** `dev`, `prod`, or a name of your own (which gets the settings of `dev`). */
  readonly stage: string;
  /** What happens to buckets and log groups when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  readonly logRetention: RetentionDays;
  /** How long versions of ledger documents stay after they were replaced. */
  readonly noncurrentRetention: Duration;
  /** How long uploads stay in the landing bucket; far longer than any URL lives. */
  readonly landingRetention: Duration;
  /** The address that mails come from. */
  readonly sender: string;
  /** What SES verifies: a domain of yours, or the sender's address itself. */
  readonly identity: string;
}

/** Reads `-c stage=… -c sender=… -c domain=…`. @throws with what is allowed when a value cannot be used */
export const stageConfig = (context: (key: string) => unknown): StageConfig => {
  const stage = text(context('stage')) ?? 'dev';
  if (!/^[a-z][a-z0-9-]{0,11}$/.test(stage)) {
    throw new Error(`stage must be 1 to 12 lower-case letters, digits or hyphens, got "${stage}"; use -c stage=prod`);
  }
  const isProd = stage === 'prod';
  const domain = text(context('domain'));
  const sender = text(context('sender')) ?? (domain ? `airlock@${domain}` : undefined);
  if (isProd && !sender) {
    throw new Error('stage prod needs -c sender=airlock@your.domain (or -c domain=your.domain): mails come from it');
  }
  return {
    stage,
    removalPolicy: isProd ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    logRetention: isProd ? RetentionDays.ONE_YEAR : RetentionDays.ONE_MONTH,
    noncurrentRetention: Duration.days(isProd ? 3650 : 30),
    landingRetention: Duration.days(isProd ? 180 : 60),
    sender: sender ?? 'airlock@example.com',
    identity: domain ?? sender ?? 'airlock@example.com',
  };
};

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
