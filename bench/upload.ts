import { execFile } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { S3Client } from '@aws-sdk/client-s3';
import { loadFeeds } from '../adapters/feed-files.ts';
import { presignPut } from '../adapters/presign.ts';
import { Airlock } from '../test/support/airlock.ts';
import { assemblyWith } from '../test/support/assembly.ts';
import { peakOf, tellPeak } from '../test/support/client.ts';
import { hasCommand } from '../test/support/has-command.ts';
import { linkOf } from '../test/support/partner-page.ts';
import { synthesizeForTests } from '../test/support/synthesize-once.mjs';
import { printTable } from './table.ts';

/**
 * The client against `aws s3 cp` and plain curl: the same gigabyte to the same endpoint, in turn. The endpoint takes part
 * in the figures: it checks what each of them declares (the client SHA-256 of each part, the CLI and curl what they do by
 * themselves).
 */
const rounds = 3;
const megabytes = 1024;
const run = promisify(execFile);

const folder = mkdtempSync(join(tmpdir(), 'airlock-bench-'));
const file = join(folder, 'file.bin');
const handle = openSync(file, 'w');
for (let piece = 0; piece < megabytes; piece += 1) writeSync(handle, Buffer.alloc(2 ** 20, piece % 251));
closeSync(handle);

synthesizeForTests();
const airlock = await Airlock.start({ assembly: assemblyWith({ feeds: loadFeeds('test/feeds') }) });
const bucket = airlock.bucket('Quarantine');
let count = 0;

/** RSS of a process at its highest, in MB, as the process itself tells at its end. */
const peaks: number[] = [];
const byClient = async (): Promise<void> => {
  await airlock.open('acme/archive', { inDays: count * 7 });
  const link = await linkOf(airlock);
  const start = performance.now();
  const { stderr } = await run(process.execPath, ['--import', tellPeak, 'client/airlock-upload.mjs', link, file]);
  took = performance.now() - start;
  peaks.push(peakOf(stderr));
};

const byCurl = async (): Promise<void> => {
  const s3 = new S3Client({ ...airlock.client, requestChecksumCalculation: 'WHEN_REQUIRED' });
  const presigning = { bucket, key: `bench/curl-${count}`, expiresIn: 600, signedAt: new Date(await airlock.now()) };
  const { url } = await presignPut(s3, presigning);
  const start = performance.now();
  await run('curl', ['--silent', '--fail', '-H', 'if-none-match: *', '-T', file, url]);
  took = performance.now() - start;
};

const byCli = async (): Promise<void> => {
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_DEFAULT_REGION: airlock.status.region,
  };
  const start = performance.now();
  const args = [
    '--endpoint-url',
    airlock.status.endpoint,
    's3',
    'cp',
    '--quiet',
    file,
    `s3://${bucket}/bench/cli-${count}`,
  ];
  await run('aws', args, { env });
  took = performance.now() - start;
};

let took = 0;
const contestants: Record<string, () => Promise<void>> = {
  curl: byCurl,
  ...(hasCommand('aws', '--version') && { 'aws s3 cp': byCli }),
  'airlock-upload.mjs': byClient,
};
const rates = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]));
try {
  for (count = 0; count < rounds; count += 1) {
    for (const [name, contest] of Object.entries(contestants)) {
      await contest();
      rates.get(name)?.push((megabytes * 1.048576) / (took / 1000));
      // What the workflow does with the file must not weigh on the next one.
      await airlock.settle();
      process.stderr.write(`round ${count + 1} of ${rounds}: ${name} ${(took / 1000).toFixed(1)} s\n`);
    }
  }
  printTable(`${megabytes} MiB to one endpoint, MB per second`, rates, 'curl');
  process.stdout.write(`airlock-upload.mjs held at most ${Math.max(...peaks).toFixed(0)} MB\n`);
} finally {
  await airlock.stop();
  rmSync(folder, { recursive: true, force: true });
}
