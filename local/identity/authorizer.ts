import { AwsError } from '../errors.ts';
import type { Identities, Principal } from './identities.ts';
import { evaluate, type PolicyDocument, type Question, type Verdict } from './policy.ts';

/** One thing that somebody wants to do. */
export interface Access {
  readonly principal: Principal;
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** The resource's own policy, where it has one. */
  readonly resourcePolicy?: PolicyDocument | undefined;
  /** True where the identity's own policies never suffice: a role's trust policy. */
  readonly mustBeAllowedByResource?: boolean;
}

/**
 * Decides by the policies of the template, as IAM does within one account: an explicit deny anywhere wins; then the
 * identity's or the resource's allow; a session policy must allow as well.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export class Authorizer {
  readonly #identities: Identities;
  readonly #accountId: string;
  readonly #calls = new Map<string, number>();

  constructor(identities: Identities, accountId: string) {
    this.#identities = identities;
    this.#accountId = accountId;
  }

  /** How often each was allowed what: by `<role> <action>`, or `root <action>`. Forgotten when told. */
  takeCalls(): Readonly<Record<string, number>> {
    const calls = Object.fromEntries([...this.#calls].sort());
    this.#calls.clear();
    return calls;
  }

  /** @throws AwsError AccessDenied naming principal, action and resource */
  require(access: Access): void {
    const reason = this.#refusal(access);
    if (!reason) {
      this.#note(access);
      return;
    }
    throw new AwsError(
      'AccessDenied',
      `User: ${this.nameOf(access.principal)} is not authorized to perform: ${access.action} on resource: ${access.resource} because ${reason}`,
      403,
    );
  }

  allows(access: Access): boolean {
    const isAllowed = this.#refusal(access) === undefined;
    if (isAllowed) this.#note(access);
    return isAllowed;
  }

  #note({ principal, action }: Access): void {
    const who = principal.kind === 'session' ? principal.session.roleName : principal.kind;
    const call = `${who} ${action}`;
    this.#calls.set(call, (this.#calls.get(call) ?? 0) + 1);
  }

  nameOf(principal: Principal): string {
    switch (principal.kind) {
      case 'root':
        return `arn:aws:iam::${this.#accountId}:root`;
      case 'session':
        return principal.session.arn;
      case 'service':
        return principal.name;
      case 'anonymous':
        return 'anonymous';
    }
  }

  #refusal({ principal, action, resource, context = {}, resourcePolicy, mustBeAllowedByResource }: Access) {
    const circumstances = { 'aws:SecureTransport': 'true', ...this.#principalArn(principal), ...context };
    const names = this.#namesOf(principal);
    const ask = (principals: string[]) => ({ action, resource, principal: principals, context: circumstances });
    const byResource = (principals: string[]): Verdict =>
      resourcePolicy ? evaluate(resourcePolicy, ask(principals), 'resource') : 'none';
    if (byResource([...names.own, ...names.account]) === 'deny')
      return 'of an explicit deny in a resource-based policy';
    const noResourcePolicy = `no resource-based policy allows the ${action} action`;
    if (principal.kind === 'root') {
      // Only where a key or a role decides for itself does the account's root need to be let in.
      const isLetIn = !mustBeAllowedByResource || byResource(names.account) === 'allow';
      return isLetIn ? undefined : noResourcePolicy;
    }
    const isNamed = byResource(names.own) === 'allow';
    if (principal.kind !== 'session') return isNamed ? undefined : noResourcePolicy;
    const byIdentity = this.#identityVerdict(principal.session.roleName, ask(names.own));
    if (byIdentity === 'deny') return 'of an explicit deny in an identity-based policy';
    const { policy } = principal.session;
    if (policy && evaluate(policy, ask(names.own), 'identity') !== 'allow') {
      return `no session policy allows the ${action} action`;
    }
    if (isNamed) return undefined;
    if (mustBeAllowedByResource && byResource(names.account) !== 'allow') return noResourcePolicy;
    return byIdentity === 'allow' ? undefined : `no identity-based policy allows the ${action} action`;
  }

  #identityVerdict(roleName: string, question: Question): Verdict {
    const role = this.#identities.roles.get(roleName);
    const verdicts = Object.values(role?.policies ?? {}).map((policy) => evaluate(policy, question, 'identity'));
    if (verdicts.includes('deny')) return 'deny';
    return verdicts.includes('allow') ? 'allow' : 'none';
  }

  #principalArn(principal: Principal): Record<string, string> {
    if (principal.kind === 'root') return { 'aws:PrincipalArn': `arn:aws:iam::${this.#accountId}:root` };
    if (principal.kind !== 'session') return {};
    const role = this.#identities.roles.get(principal.session.roleName);
    return role ? { 'aws:PrincipalArn': role.arn } : {};
  }

  /**
   * Names that a policy's Principal may call this caller by. Naming the account only delegates: the caller's own
   * policies must allow as well.
   */
  #namesOf(principal: Principal): { own: string[]; account: string[] } {
    const account = [this.#accountId, `arn:aws:iam::${this.#accountId}:root`];
    if (principal.kind === 'root') return { own: [], account };
    if (principal.kind === 'service') return { own: [principal.name], account: [] };
    if (principal.kind === 'anonymous') return { own: [], account: [] };
    const role = this.#identities.roles.get(principal.session.roleName);
    return { own: [principal.session.arn, ...(role ? [role.arn] : [])], account };
  }
}
