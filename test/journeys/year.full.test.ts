import { Airlock } from '../support/airlock.ts';
import { assemblyWith } from '../support/assembly.ts';
import { deployableFeeds, deployedAt, expectedYear, yearFeeds } from '../support/year-of-feeds.ts';

const isIn2027 = (row: string): boolean => row >= '2027-01-01T00:00' && row < '2028-01-01T00:00';

describe('a year of fifty feeds that nobody answers, in six zones', () => {
  it(
    'opens, reminds, escalates, closes and skips when an independent table says so, to the minute',
    async () => {
      expect([yearFeeds.length, new Set(yearFeeds.map(({ zone }) => zone)).size]).toEqual([50, 6]);
      const before = await Airlock.start({ assembly: assemblyWith({ feeds: [] }) });
      await before.advance(`PT${Math.floor((deployedAt - (await before.now())) / 60_000)}M`);
      // From here on the feeds are there, as if they were deployed on that day.
      const airlock = await before.restart({ assembly: assemblyWith({ feeds: deployableFeeds() }) });
      await airlock.local('PUT', 'function-sessions', { hours: 10_000 });
      while ((await airlock.now()) < Date.UTC(2028, 0, 2)) await airlock.advance('P3D');
      const expected = expectedYear().filter(isIn2027);
      const happened = (await whatHappened(airlock)).filter(isIn2027);
      expect(happened.filter((row) => !expected.includes(row))).toEqual([]);
      expect(expected.filter((row) => !happened.includes(row))).toEqual([]);
      expect(happened).toEqual(expected);
      // The watchdog looked every day, and found nothing missing.
      expect((await airlock.notices()).filter(({ subject }) => subject?.startsWith('Never opened'))).toEqual([]);
      process.stdout.write(`${expected.length} moments of a year, to the minute\n`);
      await airlock.stop();
    },
    60 * 60_000,
  );
});

/** Of a notification, a request, a skipped period. */
interface Facts {
  readonly kind?: string;
  readonly at?: string;
  readonly openedAt?: string;
  readonly scheduledAt?: string;
  readonly reason?: string;
  readonly outcome?: { readonly at: string };
}

/** What the ledger says, in the words of the table. */
const whatHappened = async (airlock: Airlock): Promise<string[]> => {
  const read = async (prefix: string) => {
    const keys = await airlock.keys('Ledger', prefix);
    const rows: { key: string; body: Facts }[] = [];
    for (const key of keys) rows.push({ key, body: JSON.parse(await airlock.text('Ledger', key)) });
    return rows;
  };
  const row = (at: string | undefined, key: string, what: string) => {
    const [, , feed = '', period = ''] = key.split('/');
    return `${(at ?? '').slice(0, 16)} ${feed} ${period.replace('.json', '')} ${what}`;
  };
  const kinds: Readonly<Record<string, string>> = { reminder: 'remind' };
  const mails = (await read('notifications/')).flatMap(({ key, body: { kind = '', at } }) => {
    const what = kind.startsWith('escalation-late-') ? 'escalate' : kinds[kind];
    return what === undefined ? [] : [row(at, key, what)];
  });
  const requests = (await read('requests/')).flatMap(({ key, body: { openedAt, outcome } }) => [
    row(openedAt, key, 'open'),
    row(outcome?.at, key, 'close'),
  ]);
  // Where a calendar moves deliveries the schedule fires on each day that one may fall on: those that are none are no skips.
  const skipped = (await read('skipped/')).flatMap(({ key, body: { scheduledAt, reason = '' } }) =>
    reason.startsWith('this is not its day') ? [] : [row(scheduledAt, key, 'skip')],
  );
  return [...mails, ...requests, ...skipped].sort();
};
