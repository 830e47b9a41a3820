import type { Locale } from '../locales.ts';
import type { Notice, NoticeKind } from '../notices.ts';
import type { Mail } from '../ports.ts';
import type { Person, RequestDocument, StaffMailKind } from '../request.ts';
import { clockTime, fullTime } from '../time.ts';
import type { Report } from '../validation/report-document.ts';
import { type Block, render } from './html.ts';
import { findingLine } from './partner.ts';
import { type StaffWords, staffTexts } from './texts/staff.ts';

/** What a mail to people on our side is about. */
export interface StaffMail {
  readonly kind: StaffMailKind;
  readonly request: RequestDocument;
  readonly attempt: number;
  /** Of the rejected upload. */
  readonly report?: Report | undefined;
  /** What the partner said, for `nothingToDeliver`. */
  readonly reason?: string | undefined;
}

const wordsOf = ({ request, attempt }: StaffMail, locale: Locale): StaffWords => ({
  title: request.feedConfig.title,
  partner: request.partner,
  period: request.period,
  usually: request.plan.usuallyBy ? clockTime(request.plan.usuallyBy, request.feedConfig.schedule.timezone) : '',
  due: fullTime(request.plan.dueAt, request.feedConfig.schedule.timezone, locale),
  attempt,
  outcome: request.outcome?.line ?? '',
});

/** The mail that raises our voice, warns, or says that all is well again: what happened, what comes next, what to do. Never holds a URL. */
export const staffMail = (mail: StaffMail, person: Person): Omit<Mail, 'to' | 'tags'> => {
  const { kind, request, report, reason } = mail;
  const { locale } = person;
  const texts = staffTexts[locale];
  const { title, schedule } = request.feedConfig;
  const words = wordsOf(mail, locale);
  const { facts } = texts;
  const blocks: Block[] = [
    { kind: 'text', text: texts.hello(person.name) },
    { kind: 'strong', text: texts.happened[kind](words) },
    ...(report
      ? [{ kind: 'list', items: report.findings.slice(0, 5).map((one) => findingLine(one, locale)) } as const]
      : []),
    {
      kind: 'facts',
      facts: [
        ...(reason === undefined ? [] : [[facts.reason, reason] as const]),
        [facts.feed, `${request.partner}/${request.feed} (${title})`],
        [facts.period, request.period],
        [facts.due, words.due],
        [facts.closes, fullTime(request.plan.closesAt, schedule.timezone, locale)],
        ...(words.outcome === '' ? [] : [[facts.state, words.outcome] as const]),
        [facts.execution, request.execution.name],
      ],
    },
    { kind: 'text', text: texts.next[kind] },
  ];
  return {
    subject: texts.subjects[kind](words),
    ...render({ blocks, footer: texts.footer(request.requestId), locale, tone: toneOf[kind] }),
  };
};

const toneOf: Readonly<Record<StaffMailKind, 'calm' | 'alarm' | 'good'>> = {
  dueSoon: 'calm',
  unusual: 'calm',
  late: 'alarm',
  recovered: 'good',
  rejectedLate: 'alarm',
  rejected: 'alarm',
  mailRefused: 'alarm',
  deliveryFailed: 'alarm',
  nothingToDeliver: 'calm',
  linkAsked: 'calm',
};

/** The notice to operators, who share one language. */
export const staffNotice = (mail: StaffMail & { readonly kind: NoticeKind }): Notice => {
  const words = wordsOf(mail, 'en');
  const { subjects, happened } = staffTexts.en;
  const { kind, request } = mail;
  return { kind, subject: subjects[kind](words), message: happened[kind](words), requestId: request.requestId };
};
