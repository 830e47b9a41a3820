import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadFeeds } from '../adapters/feed-files.ts';
import { Airlock } from '../test/support/airlock.ts';
import { LinkClient } from '../test/support/api-client.ts';
import { assemblyWith } from '../test/support/assembly.ts';
import { visitEveryState } from '../test/support/page-states.ts';
import { linkOf, PartnerBrowser } from '../test/support/partner-page.ts';

/** `npm run screenshots`: the console, and the partners' page in every state; `-- console` only the former. */
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

/** The console: a week of an example feed, its day, its record, one of its requests. */
const takeConsole = async (): Promise<void> => {
  const airlock = await Airlock.start({ assembly: assemblyWith({ feeds: loadFeeds('feeds') }) });
  const browser = await PartnerBrowser.launch();
  const images = join(root, 'docs/images');
  const send = async (content: string) => {
    await new LinkClient(await linkOf(airlock)).upload(content);
    await airlock.settle();
  };
  const shoot = async (path: string, name: string) => {
    const page = await browser.open(`${airlock.consoleUrl}${path}`, { viewport: { width: 1180, height: 640 } });
    await page.screenshot({ path: join(images, `${name}.png`), fullPage: true });
    process.stdout.write(`${name}\n`);
  };
  try {
    // Hours after midnight at which the file comes; a day without one has none.
    for (const hours of [2, 3, 12, undefined, 2]) {
      await airlock.advance(`PT${24 - new Date(await airlock.now()).getUTCHours() + 5}H`);
      if (hours === undefined) continue;
      await airlock.advance(`PT${hours}H`);
      await send(example.good).catch(() => undefined);
    }
    await airlock.advance(`PT${24 - new Date(await airlock.now()).getUTCHours() + 6}H`);
    await send(example.bad);
    const request = (await airlock.executions())
      .map(({ executionArn }) => executionArn ?? '')
      .find((arn) => arn.includes('daily-orders'));
    await shoot('/', 'today');
    await shoot(`/feeds/${example.feed}`, 'feed');
    await shoot(`/requests/${await airlock.requestId(request ?? '')}`, 'request');
  } finally {
    await Promise.all([airlock.stop(), browser.close()]);
  }
};

mkdirSync(folder, { recursive: true });
const wide = { viewport: { width: 900, height: 600 } };
const narrow = { viewport: { width: 390, height: 700 }, colorScheme: 'dark' as const, locale: 'de-DE' };
await takeConsole();
if (process.argv[2] !== 'console') {
  await take('', wide);
  await take('-phone', narrow);
}
