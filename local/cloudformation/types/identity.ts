import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Context } from '../../context.ts';
import { StartError } from '../../errors.ts';
import { macSpec, macUsage, signingSpec, signingUsage } from '../../kms/kms.ts';
import type { ResourceType } from '../deploy.ts';
import type { Services } from '../services.ts';
import { arnOf, policyOf } from './shared.ts';

/** Roles and their inline policies, keys and their policies. */
export const identityTypes = (context: Context, { kms }: Services): Record<string, ResourceType> => ({
  'AWS::KMS::Key': {
    put(properties, { logicalId, physicalId }) {
      // An id that is the same at every start, in the shape that AWS's ids have.
      const hex = createHash('sha256').update(physicalId).digest('hex');
      const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
      properties.noted('PendingWindowInDays');
      const arn = arnOf(context, 'kms', `key/${id}`);
      properties.always('KeySpec', 'SYMMETRIC_DEFAULT', macSpec, signingSpec);
      properties.always('KeyUsage', 'ENCRYPT_DECRYPT', macUsage, signingUsage);
      const known = kms.keys.get(id);
      const key = {
        arn,
        id,
        description: properties.optionalText('Description') ?? '',
        policy: policyOf(properties, 'KeyPolicy', logicalId),
        rotates: properties.optionalText('EnableKeyRotation') === 'true',
        createdAt: known?.createdAt ?? context.clock.now(),
        ...(properties.optionalText('KeyUsage') === macUsage && {
          macSecret: known?.macSecret ?? randomBytes(32).toString('hex'),
        }),
        ...(properties.optionalText('KeyUsage') === signingUsage && {
          signingKey: known?.signingKey ?? newSigningKey(),
        }),
      };
      // A key whose policy nobody may change again is refused by AWS; the rest is what its handler calls.
      kms.requireDeployer(key, ['kms:PutKeyPolicy', 'kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:GetKeyRotationStatus']);
      kms.requireDeployer(key, ['kms:TagResource', 'kms:ScheduleKeyDeletion']);
      // HMAC keys do not rotate.
      if (key.rotates) kms.requireDeployer(key, ['kms:EnableKeyRotation']);
      kms.keys.put(id, key);
      return { ref: id, attributes: { Arn: arn, KeyId: id } };
    },
  },
  'AWS::KMS::Alias': {
    put(properties) {
      const name = properties.text('AliasName');
      const key = kms.byArn(properties.text('TargetKeyId'));
      kms.requireDeployer(key, ['kms:CreateAlias', 'kms:UpdateAlias', 'kms:DeleteAlias']);
      return { ref: name, attributes: {} };
    },
  },
  ...roleTypes(context),
});

const newSigningKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const roleTypes = ({ identities, accountId }: Context): Record<string, ResourceType> => ({
  'AWS::IAM::Role': {
    put(properties, { logicalId, physicalId }) {
      const name = properties.optionalText('RoleName') ?? physicalId.slice(0, 64);
      properties.noted('Description');
      const arn = `arn:aws:iam::${accountId}:role/${name}`;
      identities.roles.put(name, {
        arn,
        name,
        trust: policyOf(properties, 'AssumeRolePolicyDocument', logicalId),
        maxSessionSeconds: properties.number('MaxSessionDuration', 3600, [3600, 43_200]),
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
