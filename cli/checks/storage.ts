import { DescribeKeyCommand, GetKeyRotationStatusCommand } from '@aws-sdk/client-kms';
import {
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { isNamed } from '../../adapters/sdk-errors.ts';
import { type BucketName, bucketNames } from '../deployment.ts';
import { type Check, ok, verdict } from './check.ts';

const redeploy = 'somebody changed it by hand: deploy the stack again';

/** What S3 says of a configuration that is not there. */
const absent = [
  'ServerSideEncryptionConfigurationNotFoundError',
  'NoSuchPublicAccessBlockConfiguration',
  'ObjectLockConfigurationNotFoundError',
  'NoSuchCORSConfiguration',
];

const unlessAbsent = async <T>(asked: Promise<T>): Promise<T | undefined> => {
  try {
    return await asked;
  } catch (error) {
    if (isNamed(error, ...absent)) return undefined;
    throw error;
  }
};

const bucket =
  (name: BucketName): Check =>
  async ({ clients: { s3 }, deployment }) => {
    const Bucket = deployment.buckets[name];
    const encryption = await encryptionOf(s3, Bucket);
    const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket }));
    const access = await unlessAbsent(s3.send(new GetPublicAccessBlockCommand({ Bucket })));
    const blocks = Object.values(access?.PublicAccessBlockConfiguration ?? {});
    const open = [
      ...(encryption?.SSEAlgorithm === undefined ? ['not encrypted'] : []),
      ...(Status === 'Enabled' ? [] : ['not versioned']),
      ...(blocks.length === 4 && blocks.every(Boolean) ? [] : ['public access is not blocked']),
    ];
    return [
      verdict(open.length === 0, `${name}: encrypted, versioned, private`, `${name}: ${open.join(', ')}`, redeploy),
    ];
  };

/** Whether each bucket is as it was deployed. */
export const buckets: readonly Check[] = bucketNames.map(bucket);

const encryptionOf = async (s3: S3Client, Bucket: string) => {
  const answer = await unlessAbsent(s3.send(new GetBucketEncryptionCommand({ Bucket })));
  return answer?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
};

export const key: Check = async ({ clients: { s3, kms }, deployment }) => {
  const KeyId = (await encryptionOf(s3, deployment.buckets.Landing))?.KMSMasterKeyID;
  if (KeyId === undefined) return [ok('no customer key: S3 encrypts with its own')];
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
  const { KeyRotationEnabled } = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
  const state = `${KeyMetadata?.KeyState}, rotation ${KeyRotationEnabled ? 'on' : 'off'}`;
  return [
    verdict(
      KeyMetadata?.KeyState === 'Enabled' && KeyRotationEnabled === true,
      'the key is enabled and rotates',
      `the key ${KeyId} is ${state}`,
      'enable it (aws kms enable-key), cancel its deletion, or switch rotation on',
    ),
  ];
};

export const evidenceLock: Check = async ({ clients: { s3 }, deployment }) => {
  const Bucket = deployment.buckets.Archive;
  const answer = await unlessAbsent(s3.send(new GetObjectLockConfigurationCommand({ Bucket })));
  const { Mode, Days } = answer?.ObjectLockConfiguration?.Rule?.DefaultRetention ?? {};
  const locked = `evidence is locked: ${Days} d, ${Mode?.toLowerCase()} mode`;
  return [verdict(Mode !== undefined, locked, 'evidence is not locked', redeploy)];
};

export const cors: Check = async ({ clients: { s3 }, deployment }) => {
  const Bucket = deployment.buckets.Landing;
  const answer = await unlessAbsent(s3.send(new GetBucketCorsCommand({ Bucket })));
  const origins = (answer?.CORSRules ?? []).flatMap(({ AllowedOrigins = [] }) => AllowedOrigins);
  const wanted = [deployment.pageUrl, ...(deployment.pageOrigin === undefined ? [] : [deployment.pageOrigin])];
  const what = 'uploads from a browser:';
  return [
    verdict(
      origins.join() === wanted.join(),
      `${what} ${wanted.join(', ')}`,
      `${what} ${origins.join(', ') || 'from no page'}; it should be ${wanted.join(', ')}`,
      redeploy,
    ),
  ];
};
