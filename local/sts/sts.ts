import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { XmlValue } from '../http/xml.ts';
import { type PolicyDocument, parsePolicy } from '../identity/policy.ts';
import type { Sender } from '../identity/sender.ts';

/** Role chaining caps a session: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const chainedSeconds = 3600;

const assumeRoleKeys = new Set(['Action', 'Version', 'RoleArn', 'RoleSessionName', 'DurationSeconds', 'Policy']);

/** STS: AssumeRole with session policies, and GetCallerIdentity. */
export class Sts {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  handle(sender: Sender, action: string, input: ReadonlyMap<string, string>): { [name: string]: XmlValue } {
    if (action === 'AssumeRole') return this.#assumeRole(sender, input);
    if (action === 'GetCallerIdentity') {
      const Arn = this.#context.authorizer.nameOf(sender.principal);
      return { Arn, UserId: this.#context.accountId, Account: this.#context.accountId };
    }
    throw new AwsError('InvalidAction', `STS ${action} is not implemented here (see local/README.md)`);
  }

  #assumeRole(sender: Sender, input: ReadonlyMap<string, string>): { [name: string]: XmlValue } {
    const unread = [...input.keys()].find((key) => !assumeRoleKeys.has(key));
    // Passed over it would make a session that may do more than was asked for.
    if (unread !== undefined) throw new AwsError('ValidationError', `AssumeRole: ${unread} is not implemented here`);
    const arn = input.get('RoleArn') ?? '';
    const name = input.get('RoleSessionName') ?? '';
    const seconds = Number(input.get('DurationSeconds') ?? 3600);
    const role = this.#context.identities.roleByArn(arn);
    this.#context.authorizer.require({
      ...sender,
      action: 'sts:AssumeRole',
      resource: arn,
      resourcePolicy: role?.trust,
      mustBeAllowedByResource: true,
    });
    if (!role) throw new AwsError('AccessDenied', `role ${arn} does not exist`, 403);
    if (!/^[\w+=,.@-]{2,64}$/.test(name)) throw invalid('RoleSessionName', '2 to 64 characters of [\\w+=,.@-]', name);
    if (!(seconds >= 900 && seconds <= role.maxSessionSeconds)) {
      throw invalid(
        'DurationSeconds',
        `900 to the role's MaxSessionDuration (${role.maxSessionSeconds})`,
        String(seconds),
      );
    }
    if (sender.principal.kind === 'session' && seconds > chainedSeconds) {
      throw new AwsError(
        'ValidationError',
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
      );
    }
    const policyText = input.get('Policy');
    const policy: PolicyDocument | undefined = policyText === undefined ? undefined : sessionPolicy(policyText);
    const session = this.#context.identities.openSession(role, name, seconds, policy);
    return {
      Credentials: {
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: session.secretAccessKey,
        SessionToken: session.sessionToken,
        Expiration: new Date(session.expiresAt).toISOString(),
      },
      AssumedRoleUser: { AssumedRoleId: `${session.accessKeyId}:${name}`, Arn: session.arn },
    };
  }
}

const invalid = (field: string, allowed: string, got: string): AwsError =>
  new AwsError(
    'ValidationError',
    `1 validation error detected: Value '${got}' at '${field}' failed to satisfy constraint: ${allowed}`,
  );

const sessionPolicy = (text: string): PolicyDocument => {
  if (Buffer.byteLength(text) > 2048)
    throw new AwsError('PackedPolicyTooLarge', 'The session policy is larger than 2048 characters');
  return parsePolicy('session policy', text);
};
