import { Stack } from 'aws-cdk-lib';
import {
  AccountRootPrincipal,
  type IRole,
  PolicyDocument,
  PolicyStatement,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { deployedName } from '../../core/deployed-names.ts';
import type { StageConfig } from '../config.ts';

/** What a key can be told; nothing of it lets anybody read data. Without it a key could not be mended any more. */
const administration = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListKeyRotations',
  'kms:ListResourceTags',
  'kms:ListRetirableGrants',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:RotateKeyOnDemand',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
];

/** A key's policy to begin with: the account may administer it, and nobody may use it. */
export const administeredByAccount = (): PolicyDocument =>
  new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: 'Administer',
        principals: [new AccountRootPrincipal()],
        actions: administration,
        resources: ['*'],
      }),
    ],
  });

/**
 * The customer key of a deployment, or none. Its policy is the list of who may use it: the account may administer it,
 * and only the named roles may encrypt or decrypt, through S3 alone. The roles' own policies must allow it as well.
 */
export class Encryption extends Construct {
  /** Undefined with `aws-managed`: S3's own keys take no permission of ours. */
  readonly key: IKey | undefined;
  readonly #users: string[] = [];
  readonly #made: Key | undefined;

  constructor(scope: Construct, id: string, { encryption, stage, removalPolicy, operators }: StageConfig) {
    super(scope, id);
    if (encryption === 'aws-managed') return;
    if (encryption !== 'customer') {
      this.key = Key.fromKeyArn(this, 'Key', encryption.keyArn);
      return;
    }
    this.#made = new Key(this, 'Key', {
      alias: deployedName(stage),
      description: `Airlock ${stage}: partners' files and the ledger`,
      enableKeyRotation: true,
      removalPolicy,
      policy: administeredByAccount(),
    });
    this.key = this.#made;
    this.#users.push(`arn:${Stack.of(this).partition}:iam::${Stack.of(this).account}:root`, ...operators);
  }

  /** Call once, when all roles are there. */
  allowRoles(roles: readonly IRole[]): void {
    const { region } = Stack.of(this);
    this.#made?.addToResourcePolicy(
      new PolicyStatement({
        sid: 'UseThroughS3',
        // The account, narrowed to the named ones: so that each role's own policy must allow it as well.
        principals: [new AccountRootPrincipal()],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: {
          ArnLike: { 'aws:PrincipalArn': [...this.#users, ...roles.map((role) => role.roleArn)] },
          StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` },
        },
      }),
    );
  }

  /**
   * For the state machine: its own role for its executions, and, through Step Functions, whoever may deploy or read them.
   * Logs are encrypted on their way to CloudWatch. https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
   */
  allowWorkflow(role: IRole, stateMachineArn: string): void {
    const { partition, region, account } = Stack.of(this);
    const use = (sid: string, conditions: Record<string, Record<string, string>>, actions = ['kms:GenerateDataKey']) =>
      new PolicyStatement({ sid, principals: [new AccountRootPrincipal()], actions, resources: ['*'], conditions });
    const forMachine = { 'kms:EncryptionContext:aws:states:stateMachineArn': stateMachineArn };
    const statements = [
      use('UseForExecutions', { ArnLike: { 'aws:PrincipalArn': role.roleArn }, StringEquals: forMachine }, [
        'kms:Decrypt',
        'kms:GenerateDataKey',
      ]),
      use(
        'UseThroughStepFunctions',
        { StringEquals: { ...forMachine, 'kms:ViaService': `states.${region}.amazonaws.com` } },
        ['kms:Decrypt', 'kms:GenerateDataKey'],
      ),
      use('EncryptLogs', {
        ArnLike: { 'aws:PrincipalArn': role.roleArn },
        StringEquals: { 'kms:EncryptionContext:SourceArn': `arn:${partition}:logs:${region}:${account}:*` },
      }),
      new PolicyStatement({
        sid: 'DeliverLogs',
        principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
        actions: ['kms:Decrypt'],
        resources: ['*'],
      }),
    ];
    for (const statement of statements) this.#made?.addToResourcePolicy(statement);
  }
}
