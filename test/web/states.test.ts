import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { Airlock, badCsv, goodCsv } from '../support/airlock.ts';
import { visitEveryState } from '../support/page-states.ts';
import { PartnerBrowser } from '../support/partner-page.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds against WCAG 2.2 AA, as `impact rule: element`. */
const violations = (page: Page): Promise<string[]> =>
  page.evaluate(`(async () => {
    ${axe};
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await window.axe.run(document, { runOnly: tags });
    return violations.flatMap(({ id, impact, nodes }) => nodes.map(({ html }) => impact + ' ' + id + ': ' + html));
  })()`);

const example = {
  feed: 'acme/files',
  partner: 'data@acme.example',
  attempts: 2,
  good: goodCsv,
  bad: badCsv,
  rows: (count: number) =>
    `id,day,amount\n${Array.from({ length: count }, (_, row) => `${row},2026-11-20,10.50\n`).join('')}`,
  badRow: 'x,2026-11-20,1',
};

const stateNames = [
  'open',
  'mended-before-sending',
  'warned',
  'sending',
  'paused',
  'connection-lost',
  'checking',
  'sent-back',
  'accepted',
  'undecided',
  'revoked',
  'new-link-asked',
  'waived',
  'missed',
  'unknown',
];

describe.each([
  ['in the light, at a desk', {}],
  [
    'in the dark, on a phone, in German',
    { colorScheme: 'dark' as const, viewport: { width: 360, height: 700 }, locale: 'de-DE' },
  ],
])('every state of the page, %s,', (_, options) => {
  let airlock: Airlock;
  let browser: PartnerBrowser;
  const seen = new Map<string, { violations: string[]; overflow: unknown; language: unknown }>();
  beforeAll(async () => {
    [airlock, browser] = await Promise.all([Airlock.start(), PartnerBrowser.launch()]);
    await visitEveryState(
      { airlock, browser, example },
      async (name, page) => {
        seen.set(name, {
          violations: await violations(page),
          overflow: await page.evaluate('document.documentElement.scrollWidth > window.innerWidth'),
          language: await page.evaluate('document.documentElement.lang'),
        });
      },
      { bypassCSP: true, ...options },
    );
  });
  afterAll(() => Promise.all([airlock.stop(), browser.close()]));

  it.each(stateNames)('%s: no violation of WCAG 2.2 AA, nothing wider than the screen', (name) => {
    expect(seen.get(name)).toMatchObject({ violations: [], overflow: false });
  });

  it('raises no error', () => {
    expect(browser.faults).toEqual([]);
  });
});
