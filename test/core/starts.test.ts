import { sha256 } from '../../adapters/system.ts';
import { readFeed } from '../../core/feed-rules.ts';
import { startsToLookAt } from '../../core/starts.ts';

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
