import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { loadFeeds } from '../../adapters/feed-files.ts';
import { type Evidence, evidence } from '../../core/evidence/pack.ts';
import { parse } from '../../core/parse.ts';
import { Airlock, badCsv, goodCsv, temporaryFolder } from '../support/airlock.ts';
import { assemblyWith } from '../support/assembly.ts';
import { airlockCommand } from '../support/command.ts';
import { leaksOf } from '../support/leaks.ts';

/** Nobody but the test starts it. */
const feeds = loadFeeds('test/feeds')
  .filter(({ feed }) => feed === 'orders')
  .map((feed) => ({ ...feed, schedule: { ...feed.schedule, enabled: false } }));

interface Verdict {
  readonly code: number;
  readonly out: string;
}

/** Runs the verifier as a third party does: one file, and a copy of the bucket. */
const verify = (...args: string[]): Promise<Verdict> =>
  new Promise((resolve) => {
    execFile(process.execPath, [join(import.meta.dirname, '../../audit/verify.mjs'), ...args], (error, out) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out }),
    );
  });

describe('the evidence of a run', () => {
  const assembly = assemblyWith({ feeds });
  let airlock: Airlock;
  beforeEach(async () => {
    airlock = await Airlock.start({ assembly });
  });
  afterEach(() => airlock.stop());

  const packs = async (): Promise<Evidence[]> => {
    const keys = (await airlock.keys('Archive')).filter((key) => key.endsWith('evidence.json'));
    const all = await Promise.all(keys.map(async (key) => JSON.parse(await airlock.text('Archive', key))));
    return all.map((one) => parse(evidence, one, 'evidence')).sort((a, b) => a.chain.sequence - b.chain.sequence);
  };
  const deliver = async (inDays = 0) => {
    const execution = await airlock.open('acme/orders', { inDays });
    await airlock.upload(badCsv);
    await airlock.settle();
    await airlock.upload(goodCsv);
    await airlock.settle();
    return execution;
  };
  /** A copy of a bucket, as `aws s3 sync` makes it. */
  const copyOf = async (bucket: 'Archive' | 'Accepted' | 'Ledger', prefix = ''): Promise<string> => {
    const folder = temporaryFolder();
    for (const key of await airlock.keys(bucket, prefix)) {
      mkdirSync(dirname(join(folder, key)), { recursive: true });
      writeFileSync(join(folder, key), await airlock.text(bucket, key));
    }
    return folder;
  };

  it('says what was asked for, what came, what was found, who was told, and what became of it', async () => {
    const execution = await deliver();
    const [pack] = await packs();
    expect(pack?.outcome).toMatchObject({ kind: 'accepted', line: await airlock.outcome(execution) });
    expect(pack?.request).toMatchObject({ requestId: await airlock.requestId(execution), timezone: 'Europe/Berlin' });
    expect(pack?.uploads.map(({ attempt, check, sourceIp }) => [attempt, check?.valid, sourceIp])).toEqual([
      [1, false, '127.0.0.1'],
      [2, true, '127.0.0.1'],
    ]);
    expect(pack?.uploads[0]?.check?.findings).toMatchObject({ 'cell.type': expect.any(Number) });
    expect(pack?.accepted?.sha256).toBe(pack?.uploads[1]?.check?.sha256);
    expect(pack?.mails.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['request', 'fix']));
    expect(pack?.execution).toMatchObject({ arn: execution, status: 'SUCCEEDED', redrives: 0 });
    expect(pack?.chain).toEqual({ sequence: 1, previous: null });
    const history = JSON.parse(await airlock.text('Archive', pack?.execution.history.key ?? ''));
    expect(history).toHaveLength((await airlock.history(execution)).length);
    expect(JSON.stringify(history)).toContain('(removed: a bearer secret)');
    expect(await leaksOf(airlock, [execution])).toEqual([]);
    const key = pack?.execution.history.key.replace('history.json', '') ?? '';
    const page = await airlock.text('Archive', `${key}evidence.html`);
    const sha256 = createHash('sha256')
      .update(await airlock.text('Archive', `${key}evidence.json`))
      .digest('hex');
    expect(page).toContain(`its SHA-256 is <code>${sha256}</code>`);
    expect(page).toContain(pack?.outcome.line);
    expect(JSON.stringify(pack) + page.replace(/<style>.*<\/style>/s, '')).not.toContain('@');
  });

  it('is there for every ending: missed, waived, aborted, already open, skipped, and once more after a redrive', async () => {
    await airlock.open('acme/orders');
    await airlock.open('acme/orders');
    await airlock.advance('PT4H');
    const waived = await airlock.open('acme/orders', { inDays: 1 });
    await airlock.signal(waived, 'OperatorWaived', 'a holiday (for the test)');
    const aborted = await airlock.open('acme/orders', { inDays: 2 });
    await airlock.sfn.send(new StopExecutionCommand({ executionArn: aborted, error: 'Enough', cause: 'of this' }));
    await airlock.settle();
    await airlockCommand(airlock, 'feed', 'pause', 'acme/orders', '--reason', 'for the test');
    await airlock.open('acme/orders', { inDays: 3 });
    await airlockCommand(airlock, 'feed', 'resume', 'acme/orders', '--reason', 'for the test');
    const [id = ''] = [await airlock.requestId(aborted)];
    await airlockCommand(airlock, 'request', 'redrive', id, '--reason', 'it was no fault');
    await airlock.settle();
    await airlock.upload(goodCsv);
    await airlock.settle();
    const all = await packs();
    expect(all.map(({ outcome, execution }) => [outcome.kind, execution.redrives])).toEqual([
      ['alreadyOpen', 0],
      ['missed', 0],
      ['waived', 0],
      ['failed', 0],
      ['skipped', 0],
      ['accepted', 1],
    ]);
    expect(all[3]?.outcome.line).toBe('Failed: Enough: of this');
    expect(all[5]?.acts).toContainEqual(
      expect.objectContaining({ what: 'redriven', why: expect.stringMatching(/^it was/) }),
    );
    expect(await verify(await copyOf('Archive'))).toEqual({ code: 0, out: '6 packs of 1 feeds: all of it holds\n' });
  });

  it('comes once, however often and in whatever order its event does', async () => {
    await airlock.fateOfEvents({ source: 'aws.states', copies: 3, delaySeconds: [40, 0, 20] });
    await deliver();
    await deliver(1);
    await airlock.advance('PT30M');
    expect((await packs()).map(({ chain }) => chain.sequence)).toEqual([1, 2]);
    expect((await verify(await copyOf('Archive'))).code).toBe(0);
  });

  it('holds against whoever changes, removes or adds anything', async () => {
    await deliver();
    await deliver(1);
    await deliver(2);
    const [archive, accepted] = [await copyOf('Archive'), await copyOf('Accepted')];
    expect(await verify(archive, '--accepted', accepted)).toMatchObject({ code: 0 });
    const all = await packs();
    const [first = '', second = ''] = all.map(({ execution }) => execution.history.key.replace('history', 'evidence'));
    const changing = async (path: string, change: (text: string) => string, ...args: string[]) => {
      const before = readFileSync(path, 'utf8');
      writeFileSync(path, change(before));
      const { code, out } = await verify(archive, ...args);
      writeFileSync(path, before);
      return [code, out];
    };
    const at = (key: string) => join(archive, key);
    expect(await changing(at(first), (text) => text.replace('on time', 'in time'))).toEqual([
      1,
      expect.stringContaining(`${second}: names another pack before it than ${first}`),
    ]);
    expect(await changing(at(first), (text) => ` ${text}`)).toEqual([
      1,
      expect.stringContaining('not in canonical form'),
    ]);
    expect(await changing(at(second), () => '{}')).toEqual([
      1,
      expect.stringMatching(/no evidence of a form that is known here\n.*a gap: number 2 is missing before/s),
    ]);
    expect(await changing(at(second.replace('evidence', 'history')), (text) => text.replace('1', '2'))).toEqual([
      1,
      expect.stringContaining('its SHA-256 is another'),
    ]);
    const [file = ''] = await airlock.keys('Accepted');
    expect(await changing(join(accepted, file), (text) => `${text}\n`, '--accepted', accepted)).toEqual([
      1,
      expect.stringContaining(`${file}: SHA-256 is`),
    ]);
    const fork = at(second.replace(/-0\/evidence/, '-7/evidence'));
    mkdirSync(dirname(fork), { recursive: true });
    writeFileSync(fork, readFileSync(at(second), 'utf8'));
    expect(await verify(archive)).toEqual({ code: 1, out: expect.stringContaining('a fork:') });
    expect((await verify('/nowhere')).code).toBe(2);
  });

  it('is missed where it is hidden, moved, or not there at all', async () => {
    await deliver();
    await deliver(1);
    const archive = await copyOf('Archive');
    const chains = join(await copyOf('Ledger', 'chains/'), 'chains');
    expect(await verify(archive, '--chains', chains)).toMatchObject({ code: 0 });
    const [, last] = (await packs()).map(({ execution }) => dirname(execution.history.key));
    renameSync(join(archive, last ?? ''), join(archive, 'acme/orders/moved'));
    const moved = await verify(archive, '--chains', chains);
    expect(moved).toEqual({ code: 1, out: expect.stringContaining('names the history of another run') });
    rmSync(join(archive, 'acme/orders/moved'), { recursive: true });
    // The rest is whole; only what Airlock remembers tells of it.
    expect(await verify(archive)).toMatchObject({ code: 0 });
    const hidden = await verify(archive, '--chains', chains);
    expect(hidden).toEqual({ code: 1, out: expect.stringContaining('the newest pack is missing, number 2') });
    expect(await verify(temporaryFolder())).toEqual({ code: 1, out: expect.stringContaining('no evidence in') });
    expect((await verify(archive, '--feed', 'acme/typo')).code).toBe(1);
    expect((await verify(archive, '--accepted')).code).toBe(2);
    const [Key = ''] = await airlock.keys('Archive');
    const Bucket = airlock.bucket('Archive');
    await expect(airlock.s3.send(new DeleteObjectCommand({ Bucket, Key }))).rejects.toThrow(/explicit deny/);
    await expect(airlock.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))).rejects.toThrow(/explicit deny/);
  });

  it('names no file that lies elsewhere, whatever a pack says', async () => {
    await deliver();
    const archive = await copyOf('Archive');
    const [key = ''] = (await airlock.keys('Archive')).filter((one) => one.endsWith('evidence.json'));
    const before = readFileSync(join(archive, key), 'utf8');
    for (const history of ['', '../../../../dev/zero', 7, null]) {
      const pack = JSON.parse(before);
      writeFileSync(
        join(archive, key),
        JSON.stringify({
          ...pack,
          accepted: { key: history, sha256: 'x' },
          execution: { ...pack.execution, history: { ...pack.execution.history, key: history } },
        }),
      );
      const { code, out } = await verify(archive, '--accepted', archive);
      expect([history, code]).toEqual([history, 1]);
      expect(out).toContain('names the history of another run');
    }
  });

  describe('that comes late', () => {
    beforeEach(async () => {
      await airlock.fateOfEvents({ source: 'aws.states', copies: 1, delaySeconds: [1200] });
    });
    const outcomes = async () => {
      await airlock.noFaults();
      await airlock.advance('PT21M');
      return (await packs())
        .sort((a, b) => (a.execution.stoppedAt < b.execution.stoppedAt ? -1 : 1))
        .map(({ outcome, accepted, execution }) => [outcome.kind, accepted !== undefined, execution.redrives]);
    };

    it('says of a generation what became of it, though the next one is open', async () => {
      const id = (await airlock.requestId(await deliver())) ?? '';
      const { err } = await airlockCommand(airlock, 'request', 'reopen', id, '--reason', 'for the test');
      expect(err).toBe('');
      expect(await outcomes()).toEqual([['accepted', true, 0]]);
      expect((await packs())[0]).toMatchObject({
        request: { generation: 1 },
        uploads: [{ attempt: 1 }, { attempt: 2 }],
      });
    });

    it('says of a run only its own end, though it was redriven and all went well', async () => {
      const execution = await airlock.open('acme/orders');
      await airlock.sfn.send(new StopExecutionCommand({ executionArn: execution, error: 'Enough' }));
      await airlock.advance('PT2M');
      const id = (await airlock.requestId(execution)) ?? '';
      await airlockCommand(airlock, 'request', 'redrive', id, '--reason', 'for the test');
      await airlock.settle();
      await airlock.upload(goodCsv);
      await airlock.settle();
      expect(await outcomes()).toEqual([
        ['failed', false, 0],
        ['accepted', true, 1],
      ]);
      const [first] = (await packs()).filter(({ execution: { redrives } }) => redrives === 0);
      expect(first?.outcome.line).toBe('Failed: Enough');
    });

    it('says of a run that was taken over nothing of its successor', async () => {
      const at = new Date(await airlock.now()).toISOString();
      const { executionArn } = await airlock.run('acme/orders', at);
      await airlock.settle();
      await airlock.sfn.send(new StopExecutionCommand({ executionArn, error: 'Enough' }));
      await airlock.run('acme/orders', at);
      await airlock.settle();
      await airlock.upload(goodCsv);
      await airlock.settle();
      expect(await outcomes()).toEqual([
        ['failed', false, 0],
        ['accepted', true, 0],
      ]);
    });
  });

  it('goes on where a run was broken off between the pack and the chain', async () => {
    await deliver();
    // As a crash leaves it: the pack is there, the chain does not know.
    const key = 'chains/acme/orders.json';
    const { head } = JSON.parse(await airlock.text('Ledger', key));
    const at = new Date(await airlock.now()).toISOString();
    const Body = JSON.stringify({ version: 1, sequence: 0, head: null, writing: { key: head.key, at } });
    await airlock.s3.send(new PutObjectCommand({ Bucket: airlock.bucket('Ledger'), Key: key, Body }));
    await deliver(1);
    // Somebody else is at it: it waits, and then makes good what they left.
    await airlock.advance('PT10M');
    expect((await packs()).map(({ chain }) => chain.sequence)).toEqual([1, 2]);
    expect((await verify(await copyOf('Archive'))).code).toBe(0);
  });
});
