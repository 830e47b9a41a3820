import type { Context } from '../../context.ts';
import { StartError } from '../../errors.ts';
import type { ResourceType } from '../deploy.ts';
import { policyOf } from './shared.ts';

/** Roles and their inline policies. */
export const identityTypes = ({ identities, accountId }: Context): Record<string, ResourceType> => ({
  'AWS::IAM::Role': {
    put(properties, { logicalId, physicalId }) {
      const name = properties.optionalText('RoleName') ?? physicalId.slice(0, 64);
      properties.noted('Description', 'Tags');
      const arn = `arn:aws:iam::${accountId}:role/${name}`;
      identities.roles.put(name, {
        arn,
        name,
        trust: policyOf(properties, 'AssumeRolePolicyDocument', logicalId),
        maxSessionSeconds: properties.number('MaxSessionDuration', 3600),
        // Policies are resources of their own and come after their role; what was there before is not theirs.
        policies: {},
      });
      return { ref: name, attributes: { Arn: arn } };
    },
    remove: (name) => identities.roles.delete(name),
  },
  'AWS::IAM::Policy': {
    put(properties, { logicalId }) {
      const name = properties.text('PolicyName');
      const policy = policyOf(properties, 'PolicyDocument', logicalId);
      for (const roleName of properties.list('Roles').map(String)) {
        const role = identities.roles.get(roleName);
        if (!role) throw new StartError(`${logicalId}: role ${roleName} does not exist`);
        identities.roles.put(roleName, { ...role, policies: { ...role.policies, [name]: policy } });
      }
      return { ref: name, attributes: {} };
    },
  },
});
