import { S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, type Credentials, type STSClient } from '@aws-sdk/client-sts';
import type { Clock, Signer } from '../core/ports.ts';
import { earlier } from '../core/time.ts';
import { presignPut } from './presign.ts';

interface Settings {
  readonly sts: STSClient;
  readonly region: string;
  readonly roleArn: string;
  readonly bucket: string;
  /** The customer key that the bucket encrypts with, where it has one: the session must be allowed to use it. */
  readonly keyArn: string | undefined;
  readonly clock: Clock;
}

/** The longest session that role chaining allows. */
const sessionSeconds = 3600;

/** A URL ends this much before the session that signed it, so that what the mail says is true on any clock. */
const marginMs = 5 * 60_000;

/**
 * Signs with a session that can put exactly one key: what is behind the URL can do nothing else, and dies when we say.
 * The session policy narrows the signer's role (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session).
 */
export const createStsSigner = ({ sts, region, roleArn, bucket, keyArn, clock }: Settings): Signer => ({
  async signPut(key, asked) {
    const { Credentials: session } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: sessionName(key),
        DurationSeconds: sessionSeconds,
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${bucket}/${key}` },
            ...(keyArn === undefined ? [] : [{ Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: keyArn }]),
          ],
        }),
      }),
    );
    const credentials = complete(session);
    const latest = new Date(credentials.expiration.getTime() - marginMs).toISOString();
    const wanted = earlier(asked, latest);
    const signedAt = clock.now();
    const expiresIn = Math.floor(Date.parse(wanted) / 1000) - Math.floor(signedAt.getTime() / 1000);
    if (expiresIn < 1) throw new Error(`a URL for ${key} would have to end at ${wanted}, which is over`);

    // A default client would sign the checksum of an empty body into the URL.
    const s3 = new S3Client({ region, credentials, requestChecksumCalculation: 'WHEN_REQUIRED' });
    return presignPut(s3, { bucket, key, expiresIn, signedAt });
  },
});

/** Session names are 2 to 64 characters of `[\w+=,.@-]`; the key's last parts say whose upload it is. */
const sessionName = (key: string): string => key.replaceAll('/', '.').slice(-64);

const complete = (session: Credentials | undefined) => {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = session ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) throw new Error('STS sent no complete session');
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
};
