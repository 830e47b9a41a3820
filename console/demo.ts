import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { DescribeExecutionCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { AirlockProcess, linkIn } from './airlock-process.ts';
import { type Email, Endpoint } from './endpoint.ts';

/**
 * `npm run demo`: three stories on real files, told as they happen. Exit code 0 only if each ended as it should.
 */
interface Story {
  readonly title: string;
  readonly expected: string;
  tell(stage: Stage): Promise<string>;
}

interface Stage {
  readonly airlock: AirlockProcess;
  readonly endpoint: Endpoint;
  /** For files of the demo's own. */
  readonly folder: string;
  say(line: string): void;
}

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const sample = (kind: string) => join(root, `feeds/acme/daily-orders.${kind}.csv`);
const dayMs = 86_400_000;

const stories: Story[] = [
  {
    title: 'on time',
    expected: 'SUCCEEDED',
    async tell(stage) {
      // A fresh Airlock has asked for one file already; this is that request.
      const { executions = [] } = await stage.endpoint.sfn.send(
        new ListExecutionsCommand({ stateMachineArn: (await stage.airlock.status()).outputs.StateMachineArn }),
      );
      const mail = await lastMail(stage, 'acme');
      stage.say(`mail to ${mail.to}: ${mail.subject}`);
      await deliver(stage, sample('good'));
      return ending(stage, executions[0]?.executionArn);
    },
  },
  {
    title: 'sent back and mended',
    expected: 'SUCCEEDED',
    async tell(stage) {
      const tomorrow = new Date(Date.parse((await stage.airlock.status()).now) + dayMs).toISOString();
      const arn = await open(stage, 'acme/daily-orders', tomorrow);
      await deliver(stage, sample('bad'));
      stage.say('… and a file whose mistake only the whole shows:');
      await deliver(stage, longFile(stage.folder, 'Austria'));
      const mail = await lastMail(stage, 'acme');
      stage.say(`mail to ${mail.to}: ${mail.subject}`);
      for (const line of mail.text.split('\n').filter((one) => one.startsWith('- Line')))
        stage.say(`  ${line.slice(2)}`);
      await deliver(stage, longFile(stage.folder, 'AT'));
      return ending(stage, arn);
    },
  },
  {
    title: 'never came',
    expected: 'FAILED UploadNotReceived',
    async tell(stage) {
      const arn = await open(stage, 'globex/monthly-claims');
      for (const step of ['PT45M', 'PT45M', 'PT30M', 'PT45M', 'PT65M']) {
        const before = (await stage.airlock.emails()).length;
        const { now } = await stage.airlock.advance(step);
        stage.say(`clock moved to ${now.slice(11, 16)} UTC`);
        const mails = (await stage.airlock.emails()).slice(before).filter((mail) => isAbout(mail, 'globex'));
        for (const mail of mails) stage.say(`  mail to ${mail.to}: ${mail.subject}`);
      }
      return ending(stage, arn);
    },
  },
];

const isAbout = (mail: Email, partner: string): boolean => mail.tags.requestId?.startsWith(`${partner}_`) ?? false;

const open = async (stage: Stage, feed: string, scheduledTime?: string): Promise<string> => {
  const { executionArn } = await stage.airlock.run(feed, scheduledTime);
  await stage.endpoint.settle();
  const mail = await lastMail(stage, feed.split('/')[0] ?? '');
  stage.say(`mail to ${mail.to}: ${mail.subject}`);
  return executionArn;
};

const lastMail = async ({ airlock }: Stage, partner: string): Promise<Email> => {
  const mail = (await airlock.emails()).findLast((one) => isAbout(one, partner));
  if (!mail) throw new Error(`no mail was sent to ${partner}`);
  return mail;
};

/** Sends a file by the newest link, with the client that partners have. What it says is told. */
const deliver = async (stage: Stage, path: string): Promise<void> => {
  const link = linkIn(await lastMail(stage, 'acme'));
  stage.say(`node airlock-upload.mjs <link> ${basename(path)}`);
  const args = [join(root, 'client/airlock-upload.mjs'), link, path];
  const said = await run(process.execPath, args).catch((error: { stderr: string }) => ({ stdout: error.stderr }));
  for (const line of said.stdout.trimEnd().split('\n')) stage.say(`  ${line}`);
  await stage.endpoint.settle();
};

/** Four thousand good rows, and a last one whose country is good or not. */
const longFile = (folder: string, country: string): string => {
  const path = join(folder, 'long.csv');
  const rows = Array.from({ length: 4000 }, (_, row) => `A-${100_000 + row},2026-11-20,Weber & Söhne,AT,1,10.50`);
  const header = 'order_id,order_date,customer,country,quantity,amount';
  writeFileSync(path, [header, ...rows, `A-999999,2026-11-20,Weber & Söhne,${country},1,10.50`, ''].join('\n'));
  return path;
};

const ending = async ({ endpoint, say }: Stage, executionArn: string | undefined): Promise<string> => {
  const { status, error, output, cause } = await endpoint.sfn.send(new DescribeExecutionCommand({ executionArn }));
  say(output === undefined ? (cause ?? '') : JSON.parse(output).outcome);
  return [status, error].filter(Boolean).join(' ');
};

const main = async (): Promise<boolean> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'airlock-demo-'));
  const print = (line: string) => process.stdout.write(`${line}\n`);
  print('Airlock demo: synthesizing the CDK app and starting it on this machine …');
  const airlock = await AirlockProcess.start(['--data', dataDir]);
  try {
    const { endpoint: url, region } = await airlock.status();
    const stage: Stage = {
      airlock,
      endpoint: new Endpoint(url, region),
      folder: dataDir,
      say: (line) => print(`    ${line}`),
    };
    const results: { title: string; expected: string; got: string }[] = [];
    for (const [index, story] of stories.entries()) {
      print(`\n${index + 1}/${stories.length} ${story.title}`);
      results.push({ title: story.title, expected: story.expected, got: await story.tell(stage) });
    }
    print(`\n${'story'.padEnd(24)}${'expected'.padEnd(28)}ended as`);
    for (const { title, expected, got } of results) {
      print(`${title.padEnd(24)}${expected.padEnd(28)}${got}${got === expected ? '' : '   ← not as it should'}`);
    }
    return results.every(({ expected, got }) => expected === got);
  } finally {
    await airlock.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
};

process.exitCode = (await main()) ? 0 : 1;
