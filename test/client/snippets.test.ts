import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Airlock, goodCsv } from '../support/airlock.ts';

const page = readFileSync(join(import.meta.dirname, '../../client/README.md'), 'utf8');
const snippet = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(
    page.slice(page.indexOf(`## ${language === '' ? 'curl' : 'Python'}`)),
  )?.[1] ?? '';

const run = (command: string, args: string[]): Promise<number | null> =>
  new Promise((resolve) => spawn(command, args, { stdio: 'ignore' }).on('close', resolve));

const has = (command: string): boolean => {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

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
    const line = snippet('')
      .replace('<url>', (await airlock.link()).url)
      .replace('orders.csv', file);
    expect([await run('bash', ['-c', line]), await delivered()]).toEqual([0, true]);
  });

  // Python is not among what the tests need: where there is none, there is nothing to try.
  (has('python3') ? it : it.skip)('for Python delivers, once', async () => {
    const { url } = await airlock.link();
    const put = () => run('python3', ['-c', snippet('python'), url, file]);
    expect([await put(), await delivered(), await put()]).toEqual([0, true, 1]);
  });
});
