import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { Airlock } from '../support/airlock.ts';
import { hasCommand } from '../support/has-command.ts';

const run = promisify(execFile);
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

const boto3 = `
import sys, boto3
from boto3.s3.transfer import TransferConfig
endpoint, bucket, source, target = sys.argv[1:]
s3 = boto3.client("s3", endpoint_url=endpoint)
s3.upload_file(source, bucket, "boto3", Config=TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20))
s3.download_file(bucket, "boto3", target)
`;

/** Other people's clients; where they are not installed there is nothing to try. */
describe('a large file, by somebody else’s client to the S3 of the runtime and back,', () => {
  let airlock: Airlock;
  const folder = mkdtempSync(join(tmpdir(), 'airlock-test-'));
  const [source, target] = [join(folder, 'source'), join(folder, 'target')];
  let env: NodeJS.ProcessEnv;
  let bucket: string;
  beforeAll(async () => {
    writeFileSync(source, Buffer.alloc(20_000_000, 'Airlock '));
    airlock = await Airlock.start();
    bucket = airlock.bucket('Quarantine');
    const { region } = airlock.status;
    env = { ...process.env, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_DEFAULT_REGION: region };
  });
  afterAll(() => airlock.stop());

  /** How many parts the object was made of, by its tag. */
  const partsOf = async (Key: string): Promise<number> => {
    const { ETag = '' } = await airlock.s3.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    return Number(ETag.replaceAll('"', '').split('-')[1]);
  };

  (hasCommand('aws', '--version') ? it : it.skip)('is the same: aws s3 cp', async () => {
    const cp = (...args: string[]) =>
      run('aws', ['--endpoint-url', airlock.status.endpoint, 's3', 'cp', '--quiet', ...args], { env });
    await cp(source, `s3://${bucket}/cli`);
    await cp(`s3://${bucket}/cli`, target);
    expect([sha256(target), await partsOf('cli')]).toEqual([sha256(source), 3]);
  });

  (hasCommand('python3', '-c', 'import boto3') ? it : it.skip)('is the same: boto3', async () => {
    await run('python3', ['-c', boto3, airlock.status.endpoint, bucket, source, target], { env });
    expect([sha256(target), await partsOf('boto3')]).toEqual([sha256(source), 3]);
  });
});
