import { MailRefused, UploadUrlExpired } from '../core/errors.ts';
import { partnerMail, receiptMail } from '../core/messages/partner.ts';
import { ledgerKeys } from '../core/names.ts';
import { type Occasion, sendOnce } from '../core/notify.ts';
import { parse } from '../core/parse.ts';
import { hasTimeBefore } from '../core/plan.ts';
import type { Clock, Ids, Ledger, Mail, Mailer, Notices } from '../core/ports.ts';
import { linkDocument, type Person, type RequestDocument, taskInputs } from '../core/request.ts';
import { readRequest } from '../core/requests.ts';
import { report } from '../core/validation/findings.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly mailer: Mailer;
  readonly notices: Notices;
  readonly ids: Ids;
  readonly clock: Clock;
}

/**
 * Sends the partner the mail of this occasion: to every partner contact, and to the backup contacts when one of those
 * is refused.
 *
 * @throws UploadUrlExpired when the URL of this issue has no life left
 * @throws MailRefused when the mail service refused at least one of them; the others have their mail by then
 */
export const createEmailPartner = (deps: Deps) => async (event: unknown) => {
  const { request, attempt, issue, kind } = parse(taskInputs.emailPartner, event, 'input of email-partner');
  const { document } = await readRequest(deps.ledger, request);
  const occasion: Occasion = { request, attempt, issue, kind };
  const compose =
    kind === 'receipt'
      ? (person: Person) => receiptMail(document, person)
      : await composer(deps, { document, attempt, issue, kind });

  const sendTo = (people: readonly string[]) => sendAll(deps, occasion, people, compose);
  const { partner = [], backup = [] } = document.feedConfig.contacts;
  const first = await sendTo(partner);
  const second = first.refused > 0 ? await sendTo(backup) : { sent: 0, refused: 0 };
  const refused = first.refused + second.refused;
  if (refused > 0) {
    throw new MailRefused(`${refused} of ${partner.length + backup.length} contacts were refused by the mail service`);
  }
  if (document.feedConfig.delivery.channels.includes('sns') && kind !== 'receipt') await notice(deps, document, kind);
  return { sent: first.sent + second.sent };
};

const composer = async (
  { ledger, clock }: Deps,
  about: { document: RequestDocument; attempt: number; issue: number; kind: Parameters<typeof partnerMail>[0]['kind'] },
): Promise<(person: Person) => Omit<Mail, 'to' | 'tags'>> => {
  const { document, attempt, issue, kind } = about;
  const linkKey = ledgerKeys.link(document, attempt, issue);
  const link = parse(linkDocument, (await ledger.find(linkKey))?.body, linkKey);
  if (!hasTimeBefore(link.expiresAt, clock.now())) {
    throw new UploadUrlExpired(`the URL of ${document.requestId}, issue ${issue}, ends at ${link.expiresAt}`);
  }
  const findingsKey = ledgerKeys.findings(document, attempt - 1);
  const findings = kind === 'fix' ? parse(report, (await ledger.find(findingsKey))?.body, findingsKey) : undefined;
  return (person) => partnerMail({ kind, request: document, attempt, link, report: findings }, person);
};

const sendAll = async (
  deps: Deps,
  occasion: Occasion,
  people: readonly string[],
  compose: (person: Person) => Omit<Mail, 'to' | 'tags'>,
): Promise<{ sent: number; refused: number }> => {
  const count = { sent: 0, refused: 0 };
  for (const person of people) count[await sendOnce(deps, occasion, person, compose)] += 1;
  return count;
};

/** The channel `sns` in direct mode: what happened, without the URL. */
const notice = async ({ notices }: Deps, { feedConfig, period, plan }: RequestDocument, kind: string): Promise<void> =>
  notices.publish(
    `Airlock ${kind}: ${feedConfig.title} for ${period}`,
    `A mail (${kind}) about “${feedConfig.title}” for ${period} was sent to ${feedConfig.partner}. Due ${plan.dueAt}.`,
  );
