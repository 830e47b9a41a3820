import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { Airlock, badCsv, goodCsv } from '../support/airlock.ts';
import { client, startClient } from '../support/client.ts';
import { linkOf } from '../support/partner-page.ts';

const folder = mkdtempSync(join(tmpdir(), 'airlock-test-'));
const fileWith = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const orders = fileWith('orders.csv', goodCsv);

describe('the client, with a link,', () => {
  let airlock: Airlock;
  let link: string;
  beforeEach(async () => {
    airlock = await Airlock.start();
    await airlock.open('acme/files');
    link = await linkOf(airlock);
  });
  afterEach(() => airlock.stop());

  it('delivers, waits for the verdict, and prints a receipt', async () => {
    const { code, out } = await client([link, orders, '--wait']);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Delivered orders\.csv: 48 bytes, SHA-256 [0-9a-f]{64}, .*\nAccepted on time at .*: 2 rows\n$/,
    );
  });

  it('answers a script in JSON, and never repeats the secret', async () => {
    const { code, out, err } = await client(['-', orders, '--json'], link);
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ result: 'delivered', bytes: 48 })]);
    expect(out + err).not.toContain(new URL(link).hash.slice(1));
  });

  it('says before it sends a byte what would be sent back: exit code 5', async () => {
    const { code, err } = await client([link, fileWith('bad.csv', badCsv)]);
    expect(code).toBe(5);
    expect(err).toMatch(/Nothing was sent\.\n {2}line 2, column day: expected .*, got "20\.11\.2026"\./);
    expect(await airlock.keys('Landing')).toEqual([]);
  });

  it('with --wait tells what was found in a file that only the whole shows: exit code 6', async () => {
    const rows = Array.from({ length: 20_000 }, (_, row) => `${row},2026-11-20,1`).join('\n');
    const { code, err } = await client([
      link,
      fileWith('late.csv', `id,day,amount\n${rows}\nx,2026-11-20,1\n`),
      '--wait',
    ]);
    expect([code, err]).toEqual([6, expect.stringContaining('line 20002, column id')]);
  });

  it('tells a file that was delivered before, and a link that is no good', async () => {
    await client([link, orders]);
    expect((await client([link, orders])).code).toBe(3);
    const wrong = link.replace(/#.{4}/, '#AAAA');
    expect((await client([wrong, orders])).code).toBe(4);
  });

  it('compresses on request where the feed takes it: what is stored says so, and is what was meant', async () => {
    const text = `id,day,amount\n${'1,2026-11-20,1\n'.replace('1,', '7,')}`;
    const { code, out } = await client([link, fileWith('orders2.csv', text), '--gzip', '--wait']);
    expect([code, out]).toEqual([0, expect.stringContaining(': 1 row')]);
    const [Key = ''] = await airlock.keys('Accepted');
    const { Body, ContentEncoding } = await airlock.s3.send(
      new GetObjectCommand({ Bucket: airlock.bucket('Accepted'), Key }),
    );
    expect(ContentEncoding).toBe('gzip');
    expect(gunzipSync((await Body?.transformToByteArray()) ?? '').toString()).toBe(text);
  });

  it('does not compress for a feed that wants the file as it is', async () => {
    await airlock.open('acme/archive');
    const { code, err } = await client([await linkOf(airlock), orders, '--gzip']);
    expect([code, err]).toEqual([5, expect.stringContaining('got "gzip"')]);
  });

  it('killed half way goes on without sending again what arrived', async () => {
    await airlock.open('acme/archive');
    const archive = await linkOf(airlock);
    const content = Buffer.alloc(200_000_000, 'Airlock ');
    const file = fileWith('archive.bin', content);
    const first = startClient([archive, file]);
    const putsOf = async () =>
      Object.entries(await airlock.takeCalls()).find(([call]) => /SignerRole\w* s3:PutObject$/.test(call))?.[1] ?? 0;
    let sent = 0;
    while (sent < 12) sent += await putsOf();
    first.child.kill('SIGKILL');
    await first.ended;
    await airlock.takeCalls();
    const { code, err } = await client([archive, file]);
    const there = Number(/(\d+) of 39 parts are there already/.exec(err)?.[1]);
    expect([code, there >= 8]).toEqual([0, true]);
    // Each missing part once, and completing.
    expect(await putsOf()).toBe(39 - there + 1);
    await airlock.settle();
    const [key = ''] = await airlock.keys('Accepted');
    const { Body } = await airlock.s3.send(new GetObjectCommand({ Bucket: airlock.bucket('Accepted'), Key: key }));
    const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    expect(hash((await Body?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(hash(content));
  });

  it('survives the other side dying in the middle of a part', async () => {
    await airlock.open('acme/archive');
    const file = fileWith('survivor.bin', Buffer.alloc(100_000_000, 'x'));
    const running = startClient([await linkOf(airlock), file]);
    while ((await airlock.keys('Ledger', 'uploads/acme/archive/')).length === 0);
    airlock = await airlock.restart({ signal: 'SIGKILL' });
    expect((await running.ended).code).toBe(0);
  });
});
