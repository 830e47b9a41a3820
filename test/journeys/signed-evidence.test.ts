import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { loadFeeds } from '../../adapters/feed-files.ts';
import type { Evidence } from '../../core/evidence/pack.ts';
import { Airlock, goodCsv, temporaryFolder } from '../support/airlock.ts';
import { assemblyWith } from '../support/assembly.ts';
import { airlockCommand } from '../support/command.ts';

const verify = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, ['audit/verify.mjs', ...args], (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });

describe('evidence that is signed', () => {
  let airlock: Airlock;
  let copy: string;
  let key: string;
  const packKeys = async () => (await airlock.keys('Archive')).filter((one) => one.endsWith('evidence.json'));
  const read = (path: string): string => readFileSync(join(copy, path), 'utf8');

  beforeAll(async () => {
    const feeds = loadFeeds('test/feeds').filter(({ feed }) => feed === 'orders');
    airlock = await Airlock.start({ assembly: assemblyWith({ feeds, signEvidence: true, recordDeliveries: true }) });
    for (const inDays of [0, 40]) {
      await airlock.open('acme/orders', { inDays });
      await airlock.upload(goodCsv);
      await airlock.settle();
      if (inDays === 0) await airlock.advance('P3D');
    }
    copy = temporaryFolder();
    for (const one of await airlock.keys('Archive')) {
      mkdirSync(dirname(join(copy, one)), { recursive: true });
      writeFileSync(join(copy, one), await airlock.text('Archive', one));
    }
    const kms = new KMSClient(airlock.client);
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: airlock.status.outputs.EvidenceKeyArn }));
    key = join(temporaryFolder(), 'key.der');
    writeFileSync(key, PublicKey ?? '');
  });
  afterAll(() => airlock.stop());

  it('says which code ran, when links were issued, and when mails were delivered', async () => {
    const [first = ''] = await packKeys();
    const pack: Evidence = JSON.parse(read(first));
    expect(pack.execution.code).toContainEqual(expect.stringMatching(/^airlock-dev-accept-upload:\d+$/));
    expect(pack.request?.issuedAt).toEqual([expect.stringMatching(/^20\d\d-/)]);
    const partners = pack.mails.find(({ kind }) => kind === 'request');
    expect(partners?.deliveredAt).toMatch(/^20\d\d-.*Z$/);
    const page = read(first.replace('.json', '.html'));
    expect(page).toContain('Links issued');
    expect(page).toContain('delivered 20');
  });

  it('holds for whoever has the public key, and the ledger, and asks S3 for its locks', async () => {
    const packs = (await packKeys()).length;
    expect(await verify(copy, '--key', key)).toMatchObject({ code: 0, err: '' });
    const { code, out } = await airlockCommand(airlock, 'audit', 'verify', '--key', key);
    expect([code, out]).toEqual([0, `${packs} packs of 1 feeds: all of it holds\n`]);
  });

  it('does not hold by another key, of another pack, or unsigned', async () => {
    const other = join(temporaryFolder(), 'other.pem');
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(other, publicKey.export({ format: 'pem', type: 'spki' }));
    expect((await verify(copy, '--key', other)).out).toContain('is not signed by this key, or was changed');
    const [first = '', second = ''] = (await packKeys()).map((one) => one.replace('.json', '.jws'));
    const kept = read(first);
    writeFileSync(join(copy, first), read(second));
    expect((await verify(copy, '--key', key)).out).toContain('evidence.jws is of another pack');
    writeFileSync(join(copy, first), kept);
    const bare = temporaryFolder();
    for (const name of ['evidence.json', 'history.json']) {
      const path = join(bare, first.replace('evidence.jws', name));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, read(first.replace('evidence.jws', name)));
    }
    expect((await verify(bare, '--key', key)).out).toContain('not signed: evidence.jws is not beside it');
  });

  it('can be looked at by the days on which it was recorded', async () => {
    const days = (await packKeys()).map((one) => String(JSON.parse(read(one)).recordedAt).slice(0, 10)).sort();
    const last = days.at(-1) ?? '';
    const part = await verify(copy, '--from', last, '--to', last);
    const ofLast = days.filter((day) => day === last).length;
    expect([part.code, part.out]).toEqual([0, `${ofLast} packs of 1 feeds: all of it holds\n`]);
    expect(await verify(copy, '--from', '1.7.2026')).toMatchObject({
      code: 2,
      err: expect.stringContaining('got 1.7.2026'),
    });
    expect((await verify(copy, '--from', '2099-01-01')).out).toContain('no evidence');
    // What lies outside of the days still proves what lies inside.
    const [first = ''] = (await packKeys()).sort();
    const kept = read(first);
    writeFileSync(join(copy, first), kept.replace('"kind":"accepted"', '"kind":"waived"'));
    const changed = await verify(copy, '--from', last, '--to', last);
    writeFileSync(join(copy, first), kept);
    expect([changed.code, changed.out]).toEqual([1, expect.stringContaining('names another pack before it')]);
  });

  it('is asked for in a way that cannot be meant: then it is told so, and nothing is said of the evidence', async () => {
    const rubbish = join(temporaryFolder(), 'rubbish');
    writeFileSync(rubbish, 'rubbish');
    for (const args of [
      [copy, '--key', rubbish],
      [copy, '--locks', rubbish],
      [rubbish],
      [copy, '--partner', 'acme', '--feed', 'acme/orders'],
      [copy, '--accepted', rubbish],
    ]) {
      expect([args, await verify(...args)]).toEqual([args, expect.objectContaining({ code: 2, out: '' })]);
    }
  });

  it('that S3 does not lock, or not for long enough, is told', async () => {
    const locks = join(temporaryFolder(), 'locks.json');
    const writtenAt = '2026-11-23T10:00:00.000Z';
    const [first = ''] = await packKeys();
    const folder = first.replace('evidence.json', '');
    const long = { mode: 'COMPLIANCE', until: '2036-11-20T10:00:00.000Z', writtenAt };
    const all = Object.fromEntries((await airlock.keys('Archive')).map((one) => [one, long]));
    const objects = {
      ...all,
      [`${folder}history.json`]: { writtenAt },
      [`${folder}evidence.html`]: { ...long, until: '2026-12-23T10:00:00.000Z' },
      [`${folder}evidence.jws`]: { ...long, mode: 'GOVERNANCE' },
    };
    writeFileSync(locks, JSON.stringify({ days: 3650, mode: 'COMPLIANCE', objects }));
    const { code, out } = await verify(copy, '--locks', locks);
    expect(code).toBe(1);
    expect(out).toContain(`${folder}history.json: not locked: it can be deleted`);
    expect(out).toContain(
      `${folder}evidence.html: locked until 2026-12-23T10:00:00.000Z, the bucket's rule asks for 2036-11-20`,
    );
    expect(out).toContain(`${folder}evidence.jws: locked in mode GOVERNANCE, the bucket's rule asks for COMPLIANCE`);
    expect(out).not.toContain(`${folder}evidence.json`);
    writeFileSync(locks, JSON.stringify({ days: 3650, objects: {} }));
    expect((await verify(copy, '--locks', locks)).out).toContain(`${folder}evidence.json: not locked`);
  });
});
