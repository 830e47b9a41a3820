import { mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { loadFeeds } from '../../adapters/feed-files.ts';
import { mailPreview } from '../../cli/commands/mail.ts';
import { readInvocation } from '../../cli/invocation.ts';
import { locales } from '../../core/locales.ts';
import { sampleMails } from '../../core/messages/samples.ts';
import { partnerMailKinds, staffMailKinds } from '../../core/request.ts';
import { PartnerBrowser } from '../support/partner-page.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const contrast = (page: Page): Promise<string[]> =>
  page.evaluate(`(async () => {
    ${axe};
    const { violations } = await window.axe.run(document, { runOnly: ['color-contrast', 'html-has-lang', 'image-alt', 'link-name'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html));
  })()`);

const at = '2026-11-23T05:00:00.000Z';
const feeds = loadFeeds('test/feeds');
const feedNamed = (name: string) => {
  const found = feeds.find(({ partner, feed }) => `${partner}/${feed}` === name);
  if (!found) throw new Error(`no feed ${name}`);
  return found;
};
/** The longest of everything: names, titles, columns without a space to break at. */
const long = {
  ...feedNamed('acme/files'),
  title: 'Sicherheitsdatenblattaktualisierungsbenachrichtigungen und Bestellungen aller Niederlassungen',
  brand: { name: 'Donaudampfschifffahrtsgesellschaft Beteiligungs GmbH & Co. KG' },
};
const mails = [
  ...sampleMails(feedNamed('acme/files'), at),
  ...sampleMails(feedNamed('acme/orders'), at).map((one) => ({ ...one, name: `direct ${one.name}` })),
  ...sampleMails(long, at).map((one) => ({ ...one, name: `long ${one.name}` })),
];

describe('every mail', () => {
  let browser: PartnerBrowser;
  beforeAll(async () => {
    browser = await PartnerBrowser.launch();
  });
  afterAll(() => browser.close());

  it.each([
    ['at a desk in the light', { viewport: { width: 1000, height: 700 }, colorScheme: 'light' as const }],
    ['on a phone of 320 pixels in the dark', { viewport: { width: 320, height: 600 }, colorScheme: 'dark' as const }],
  ])(
    'fits and can be read %s',
    async (_, options) => {
      const page = await browser.open('about:blank', options);
      for (const { name, mail } of mails) {
        await page.setContent(mail.html);
        const overflow = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect([name, overflow, await contrast(page)]).toEqual([name, 0, []]);
      }
    },
    240_000,
  );

  it('says the same in text as in HTML, and neither has a line break in its subject', () => {
    for (const { name, mail } of mails) {
      expect([name, /[\r\n]/.test(mail.subject), mail.subject.length > 0]).toEqual([name, false, true]);
      const words = mail.text.split('\n--\n')[0]?.match(/[\p{L}]{4,}/gu) ?? [];
      const html = mail.html.replaceAll(/<style>.*?<\/style>/gs, '').replaceAll('&#39;', "'");
      expect([name, words.filter((word) => !html.includes(word))]).toEqual([name, []]);
    }
  });

  it('speaks one language at a time', () => {
    const german = mails.filter(({ name }) => name.endsWith('.de'));
    const english = /\b(Hello|Please|Due|expected|Expected|because|the)\b/;
    for (const { name, mail } of german) {
      // What a feed is called, and an outcome, are everybody's.
      const text = mail.text.replaceAll(/“?„?Files“?|Stand: .*|node .*|curl .*|Accepted late.*/g, '');
      expect([name, english.exec(text)?.[0]]).toEqual([name, undefined]);
    }
  });

  it('is written to be looked at: npm run airlock -- mail preview', async () => {
    const out = mkdtempSync(join(tmpdir(), 'airlock-test-'));
    const invocation = readInvocation([
      'mail',
      'preview',
      '--feeds',
      'test/feeds',
      '--feed',
      'acme/files',
      '--out',
      out,
    ]);
    if (invocation === 'help') throw new Error('help');
    expect(await mailPreview(invocation)).toBe(true);
    const page = await browser.open(pathToFileURL(join(out, 'index.html')).href);
    const kinds = partnerMailKinds.length + staffMailKinds.length;
    expect(await page.locator('iframe').count()).toBe(kinds * locales.length);
  });
});
