import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import { members } from '../http/members.ts';
import type { XmlValue } from '../http/xml.ts';
import type { RoleRecord } from '../identity/identities.ts';
import { evaluate, parsePolicy } from '../identity/policy.ts';
import type { Sender } from '../identity/sender.ts';

/** IAM: look at the roles of the template and change their inline policies while everything runs. */
export class Iam {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  handle(sender: Sender, action: string, input: ReadonlyMap<string, string>): { [name: string]: XmlValue } {
    const { identities, authorizer } = this.#context;
    authorizer.require({ ...sender, action: `iam:${action}`, resource: '*' });
    if (action === 'ListRoles') {
      return {
        Roles: { member: identities.roles.all().map(({ body }) => ({ RoleName: body.name, Arn: body.arn })) },
        IsTruncated: false,
      };
    }
    if (action === 'SimulatePrincipalPolicy') return this.#simulate(input);
    const role = this.#role(input);
    const policyName = input.get('PolicyName') ?? '';
    switch (action) {
      case 'ListRolePolicies':
        return { PolicyNames: { member: Object.keys(role.policies) }, IsTruncated: false };
      case 'GetRolePolicy': {
        const policy = role.policies[policyName];
        if (!policy) throw noSuchEntity(`The role policy with name ${policyName} cannot be found.`);
        return {
          RoleName: role.name,
          PolicyName: policyName,
          PolicyDocument: encodeURIComponent(JSON.stringify(policy)),
        };
      }
      case 'PutRolePolicy': {
        const policy = parsePolicy(policyName, input.get('PolicyDocument') ?? '');
        identities.roles.put(role.name, { ...role, policies: { ...role.policies, [policyName]: policy } });
        return {};
      }
      case 'DeleteRolePolicy': {
        const policies = Object.fromEntries(Object.entries(role.policies).filter(([name]) => name !== policyName));
        identities.roles.put(role.name, { ...role, policies });
        return {};
      }
      default:
        throw new AwsError('InvalidAction', `IAM ${action} is not implemented here (see local/README.md)`);
    }
  }

  /** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html, for a role's own policies. */
  #simulate(input: ReadonlyMap<string, string>): { [name: string]: XmlValue } {
    const { identities } = this.#context;
    const role = identities.roleByArn(input.get('PolicySourceArn') ?? '');
    if (!role) throw noSuchEntity(`The role ${input.get('PolicySourceArn')} cannot be found.`);
    const entries = members(input, 'ContextEntries.member', '.ContextKeyName').map((name, index) => [
      name,
      input.get(`ContextEntries.member.${index + 1}.ContextKeyValues.member.1`) ?? '',
    ]);
    const context = Object.fromEntries(entries);
    const resources = members(input, 'ResourceArns.member');
    const EvaluationResults = members(input, 'ActionNames.member').flatMap((action) =>
      (resources.length > 0 ? resources : ['*']).map((resource) => {
        const question = { action, resource, principal: [role.arn], context };
        const verdicts = Object.values(role.policies).map((policy) => evaluate(policy, question, 'identity'));
        const decision = verdicts.includes('deny')
          ? 'explicitDeny'
          : verdicts.includes('allow')
            ? 'allowed'
            : 'implicitDeny';
        return { EvalActionName: action, EvalResourceName: resource, EvalDecision: decision };
      }),
    );
    return { EvaluationResults: { member: EvaluationResults }, IsTruncated: false };
  }

  #role(input: ReadonlyMap<string, string>): RoleRecord {
    const name = input.get('RoleName') ?? '';
    const role = this.#context.identities.roles.get(name);
    if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
    return role;
  }
}

const noSuchEntity = (message: string): AwsError => new AwsError('NoSuchEntity', message, 404);
