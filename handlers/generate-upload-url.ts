import { UploadWindowClosed } from '../core/errors.ts';
import { type IssuedLinks, newGrant, type Recipient } from '../core/link.ts';
import { landingKey, ledgerKeys } from '../core/names.ts';
import { parse } from '../core/parse.ts';
import { hasTimeBefore } from '../core/plan.ts';
import type { Clock, Ids, Ledger, Signer } from '../core/ports.ts';
import { type LinkDocument, type RequestDocument, type RequestPointer, taskInputs } from '../core/request.ts';
import { readRequest } from '../core/requests.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly signer: Signer;
  readonly linkIds: Ids;
  readonly clock: Clock;
}

interface Issue {
  readonly request: RequestPointer;
  readonly attempt: number;
  readonly issue: number;
  readonly document: RequestDocument;
}

/**
 * Issues what the partner will be mailed: a link for each recipient, or in direct mode the signed URL of the attempt. It
 * is left in the ledger for the mailer and never enters the state.
 *
 * @throws UploadWindowClosed when the request has closed, or is about to
 */
export const createGenerateUploadUrl = (deps: Deps) => async (event: unknown) => {
  const { request, attempt, issue } = parse(taskInputs.generateUploadUrl, event, 'input of generate-upload-url');
  const { document } = await readRequest(deps.ledger, request);
  const { closesAt } = document.plan;
  if (document.status !== 'open' || !hasTimeBefore(closesAt, deps.clock.now())) {
    throw new UploadWindowClosed(`${request.requestId} closes at ${closesAt}: nothing is issued any more`);
  }
  const about = { request, attempt, issue, document };
  return document.feedConfig.delivery.mode === 'link' ? issueLinks(deps, about) : issueUrl(deps, about);
};

const issueUrl = async ({ ledger, signer }: Deps, { request, attempt, issue, document }: Issue) => {
  const key = landingKey(request, attempt, document.feedConfig.file.extension);
  const signed = await signer.signPut(key, document.plan.closesAt);
  const link: LinkDocument = { version: 1, ...signed };
  await ledger.put(ledgerKeys.link(request, attempt, issue), link);
  return { key, expiresAt: signed.expiresAt, requiredHeaders: Object.keys(signed.requiredHeaders) };
};

/** One link per person that may be mailed, and one for the topic: each says whose it was when it is used. */
const issueLinks = async ({ ledger, linkIds, clock }: Deps, { request, attempt, issue, document }: Issue) => {
  const { contacts, delivery, file } = document.feedConfig;
  const people = new Set([...(contacts.partner ?? []), ...(contacts.backup ?? [])]);
  const recipients: [string, Recipient][] = [...people].map((person) => [person, { person }]);
  if (delivery.channels.includes('sns')) recipients.push(['topic', { topic: true }]);
  const links: Record<string, string> = {};
  for (const [name, recipient] of recipients) {
    const linkId = linkIds.next();
    await ledger.create(ledgerKeys.grant(linkId), newGrant(request, recipient, clock.now().toISOString()));
    links[name] = linkId;
  }
  const issued: IssuedLinks = { version: 1, links, expiresAt: document.plan.closesAt };
  await ledger.put(ledgerKeys.link(request, attempt, issue), issued);
  return {
    key: landingKey(request, attempt, file.extension),
    expiresAt: issued.expiresAt,
    links: recipients.length,
  };
};
