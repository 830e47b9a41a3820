import { Airlock, goodCsv } from '../support/airlock.ts';
import { choose, csvFile, linkOf, PartnerBrowser } from '../support/partner-page.ts';

describe('the page of a link', () => {
  let airlock: Airlock;
  let browser: PartnerBrowser;
  beforeAll(async () => {
    [airlock, browser] = await Promise.all([Airlock.start(), PartnerBrowser.launch()]);
    await airlock.open('acme/files');
  });
  afterAll(() => Promise.all([airlock.stop(), browser.close()]));

  it('takes a file', async () => {
    const page = await browser.open(await linkOf(airlock));
    await page.waitForSelector('h1');
    await page.screenshot({ path: '/tmp/p1.png', fullPage: true });
    await choose(page, csvFile(goodCsv));
    await page
      .waitForSelector('#receipt', { timeout: 8000 })
      .catch(async () => console.log(await page.textContent('body')));
    await page.screenshot({ path: '/tmp/p2.png', fullPage: true });
    await page.waitForSelector('text=Delivered').catch(async () => console.log(await page.textContent('body')));
    await page.screenshot({ path: '/tmp/p3.png', fullPage: true });
    expect(browser.faults).toEqual([]);
  });
});
