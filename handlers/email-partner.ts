import { whomToMail } from '../core/dead-addresses.ts';
import { MailRefused, UploadUrlExpired } from '../core/errors.ts';
import { type IssuedLinks, issuedLinks, linkUrl } from '../core/link.ts';
import { partnerMail, partnerWord, type UploadWay } from '../core/messages/partner.ts';
import { staffMail, staffNotice } from '../core/messages/staff.ts';
import { ledgerKeys } from '../core/names.ts';
import { alarmedBy, type Compose, type Occasion, sendOnce } from '../core/notify.ts';
import { parse } from '../core/parse.ts';
import { hasTimeBefore } from '../core/plan.ts';
import type { Clock, Ids, Ledger, LinkSecrets, Mailer, Notices } from '../core/ports.ts';
import { linkDocument, type Person, type RequestDocument, taskInputs } from '../core/request.ts';
import { isQuiet, readRequest } from '../core/requests.ts';
import { report } from '../core/validation/report-document.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly mailer: Mailer;
  readonly secrets: LinkSecrets;
  readonly notices: Notices;
  /** The topic that escalations speak to as well. */
  readonly operators: Notices;
  readonly ids: Ids;
  readonly clock: Clock;
  /** Origin of the page behind links. */
  readonly page: string;
}

/**
 * Sends the partner the mail of this occasion: to every partner contact, and to the backup contacts when one of those
 * is refused, or is known to get no mail.
 *
 * @throws UploadUrlExpired when the URL of this issue has no life left
 * @throws MailRefused when the mail service refused at least one of them; everybody else has been told by then
 */
export const createEmailPartner = (deps: Deps) => async (event: unknown) => {
  const { request, attempt, issue, kind, milestone } = parse(taskInputs.emailPartner, event, 'input of email-partner');
  const { document } = await readRequest(deps.ledger, request);
  const occasion: Occasion = { request, attempt, issue, kind };
  const compose =
    kind === 'receipt' || kind === 'waived'
      ? (person: Person) => partnerWord({ kind, request: document }, person)
      : await composer(deps, { document, attempt, issue, kind });

  const sendTo = (people: readonly string[]) => sendAll(deps, occasion, people, compose);
  const { backup = [] } = document.feedConfig.contacts;
  const people = await whomToMail(deps.ledger, document.feedConfig.contacts);
  const first = await sendTo(people);
  const others = backup.filter((person) => !people.includes(person));
  const second = first.refused > 0 ? await sendTo(others) : { sent: 0, refused: 0 };
  // A refused address silences nobody else: the other ways are for just that.
  if (document.feedConfig.delivery.channels.includes('sns') && kind !== 'receipt' && kind !== 'waived') {
    await notice(deps, { document, attempt, issue, kind });
  }
  if (kind === 'reminder' && milestone?.to.includes('owner'))
    await warnOwner(deps, occasion, document, milestone.index);
  if (kind === 'receipt') await tellAlarmed(deps, occasion, document);
  const refused = first.refused + second.refused;
  if (refused > 0) {
    throw new MailRefused(`${refused} of ${people.length + others.length} contacts were refused by the mail service`);
  }
  return { sent: first.sent + second.sent };
};

/** The owner hears that it is due soon, where the feed wants that, unless somebody has taken it on. */
const warnOwner = async (deps: Deps, occasion: Occasion, request: RequestDocument, index: number): Promise<void> => {
  if (isQuiet(request, deps.clock.now())) return;
  const warning = { ...occasion, kind: `escalation-dueSoon-${index}` };
  const mail = { kind: 'dueSoon', request, attempt: occasion.attempt } as const;
  for (const person of request.feedConfig.contacts.owner ?? []) {
    await sendOnce(deps, warning, person, (owner) => staffMail(mail, owner));
  }
};

/** Whoever was alarmed hears that it came after all. */
const tellAlarmed = async (deps: Deps, occasion: Occasion, request: RequestDocument): Promise<void> => {
  const alarmed = alarmedBy(await deps.ledger.list(ledgerKeys.notifications(request)));
  if (alarmed.length === 0) return;
  const mail = { kind: 'recovered', request, attempt: occasion.attempt } as const;
  for (const person of alarmed) {
    await sendOnce(deps, { ...occasion, kind: 'escalation-recovered-0' }, person, (one) => staffMail(mail, one));
  }
  await deps.operators.publish(staffNotice(mail));
};

type Kind = Parameters<typeof partnerMail>[0]['kind'];
type About = { document: RequestDocument; attempt: number; issue: number; kind: Kind };

const composer = async (deps: Deps, about: About): Promise<Compose> => {
  const { ledger } = deps;
  const { document, attempt, kind } = about;
  const wayOf = document.feedConfig.delivery.mode === 'link' ? await byLink(deps, about) : await byUrl(deps, about);
  const findingsKey = ledgerKeys.findings(document, attempt - 1);
  const findings = kind === 'fix' ? parse(report, (await ledger.find(findingsKey))?.body, findingsKey) : undefined;
  return async (person, personId) =>
    partnerMail({ kind, request: document, attempt, way: await wayOf(personId), report: findings }, person);
};

/** One URL for everybody. @throws UploadUrlExpired */
const byUrl = async ({ ledger, clock }: Deps, { document, attempt, issue }: About): Promise<WayOf> => {
  const key = ledgerKeys.link(document, attempt, issue);
  const { url, expiresAt, requiredHeaders } = parse(linkDocument, (await ledger.find(key))?.body, key);
  if (!hasTimeBefore(expiresAt, clock.now())) {
    throw new UploadUrlExpired(`the URL of ${document.requestId}, issue ${issue}, ends at ${expiresAt}`);
  }
  return async () => ({ mode: 'direct', url, expiresAt, requiredHeaders });
};

/** A link for each, whose secret is made as the mail is written. */
const byLink = async (deps: Deps, { document, attempt, issue }: About): Promise<WayOf> => {
  const { links, expiresAt } = await readLinks(deps, document, attempt, issue);
  if (!hasTimeBefore(expiresAt, deps.clock.now())) {
    throw new UploadUrlExpired(`the links of ${document.requestId}, issue ${issue}, end at ${expiresAt}`);
  }
  return async (personId) => ({ mode: 'link', url: await secretLink(deps, links, personId), expiresAt });
};

type WayOf = (personId: string) => Promise<UploadWay>;

const readLinks = async ({ ledger }: Deps, document: RequestDocument, attempt: number, issue: number) => {
  const key = ledgerKeys.link(document, attempt, issue);
  return parse(issuedLinks, (await ledger.find(key))?.body, key);
};

const secretLink = async ({ secrets, page }: Deps, links: IssuedLinks['links'], name: string): Promise<string> => {
  const linkId = links[name];
  if (linkId === undefined) throw new Error(`no link was issued for ${name}`);
  return linkUrl(page, linkId, await secrets.secretOf(linkId));
};

const sendAll = async (
  deps: Deps,
  occasion: Occasion,
  people: readonly string[],
  compose: Compose,
): Promise<{ sent: number; refused: number }> => {
  const count = { sent: 0, refused: 0 };
  for (const person of people) count[await sendOnce(deps, occasion, person, compose)] += 1;
  return count;
};

/** The channel `sns`: what happened, and in link mode the link; a whole URL would not survive the way. */
const notice = async (deps: Deps, { document, attempt, issue, kind }: About): Promise<void> => {
  const { title, partner, delivery } = document.feedConfig;
  const told = `A mail (${kind}) about “${title}” for ${document.period} was sent to ${partner}. Due ${document.plan.dueAt}.`;
  const isByLink = delivery.mode === 'link';
  const link = isByLink ? await secretLink(deps, (await readLinks(deps, document, attempt, issue)).links, 'topic') : '';
  await deps.notices.publish({
    kind: 'mailSent',
    subject: `Airlock ${kind}: ${title} for ${document.period}`,
    message: isByLink ? `${told}\nUpload it here: ${link}` : told,
    requestId: document.requestId,
  });
};
