import { createHmac, createPrivateKey, createPublicKey, sign, timingSafeEqual } from 'node:crypto';
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
  /** Hex; of an HMAC key. Nobody gets to see it. */
  readonly macSecret?: string;
  /** PEM; of a key that signs. Nobody gets to see it. */
  readonly signingKey?: string;
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
  handle(sender: Sender, operation: string, input: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const key = this.byArn(String(input.KeyId));
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
            ...kindOf(key),
            KeyState: 'Enabled',
            Enabled: true,
            CreationDate: key.createdAt / 1000,
          },
        };
      case 'GetKeyRotationStatus':
        need('kms:GetKeyRotationStatus');
        return { KeyId: key.arn, KeyRotationEnabled: key.rotates };
      case 'GenerateMac':
      case 'VerifyMac':
      case 'Sign':
      case 'GetPublicKey':
        this.#context.authorizer.require({
          ...sender,
          action: `kms:${operation}`,
          resource: key.arn,
          resourcePolicy: key.policy,
          mustBeAllowedByResource: true,
        });
        return uses[operation](key, input);
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

type Use = (key: KeyRecord, input: Readonly<Record<string, unknown>>) => Record<string, unknown>;

const kindOf = ({ macSecret, signingKey }: KeyRecord): { readonly KeySpec: string; readonly KeyUsage: string } => {
  if (macSecret !== undefined) return { KeySpec: macSpec, KeyUsage: macUsage };
  if (signingKey !== undefined) return { KeySpec: signingSpec, KeyUsage: signingUsage };
  return { KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT' };
};

export const signingSpec = 'ECC_NIST_P256';
export const signingUsage = 'SIGN_VERIFY';
const signingAlgorithm = 'ECDSA_SHA_256';
export const macSpec = 'HMAC_256';
export const macUsage = 'GENERATE_VERIFY_MAC';
const macAlgorithm = 'HMAC_SHA_256';
const maxMessageBytes = 4096;

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateMac.html */
const generateMac = (key: KeyRecord, input: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  KeyId: key.arn,
  Mac: macOf(key, input).toString('base64'),
  MacAlgorithm: macAlgorithm,
});

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_VerifyMac.html */
const verifyMac = (key: KeyRecord, input: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const [mac, given] = [macOf(key, input), Buffer.from(String(input.Mac ?? ''), 'base64')];
  if (mac.length !== given.length || !timingSafeEqual(mac, given)) {
    throw new AwsError('KMSInvalidMacException', 'HMAC verification failed');
  }
  return { KeyId: key.arn, MacValid: true, MacAlgorithm: macAlgorithm };
};

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html */
const signMessage: Use = (key, input) => {
  if (input.SigningAlgorithm !== signingAlgorithm) {
    const message = `Algorithm ${input.SigningAlgorithm} is incompatible with key spec ${signingSpec}.`;
    throw new AwsError('InvalidKeyUsageException', message);
  }
  if (input.MessageType !== undefined && input.MessageType !== 'RAW') {
    throw new AwsError('ValidationException', 'MessageType DIGEST is not implemented here (see local/README.md)');
  }
  const message = messageOf(input);
  const signature = sign('sha256', message, createPrivateKey(signingKeyOf(key)));
  return { KeyId: key.arn, Signature: signature.toString('base64'), SigningAlgorithm: signingAlgorithm };
};

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html */
const getPublicKey: Use = (key) => {
  const publicKey = createPublicKey(signingKeyOf(key)).export({ type: 'spki', format: 'der' });
  return {
    KeyId: key.arn,
    PublicKey: publicKey.toString('base64'),
    ...kindOf(key),
    SigningAlgorithms: [signingAlgorithm],
  };
};

const signingKeyOf = ({ arn, signingKey }: KeyRecord): string => {
  if (signingKey !== undefined) return signingKey;
  throw new AwsError('InvalidKeyUsageException', `${arn} key usage is not ${signingUsage}.`);
};

const messageOf = ({ Message }: Readonly<Record<string, unknown>>): Buffer => {
  const message = Buffer.from(String(Message ?? ''), 'base64');
  if (message.length >= 1 && message.length <= maxMessageBytes) return message;
  throw new AwsError('ValidationException', `Value at 'message' must have length of 1 to ${maxMessageBytes} bytes`);
};

const macOf = ({ arn, macSecret }: KeyRecord, input: Readonly<Record<string, unknown>>): Buffer => {
  if (macSecret === undefined) {
    throw new AwsError(
      'InvalidKeyUsageException',
      `${arn} key usage is ENCRYPT_DECRYPT which is not valid for this operation.`,
    );
  }
  if (input.MacAlgorithm !== macAlgorithm) {
    throw new AwsError(
      'InvalidKeyUsageException',
      `Algorithm ${input.MacAlgorithm} is incompatible with key spec ${macSpec}.`,
    );
  }
  return createHmac('sha256', Buffer.from(macSecret, 'hex')).update(messageOf(input)).digest();
};

const uses = { GenerateMac: generateMac, VerifyMac: verifyMac, Sign: signMessage, GetPublicKey: getPublicKey };
