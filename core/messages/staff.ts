import type { Mail } from '../ports.ts';
import type { EscalationKind, Person, RequestDocument } from '../request.ts';
import { fullTime } from '../time.ts';
import type { Report } from '../validation/findings.ts';
import { type Block, render } from './html.ts';
import { findingLine } from './partner.ts';

/** The mail about a partner who stands before a link that takes no file any more. Never holds a URL. */
export const linkAskedMail = (request: RequestDocument, person: Person): Omit<Mail, 'to' | 'tags'> => {
  const { title } = request.feedConfig;
  const blocks: Block[] = [
    { kind: 'text', text: `Hello ${person.name},` },
    { kind: 'strong', text: `The partner asks for a new upload link for “${title}” for ${request.period}.` },
    {
      kind: 'facts',
      facts: [
        ['Feed', `${request.partner}/${request.feed} (${title})`],
        ['State', request.outcome?.line ?? 'The links that were out have been revoked.'],
      ],
    },
    {
      kind: 'text',
      text: 'While the request is open, POST /requests/<request>/reissue has a new link mailed. After its end, talk to the partner: the file belongs to a new request.',
    },
  ];
  const footer = `Airlock, request ${request.requestId}. You get this because the feed names you as its owner.`;
  return { subject: `New link wanted: ${request.partner}: ${title} for ${request.period}`, ...render(blocks, footer) };
};

/** The mail that raises our voice: what happened, what happens next, what you can do. Never holds a URL. */
export const escalationMail = (
  kind: EscalationKind,
  request: RequestDocument,
  attempt: number,
  { report, reason }: { readonly report: Report | undefined; readonly reason: string | undefined },
  person: Person,
): Omit<Mail, 'to' | 'tags'> => {
  const { title, schedule } = request.feedConfig;
  const zone = schedule.timezone;
  const blocks: Block[] = [
    { kind: 'text', text: `Hello ${person.name},` },
    { kind: 'strong', text: whatHappened(kind, request, attempt) },
    ...(report ? [{ kind: 'list', items: report.findings.slice(0, 5).map(findingLine) } as const] : []),
    {
      kind: 'facts',
      facts: [
        ...(reason === undefined ? [] : [['Reason given', reason] as const]),
        ['Feed', `${request.partner}/${request.feed} (${title})`],
        ['Period', request.period],
        ['Due', fullTime(request.plan.dueAt, zone)],
        ['Closes', fullTime(request.plan.closesAt, zone)],
        ['Execution', request.execution.name],
      ],
    },
    { kind: 'text', text: whatNext[kind] },
  ];
  const footer = `Airlock, request ${request.requestId}. You get this because the feed names you for escalations.`;
  return { subject: escalationSubject(kind, request), ...render(blocks, footer) };
};

/** The subject of an escalation; also the subject of the notice to operators. */
export const escalationSubject = (kind: EscalationKind, { feedConfig, period, partner }: RequestDocument): string => {
  const what = `${partner}: ${feedConfig.title} for ${period}`;
  const lines: Record<EscalationKind, string> = {
    late: `Not delivered: ${what}`,
    rejected: `Rejected: ${what}`,
    mailRefused: `Mail refused: ${what}`,
    deliveryFailed: `Mail bounced: ${what}`,
    nothingToDeliver: `Nothing to deliver? ${what}`,
  };
  return lines[kind];
};

/** One sentence for people in a hurry. */
export const whatHappened = (
  kind: EscalationKind,
  { feedConfig, plan, period }: RequestDocument,
  attempt: number,
): string => {
  const due = fullTime(plan.dueAt, feedConfig.schedule.timezone);
  const lines: Record<EscalationKind, string> = {
    late: `“${feedConfig.title}” for ${period} was due ${due}, and ${attempt > 1 ? 'no valid file' : 'nothing'} has arrived.`,
    rejected: `“${feedConfig.title}” for ${period} was sent ${attempt === 1 ? 'once' : `${attempt} times`}, and is still not valid.`,
    mailRefused: `The mail service refused our mail about “${feedConfig.title}” for ${period}: the partner may not have an upload address.`,
    deliveryFailed: `Our mail about “${feedConfig.title}” for ${period} bounced: the partner may not have an upload address.`,
    nothingToDeliver: `The partner says that there is nothing to deliver as “${feedConfig.title}” for ${period}.`,
  };
  return lines[kind];
};

const whatNext: Record<EscalationKind, string> = {
  late: 'The partner has been given a new upload address, if the window is still open. Call them if the data is urgent.',
  rejected:
    'The last file is in the quarantine bucket. Without a decision the request ends as rejected when it closes.',
  mailRefused:
    "Check the partner's address in the feed. The request goes on waiting, and tries again at its next milestone.",
  nothingToDeliver:
    'If you agree, waive the request (POST /requests/<request>/waive, or docs/runbook.md). Until then it goes on waiting, and the partner may still send a file.',
  deliveryFailed: "Check the partner's address in the feed. A new upload address is on its way to the backup contacts.",
};
