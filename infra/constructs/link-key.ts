import { AccountRootPrincipal, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { deployedName } from '../../core/deployed-names.ts';
import type { StageConfig } from '../config.ts';
import { administeredByAccount } from './encryption.ts';

/**
 * The key behind links: it makes and verifies their MACs and can do nothing else. Whoever may generate can make a link's
 * secret, so its policy names them one by one. HMAC keys do not rotate; a new key ends every link that is out.
 */
export class LinkKey extends Construct {
  readonly arn: string;
  readonly #key: Key;

  constructor(scope: Construct, id: string, { stage, removalPolicy }: StageConfig) {
    super(scope, id);
    this.#key = new Key(this, 'Key', {
      alias: deployedName(stage, 'links'),
      description: `Airlock ${stage}: the secrets of upload links`,
      keySpec: KeySpec.HMAC_256,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
      removalPolicy,
      policy: administeredByAccount(),
    });
    this.arn = this.#key.keyArn;
  }

  /** The account, narrowed to the named roles: so that each role's own policy must allow it as well. */
  allow(sid: string, action: 'kms:GenerateMac' | 'kms:VerifyMac', roles: readonly IRole[]): void {
    this.#key.addToResourcePolicy(
      new PolicyStatement({
        sid,
        principals: [new AccountRootPrincipal()],
        actions: [action],
        resources: ['*'],
        conditions: { ArnEquals: { 'aws:PrincipalArn': roles.map((role) => role.roleArn) } },
      }),
    );
  }
}
