import type { Page } from 'playwright-core';
import type { Airlock } from './airlock.ts';
import { askAsOperator, LinkClient } from './api-client.ts';
import { choose, chooseUnchecked, csvFile, linkOf, type PartnerBrowser } from './partner-page.ts';

/** A feed by link, with a file that it takes and one that it sends back. */
export interface Example {
  readonly feed: string;
  readonly partner: string;
  readonly attempts: number;
  readonly good: string;
  /** Its first rows tell that it is wrong. */
  readonly bad: string;
  /** A valid file of so many rows. */
  rows(count: number): string;
  /** A row that is not. */
  readonly badRow: string;
}

type Visit = (name: string, page: Page) => Promise<void>;
type Options = NonNullable<Parameters<PartnerBrowser['open']>[1]>;

/**
 * Brings the page into every state there is, one after another, by what partners and operators really do.
 *
 * @param visit is called with each state on the screen
 */
export const visitEveryState = async (
  { airlock, browser, example }: { airlock: Airlock; browser: PartnerBrowser; example: Example },
  visit: Visit,
  options: Options = {},
): Promise<void> => {
  const daysApart = 1;
  let day = 0;
  const ask = async (): Promise<LinkClient> => {
    await airlock.open(example.feed, { inDays: day });
    day += daysApart;
    return new LinkClient(await linkOf(airlock, example.partner));
  };
  const show = async () => {
    const page = await browser.open(await linkOf(airlock, example.partner), options);
    await page.waitForSelector('h1');
    return page;
  };

  await ask();
  const page = await show();
  await visit('open', page);
  await choose(page, csvFile(example.bad));
  await page.waitForSelector('#findings');
  await visit('mended-before-sending', page);
  await choose(page, csvFile(example.good, 'orders.txt'));
  await page.waitForSelector('#findings .main');
  await visit('warned', page);
  await sendingStates(page, example, visit);
  // A verdict may come while the state before it is still looked at: the page learns it only afterwards.
  const standing = '**/links/*';
  await page.route(standing, (route) => route.abort('connectionreset'));
  await chooseUnchecked(page, csvFile(`${example.rows(6000)}${example.badRow}\n`));
  await page.waitForSelector('#receipt');
  await visit('checking', page);
  await page.unroute(standing);
  await airlock.settle();
  await page.waitForSelector('.drop', { timeout: 20_000 });
  await visit('sent-back', page);
  await choose(page, csvFile(example.good));
  await page.waitForSelector('main[data-state=accepted]', { timeout: 20_000 });
  await visit('accepted', page);

  const undecided = await ask();
  for (let count = 0; count < example.attempts; count += 1) {
    await undecided.upload(`${example.bad}${'\n'.repeat(count)}`);
    await airlock.settle();
  }
  await visit('undecided', await show());

  const waived = await ask();
  const { requestId } = (await waived.show()).body;
  await askAsOperator(airlock, 'POST', `/requests/${requestId}/revoke`, { reason: 'sent to the wrong list' });
  const revoked = await show();
  await visit('revoked', revoked);
  await revoked.click('button.main');
  await revoked.waitForSelector('[role=status]');
  await visit('new-link-asked', revoked);
  await askAsOperator(airlock, 'POST', `/requests/${requestId}/waive`, { reason: 'a holiday' });
  await airlock.settle();
  await visit('waived', await show());

  await ask();
  const late = await show();
  await airlock.advance(`P${day - daysApart}DT26H`);
  await late.reload();
  await late.waitForSelector('button.main');
  await visit('missed', late);

  const unknown = await browser.open(
    (await linkOf(airlock, example.partner)).replace(/#.*/, `#${'A'.repeat(43)}`),
    options,
  );
  await unknown.waitForSelector('h1');
  await visit('unknown', unknown);
};

/** On its way: sending, paused, cut off, and given up. */
const sendingStates = async (page: Page, { rows }: Example, visit: Visit): Promise<void> => {
  // S3 answers only when it may.
  const { promise: go, resolve: letGo } = Promise.withResolvers<void>();
  await page.route('**/upload.*', async (route) => {
    await go;
    await route.continue().catch(() => undefined);
  });
  await choose(page, csvFile(rows(500_000)));
  await page.waitForSelector('#sending button >> nth=0', { state: 'visible' });
  await visit('sending', page);
  await page.click('#sending button >> nth=0');
  await visit('paused', page);
  await page.unroute('**/upload.*');
  await page.route('**/upload.*', (route) => route.abort('connectionreset'));
  letGo();
  await page.click('#sending button >> nth=0');
  await page.waitForSelector('#sending [role=status]:not(:empty)');
  await visit('connection-lost', page);
  await page.click('#sending button >> nth=1');
  await page.unroute('**/upload.*');
  await page.waitForSelector('.drop');
};
