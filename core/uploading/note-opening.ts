import { changeDocument } from '../documents.ts';
import { linkGrant, type Visitor } from '../link.ts';
import { ledgerKeys } from '../names.ts';
import type { LinkDeps, OpenedLink } from './link-access.ts';

/**
 * Keeps that a link was opened, for the evidence: the first time, by whoever has its page before them or begins to send.
 * Never by a GET: mail scanners follow links.
 */
export const noteOpening = async (
  { ledger, clock }: Pick<LinkDeps, 'ledger' | 'clock'>,
  { linkId, grant }: OpenedLink,
  { sourceIp, userAgent }: Visitor,
): Promise<void> => {
  if (grant.openedAt !== undefined) return;
  const at = clock.now().toISOString();
  await ledger.create(ledgerKeys.opening(grant, linkId), {
    version: 1,
    at,
    recipient: grant.recipient,
    ...(sourceIp !== undefined && { sourceIp }),
    ...(userAgent !== undefined && { userAgent }),
  });
  await changeDocument(ledger, ledgerKeys.grant(linkId), linkGrant, (known) =>
    known.openedAt === undefined ? { ...known, openedAt: at } : undefined,
  );
};
