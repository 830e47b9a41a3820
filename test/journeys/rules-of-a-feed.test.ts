import type { Feed } from '../../core/feed.ts';
import { readFeed } from '../../core/feed-rules.ts';
import type { Report } from '../../core/validation/report-document.ts';
import { Airlock } from '../support/airlock.ts';
import { assemblyWith } from '../support/assembly.ts';

const feedWith = (file: object): Feed => {
  const result = readFeed(
    { partner: 'acme', feed: 'orders' },
    {
      title: 'Orders',
      schedule: { expression: 'cron(0 6 * * ? *)', timezone: 'Europe/Berlin' },
      window: { due: 'PT50M' },
      delivery: { mode: 'direct' },
      reminders: [],
      contacts: {
        partner: [{ name: 'A', email: 'data@acme.example' }],
        owner: [{ name: 'B', email: 'orders@example.com' }],
      },
      file: { format: 'csv', extension: 'csv', maxBytes: '1MB', ...file },
    },
    (name) =>
      name.endsWith('.json')
        ? JSON.stringify({
            fields: [
              { name: 'day', type: 'date' },
              { name: 'n', type: 'integer' },
            ],
          })
        : '',
  );
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.feed;
};

describe('the rules of a feed', () => {
  let airlock: Airlock;
  const start = async (file: object): Promise<void> => {
    airlock = await Airlock.start({ assembly: assemblyWith({ feeds: [feedWith(file)] }) });
  };
  afterEach(() => airlock.stop());

  const deliver = async (content: string, inDays: number) => {
    await airlock.open('acme/orders', { inDays });
    await airlock.upload(content);
    await airlock.settle();
    const key = (await airlock.keys('Ledger', 'findings/')).filter((one) => one.endsWith('report.json')).at(-1) ?? '';
    const { findings }: Report = JSON.parse(await airlock.text('Ledger', key));
    return findings.map(({ rule, message = rule, got }) => `${message.startsWith(rule) ? message : rule} ${got}`);
  };

  it('refuse the file of an earlier day, by what was accepted then', async () => {
    await start({});
    expect(await deliver('a\n1\n', 0)).toEqual([]);
    expect(await deliver('a\n1\n', 1)).toEqual([
      expect.stringMatching(/^file\.repeated exactly the file that was accepted for 2\d{3}-\d\d-\d\d$/),
    ]);
    expect(await deliver('a\n2\n', 2)).toEqual([]);
  });

  it('refuse rows of another period than the one that is asked for', async () => {
    await start({ schema: 's.json', period: { column: 'day' } });
    expect(await deliver('day,n\n2020-01-01,1\n', 0)).toEqual([
      expect.stringContaining('period.previous 1 rows, and not one of them of'),
    ]);
  });

  it('run code that lies beside the feed, bundled with the function', async () => {
    await start({ checks: 'orders.checks.ts' });
    expect(await deliver('kind,price\nsample,1\norder,2\n', 0)).toEqual(['custom.price-of-sample 1']);
  });
});
