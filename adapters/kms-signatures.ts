import { type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import type { SignDocument } from '../core/ports.ts';

/**
 * Signs with a key of P-256 that never leaves KMS; whoever has its public half can check what it signed with any library.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 *
 * @returns undefined without a key: nobody outside is told anything
 */
export const createKmsSignatures = (kms: KMSClient, keyArn: string | undefined): SignDocument | undefined => {
  if (keyArn === undefined) return undefined;
  return async (document) => {
    const header = { alg: 'ES256', kid: keyArn.split('/').at(-1) };
    const content = [header, document].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const { Signature = new Uint8Array() } = await kms.send(
      new SignCommand({
        KeyId: keyArn,
        Message: Buffer.from(content),
        MessageType: 'RAW',
        SigningAlgorithm: 'ECDSA_SHA_256',
      }),
    );
    return `${content}.${bareSignature(Buffer.from(Signature)).toString('base64url')}`;
  };
};

const partBytes = 32;

/** KMS writes a signature as DER (ANSI X9.62), a JWS as the two numbers, 32 bytes each (RFC 7518, section 3.4). */
const bareSignature = (der: Buffer): Buffer => {
  const parts: Buffer[] = [];
  // A sequence of two integers; neither is long enough for a length of more than one byte.
  for (let at = 2; at < der.length; ) {
    const length = der[at + 1] ?? 0;
    const number = der.subarray(at + 2, at + 2 + length);
    const digits = number.subarray(Math.max(0, number.length - partBytes));
    parts.push(Buffer.concat([Buffer.alloc(partBytes - digits.length), digits]));
    at += 2 + length;
  }
  return Buffer.concat(parts);
};
