import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadFeeds } from '../adapters/feed-files.ts';
import { Airlock } from '../test/support/airlock.ts';
import { assemblyWith } from '../test/support/assembly.ts';
import { visitEveryState } from '../test/support/page-states.ts';
import { PartnerBrowser } from '../test/support/partner-page.ts';

/** `npm run screenshots`: the partners' page in every state, for docs/page.md. */
const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs/images/page');
const sample = (kind: string): string => readFileSync(join(root, `feeds/acme/daily-orders.${kind}.csv`), 'utf8');

const header = 'order_id,order_date,customer,country,quantity,amount\n';
const example = {
  feed: 'acme/daily-orders',
  partner: 'data@acme.example',
  attempts: 3,
  good: sample('good'),
  bad: sample('bad'),
  rows: (count: number) =>
    header + Array.from({ length: count }, (_, row) => `A-${100_000 + row},2026-11-20,Weber,AT,1,10.50\n`).join(''),
  badRow: 'A-1,21.11.2026,Weber,XX,0,-1',
};

const take = async (name: string, options: Parameters<typeof visitEveryState>[2]): Promise<void> => {
  const airlock = await Airlock.start({ assembly: assemblyWith({ feeds: loadFeeds('feeds') }) });
  const browser = await PartnerBrowser.launch();
  try {
    await visitEveryState(
      { airlock, browser, example },
      async (state, page) => {
        await page.screenshot({ path: join(folder, `${state}${name}.png`), fullPage: true });
        process.stdout.write(`${state}${name}\n`);
      },
      options,
    );
  } finally {
    await Promise.all([airlock.stop(), browser.close()]);
  }
};

mkdirSync(folder, { recursive: true });
const wide = { viewport: { width: 900, height: 600 } };
const narrow = { viewport: { width: 390, height: 700 }, colorScheme: 'dark' as const, locale: 'de-DE' };
await take('', wide);
await take('-phone', narrow);
