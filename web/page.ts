import type { LinkAnswer } from '../core/api/bodies.ts';
import { isLocale, type Locale, locales } from '../core/locales.ts';
import { headBytes } from '../core/validation/head.ts';
import { ApiProblem, ConnectionLost, type LinkApi } from './api.ts';
import { type Checked, checkFile, NoEngine } from './check.ts';
import { base64OfHex, FileUnreadable } from './checksum.ts';
import { h } from './dom.ts';
import { packed } from './packed.ts';
import { SendingPanel } from './sending.ts';
import { type Speech, speak } from './texts.ts';
import { type Receipt, Uploader, UploadRefused } from './uploader.ts';
import * as view from './view.ts';

/** How often is asked what became of a file that is being checked; the last pause again and again. */
const pollMs = [1000, 1000, 2000, 2000, 5000, 10_000];

/** What the person is doing on the page, besides what the server says of the delivery. */
type Doing =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'sending'; readonly panel: SendingPanel }
  | { readonly kind: 'mending'; readonly file: File; readonly checked: Checked }
  | { readonly kind: 'failed'; readonly message: string; readonly file: File | undefined }
  | { readonly kind: 'sent'; readonly receipt: Receipt };

/** The page of one link: shows what the server says, and what the person does about it. */
export class Page {
  readonly #api: LinkApi;
  readonly #root: HTMLElement;
  readonly #languages: readonly string[];
  #speech: Speech;
  #link: LinkAnswer | undefined;
  /** The server's clock, less this computer's own. */
  #ahead = 0;
  #doing: Doing = { kind: 'nothing' };
  #polls = 0;
  #asking = 0;
  #answered: Promise<void> = Promise.resolve();
  #poll: ReturnType<typeof setTimeout> | undefined;

  constructor(api: LinkApi, root: HTMLElement, languages: readonly string[]) {
    this.#api = api;
    this.#root = root;
    this.#languages = languages;
    const wanted = languages.map((one) => one.slice(0, 2)).find(isLocale);
    this.#speech = speak(wanted ?? 'en', languages);
  }

  async open(): Promise<void> {
    this.#show(h('p', { role: 'status' }, this.#speech.text.loading));
    await this.#refresh();
    setInterval(() => this.#tick(), 1000);
    window.addEventListener('beforeunload', (event) => {
      if (this.#doing.kind === 'sending') event.preventDefault();
    });
    // Whoever comes back to the page sees how things stand now.
    window.addEventListener('pageshow', ({ persisted }) => void (persisted && this.#refresh()));
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && this.#doing.kind === 'nothing') void this.#refresh();
    });
    // A file that misses the zone must not replace the page.
    for (const event of ['dragover', 'drop']) window.addEventListener(event, (one) => one.preventDefault());
  }

  /** One question after the other: an older answer never comes after a newer one. */
  #refresh(): Promise<void> {
    this.#asking += 1;
    this.#answered = this.#answered
      .then(() => this.#ask())
      .finally(() => {
        this.#asking -= 1;
      });
    return this.#answered;
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#poll);
    try {
      const before = this.#link;
      const link = await this.#api.show();
      this.#link = link;
      this.#ahead = Date.parse(link.now) - Date.now();
      const hasMoved = before?.state !== link.state || before.attempt !== link.attempt;
      // What went before is over: its failures and findings would hide those of now.
      const isOver =
        this.#doing.kind === 'sent' ? link.state !== 'checking' : hasMoved && this.#doing.kind !== 'sending';
      if (isOver) this.#doing = { kind: 'nothing' };
      // Made new only for something new: whoever is typing, or has the focus somewhere, keeps it.
      if (isNews(before, link)) this.#render(hasMoved && before !== undefined);
      this.#pollAgain(link);
    } catch (error) {
      this.#lost(error);
    }
  }

  /** While a file is being checked its verdict is near. */
  #pollAgain({ state }: LinkAnswer): void {
    this.#polls = state === 'checking' ? this.#polls + 1 : 0;
    if (state !== 'checking') return;
    this.#poll = setTimeout(() => void this.#refresh(), this.#pauseMs());
  }

  #pauseMs(): number {
    return pollMs[Math.min(this.#polls, pollMs.length) - 1] ?? 0;
  }

  #lost(error: unknown): void {
    if (error instanceof ApiProblem && error.problem === 'link-unknown') {
      this.#show(h('main', {}, ...view.statement(this.#speech.text.unknown)));
      return;
    }
    if (error instanceof ApiProblem && error.problem === 'link-over') {
      this.#show(h('main', {}, ...view.statement(this.#speech.text.superseded)));
      return;
    }
    // The request is being opened, or the connection is away: ask again by and by, ever more rarely.
    this.#polls += 1;
    const after = error instanceof ApiProblem ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    this.#poll = setTimeout(() => void this.#refresh(), Math.max(after, this.#pauseMs()));
    if (this.#link) return;
    const { text } = this.#speech;
    const message = error instanceof ConnectionLost ? text.offline : text.loading;
    this.#show(h('main', {}, h('p', { role: 'status' }, message)));
  }

  #render(movesFocus = false): void {
    const link = this.#link;
    if (!link) return;
    const { text } = this.#speech;
    document.documentElement.lang = this.#speech.locale;
    document.title = `${link.title} · ${link.period}`;
    const content = link.state === 'open' ? this.#open(link) : this.#closed(link);
    this.#show(
      h('header', {}, this.#languageButton()),
      h('main', { 'data-state': link.state }, ...content),
      h('footer', {}, h('p', {}, `${link.requestId} · ${text.attempt(Math.max(1, link.attempt), link.attempts)}`)),
    );
    this.#tick();
    if (movesFocus) this.#root.querySelector<HTMLElement>('h1')?.focus();
  }

  #languageButton(): HTMLElement {
    const { locale, text } = this.#speech;
    const other: Locale = locales.find((one) => one !== locale) ?? 'en';
    const switchTo = h('button', { type: 'button', class: 'language', lang: other }, text.otherLanguage);
    switchTo.addEventListener('click', () => {
      this.#speech = speak(other, this.#languages);
      this.#render();
      this.#root.querySelector<HTMLElement>('button.language')?.focus();
    });
    // A panel that shows progress speaks the language that it was made in.
    switchTo.disabled = this.#doing.kind === 'sending';
    return switchTo;
  }

  #open(link: LinkAnswer): Node[] {
    const speech = this.#speech;
    const leftSeconds = this.#secondsUntil(link.dueAt);
    const isSending = this.#doing.kind === 'sending';
    return [
      ...view.heading(speech, link, leftSeconds),
      ...this.#rejection(link),
      ...this.#doingNow(),
      ...(isSending ? [] : [view.dropZone(speech, link, (files) => void this.#take(files, link))]),
      view.expectations(speech, link),
      ...(link.nothingToDeliver.offered && !isSending
        ? [view.nothingForm(speech, link, (reason) => void this.#declareNothing(reason))]
        : []),
    ];
  }

  #rejection({ rejection }: LinkAnswer): Node[] {
    if (!rejection || this.#doing.kind !== 'nothing') return [];
    const { text } = this.#speech;
    const table = view.findingsTable(this.#speech, rejection.findings, rejection.total);
    const told = h('p', {}, text.findingsAfter(rejection.total));
    return [h('section', { class: 'notice bad', id: 'findings' }, told, ...table, this.#reportButtons())];
  }

  #doingNow(): Node[] {
    const { text } = this.#speech;
    const doing = this.#doing;
    switch (doing.kind) {
      case 'sending':
        return [doing.panel.element];
      case 'mending': {
        const { file, checked } = doing;
        const isFinal = checked.findings.some(({ severity }) => severity === 'error');
        const table = view.findingsTable(this.#speech, checked.findings, checked.total);
        return [
          h(
            'section',
            { class: isFinal ? 'notice bad' : 'notice', role: 'alert', id: 'findings' },
            h('p', {}, isFinal ? text.findingsBefore : text.warningsBefore),
            ...table,
            isFinal ? undefined : view.button(text.sendAnyway, () => void this.#send(file, checked.sha256), 'main'),
          ),
        ];
      }
      case 'failed': {
        const { file } = doing;
        return [
          h(
            'section',
            { class: 'notice bad', role: 'alert', id: 'failure' },
            h('p', {}, doing.message),
            file && view.button(text.retry, () => void this.#send(file), 'main'),
          ),
        ];
      }
      default:
        return [];
    }
  }

  /** Nothing can be sent (any more). */
  #closed(link: LinkAnswer): Node[] {
    const { text } = this.#speech;
    const { state, receipt } = link;
    if (state === 'open' || state === 'opening') return [];
    const findings = state === 'undecided' || state === 'rejected' ? link.rejection : undefined;
    const mayAsk = state === 'missed' || state === 'revoked';
    const kept = receipt ?? (this.#doing.kind === 'sent' ? this.#doing.receipt : undefined);
    return [
      ...view.statement(text.states[state]),
      h('p', { class: 'soft' }, `${link.title} · ${this.#speech.period(link.period)}`),
      ...(state === 'accepted' && link.outcome !== undefined ? [h('p', {}, link.outcome)] : []),
      ...(kept && (state === 'accepted' || state === 'checking' || state === 'undecided')
        ? [view.receiptList(this.#speech, kept)]
        : []),
      ...(findings
        ? [
            h(
              'section',
              { id: 'findings' },
              ...view.findingsTable(this.#speech, findings.findings, findings.total),
              this.#reportButtons(),
            ),
          ]
        : []),
      ...(mayAsk ? [this.#renewal(link)] : []),
    ];
  }

  /** The report to take away, in the language of the page. */
  #reportButtons(): Node {
    const { text, locale } = this.#speech;
    const save = (file: string) => () =>
      void this.#act(async () => {
        location.assign((await this.#api.report(file)).url);
      });
    return h(
      'p',
      {},
      view.button(text.reportPage, save(`report.${locale}.html`)),
      ' ',
      view.button(text.reportTable, save(`report.${locale}.csv`)),
    );
  }

  #renewal({ renewalAskedAt }: LinkAnswer): Node {
    const { text } = this.#speech;
    if (renewalAskedAt !== undefined) return h('p', { class: 'notice', role: 'status' }, text.linkAsked);
    const ask = view.button(text.askForLink, () => void this.#act(() => this.#api.askForNewLink()), 'main');
    return h('p', {}, ask);
  }

  /** The files of a set go as one archive; whoever made that already sends it as it is. */
  async #take(files: readonly File[], { file: wanted, title }: LinkAnswer): Promise<void> {
    const [first] = files;
    if (!first || this.#doing.kind === 'sending') return;
    const isReady = wanted.format !== 'set' || (files.length === 1 && /\.zip$/i.test(first.name));
    if (isReady) return this.#choose(first);
    const twice = files.find(({ name }, index) => files.findIndex((one) => one.name === name) !== index);
    if (twice) this.#become({ kind: 'failed', message: this.#speech.text.twice(twice.name), file: undefined });
    else await this.#pack(files, `${title}.zip`);
  }

  async #pack(files: readonly File[], name: string): Promise<void> {
    const cancelled = new AbortController();
    const size = files.reduce((sum, file) => sum + file.size, 0);
    const panel = this.#panelFor({ name, size }, { cancel: () => cancelled.abort() });
    this.#become({ kind: 'sending', panel });
    try {
      const onProgress = (bytes: number): void => panel.packing(bytes);
      const archive = await packed(files, name, { signal: cancelled.signal, onProgress });
      this.#doing = { kind: 'nothing' };
      await this.#choose(archive);
    } catch (error) {
      if (cancelled.signal.aborted) this.#become({ kind: 'nothing' });
      else this.#become({ kind: 'failed', message: this.#wordsFor(error), file: undefined });
    }
  }

  /** Checks all of a file, and sends it if nothing speaks against it. */
  async #choose(file: File): Promise<void> {
    if (this.#doing.kind === 'sending') return;
    const cancelled = new AbortController();
    const panel = this.#panelFor(file, { cancel: () => cancelled.abort() });
    this.#become({ kind: 'sending', panel });
    try {
      const checked = await this.#check(file, panel, cancelled.signal);
      if (checked.findings.length > 0) this.#become({ kind: 'mending', file, checked });
      else await this.#send(file, checked.sha256);
    } catch (error) {
      if (cancelled.signal.aborted) this.#become({ kind: 'nothing' });
      else await this.#fail(error, file);
    }
  }

  /** The check is a courtesy: where it cannot be had the upload itself decides. */
  async #check(file: File, panel: SendingPanel, signal: AbortSignal): Promise<Checked> {
    const onProgress = (bytes: number): void => panel.preparing(bytes);
    try {
      const { file: rules, period } = await this.#api.rules();
      return await checkFile({ file, rules, period }, { signal, onProgress });
    } catch (error) {
      if (error instanceof ConnectionLost) return { findings: [], total: 0, sha256: undefined };
      if (!(error instanceof NoEngine)) throw error;
      const { findings } = await this.#api.check(declared(file), await headOf(file));
      return { findings, total: findings.length, sha256: undefined };
    }
  }

  /** @param sha256 hex, where the file was read before */
  async #send(file: File, sha256?: string): Promise<void> {
    const cancelled = new AbortController();
    const panel = this.#panelFor(file, {
      pause: () => uploader.pause(),
      resume: () => uploader.resume(),
      cancel: () => {
        cancelled.abort();
        uploader.cancel();
      },
    });
    const uploader: Uploader = new Uploader(this.#api, file, {
      onProgress: (bytes) => panel.progress(bytes),
      onWaiting: (isWaiting) => panel.waiting(isWaiting),
    });
    this.#become({ kind: 'sending', panel });
    try {
      const onProgress = (bytes: number): void => panel.preparing(bytes);
      const hex = sha256 ?? (await checkFile({ file }, { signal: cancelled.signal, onProgress })).sha256 ?? '';
      panel.sending();
      const receipt = await uploader.run(base64OfHex(hex));
      this.#doing = { kind: 'sent', receipt };
      if (this.#link) this.#link = { ...this.#link, state: 'checking' };
      this.#render(true);
      await this.#refresh();
    } catch (error) {
      if (cancelled.signal.aborted) this.#become({ kind: 'nothing' });
      else await this.#fail(error, file);
    }
  }

  #panelFor(
    file: Pick<File, 'name' | 'size'>,
    controls: Partial<ConstructorParameters<typeof SendingPanel>[2]>,
  ): SendingPanel {
    const none = { pause: () => undefined, resume: () => undefined, cancel: () => undefined };
    return new SendingPanel(this.#speech, file, { ...none, ...controls });
  }

  /** Says what went wrong; how the delivery stands may have changed meanwhile. */
  async #fail(error: unknown, file: File): Promise<void> {
    const isFinal = error instanceof FileUnreadable || error instanceof UploadRefused;
    this.#become({ kind: 'failed', message: this.#wordsFor(error), file: isFinal ? undefined : file });
    await this.#refresh();
  }

  #wordsFor(error: unknown): string {
    const { text } = this.#speech;
    if (error instanceof FileUnreadable) return text.unreadable;
    if (error instanceof UploadRefused) return text.refused;
    if (error instanceof ConnectionLost) return text.offline;
    if (error instanceof ApiProblem) return text.problems[error.problem] ?? text.broken;
    return text.broken;
  }

  async #declareNothing(reason: string): Promise<void> {
    await this.#act(() => this.#api.declareNothing(reason));
  }

  /** Does something by the API and shows how things stand then. */
  async #act(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#become({ kind: 'failed', message: this.#wordsFor(error), file: undefined });
    }
    await this.#refresh();
    this.#root.querySelector<HTMLElement>('h1')?.focus();
  }

  #become(doing: Doing): void {
    this.#doing = doing;
    this.#render();
    const focused = doing.kind === 'mending' ? '#findings' : doing.kind === 'failed' ? '#failure' : undefined;
    if (focused !== undefined) this.#root.querySelector<HTMLElement>(`${focused} button, .drop input`)?.focus();
  }

  #secondsUntil(at: string): number {
    return (Date.parse(at) - (Date.now() + this.#ahead)) / 1000;
  }

  /** The countdown; and when the window ends while somebody looks, the page says so. */
  #tick(): void {
    const link = this.#link;
    const shown = document.getElementById('left');
    if (link?.state !== 'open' || !shown) return;
    const due = this.#secondsUntil(link.dueAt);
    const close = this.#secondsUntil(link.closesAt);
    const line = this.#speech.text.left(this.#speech.span(Math.max(0, due > 0 ? due : close)));
    if (shown.textContent !== line) shown.textContent = line;
    // Once, and from then on as often as a lost answer is asked for again.
    if (close <= 0 && this.#doing.kind !== 'sending' && this.#polls + this.#asking === 0) void this.#refresh();
  }

  #show(...content: readonly Node[]): void {
    this.#root.replaceChildren(...content);
  }
}

/** Whether anything but the time is different. */
const isNews = (before: LinkAnswer | undefined, link: LinkAnswer): boolean =>
  JSON.stringify({ ...before, now: '' }) !== JSON.stringify({ ...link, now: '' });

const declared = ({ name, size, type }: File) => ({ name, size, type });

/** The first bytes, base64. @throws FileUnreadable */
const headOf = async (file: File): Promise<string> => {
  const bytes = await file
    .slice(0, headBytes)
    .arrayBuffer()
    .catch(() => {
      throw new FileUnreadable();
    });
  let text = '';
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return btoa(text);
};
