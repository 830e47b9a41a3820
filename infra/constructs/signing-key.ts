import { AccountRootPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { deployedName } from '../../core/deployed-names.ts';
import type { EnvironmentKey } from '../../core/environment.ts';
import type { StageConfig } from '../config.ts';
import { administeredByAccount } from './encryption.ts';
import type { FunctionName } from './function-table.ts';
import type { Functions } from './functions.ts';
import { statement } from './statements.ts';

interface SigningKeyProps {
  readonly config: StageConfig;
  readonly functions: Functions;
  /** What it signs: ends its alias, and its description. */
  readonly what: string;
  readonly does: string;
  /** Who signs, by a statement of this id. */
  readonly signers: readonly FunctionName[];
  readonly sid: string;
  /** The setting that tells them the key. */
  readonly setting: EnvironmentKey;
}

/**
 * A key that signs and does nothing else: its private half never leaves KMS, and whoever may ask in this account hands the
 * public half to those who are to check (https://docs.aws.amazon.com/kms/latest/developerguide/symmetric-asymmetric.html).
 */
export const signingKey = (
  scope: Construct,
  id: string,
  { config, functions, what, does, signers, sid, setting }: SigningKeyProps,
): Key => {
  const key = new Key(scope, id, {
    alias: deployedName(config.stage, what),
    description: `Airlock ${config.stage}: ${does}`,
    keySpec: KeySpec.ECC_NIST_P256,
    keyUsage: KeyUsage.SIGN_VERIFY,
    removalPolicy: config.removalPolicy,
    policy: administeredByAccount(),
  });
  const mayUse = (statementId: string, action: string, conditions?: PolicyStatement['conditions']) =>
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: statementId,
        principals: [new AccountRootPrincipal()],
        actions: [action],
        resources: ['*'],
        ...(conditions && { conditions }),
      }),
    );
  mayUse(sid, 'kms:Sign', { ArnEquals: { 'aws:PrincipalArn': signers.map((name) => functions.role(name).roleArn) } });
  mayUse('TellPublicKey', 'kms:GetPublicKey');
  for (const name of signers) {
    functions.configure(name, { [setting]: key.keyArn });
    functions.allow(name, statement(sid, ['kms:Sign'], [key.keyArn]));
  }
  return key;
};
