import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Airlock } from './airlock.ts';
import { launchBrowser } from './browser.mjs';

/** Something to send, from memory. */
export interface SentFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export const csvFile = (text: string, name = 'orders.csv'): SentFile => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(text),
});

/** A browser at a partner's, which notes every breach of the page's policy and every script error. */
export class PartnerBrowser {
  readonly #browser: Browser;
  readonly #faults: string[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async launch(): Promise<PartnerBrowser> {
    return new PartnerBrowser(await launchBrowser());
  }

  /** Opens a link in a window of its own. */
  async open(link: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
    const page = await context.newPage();
    page.on('pageerror', (error) => this.#faults.push(String(error)));
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted Type/i.test(message.text())) this.#faults.push(message.text());
    });
    await page.goto(link);
    return page;
  }

  /** Breaches and errors so far. */
  get faults(): readonly string[] {
    return this.#faults;
  }

  /** Closes every window; the browser stays. */
  async closePages(): Promise<void> {
    await Promise.all(this.#browser.contexts().map((context) => context.close()));
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

/** The link of the newest mail to somebody. */
export const linkOf = async (airlock: Airlock, to = 'data@acme.example'): Promise<string> => {
  const mail = (await airlock.emails()).findLast((one) => one.to.includes(to) && one.text.includes('/u/'));
  const [link] = /http\S+\/u\/[\w-]+#[\w-]+/.exec(mail?.text ?? '') ?? [];
  if (link === undefined) throw new Error(`no mail with a link to ${to}`);
  return link;
};

/** Waits until the page shows a state of the delivery, in whatever language. */
export const stateOf = async (page: Page, state: string): Promise<void> => {
  await page.waitForSelector(`main[data-state=${state}]`, { timeout: 20_000 });
};

/** Gives the page a file, as a person does by the file dialog. */
export const choose = (page: Page, file: SentFile | string): Promise<void> => page.setInputFiles('#file', file);

/** Chooses a file while the rules cannot be had: then the page checks nothing, and the upload itself decides. */
export const chooseUnchecked = async (page: Page, file: Parameters<typeof choose>[1]): Promise<void> => {
  await page.route('**/rules', (route) => route.abort('connectionreset'));
  // Looked for from before: on a busy machine a small file is gone when the choice is answered.
  await Promise.all([page.waitForSelector('#sending'), choose(page, file)]);
  await page.waitForSelector('#sending', { state: 'detached' });
  await page.unroute('**/rules');
};
