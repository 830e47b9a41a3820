import type { Mail } from '../ports.ts';
import type { LinkDocument, PartnerMailKind, Person, RequestDocument } from '../request.ts';
import { fullTime } from '../time.ts';
import { type Finding, findingCount, type Report } from '../validation/findings.ts';
import { layoutOf } from '../validation/layout.ts';
import { curlLine } from './curl.ts';
import { type Block, render } from './html.ts';

/** How the partner may send the file: by the page behind a link, or straight to one URL. */
export type UploadWay =
  | { readonly mode: 'link'; readonly url: string; readonly expiresAt: string }
  | ({ readonly mode: 'direct' } & Pick<LinkDocument, 'url' | 'expiresAt' | 'requiredHeaders'>);

/** What a mail to a partner is about. */
export interface PartnerMail {
  readonly kind: Exclude<PartnerMailKind, 'receipt'>;
  readonly request: RequestDocument;
  readonly attempt: number;
  readonly way: UploadWay;
  /** Of the rejected upload; only for `fix`. */
  readonly report: Report | undefined;
}

/** The mail that hands a URL to a partner, and says until when, what for and how. */
export const partnerMail = (mail: PartnerMail, person: Person): Omit<Mail, 'to' | 'tags'> => {
  const { request } = mail;
  const blocks: Block[] = [
    { kind: 'text', text: `Hello ${person.name},` },
    { kind: 'strong', text: opening(mail) },
    ...findingsBlocks(mail),
    { kind: 'facts', facts: facts(mail) },
    ...uploadBlocks(mail),
  ];
  return { subject: subject(mail), ...render(blocks, footer(request)) };
};

/** The mail that thanks. */
export const receiptMail = (request: RequestDocument, person: Person): Omit<Mail, 'to' | 'tags'> => {
  const { title } = request.feedConfig;
  const blocks: Block[] = [
    { kind: 'text', text: `Hello ${person.name},` },
    { kind: 'strong', text: `Thank you: “${title}” for ${request.period} arrived and is valid.` },
    { kind: 'text', text: request.outcome?.line ?? '' },
    { kind: 'text', text: 'There is nothing more to do.' },
  ];
  return { subject: `Received: ${title} for ${request.period}`, ...render(blocks, footer(request)) };
};

const subject = ({ kind, request, way }: PartnerMail): string => {
  const what = `${request.feedConfig.title} for ${request.period}`;
  const lines: Record<PartnerMail['kind'], string> = {
    request: `Please send: ${what}`,
    reminder: `Reminder: ${what} is due soon`,
    late: `Late: ${what} was due`,
    fix: `Please correct: ${what}`,
    extended: `More time: ${what}`,
    reissued: `New upload ${way.mode === 'link' ? 'link' : 'address'}: ${what}`,
  };
  return lines[kind];
};

const opening = ({ kind, request, attempt, way, report }: PartnerMail): string => {
  const { title, schedule } = request.feedConfig;
  const what = `“${title}” for ${request.period}`;
  const due = fullTime(request.plan.dueAt, schedule.timezone);
  const problems = findingCount(report?.totals ?? {});
  const missing = attempt > 1 ? `a corrected file for ${what}` : what;
  const lines: Record<PartnerMail['kind'], string> = {
    request: `Please send ${what} by ${due}.`,
    reminder: `We have not received ${missing} yet. It is due ${due}.`,
    late: `${what} was due ${due}, and ${attempt > 1 ? 'no valid file' : 'nothing'} has arrived. You can still send it.`,
    fix: `We could not use the file you sent for ${what}: ${problems} ${problems === 1 ? 'problem' : 'problems'}. Please mend it and send it again (attempt ${attempt} of ${Math.max(attempt, request.feedConfig.attempts)}).`,
    extended: `You have more time for ${missing}: it is now due ${due}.`,
    reissued: `Here is a new ${way.mode === 'link' ? 'link' : 'address'} for ${what}.`,
  };
  return lines[kind];
};

const facts = ({ request, way }: PartnerMail): (readonly [string, string])[] => {
  const { schedule, file } = request.feedConfig;
  const columns = file.schema?.fields.map(({ name }) => name).join(', ');
  return [
    ['Due', fullTime(request.plan.dueAt, schedule.timezone)],
    ['Accepted until', fullTime(request.plan.closesAt, schedule.timezone)],
    ...(way.mode === 'direct'
      ? [['The address below works until', fullTime(way.expiresAt, schedule.timezone)] as const]
      : []),
    ['Format', file.format === 'opaque' ? `.${file.extension}` : layoutOf(file, 'en')],
    ...(columns ? [['Columns', columns] as const] : []),
    ['Size', `at most ${file.maxBytes.toLocaleString('en-GB')} bytes`],
  ];
};

const uploadBlocks = ({ request, way }: PartnerMail): Block[] => {
  const { feed, file } = request.feedConfig;
  const fileName = `${feed}.${file.extension}`;
  return way.mode === 'link' ? linkBlocks(way.url, fileName) : directBlocks(way, fileName);
};

const linkBlocks = (url: string, fileName: string): Block[] => [
  { kind: 'button', label: 'Upload the file', url },
  {
    kind: 'code',
    label: 'Or from a script (one file for Node, from those who asked you):',
    code: `node airlock-upload.mjs '${url}' ${fileName}`,
  },
  {
    kind: 'text',
    text: 'The link is yours: whoever has it can upload this one file, so please do not pass it on. Opening it sends nothing.',
  },
];

const directBlocks = ({ url, requiredHeaders }: UploadWay & { mode: 'direct' }, fileName: string): Block[] => [
  {
    kind: 'code',
    label: 'Send it with this one line (put your file name in place of the one behind -T):',
    code: curlLine(url, requiredHeaders, fileName),
  },
  {
    kind: 'text',
    text: 'Or with any program: a PUT of the file itself (no form), with exactly these headers:',
  },
  { kind: 'list', items: Object.entries(requiredHeaders).map(([name, value]) => `${name}: ${value}`) },
  {
    kind: 'link',
    label: 'The address (it takes one file, and opening it in a browser does nothing):',
    url,
  },
  {
    kind: 'text',
    text: 'Whoever has this address can upload this one file: please do not pass it on. If it has ended, wait for the next reminder or ask the people who need the file.',
  },
];

const findingsBlocks = ({ report, way }: PartnerMail): Block[] => {
  if (!report) return [];
  const shown = report.findings.slice(0, 15);
  const total = findingCount(report.totals);
  const more: Block[] =
    total > shown.length ? [{ kind: 'text', text: `… and ${total - shown.length} more of the same kinds.` }] : [];
  const whole: Block[] =
    way.mode === 'link'
      ? [{ kind: 'text', text: 'The whole report, as a page and as a table, is behind the link below.' }]
      : [];
  return [{ kind: 'list', items: shown.map(findingLine) }, ...more, ...whole];
};

/** `Line 3, column order_date: expected a date such as …, got "22.11.2026". Write dates as year-month-day.` */
export const findingLine = ({ line, column, expected, got, fix }: Finding): string => {
  const place = [line !== undefined && `line ${line}`, column !== undefined && `column ${column}`].filter(Boolean);
  const where = place.length > 0 ? `${capital(place.join(', '))}: expected` : 'Expected';
  return `${where} ${expected}, got “${got}”.${fix ? ` ${capital(fix)}.` : ''}`;
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const footer = (request: RequestDocument): string =>
  `Airlock, request ${request.requestId}. You get this because you are named as the contact for this delivery.`;
