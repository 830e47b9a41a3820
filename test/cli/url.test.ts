import { Airlock, goodCsv } from '../support/airlock.ts';
import { airlockCommand } from '../support/command.ts';

describe('airlock url', () => {
  let airlock: Airlock;
  let requestId: string;
  beforeAll(async () => {
    airlock = await Airlock.start();
    await airlock.open('acme/orders');
    requestId = (await airlock.emails())[0]?.tags.requestId ?? '';
  });
  afterAll(() => airlock.stop());

  const url = async (...args: string[]) => airlockCommand(airlock, 'url', ...args);

  it('signs an upload for a request: the file is taken as if it came by the mail', async () => {
    const { out } = await url('--method', 'PUT', '--request', requestId, '--size', String(goodCsv.length), '--json');
    const signed: { url: string; requiredHeaders: Record<string, string> } = JSON.parse(out);
    const { 'content-length': _, ...headers } = signed.requiredHeaders;
    expect((await fetch(signed.url, { method: 'PUT', headers, body: 'x' })).status).toBe(403);
    expect((await fetch(signed.url, { method: 'PUT', headers, body: goodCsv })).status).toBe(200);
    await airlock.settle();
    const [execution] = await airlock.executions();
    expect(execution?.status).toBe('SUCCEEDED');
  });

  it('signs a download of what was accepted', async () => {
    const [key = ''] = await airlock.keys('Accepted');
    const { out } = await url('--method', 'GET', '--bucket', 'accepted', '--key', key);
    expect(out).toMatch(/^works until 2\d{3}-.*; whoever has it can use it\n/);
    expect(await (await fetch(out.split('\n')[1] ?? '')).text()).toBe(goodCsv);
  });

  it.each([
    [['--method', 'DELETE', '--bucket', 'accepted', '--key', 'a'], /nobody gets DELETE/],
    [['--method', 'GET', '--bucket', 'other', '--key', 'a'], /--bucket: got other, allowed landing, accepted/],
    [['--method', 'GET', '--bucket', 'accepted', '--key', '../a'], /keys are letters, digits/],
    [
      ['--method', 'GET', '--bucket', 'accepted', '--key', 'a', '--seconds', '3600'],
      /lives 1 to 900 seconds, got 3600/,
    ],
    [['--method', 'PUT', '--request', 'acme', '--attempt', 'first'], /--attempt: got first, allowed a whole number/],
    [['--method', 'PUT', '--request', 'acme', '--sha256', 'abc'], /--sha256: got abc, allowed a SHA-256 in base64/],
    [['--method', 'PUT', '--request', 'acme', '--size', '0'], /--size: got 0, allowed a whole number from 1/],
    [['--method', 'PUT', '--request', 'acme'], /--request: got acme, expected like acme_daily-orders_2026-11-22/],
    [['--method', 'PUT', '--request', 'acme_orders_2020-01-01'], /there is no request acme_orders_2020-01-01/],
  ])('refuses %j', async (args, message) => {
    const { err, code } = await url(...args);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  it('refuses an upload for a request that has ended', async () => {
    expect((await url('--method', 'PUT', '--request', requestId)).err).toMatch(/has ended: it takes no file any more/);
  });
});
