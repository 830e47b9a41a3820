import { DescribeKeyCommand, GetKeyRotationStatusCommand, type KMSClient } from '@aws-sdk/client-kms';
import {
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { isNamed } from '../../adapters/sdk-errors.ts';
import { bucketNames } from '../deployment.ts';
import { type Check, type CheckContext, type Finding, verdict } from './check.ts';

const redeploy = 'somebody changed it by hand: deploy the stack again';

/** Whether the buckets are as they were deployed. */
export const storage: Check = async (context) => {
  const { clients, deployment } = context;
  const findings: Finding[] = [];
  const keys = new Set<string>();
  for (const name of bucketNames) {
    const { open, key } = await lookAt(clients.s3, deployment.buckets[name]);
    if (key !== undefined) keys.add(key);
    findings.push(
      verdict(open.length === 0, `${name}: encrypted, versioned, private`, `${name}: ${open.join(', ')}`, redeploy),
    );
  }
  for (const key of keys) findings.push(await keyState(clients.kms, key));
  return [...findings, await evidenceLock(context), await cors(context)];
};

const lookAt = async (s3: S3Client, Bucket: string): Promise<{ open: string[]; key: string | undefined }> => {
  const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
  const { SSEAlgorithm, KMSMasterKeyID } =
    ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault ?? {};
  const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket }));
  const { PublicAccessBlockConfiguration = {} } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
  const blocks = Object.values(PublicAccessBlockConfiguration);
  const open = [
    ...(SSEAlgorithm === undefined ? ['not encrypted'] : []),
    ...(Status === 'Enabled' ? [] : ['not versioned']),
    ...(blocks.length === 4 && blocks.every(Boolean) ? [] : ['public access is not blocked']),
  ];
  return { open, key: KMSMasterKeyID };
};

const keyState = async (kms: KMSClient, KeyId: string): Promise<Finding> => {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
  const { KeyRotationEnabled } = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
  const state = `${KeyMetadata?.KeyState}, rotation ${KeyRotationEnabled ? 'on' : 'off'}`;
  return verdict(
    KeyMetadata?.KeyState === 'Enabled' && KeyRotationEnabled === true,
    `the key is enabled and rotates`,
    `the key ${KeyId} is ${state}`,
    'enable it (aws kms enable-key), cancel its deletion, or switch rotation on',
  );
};

const evidenceLock = async ({ clients: { s3 }, deployment: { buckets } }: CheckContext): Promise<Finding> => {
  const { ObjectLockConfiguration } = await s3.send(new GetObjectLockConfigurationCommand({ Bucket: buckets.Archive }));
  const { Mode, Days } = ObjectLockConfiguration?.Rule?.DefaultRetention ?? {};
  return verdict(
    Mode !== undefined,
    `evidence is locked: ${Days} d, ${Mode?.toLowerCase()} mode`,
    'evidence is not locked',
    redeploy,
  );
};

const cors = async ({ clients: { s3 }, deployment }: CheckContext): Promise<Finding> => {
  const origins = await corsOrigins(s3, deployment.buckets.Landing);
  const wanted = deployment.pageOrigin === undefined ? [] : [deployment.pageOrigin];
  const told = (list: readonly string[]) => (list.length === 0 ? 'from no page' : list.join(', '));
  return verdict(
    origins.join() === wanted.join(),
    `uploads from a browser: ${told(wanted)}`,
    `uploads from a browser: ${told(origins)}; it should be ${told(wanted)}`,
    redeploy,
  );
};

const corsOrigins = async (s3: S3Client, Bucket: string): Promise<string[]> => {
  try {
    const { CORSRules = [] } = await s3.send(new GetBucketCorsCommand({ Bucket }));
    return CORSRules.flatMap(({ AllowedOrigins = [] }) => AllowedOrigins);
  } catch (error) {
    if (isNamed(error, 'NoSuchCORSConfiguration')) return [];
    throw error;
  }
};
