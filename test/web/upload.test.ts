import type { Page } from 'playwright-core';
import { Airlock, badCsv, goodCsv } from '../support/airlock.ts';
import { LinkClient } from '../support/api-client.ts';
import { choose, chooseUnchecked, csvFile, linkOf, PartnerBrowser, stateOf } from '../support/partner-page.ts';

const rows = (count: number): string =>
  `id,day,amount\n${Array.from({ length: count }, (_, row) => `${row},2026-11-20,10.50\n`).join('')}`;
/** A little more than 6 MB: two parts. A little more than 12 MB: three. */
const [sixMegabytes, twelveMegabytes] = [rows(270_000), rows(520_000)];

describe('the page of a link', () => {
  let airlock: Airlock;
  let browser: PartnerBrowser;
  beforeAll(async () => {
    browser = await PartnerBrowser.launch();
  });
  beforeEach(async () => {
    airlock = await Airlock.start();
    await airlock.open('acme/files');
  });
  afterEach(async () => {
    await browser.closePages();
    await airlock.stop();
    expect(browser.faults).toEqual([]);
  });
  afterAll(() => browser.close());

  const open = async (options = {}) => {
    const page = await browser.open(await linkOf(airlock), options);
    await stateOf(page, 'open');
    return page;
  };
  const accepted = async (page: Page): Promise<string> => {
    await airlock.settle();
    await stateOf(page, 'accepted');
    return (await page.textContent('main')) ?? '';
  };
  /** Parts that S3 was sent, by number. */
  const partsSent = (page: Page): number[] => {
    const sent: number[] = [];
    page.on('request', (request) => {
      const number = new URL(request.url()).searchParams.get('partNumber');
      if (request.method() === 'PUT' && number !== null) sent.push(Number(number));
    });
    return sent;
  };

  it('takes a small file: receipt with checksum and time, then the verdict', async () => {
    const page = await open();
    await choose(page, csvFile(goodCsv));
    const text = await accepted(page);
    expect(text).toMatch(/Delivered.*Accepted on time.*Receipt.*orders\.csv.*48 bytes.*SHA-256[0-9a-f]{64}/s);
  });

  it('is not opened by who loads it and moves nothing, as mail scanners do; a hand on it is', async () => {
    const page = await open();
    const told: string[] = [];
    page.on('request', (request) => told.push(new URL(request.url()).pathname));
    await page.reload();
    await stateOf(page, 'open');
    expect(told.some((path) => path.endsWith('/opening'))).toBe(false);
    expect(await airlock.keys('Ledger', 'openings/')).toEqual([]);
    const noted = page.waitForResponse((response) => response.url().endsWith('/opening'));
    await page.mouse.move(200, 200);
    expect((await noted).status()).toBe(202);
    expect(await airlock.keys('Ledger', 'openings/')).toHaveLength(1);
  });

  it('that is none tells once that a hand is on it, however much it moves', async () => {
    const page = await browser.open(`${(await linkOf(airlock)).split('#')[0]}#${'A'.repeat(43)}`);
    const told: number[] = [];
    page.on('response', (response) => void (response.url().endsWith('/opening') && told.push(response.status())));
    const heard = page.waitForResponse((response) => response.url().endsWith('/opening'));
    await page.mouse.move(200, 200);
    await heard;
    for (let step = 0; step < 20; step += 1) await page.mouse.move(200 + step, 200);
    await page.evaluate("fetch('/assets/none')");
    expect(told).toEqual([401]);
  });

  it('takes a file of 6 MB in parts', async () => {
    const page = await open();
    const sent = partsSent(page);
    await choose(page, csvFile(sixMegabytes));
    expect(await accepted(page)).toContain('270,000 rows');
    expect(sent.sort()).toEqual([1, 2]);
  });

  it('is used with the keyboard alone', async () => {
    const page = await open();
    // Catches dialogs from now on; begun with the key press it may come too late for it.
    page.on('filechooser', () => undefined);
    const focused = () => page.evaluate('document.activeElement.id || document.activeElement.textContent');
    const order: unknown[] = [];
    for (let count = 0; count < 5; count += 1) {
      await page.keyboard.press('Tab');
      order.push(await focused());
    }
    expect(order.slice(0, 2)).toEqual(['Deutsch', 'file']);
    expect(order).toContain('Download a sample');
    while ((await focused()) !== 'file') await page.keyboard.press('Tab');
    const [dialog] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')]);
    await dialog.setFiles(csvFile(badCsv));
    await page.waitForSelector('#findings');
    while ((await focused()) !== 'file') await page.keyboard.press('Tab');
    const [again] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')]);
    await again.setFiles(csvFile(goodCsv));
    await accepted(page);
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
  });

  it('says before sending what is wrong, and takes the right file afterwards', async () => {
    const page = await open();
    await choose(page, csvFile(badCsv));
    const table = await page.textContent('#findings');
    expect(table).toMatch(/Line 2, column day20\.11\.2026a date such as 2026-11-22/);
    expect(await airlock.keys('Landing')).toEqual([]);
    await choose(page, csvFile(goodCsv));
    await accepted(page);
  });

  it('shows what was found in a file that was sent back, and the next attempt begins on the same page', async () => {
    const page = await open();
    await chooseUnchecked(page, csvFile(`${rows(6000)}x,2026-11-20,1\n`));
    await airlock.settle();
    // The verdict may come before anybody could see that there is a check.
    await page.waitForSelector('#findings');
    await stateOf(page, 'open');
    expect(await page.textContent('#findings')).toMatch(/We could not use the file.*Line 6002, column id/s);
    expect(await page.textContent('footer')).toContain('Attempt 2 of 2');
    await choose(page, csvFile(goodCsv));
    await accepted(page);
  });

  it('goes on by itself after the connection was lost, and sends no finished part again', async () => {
    const page = await open();
    const sent = partsSent(page);
    const first = page.waitForResponse(
      (response) => response.url().includes('partNumber=') && response.status() === 200,
    );
    let isCut = false;
    await page.route(/partNumber=3/, async (route) => {
      if (isCut) return route.continue();
      isCut = true;
      await first;
      await page.context().setOffline(true);
      return route.abort('internetdisconnected');
    });
    await choose(page, csvFile(twelveMegabytes));
    await first;
    await page.waitForSelector('#sending [role=status]:has-text("The connection is lost")');
    await page.context().setOffline(false);
    expect(await accepted(page)).toContain('520,000 rows');
    const finished = sent.filter((number) => number === 1);
    expect(finished.length).toBeLessThanOrEqual(2);
  });

  it('asks for a new URL by itself when one has ended on the way', async () => {
    const page = await open();
    let held = true;
    await page.route(/partNumber=2/, async (route) => {
      if (held) {
        held = false;
        await airlock.advance('PT20M');
      }
      await route.continue();
    });
    const refused = page.waitForResponse((response) => response.status() === 403);
    await choose(page, csvFile(twelveMegabytes));
    await refused;
    expect(await accepted(page)).toContain('520,000 rows');
  });

  it.each([
    ['before', 'its own file is known, and what was found in it shown'],
    ['after', 'what was found in its own file is shown'],
  ] as const)('when the answer is lost %s the verdict, %s', async (order, _) => {
    const page = await open();
    let isLost = false;
    await page.route(/upload\.csv/, async (route) => {
      if (isLost || route.request().method() !== 'PUT') return route.continue();
      isLost = true;
      await route.fetch();
      if (order === 'after') await airlock.settle();
      return route.abort('connectionreset');
    });
    await chooseUnchecked(page, csvFile(`${rows(6000)}x,2026-11-20,1\n`));
    await airlock.settle();
    await page.waitForSelector('#findings');
    await stateOf(page, 'open');
    expect(await page.textContent('#findings')).toContain('Line 6002, column id');
    expect(await page.locator('#failure').count()).toBe(0);
    expect(await airlock.keys('Landing')).toHaveLength(1);
  });

  it('finds what is wrong anywhere in a file before a byte is sent, in the words of the reader', async () => {
    const page = await open({ locale: 'de-DE' });
    const sent: string[] = [];
    page.on('request', (request) => void (request.method() === 'PUT' && sent.push(request.url())));
    await choose(page, csvFile(`${rows(60_000)}x,22.11.2026,1,50\ny,2026-22-11,1\n`));
    await page.waitForSelector('#findings');
    const text = await page.textContent('#findings');
    expect(text).toContain('Diese Datei käme zurück');
    expect(text).toMatch(/Zeile 60002.*vielleicht steht in einer Zahl ein Dezimalkomma/s);
    expect(text).toMatch(/Zeile 60003, Spalte day.*Tag und Monat sind wohl vertauscht/s);
    expect(sent).toEqual([]);
  });

  it('gives away the report on a file that was sent back, as page and as table', async () => {
    const page = await open();
    await chooseUnchecked(page, csvFile(badCsv));
    await airlock.settle();
    await stateOf(page, 'open');
    for (const [label, ending] of [
      ['The whole report', 'report.en.html'],
      ['As a table', 'report.en.csv'],
    ] as const) {
      const [download] = await Promise.all([page.waitForEvent('download'), page.click(`button:has-text("${label}")`)]);
      expect(download.suggestedFilename()).toContain(ending);
    }
  });

  it('pauses and goes on', async () => {
    const page = await open();
    await page.route(/partNumber=/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await route.continue().catch(() => undefined);
    });
    await choose(page, csvFile(twelveMegabytes));
    await page.click('#sending button:has-text("Pause")');
    await page.waitForSelector('#sending [role=status]:has-text("Paused")');
    expect(await airlock.keys('Landing')).toEqual([]);
    await page.click('#sending button:has-text("Resume")');
    await accepted(page);
  });

  it('cancelled leaves nothing behind, and takes another file', async () => {
    const page = await open();
    await page.route(/partNumber=/, () => undefined);
    const begun = page.waitForRequest(/partNumber=/);
    await choose(page, csvFile(twelveMegabytes));
    await begun;
    const aborted = page.waitForResponse((response) => response.request().method() === 'DELETE');
    await page.click('#sending button:has-text("Cancel")');
    expect((await aborted).status()).toBe(200);
    await page.unroute(/partNumber=/);
    await choose(page, csvFile(goodCsv));
    await accepted(page);
  });

  it('in two tabs with the same file sends it once, and both learn the end', async () => {
    const [one, other] = [await open(), await open()];
    const sent = [partsSent(one), partsSent(other)];
    await Promise.all([choose(one, csvFile(sixMegabytes)), choose(other, csvFile(sixMegabytes))]);
    await Promise.all([accepted(one), accepted(other)]);
    expect(await airlock.keys('Landing')).toHaveLength(1);
    expect(sent.flat().length).toBeLessThanOrEqual(4);
  });

  it('in two tabs with two files takes the first, and tells the other', async () => {
    const [one, other] = [await open(), await open()];
    await choose(one, csvFile(goodCsv));
    await accepted(one);
    await choose(other, csvFile(rows(10)));
    await stateOf(other, 'accepted');
  });

  it('sends once, however often it is pressed', async () => {
    const page = await open();
    const starts: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/uploads')) starts.push(request.url());
    });
    await choose(page, csvFile(goodCsv, 'orders.txt'));
    await page.waitForSelector('#findings .main');
    await page.dblclick('#findings .main');
    await accepted(page);
    expect(starts).toHaveLength(1);
  });

  it('left and come back to shows how things stand: back button, reload, closed and opened again', async () => {
    const page = await open();
    await choose(page, csvFile(goodCsv));
    await accepted(page);
    await page.goto('about:blank');
    await page.goBack();
    await stateOf(page, 'accepted');
    await page.reload();
    await stateOf(page, 'accepted');
  });

  it('taken up again in another browser goes on with the parts that are there', async () => {
    const content = Buffer.from(twelveMegabytes);
    const link = new LinkClient(await linkOf(airlock));
    const { uploadId } = (await link.start(content)).body;
    await link.sendPart(uploadId, 1, content.subarray(0, 5_242_880));
    const page = await open();
    const sent = partsSent(page);
    await choose(page, csvFile(twelveMegabytes));
    await accepted(page);
    expect(sent.sort()).toEqual([2, 3]);
  });

  it('lets a partner say that there is nothing to deliver', async () => {
    const page = await open();
    await page.click('summary');
    await page.fill('textarea', 'Closed for stocktaking');
    await page.click('form button');
    await page.waitForSelector('text=You said that there is nothing to deliver');
    await airlock.settle();
    expect((await airlock.subjects()).at(-1)).toContain('Nothing to deliver?');
  });

  it('speaks German to who reads German, and either when asked', async () => {
    const page = await open({ locale: 'de-AT' });
    expect(await page.textContent('h1')).toBe('Files team bittet Sie um „Files“');
    await page.click('button.language');
    expect(await page.textContent('h1')).toBe('Files team asks you for “Files”');
    expect(await page.evaluate('document.documentElement.lang')).toBe('en');
  });

  it('counts down by the server’s clock, whatever the reader’s says', async () => {
    const page = await open();
    await airlock.advance('PT2H');
    await page.reload();
    expect(await page.textContent('#left')).toMatch(/^1 hr,? 59 min|^1 hrs?,? 5\d mins? left/);
  });

  it('keeps nothing: no cookie, no storage, and no word to anybody but the API and S3', async () => {
    const page = await open();
    const hosts = new Set<string>();
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    await choose(page, csvFile(goodCsv));
    await accepted(page);
    expect([...hosts].sort()).toEqual([airlock.status.endpoint, airlock.status.outputs.PageUrl].sort());
    expect(await page.context().cookies()).toEqual([]);
    expect(await page.evaluate('localStorage.length + sessionStorage.length')).toBe(0);
  });
});
