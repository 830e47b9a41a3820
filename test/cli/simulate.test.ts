import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ical from 'node-ical';

const folder = mkdtempSync(join(tmpdir(), 'airlock-test-'));

const feed = (schedule: string): string => `title: Orders
schedule: ${schedule}
window: { due: PT2H, close: PT4H }
contacts:
  partner: [{ name: A, email: a@acme.example }]
  owner: [{ name: O, email: o@example.com }]
file: { format: opaque, extension: bin, maxBytes: 1MB }
`;

const simulate = (...args: string[]) => {
  const { promise, resolve } = Promise.withResolvers<{ code: number; out: string; err: string }>();
  const command = ['--disable-warning=ExperimentalWarning', 'cli/main.ts', 'simulate', '--feeds', folder, ...args];
  execFile(process.execPath, command, { maxBuffer: 1e8 }, (error, out, err) =>
    resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
  );
  return promise;
};

describe('airlock simulate', () => {
  beforeAll(() => {
    mkdirSync(join(folder, 'acme'));
    writeFileSync(
      join(folder, 'acme/daily.yaml'),
      feed('{ expression: cron(30 2 * * ? *), timezone: Europe/Berlin, calendar: { country: DE } }'),
    );
    writeFileSync(
      join(folder, 'acme/third.yaml'),
      feed('{ expression: cron(0 6 * * ? *), timezone: America/New_York, businessDay: 3, calendar: { country: US } }'),
    );
  });

  it('tells how often each feed opens, reminds, escalates and skips, and warns of times that do not exist', async () => {
    const { code, out, err } = await simulate('--year', '2027');
    const rows = out.split('\n').map((line) => line.trim().split(/\s+/));
    // 365 days less nine holidays on as many days, and the Sunday on which 02:30 does not exist.
    expect(rows.find(([name]) => name === 'acme/daily')?.slice(1)).toEqual([
      '355',
      '355',
      '355',
      '355',
      '355',
      '9',
      '1',
    ]);
    expect(rows.find(([name]) => name === 'acme/third')?.slice(1)).toEqual(['12', '12', '12', '12', '12', '0', '0']);
    expect(err).toContain('warning: acme/daily: 2027-03-28T02:30 does not exist in Europe/Berlin');
    expect(code).toBe(0);
  });

  it('tells every moment of one feed, in its own zone', async () => {
    const { out } = await simulate('--year', '2027', '--feed', 'acme/third');
    const [first = '', second = ''] = out.split('\n');
    expect(first).toMatch(/^Wednesday 6 January 2027, 06:00 \(New York, GMT-5\) +open +acme_third_2027-01-06$/);
    expect(second).toMatch(
      /^Wednesday 6 January 2027, 07:00 \(New York, GMT-5\) +remind +acme_third_2027-01-06 {2}\(partner\)$/,
    );
  });

  it('writes a table and a calendar that other programs read', async () => {
    const [csv, ics] = [join(folder, 'year.csv'), join(folder, 'year.ics')];
    await simulate('--year', '2027', '--feed', 'acme/third', '--csv', csv, '--ics', ics);
    const lines = readFileSync(csv, 'utf8').split('\r\n');
    expect(lines.slice(0, 2)).toEqual([
      'at,kind,feed,request,detail',
      '2027-01-06T11:00:00.000Z,open,acme/third,acme_third_2027-01-06,',
    ]);
    const events = Object.values(ical.sync.parseICS(readFileSync(ics, 'utf8'))).filter((one) => one?.type === 'VEVENT');
    expect(events).toHaveLength(lines.length - 2);
  });

  it('says what may stand there when it is asked for nonsense', async () => {
    expect(await simulate('--year', 'next')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--year: got next, allowed 2000 to 2099'),
    });
    expect(await simulate('--year', '2027', '--feed', 'acme/none')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--feed: got acme/none, allowed one that is enabled'),
    });
    expect(await simulate('--year', '2027', '--csv', join(folder, 'no/such/folder.csv'))).toMatchObject({ code: 2 });
  });
});
