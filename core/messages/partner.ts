import type { Locale } from '../locales.ts';
import type { Mail } from '../ports.ts';
import type { LinkDocument, PartnerMailKind, Person, RequestDocument } from '../request.ts';
import { fullTime } from '../time.ts';
import { layoutOf } from '../validation/layout.ts';
import { type Finding, findingCount, type Report } from '../validation/report-document.ts';
import { wordsOf } from '../validation/words.ts';
import { curlLine } from './curl.ts';
import { type Block, render } from './html.ts';
import { partnerTexts } from './texts/partner.ts';

/** How the partner may send the file: by the page behind a link, or straight to one URL. */
export type UploadWay =
  | { readonly mode: 'link'; readonly url: string; readonly expiresAt: string }
  | ({ readonly mode: 'direct' } & Pick<LinkDocument, 'url' | 'expiresAt' | 'requiredHeaders'>);

/** Mails that ask for nothing: they thank, or say that nothing is needed any more. */
type WordKind = Extract<PartnerMailKind, 'receipt' | 'waived'>;

/** What a mail to a partner is about. */
export interface PartnerMail {
  readonly kind: Exclude<PartnerMailKind, WordKind>;
  readonly request: RequestDocument;
  readonly attempt: number;
  readonly way: UploadWay;
  /** Of the rejected upload; only for `fix`. */
  readonly report: Report | undefined;
}

/** The mail that hands a URL to a partner, and says until when, what for and how, in the partner's language. */
export const partnerMail = (mail: PartnerMail, person: Person): Omit<Mail, 'to' | 'tags'> => {
  const { kind, request } = mail;
  const texts = partnerTexts[person.locale];
  const blocks: Block[] = [
    { kind: 'text', text: texts.hello(person.name) },
    { kind: 'strong', text: texts.openings[kind](wordsFor(mail, person.locale)) },
    ...findingsBlocks(mail, person.locale),
    { kind: 'facts', facts: facts(mail, person.locale) },
    ...uploadBlocks(mail, person.locale),
  ];
  return finished(
    request,
    person.locale,
    subjectOf(mail, person.locale),
    blocks,
    kind === 'late' || kind === 'fix' ? 'alarm' : 'calm',
  );
};

/** The mail that thanks, or excuses. */
export const partnerWord = (
  { kind, request }: { readonly kind: WordKind; readonly request: RequestDocument },
  { name, locale }: Person,
): Omit<Mail, 'to' | 'tags'> => {
  const texts = partnerTexts[locale];
  const { title, schedule } = request.feedConfig;
  const words = {
    what: texts.what(title, request.period),
    due: '',
    attempt: 1,
    attempts: 1,
    problems: 0,
    byLink: true,
  };
  const { outcome } = request;
  const at = outcome && fullTime(outcome.at, schedule.timezone, locale);
  const blocks: Block[] = [
    { kind: 'text', text: texts.hello(name) },
    { kind: 'strong', text: texts.openings[kind](words) },
    ...(kind === 'receipt' && outcome && at !== undefined
      ? [
          {
            kind: 'facts',
            facts: [
              [texts.facts.received, at],
              // The line is for everybody, in the language that operators share.
              ...(locale === 'en' ? [[texts.facts.outcome, outcome.line] as const] : []),
            ],
          } as const,
        ]
      : []),
    { kind: 'text', text: texts.nothingMore },
  ];
  const subject = texts.subjects[kind]({ what: plain(request, locale), byLink: true });
  return finished(request, locale, subject, blocks, 'good');
};

const finished = (
  request: RequestDocument,
  locale: Locale,
  subject: string,
  blocks: readonly Block[],
  tone: 'calm' | 'alarm' | 'good',
): Omit<Mail, 'to' | 'tags'> => {
  const { brand } = request.feedConfig;
  const footer = partnerTexts[locale].footer(request.requestId);
  return {
    subject,
    ...render({ blocks, footer, locale, tone, ...(brand && { brand }) }),
    ...(brand?.replyTo !== undefined && { replyTo: brand.replyTo }),
  };
};

const plain = ({ feedConfig, period }: RequestDocument, locale: Locale): string =>
  `${feedConfig.title} ${locale === 'de' ? 'für' : 'for'} ${period}`;

const subjectOf = ({ kind, request, way }: PartnerMail, locale: Locale): string =>
  partnerTexts[locale].subjects[kind]({ what: plain(request, locale), byLink: way.mode === 'link' });

const wordsFor = ({ request, attempt, way, report }: PartnerMail, locale: Locale) => {
  const { title, schedule, attempts } = request.feedConfig;
  return {
    what: partnerTexts[locale].what(title, request.period),
    due: fullTime(request.plan.dueAt, schedule.timezone, locale),
    attempt,
    attempts: Math.max(attempt, attempts),
    problems: findingCount(report?.totals ?? {}),
    byLink: way.mode === 'link',
  };
};

const facts = ({ request, way }: PartnerMail, locale: Locale): (readonly [string, string])[] => {
  const { schedule, file } = request.feedConfig;
  const texts = partnerTexts[locale];
  const time = (at: string) => fullTime(at, schedule.timezone, locale);
  const columns = file.schema?.fields.map(({ name }) => name).join(', ');
  return [
    [texts.facts.due, time(request.plan.dueAt)],
    [texts.facts.until, time(request.plan.closesAt)],
    ...(way.mode === 'direct' ? [[texts.facts.addressUntil, time(way.expiresAt)] as const] : []),
    [texts.facts.format, file.format === 'opaque' ? `.${file.extension}` : layoutOf(file, locale)],
    ...(columns ? [[texts.facts.columns, columns] as const] : []),
    [texts.facts.size, texts.atMost(file.maxBytes.toLocaleString(locale === 'de' ? 'de-DE' : 'en-GB'))],
  ];
};

const uploadBlocks = ({ request, way }: PartnerMail, locale: Locale): Block[] => {
  const { feed, file } = request.feedConfig;
  const fileName = `${feed}.${file.extension}`;
  return way.mode === 'link' ? linkBlocks(way.url, fileName, locale) : directBlocks(way, fileName, locale);
};

const linkBlocks = (url: string, fileName: string, locale: Locale): Block[] => {
  const { button, script, linkHint } = partnerTexts[locale];
  return [
    { kind: 'button', label: button, url },
    { kind: 'code', label: script, code: `node airlock-upload.mjs '${url}' ${fileName}` },
    { kind: 'text', text: linkHint },
  ];
};

const directBlocks = (
  { url, requiredHeaders }: UploadWay & { mode: 'direct' },
  fileName: string,
  locale: Locale,
): Block[] => {
  const { curl, put, address, addressName, addressHint } = partnerTexts[locale];
  return [
    { kind: 'code', label: curl, code: curlLine(url, requiredHeaders, fileName) },
    { kind: 'text', text: put },
    { kind: 'list', items: Object.entries(requiredHeaders).map(([name, value]) => `${name}: ${value}`) },
    { kind: 'link', label: address, name: addressName, url },
    { kind: 'text', text: addressHint },
  ];
};

/** A mail shows no more findings than somebody reads. */
const shownFindings = 15;

const findingsBlocks = ({ report, way }: PartnerMail, locale: Locale): Block[] => {
  if (!report) return [];
  const texts = partnerTexts[locale];
  const shown = report.findings.slice(0, shownFindings);
  const total = findingCount(report.totals);
  const more: Block[] = total > shown.length ? [{ kind: 'text', text: texts.more(total - shown.length) }] : [];
  const whole: Block[] = way.mode === 'link' ? [{ kind: 'text', text: texts.wholeReport }] : [];
  return [{ kind: 'list', items: shown.map((one) => findingLine(one, locale)) }, ...more, ...whole];
};

/** `Line 3, column order_date: expected a date such as …, got “22.11.2026”. Write dates as year-month-day.` */
export const findingLine = (finding: Finding, locale: Locale): string => {
  const texts = partnerTexts[locale];
  const { expected, got, fix } = wordsOf(finding, locale);
  return texts.finding(texts.place(finding.file, finding.line, finding.column), expected, got, fix);
};
