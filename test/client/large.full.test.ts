import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Airlock } from '../support/airlock.ts';
import { peakOf, startClient, tellPeak } from '../support/client.ts';
import { linkOf } from '../support/partner-page.ts';

describe('the client, with a file of 1 GiB,', () => {
  it('holds less than 150 MB; killed half way it goes on without sending again what arrived', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'airlock-test-'));
    const file = join(folder, 'archive.bin');
    const handle = openSync(file, 'w');
    for (let piece = 0; piece < 1024; piece += 1) writeSync(handle, Buffer.alloc(2 ** 20, piece % 251));
    closeSync(handle);
    const airlock = await Airlock.start();
    const execution = await airlock.open('acme/archive');
    const link = await linkOf(airlock);
    const putsOf = async () =>
      Object.entries(await airlock.takeCalls()).find(([call]) => /SignerRole\w* s3:PutObject$/.test(call))?.[1] ?? 0;

    const first = startClient([link, file]);
    for (let sent = 0; sent < 32; ) sent += await putsOf();
    first.child.kill('SIGKILL');
    await first.ended;
    await putsOf();

    const { code, err } = await startClient([link, file], { node: ['--import', tellPeak] }).ended;
    const there = Number(/(\d+) of 64 parts are there already/.exec(err)?.[1]);
    expect([code, there > 24]).toEqual([0, true]);
    expect(await putsOf()).toBe(64 - there + 1);
    expect(peakOf(err)).toBeLessThan(150);
    await airlock.settle();
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');

    await airlock.open('acme/archive', { inDays: 7 });
    const whole = await startClient([await linkOf(airlock), file], { node: ['--import', tellPeak] }).ended;
    expect(whole.code).toBe(0);
    expect(peakOf(whole.err)).toBeLessThan(150);
    await airlock.stop();
    rmSync(folder, { recursive: true });
  });
});
