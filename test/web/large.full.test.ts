import { closeSync, mkdtempSync, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Airlock } from '../support/airlock.ts';
import { choose, linkOf, PartnerBrowser, stateOf } from '../support/partner-page.ts';

const megabyte = 2 ** 20;

/** A file of so many megabytes, on disk. */
const fileOf = (megabytes: number): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'airlock-test-')), 'archive.bin');
  const file = openSync(path, 'w');
  for (let piece = 0; piece < megabytes; piece += 1) writeSync(file, Buffer.alloc(megabyte, piece % 251));
  closeSync(file);
  return path;
};

describe('the page, with a file of 200 MB,', () => {
  let airlock: Airlock;
  let browser: PartnerBrowser;
  const file = fileOf(200);
  beforeEach(async () => {
    [airlock, browser] = await Promise.all([Airlock.start(), PartnerBrowser.launch()]);
    await airlock.open('acme/archive');
  });
  afterEach(() => Promise.all([airlock.stop(), browser.close()]));

  const deliver = async (during: () => Promise<void>): Promise<void> => {
    const page = await browser.open(await linkOf(airlock));
    await stateOf(page, 'open');
    await choose(page, file);
    await page.waitForSelector('#sending button:visible', { timeout: 60_000 });
    while (Number(await page.evaluate('document.querySelector("#sending progress")?.value ?? 1e9')) < 60e6);
    await during();
    await page.waitForSelector('main[data-state=checking], main[data-state=accepted]', { timeout: 90_000 });
    await airlock.settle();
    await stateOf(page, 'accepted');
    expect(browser.faults).toEqual([]);
  };

  it('brings it', async () => {
    await deliver(async () => undefined);
  });

  it('brings it although the other side is killed in the middle and comes back', async () => {
    await deliver(async () => {
      airlock = await airlock.restart({ signal: 'SIGKILL' });
    });
  });

  it('brings it although the reader’s network goes away for a while', async () => {
    const page = await browser.open(await linkOf(airlock));
    await stateOf(page, 'open');
    await choose(page, file);
    await page.waitForResponse((response) => response.url().includes('partNumber=') && response.status() === 200);
    await page.context().setOffline(true);
    await page.waitForSelector('#sending [role=status]:has-text("The connection is lost")');
    await page.context().setOffline(false);
    await page.waitForSelector('main[data-state=checking], main[data-state=accepted]', { timeout: 90_000 });
  });
});
