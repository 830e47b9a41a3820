import type { Page } from 'playwright-core';
import { readFeed } from '../../core/feed-rules.ts';
import { zipOf } from '../corpus/zip.ts';
import { Airlock } from '../support/airlock.ts';
import { LinkClient } from '../support/api-client.ts';
import { assemblyWith } from '../support/assembly.ts';
import { linkOf, PartnerBrowser, stateOf } from '../support/partner-page.ts';

const schema = (...fields: readonly (readonly [name: string, type: string])[]) =>
  JSON.stringify({ fields: fields.map(([name, type]) => ({ name, type })) });
const beside: Readonly<Record<string, string>> = {
  'orders.json': schema(['id', 'integer'], ['day', 'date']),
  'items.json': schema(['order', 'integer'], ['price', 'number']),
};
const read = readFeed(
  { partner: 'acme', feed: 'bundle' },
  {
    title: 'Orders and items',
    // Nobody but the test starts it.
    schedule: { expression: 'cron(0 6 * * ? *)', enabled: false },
    window: { due: 'PT8H' },
    contacts: {
      partner: [{ name: 'Data Desk', email: 'data@acme.example' }],
      owner: [{ name: 'Orders team', email: 'orders@example.com' }],
    },
    file: {
      format: 'set',
      extension: 'zip',
      maxBytes: '10MB',
      members: [
        { name: 'orders.csv', format: 'csv', schema: 'orders.json' },
        { name: 'items-*.csv', min: 1, max: 3, format: 'csv', schema: 'items.json' },
      ],
    },
  },
  (name) => beside[name],
);
if ('problems' in read) throw new Error(JSON.stringify(read.problems));
const feeds = [read.feed];

const orders = 'id,day\n1,2026-11-22\n';
const items = 'order,price\n1,1.50\n1,2.50\n';

describe('a delivery of several files', () => {
  const assembly = assemblyWith({ feeds });
  let airlock: Airlock;
  let execution: string;
  beforeEach(async () => {
    airlock = await Airlock.start({ assembly });
    execution = await airlock.open('acme/bundle');
  });
  afterEach(() => airlock.stop());

  const send = async (files: Parameters<typeof zipOf>[0]) => {
    const link = new LinkClient(await linkOf(airlock));
    const zip = new Uint8Array(zipOf(files));
    expect(await link.upload(zip, { name: 'bundle.zip', type: 'application/zip' })).toBe(200);
    await airlock.settle();
    return link;
  };

  it('is asked for by the names of its files, and accepted as the archive that came', async () => {
    const [mail] = await airlock.emails();
    expect(mail?.text).toContain(
      'one ZIP with orders.csv (CSV, UTF-8, comma-separated, with a header line); items-*.csv, 1 to 3 (CSV,',
    );
    await send({ 'orders.csv': orders, 'items-a.csv': items, 'items-b.csv': items });
    expect(await airlock.outcome(execution)).toMatch(/^Accepted on time at .*: 5 rows$/);
    const [key = ''] = await airlock.keys('Accepted');
    expect(key).toMatch(/^acme\/bundle\/.*\/data\.zip$/);
  });

  it('is sent back with what is wrong in which file, and what is missing', async () => {
    const link = await send({ 'orders.csv': 'id,day\nx,2026-11-22\n', 'readme.txt': 'hello' });
    const mail = (await airlock.emails()).at(-1);
    expect(mail?.text).toContain('orders.csv, line 2, column id: expected');
    expect(mail?.text).toContain('items-*.csv, at least 1 of it');
    expect(mail?.text).toContain('got “readme.txt”');
    const { body } = await link.ask<{ url: string }>('GET', '/report/report.en.csv');
    expect(await (await fetch(body.url)).text()).toMatch(/,file\r\n.*"?cell\.type.*,orders\.csv\r\n/s);
    await send({ 'orders.csv': orders, 'items-a.csv': items });
    expect(await airlock.outcome(execution)).toMatch(/^Accepted on time/);
  });

  describe('on the page', () => {
    let browser: PartnerBrowser;
    beforeAll(async () => {
      browser = await PartnerBrowser.launch();
    });
    afterEach(async () => {
      await browser.closePages();
      expect(browser.faults).toEqual([]);
    });
    afterAll(() => browser.close());

    const open = async (): Promise<Page> => {
      const page = await browser.open(await linkOf(airlock));
      await stateOf(page, 'open');
      return page;
    };
    const file = (name: string, content: string | Buffer, mimeType = 'text/csv') => ({
      name,
      mimeType,
      buffer: Buffer.from(content),
    });

    it('is dropped file by file: they are checked, packed, and sent as one archive', async () => {
      const page = await open();
      expect(await page.textContent('label.drop')).toContain('Drop all the files here at once');
      await page.setInputFiles('#file', [file('orders.csv', orders), file('items-1.csv', items)]);
      await airlock.settle();
      await stateOf(page, 'accepted');
      expect(await page.textContent('main')).toMatch(/3 rows.*Orders and items\.zip/s);
    });

    it('hears before a byte is sent which file is missing, and which is wrong', async () => {
      const page = await open();
      await page.setInputFiles('#file', [file('orders.csv', 'id,day\nx,2026-11-22\n')]);
      await page.waitForSelector('#findings');
      const text = (await page.textContent('#findings')) ?? '';
      expect(text).toContain('items-*.csv, at least 1 of it');
      expect(text).toContain('orders.csv, line 2');
      expect(await airlock.keys('Landing')).toEqual([]);
    });

    it('may be an archive that somebody made', async () => {
      const page = await open();
      const zip = zipOf({ 'orders.csv': orders, 'items-1.csv': items });
      await page.setInputFiles('#file', [file('mine.zip', zip, 'application/zip')]);
      await airlock.settle();
      await stateOf(page, 'accepted');
      expect(await page.textContent('main')).toContain('mine.zip');
    });
  });
});
