import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Airlock, goodCsv } from '../support/airlock.ts';

describe('a file that comes on time', () => {
  let airlock: Airlock;
  let execution: string;

  beforeAll(async () => {
    airlock = await Airlock.start();
    execution = await airlock.open('acme/orders');
  });
  afterAll(() => airlock.stop());

  it('is asked for by a mail that tells what, until when, and every header to send', async () => {
    const [mail] = await airlock.emails();
    const { headers, line } = await airlock.link();
    expect(mail?.to).toEqual(['data@acme.example']);
    expect(mail?.subject).toMatch(/^Please send: Orders for \d{4}-\d\d-\d\d$/);
    expect(headers).toEqual({ 'if-none-match': '*' });
    expect(line.split('\n')).toHaveLength(1);
    expect(mail?.html).toContain('if-none-match');
  });

  it('states a last minute that is true: the URL works until then and no longer', async () => {
    const [mail] = await airlock.emails();
    const { url } = await airlock.link();
    const { searchParams } = new URL(url);
    const [, y, mo, d, h, mi, s] =
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(searchParams.get('X-Amz-Date') ?? '') ?? [];
    const ends = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`) + Number(searchParams.get('X-Amz-Expires')) * 1000;
    const shown = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Europe/Berlin',
      hour: '2-digit',
      minute: '2-digit',
    }).format(ends);
    expect(mail?.text).toMatch(new RegExp(`works until: .*, ${shown} \\(Berlin`));
  });

  it('signs no checksum of an empty body into the URL', async () => {
    expect((await airlock.link()).url).not.toMatch(/x-amz-(sdk-)?checksum/i);
  });

  it('is taken from the curl line of the mail as it stands', async () => {
    const file = join(airlock.dataDir, 'mine.csv');
    writeFileSync(file, goodCsv);
    const { line } = await airlock.link();
    await promisify(execFile)('bash', ['-c', line.replace("-T 'orders.csv'", `-T '${file}'`)]);
    await airlock.settle();
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
  });

  it('ends in one line for people, the first field of the output', async () => {
    const { output = '' } = await airlock.describe(execution);
    expect(Object.keys(JSON.parse(output))[0]).toBe('outcome');
    expect(JSON.parse(output).outcome).toMatch(/^Accepted on time at \d\d:\d\d \(Berlin\): 2 rows$/);
  });

  it('takes nine transitions', async () => {
    expect(await airlock.path(execution)).toEqual([
      'Open request',
      'Generate upload URL',
      'Email upload URL',
      'Wait for upload',
      'Validate upload',
      'Is the upload valid?',
      'Accept upload',
      'Thank partner',
      'Upload accepted',
    ]);
  });

  it('is promoted byte by byte, and the partner is thanked', async () => {
    const [key = ''] = await airlock.keys('Accepted');
    expect(key).toMatch(/^acme\/orders\/\d{4}-\d\d-\d\d\/1\/data\.csv$/);
    expect(await airlock.text('Accepted', key)).toBe(goodCsv);
    expect((await airlock.subjects()).at(-1)).toMatch(/^data@acme.example: Received: Orders/);
  });

  it('has an execution named after partner and feed, and a report in the ledger', async () => {
    expect(execution).toMatch(/:airlock-dev:acme_orders_[0-9a-f]{16}$/);
    const [report = ''] = await airlock.keys('Ledger', 'findings/');
    expect(JSON.parse(await airlock.text('Ledger', report))).toMatchObject({
      valid: true,
      rows: 2,
      bytes: goodCsv.length,
    });
  });

  it('closes the period: a second start ends as already open', async () => {
    const again = await airlock.open('acme/orders');
    expect(await airlock.ending(again)).toBe('SUCCEEDED');
    expect(await airlock.outcome(again)).toMatch(/^Already open: acme_orders_.* has ended \(accepted\)/);
  });
});
