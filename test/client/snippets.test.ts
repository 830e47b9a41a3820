import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Airlock, goodCsv } from '../support/airlock.ts';
import { hasCommand } from '../support/has-command.ts';
import { linkOf } from '../support/partner-page.ts';

const page = readFileSync(join(import.meta.dirname, '../../client/README.md'), 'utf8');
/** The first block of a kind in a section. */
const snippet = (section: string, kind: string): string =>
  new RegExp(`\`\`\`${kind}\\n([^]*?)\`\`\``).exec(page.slice(page.indexOf(`## ${section}`)))?.[1] ?? '';

const run = (command: string, args: string[], env = {}): Promise<number | null> =>
  new Promise((resolve) =>
    spawn(command, args, { stdio: 'ignore', env: { ...process.env, ...env } }).on('close', resolve),
  );

describe('what client/README.md says to type', () => {
  let airlock: Airlock;
  let file: string;
  beforeEach(async () => {
    airlock = await Airlock.start();
    await airlock.open('acme/orders');
    file = join(airlock.dataDir, 'orders.csv');
    writeFileSync(file, goodCsv);
  });
  afterEach(() => airlock.stop());

  const delivered = async (): Promise<boolean> => {
    await airlock.settle();
    return (await airlock.executions())[0]?.status === 'SUCCEEDED';
  };

  it('for curl delivers', async () => {
    const line = snippet('curl', '')
      .replace('<url>', (await airlock.link()).url)
      .replace('orders.csv', file);
    expect([await run('bash', ['-c', line]), await delivered()]).toEqual([0, true]);
  });

  // Python is not among what the tests need: where there is none, there is nothing to try.
  (hasCommand('python3', '--version') ? it : it.skip)('for Python delivers, once', async () => {
    const { url } = await airlock.link();
    const put = () => run('python3', ['-c', snippet('Python, nothing', 'python'), url, file]);
    expect([await put(), await delivered(), await put()]).toEqual([0, true, 1]);
  });

  it('for curl with a link delivers', async () => {
    await airlock.open('acme/files');
    const lines = snippet('curl', 'bash')
      .replace('<link>', await linkOf(airlock))
      .replace('orders.csv', file);
    expect([await run('bash', ['-c', lines]), await delivered()]).toEqual([0, true]);
  });

  (hasCommand('python3', '-c', 'import boto3') ? it : it.skip)(
    'for boto3 asks for a delivery and sends it',
    async () => {
      const { PageUrl = '' } = airlock.status.outputs;
      const env = {
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_DEFAULT_REGION: airlock.status.region,
      };
      const code = snippet('Python with boto3', 'python boto3');
      expect(await run('python3', ['-c', code, PageUrl, 'acme', 'files', file], env)).toBe(0);
      expect(await delivered()).toBe(true);
    },
  );
});
