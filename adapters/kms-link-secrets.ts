import { GenerateMacCommand, type KMSClient, VerifyMacCommand } from '@aws-sdk/client-kms';
import { macMessage } from '../core/link.ts';
import type { LinkSecrets } from '../core/ports.ts';
import { isNamed } from './sdk-errors.ts';

const algorithm = 'HMAC_SHA_256';

/**
 * The secret of a link is a MAC over its id by a key that never leaves KMS: stored nowhere, and yet the same whenever the
 * mailer computes it. https://docs.aws.amazon.com/kms/latest/developerguide/hmac.html
 */
export const createKmsLinkSecrets = (kms: KMSClient, keyArn: string): LinkSecrets => ({
  async secretOf(linkId) {
    const { Mac } = await kms.send(
      new GenerateMacCommand({ KeyId: keyArn, MacAlgorithm: algorithm, Message: Buffer.from(macMessage(linkId)) }),
    );
    if (!Mac) throw new Error('KMS made no MAC');
    return Buffer.from(Mac).toString('base64url');
  },
  async isGenuine(linkId, secret) {
    try {
      await kms.send(
        new VerifyMacCommand({
          KeyId: keyArn,
          MacAlgorithm: algorithm,
          Message: Buffer.from(macMessage(linkId)),
          Mac: Buffer.from(secret, 'base64url'),
        }),
      );
      return true;
    } catch (error) {
      if (isNamed(error, 'KMSInvalidMacException')) return false;
      throw error;
    }
  },
});
