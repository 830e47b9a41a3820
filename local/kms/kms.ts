import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { Principal } from '../identity/identities.ts';
import type { PolicyDocument } from '../identity/policy.ts';
import type { Sender } from '../identity/sender.ts';
import { Registry } from '../registry.ts';

export interface KeyRecord {
  readonly arn: string;
  readonly id: string;
  readonly description: string;
  readonly policy: PolicyDocument;
  readonly rotates: boolean;
  readonly createdAt: number;
}

/** A use of a key by a service on behalf of somebody: through which service, and for what. */
export interface KeyUse {
  readonly principal: Principal;
  readonly keyArn: string;
  /** Like `s3`: sets `kms:ViaService`. Step Functions uses an execution's role directly and has none. */
  readonly via?: string;
  readonly encryptionContext: Readonly<Record<string, string>>;
}

/**
 * KMS: keys whose policies are enforced. Nothing is encrypted on this machine; what is honest here is who may.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
 */
export class Kms {
  readonly keys: Registry<KeyRecord>;
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
    this.keys = new Registry(context.journal, 'kms-key');
  }

  /** @throws AwsError AccessDenied unless the key's policy and the caller's own both allow it */
  require(action: 'kms:Decrypt' | 'kms:GenerateDataKey', { principal, keyArn, via, encryptionContext }: KeyUse): void {
    const key = this.byArn(keyArn);
    const { region } = this.#context;
    this.#context.authorizer.require({
      principal,
      action,
      resource: key.arn,
      resourcePolicy: key.policy,
      mustBeAllowedByResource: true,
      context: {
        ...(via !== undefined && { 'kms:ViaService': `${via}.${region}.amazonaws.com` }),
        ...Object.fromEntries(
          Object.entries(encryptionContext).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]),
        ),
      },
    });
  }

  /** What CloudFormation does to a key takes the key's own consent: its policy must let in the account. */
  requireDeployer(key: KeyRecord, actions: readonly string[]): void {
    for (const action of actions) {
      this.#context.authorizer.require({
        principal: { kind: 'root' },
        action,
        resource: key.arn,
        resourcePolicy: key.policy,
        mustBeAllowedByResource: true,
      });
    }
  }

  /** JSON protocol. https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html */
  handle(sender: Sender, operation: string, { KeyId }: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const key = this.byArn(String(KeyId));
    const need = (action: string) =>
      this.#context.authorizer.require({ ...sender, action, resource: key.arn, resourcePolicy: key.policy });
    switch (operation) {
      case 'DescribeKey':
        need('kms:DescribeKey');
        return {
          KeyMetadata: {
            KeyId: key.id,
            Arn: key.arn,
            Description: key.description,
            KeyManager: 'CUSTOMER',
            KeyState: 'Enabled',
            Enabled: true,
            CreationDate: key.createdAt / 1000,
          },
        };
      case 'GetKeyRotationStatus':
        need('kms:GetKeyRotationStatus');
        return { KeyId: key.arn, KeyRotationEnabled: key.rotates };
      default:
        throw new AwsError(
          'UnknownOperationException',
          `KMS ${operation} is not implemented here (see local/README.md)`,
        );
    }
  }

  /** @throws AwsError NotFoundException */
  byArn(arnOrId: string): KeyRecord {
    const key = this.keys.get(arnOrId.split('/').at(-1) ?? '');
    if (key) return key;
    throw new AwsError('NotFoundException', `Key '${arnOrId}' does not exist`);
  }
}
