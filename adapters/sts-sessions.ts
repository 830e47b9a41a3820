import { AssumeRoleCommand, type Credentials, type STSClient } from '@aws-sdk/client-sts';
import type { Clock } from '../core/ports.ts';

/** Credentials that can do what their session policy says, and their end. */
export interface Session {
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
  /** The last moment that a URL signed with them may promise, ISO-8601. */
  readonly usableUntil: string;
}

/** One allowance of a session policy. */
interface Allowance {
  readonly Action: string | readonly string[];
  readonly Resource: string;
}

interface Settings {
  readonly sts: STSClient;
  readonly roleArn: string;
  readonly clock: Clock;
}

/** The longest session that role chaining allows. */
const sessionSeconds = 3600;

/** A URL ends this much before the session that signed it, so that what is said of it is true on any clock. */
const marginMs = 5 * 60_000;

/** A kept session serves as long as it lives for another URL of the API. */
const leastLeftMs = 20 * 60_000;

/**
 * Sessions of a role, each narrowed to one object: what is behind a URL can do nothing else, and dies when we say.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
 *
 * @returns opens a session, or gives the one that is open for the same object and allowances, unless a `fresh` one is
 *   wanted, with a whole hour before it
 */
export const createStsSessions = ({ sts, roleArn, clock }: Settings) => {
  const open = new Map<string, Session>();
  return async (key: string, allowances: readonly Allowance[], { fresh = false } = {}): Promise<Session> => {
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: allowances.map((one) => ({ Effect: 'Allow', ...one })),
    });
    for (const [name, { usableUntil }] of open) if (msUntil(usableUntil, clock) < leastLeftMs) open.delete(name);
    const known = open.get(policy);
    if (known && !fresh) return known;
    const { Credentials: credentials } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: sessionName(key),
        DurationSeconds: sessionSeconds,
        Policy: policy,
      }),
    );
    const session = complete(credentials);
    open.set(policy, session);
    return session;
  };
};

const msUntil = (at: string, clock: Clock): number => Date.parse(at) - clock.now().getTime();

/** Session names are 2 to 64 characters of `[\w+=,.@-]`; the key's last parts say whose object it is. */
const sessionName = (key: string): string => key.replaceAll('/', '.').slice(-64);

const complete = (session: Credentials | undefined): Session => {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = session ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) throw new Error('STS sent no complete session');
  return {
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    usableUntil: new Date(Expiration.getTime() - marginMs).toISOString(),
  };
};
