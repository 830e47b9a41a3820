import { reasonBody } from '../api/bodies.ts';
import { parseBody } from '../api/parse-body.ts';
import { Problem } from '../api/problems.ts';
import { changeDocument } from '../documents.ts';
import { linkGrant } from '../link.ts';
import { staffMail } from '../messages/staff.ts';
import { ledgerKeys } from '../names.ts';
import { sendOnce } from '../notify.ts';
import type { Ids, Mailer, Notices, Tasks } from '../ports.ts';
import { tellNewestWait } from '../signals.ts';
import { type LinkDeps, openLink, progressOf, requireOpen } from './link-access.ts';

export type SpeakUpDeps = LinkDeps & {
  readonly tasks: Pick<Tasks, 'fail'>;
  readonly mailer: Mailer;
  readonly notices: Notices;
  readonly ids: Ids;
};

/**
 * The partner says that there is nothing to deliver: a signal, written before a wait is looked for. The owner confirms.
 *
 * @throws Problem not-offered where the feed does not allow it
 */
export const declareNothing = async (
  deps: SpeakUpDeps,
  linkId: string | undefined,
  secret: string | undefined,
  body: unknown,
): Promise<void> => {
  const link = await openLink(deps, linkId, secret);
  const { reason } = parseBody(reasonBody, body);
  const now = deps.clock.now();
  const progress = await progressOf(deps, link, now);
  const request = requireOpen(link.request, progress);
  if (!request.feedConfig.delivery.nothingToDeliver) {
    throw new Problem('not-offered', 'this feed always expects a file; talk to those who need it');
  }
  const key = ledgerKeys.nothingToDeliver(request, progress.attempt);
  await deps.ledger.create(key, { version: 1, error: 'NothingToDeliver', cause: reason, at: now.toISOString() });
  await tellNewestWait(deps, key, [ledgerKeys.waits(request, progress.attempt)]);
};

/** Asks the owner for a new link. One mail per request: whoever presses again tells nothing new. */
export const askForNewLink = async (
  deps: SpeakUpDeps,
  linkId: string | undefined,
  secret: string | undefined,
): Promise<void> => {
  const { request, ...link } = await openLink(deps, linkId, secret);
  if (!request || link.grant.renewalAskedAt !== undefined) return;
  const occasion = { request, attempt: 1, issue: 0, kind: 'linkAsked' };
  for (const person of request.feedConfig.contacts.owner ?? []) {
    await sendOnce(deps, occasion, person, (owner) => staffMail({ kind: 'linkAsked', request, attempt: 1 }, owner));
  }
  await deps.notices.publish({
    kind: 'linkAsked',
    subject: `New link wanted: ${request.requestId}`,
    message: `The partner asks for a new upload link for ${request.requestId}.`,
    requestId: request.requestId,
  });
  const askedAt = deps.clock.now().toISOString();
  await changeDocument(deps.ledger, ledgerKeys.grant(link.linkId), linkGrant, (grant) =>
    grant.renewalAskedAt === undefined ? { ...grant, renewalAskedAt: askedAt } : undefined,
  );
};
