import { createCalendars } from '../../adapters/holiday-calendars.ts';
import { sha256 } from '../../adapters/system.ts';
import { NotADeliveryDay } from '../../core/errors.ts';
import { readFeed } from '../../core/feed-rules.ts';
import { isStarted, startsToLookAt } from '../../core/starts.ts';
import { createOpenRequest } from '../../handlers/open-request.ts';
import { clock, metrics, RacingLedger } from '../support/racing.ts';

const read = readFeed(
  { partner: 'acme', feed: 'seasons' },
  {
    title: 'Seasons',
    schedule: { expression: 'cron(0 6 1 * ? *)' },
    window: { due: 'P2D' },
    period: { unit: 'custom', named: [{ name: 'spring', from: '2027-03-01', to: '2027-05-31' }] },
    contacts: { partner: [{ name: 'A', email: 'a@acme.example' }], owner: [{ name: 'B', email: 'b@example.com' }] },
    file: { format: 'csv', extension: 'csv', maxBytes: '1MB' },
  },
  () => undefined,
);
const feeds = 'feed' in read ? [read.feed] : [];

/** What is looked at on a day that was last looked at a day before. */
const dueOn = (day: string) => {
  const now = Date.parse(`${day}T12:00:00Z`);
  const known = startsToLookAt(feeds, undefined, now - 10 * 86_400_000, sha256).watch;
  return startsToLookAt(feeds, { ...known, checkedTo: new Date(now - 86_400_000).toISOString() }, now, sha256).due;
};

describe('the starts to look at', () => {
  it('are those of named periods, and those for which a feed has named none any more', () => {
    expect(dueOn('2027-05-01')).toMatchObject([{ period: 'spring' }]);
    expect(dueOn('2027-05-02')).toEqual([]);
    expect(dueOn('2027-06-01')).toMatchObject([{ period: undefined, at: Date.parse('2027-06-01T06:00:00Z') }]);
  });
});

describe('a start that is expected to deliver nothing', () => {
  const thirdBusinessDay = readFeed(
    { partner: 'acme', feed: 'closing' },
    {
      title: 'Closing',
      schedule: {
        expression: 'cron(0 6 * * ? *)',
        businessDay: 3,
        calendar: { country: 'DE' },
        skip: ['2026-11-04'],
      },
      window: { due: 'P2D' },
      period: { unit: 'month' },
      contacts: { partner: [{ name: 'A', email: 'a@acme.example' }], owner: [{ name: 'B', email: 'b@example.com' }] },
      file: { format: 'csv', extension: 'csv', maxBytes: '1MB' },
    },
    () => undefined,
    createCalendars(2026, 2026),
  );

  it('on a day that is none of the feed’s hides no missing start; on a day that is left out it says why', async () => {
    if (!('feed' in thirdBusinessDay)) throw new Error(JSON.stringify(thirdBusinessDay));
    const { feed } = thirdBusinessDay;
    const ledger = new RacingLedger(async (_, work) => work());
    const open = createOpenRequest({
      feeds: { find: async () => ({ feed, hash: 'h' }), all: async () => [feed] },
      ledger,
      executions: { state: async () => 'running' },
      operators: { publish: async () => undefined },
      metrics,
      clock,
      digest: sha256,
    });
    const start = (scheduledTime: string) =>
      open({
        partner: 'acme',
        feed: 'closing',
        scheduledTime,
        execution: { arn: 'arn', name: 'name' },
        period: null,
        reopen: null,
        askedBy: null,
      });
    await expect(start('2026-11-02T06:00:00Z')).rejects.toThrow(NotADeliveryDay);
    expect(await isStarted(ledger, { feed, at: 0, period: '2026-11' })).toBe(false);
    await expect(start('2026-11-04T06:00:00Z')).rejects.toThrow(NotADeliveryDay);
    expect(await isStarted(ledger, { feed, at: 0, period: '2026-11' })).toBe(true);
  });
});
