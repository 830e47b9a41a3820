import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { loadFeeds } from '../../adapters/feed-files.ts';
import { resolvedFeed } from '../../core/feed.ts';
import { Airlock, badCsv } from '../support/airlock.ts';
import { LinkClient } from '../support/api-client.ts';
import { assemblyWith } from '../support/assembly.ts';
import { airlockCommand } from '../support/command.ts';
import { linkOf } from '../support/partner-page.ts';

interface State {
  readonly Type: string;
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[] }[];
}
const workflow: { readonly States: Record<string, State> } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../statemachine/upload-workflow.asl.json'), 'utf8'),
);
/** A courtesy catches everything, and cannot fail. */
const failable = Object.entries(workflow.States).flatMap(([name, { Type, Catch = [] }]) =>
  Type === 'Task' && !Catch.some(({ ErrorEquals }) => ErrorEquals.includes('States.ALL')) ? [name] : [],
);
const failedAt = new Set<string>();

const links = loadFeeds('test/feeds').find(({ feed }) => feed === 'files');
// Nobody but the test starts it, whatever the hour is.
const feed = resolvedFeed.parse({ ...links, schedule: { ...links?.schedule, enabled: false } });

const everything = { Sid: 'Broken', Effect: 'Deny', Action: '*', Resource: '*' };
const why = ['--reason', 'the permission is back'];

describe('an execution that failed by a fault of ours', () => {
  const assembly = assemblyWith({ malwareScan: true, feeds: [feed] });
  let airlock: Airlock;
  let execution: string;
  let id: string;

  beforeEach(async () => {
    airlock = await Airlock.start({ assembly });
    const today = new Date(await airlock.now()).toLocaleDateString('sv-SE', { timeZone: 'Europe/Berlin' });
    id = `acme_files_${today}`;
  });
  afterEach(() => airlock.stop());

  const start = async () => {
    execution = (await airlock.run('acme/files')).executionArn;
  };
  const redrive = async () => {
    await airlock.sfn.send(new RedriveExecutionCommand({ executionArn: execution }));
    await airlock.settle();
  };
  const byOperator = async (...args: string[]) => {
    const { code, err } = await airlockCommand(airlock, 'request', args[0] ?? '', id, ...args.slice(1), ...why);
    await airlock.settle();
    return code === 0 ? 'done' : err;
  };
  /** A function may do nothing while something happens, so that the execution fails at a state. */
  const failing = async (state: string, fn: string, happens: () => Promise<unknown>) => {
    const name = fn.replaceAll(/(^|-)([a-z])/g, (_, __, letter) => letter.toUpperCase());
    const { statements, write } = await airlock.policyOf(`Airlock-dev-AirlockFunctions${name}Role`);
    await write([...statements, everything]);
    await happens();
    await airlock.settle();
    await write(statements);
    expect([(await airlock.path(execution)).at(-1), await airlock.ending(execution)]).toEqual([
      state,
      'FAILED AccessDenied',
    ]);
    failedAt.add(state);
  };
  const send = async (content: string) => {
    const link = new LinkClient(await linkOf(airlock));
    await link.upload(content);
    await airlock.settle();
  };
  const bounced = () => airlock.signal(execution, 'DeliveryFailed', 'for the test');

  it('is redriven at every state on its way, and keeps its promise', async () => {
    await failing('Open request', 'open-request', start);
    await failing('Generate upload URL', 'generate-upload-url', redrive);
    await failing('Email upload URL', 'email-partner', () => byOperator('redrive'));
    await failing('Wait for upload', 'register-wait', () => byOperator('redrive'));
    expect(await byOperator('redrive')).toBe('done');
    expect((await airlock.subjects()).map((one) => one.split(' for ')[0])).toEqual([
      'data@acme.example: Please send: Files',
      'deputy@acme.example: Please send: Files',
    ]);
    await failing('Escalate bounced mail', 'escalate', bounced);
    await redrive();
    await failing('Ask the owner to confirm', 'escalate', () => airlock.signal(execution, 'NothingToDeliver', 'so'));
    await redrive();
    await failing('Revise plan', 'revise-plan', () => byOperator('extend', '--until', 'PT6H'));
    await redrive();
    await failing('Look for upload', 'look-for-upload', () => airlock.advance('PT6H1S'));
    await failing('Escalate', 'escalate', redrive);
    await redrive();
    await failing('Validate upload', 'validate-upload', () => send(badCsv));
    await failing('Quarantine upload', 'quarantine-upload', redrive);
    await failing('Warn of rejection', 'escalate', redrive);
    await redrive();
    await failing('Escalate rejection', 'escalate', () => send(badCsv));
    await failing('Wait for the owner', 'register-wait', redrive);
    await redrive();
    await failing('Wait for malware scan', 'register-wait', () => byOperator('accept'));
    await failing('Accept upload', 'accept-upload', redrive);
    expect(await byOperator('redrive')).toBe('done');
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    expect(await airlock.outcome(execution)).toMatch(/^Accepted by an operator late at /);
    expect(await airlock.keys('Accepted')).toHaveLength(1);
    const { out } = await airlockCommand(airlock, 'request', 'show', id);
    expect(out.match(/redriven by \S+: the permission is back/g)).toHaveLength(4);
    expect(await byOperator('redrive')).toMatch(/Execution is SUCCEEDED and cannot be redriven/);
  });

  it('warns of unusual silence all the same', async () => {
    const day = { generation: 1, arrivedAt: '2026-11-01T06:00:00Z', sha256: '', afterOpeningSeconds: 600 };
    const deliveries = Array.from({ length: 8 }, (_, index) => ({ ...day, period: `2026-10-0${index + 1}` }));
    const Body = JSON.stringify({ version: 1, deliveries });
    const history = { Bucket: airlock.bucket('Ledger'), Key: 'history/acme/files.json', Body };
    await airlock.s3.send(new PutObjectCommand(history));
    await start();
    await failing('Warn of unusual silence', 'escalate', () => airlock.advance('PT26M'));
    await redrive();
    expect((await airlock.path(execution)).at(-1)).toBe('Wait for upload');
    expect((await airlock.subjects()).at(-1)).toMatch(/^files@example\.com: Later than usual/);
  });

  it('is missed by name all the same, and then is not redriven but reopened', async () => {
    await start();
    await failing('Close as missed', 'close-request', () => airlock.advance('P2D'));
    await redrive();
    expect(await airlock.ending(execution)).toBe('FAILED UploadNotReceived');
    expect(await byOperator('redrive')).toMatch(/has ended \(Missed: .*\), and would end so again: reopen it/);
    expect(await byOperator('reopen')).toBe('done');
  });

  it('is rejected by name all the same', async () => {
    await start();
    await airlock.settle();
    await send(badCsv);
    await send(badCsv);
    await failing('Close as rejected', 'close-request', () => airlock.advance('P2D'));
    await redrive();
    expect(await airlock.ending(execution)).toBe('FAILED UploadRejected');
  });

  it('is waived all the same, and a refused mail escalates all the same', async () => {
    await airlock.local('PUT', 'ses-account', { productionAccess: false });
    await failing('Escalate refused mail', 'escalate', start);
    await redrive();
    expect((await airlock.path(execution)).at(-1)).toBe('Wait for upload');
    expect(await byOperator('redrive')).toMatch(/Execution is RUNNING and cannot be redriven/);
    await failing('Close as waived', 'close-request', () => byOperator('waive'));
    expect(await byOperator('redrive')).toBe('done');
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
  });

  it('was tried here at every state that can fail', () => {
    expect([...failedAt].sort()).toEqual([...failable].sort());
  });
});
