import { changeDocument, type Found, findDocument } from './documents.ts';
import { type ClaimedKey, ledgerKeys } from './names.ts';
import type { Ledger } from './ports.ts';
import { type RequestDocument, requestDocument } from './request.ts';

/**
 * The ledger document of a request that must exist and still be held by this execution: one that was taken over (its
 * execution had died, and was redriven later) may do nothing more.
 */
export const readRequest = async (
  ledger: Pick<Ledger, 'find'>,
  request: ClaimedKey,
): Promise<Found<RequestDocument>> => {
  const key = ledgerKeys.request(request);
  const found = await findDocument(ledger, key, requestDocument);
  if (!found) throw missing(key);
  requireHeld(key, found.document, request);
  return found;
};

/**
 * Changes a request that is held by this execution, with `If-Match`.
 *
 * @param change returns the new document, or undefined to leave it as it is
 * @returns the document as it stands afterwards
 */
export const changeRequest = async (
  ledger: Pick<Ledger, 'find' | 'replace'>,
  request: ClaimedKey,
  change: (document: RequestDocument) => RequestDocument | undefined,
): Promise<RequestDocument> => {
  const key = ledgerKeys.request(request);
  const changed = await changeDocument(ledger, key, requestDocument, (document) => {
    requireHeld(key, document, request);
    return change(document);
  });
  if (!changed) throw missing(key);
  return changed;
};

/** Whether somebody has taken a request on, so that nobody else need be alarmed. */
export const isQuiet = ({ quiet }: Pick<RequestDocument, 'quiet'>, now: Date): boolean =>
  quiet !== undefined && (quiet.until === undefined || now.getTime() < Date.parse(quiet.until));

const missing = (key: string): Error =>
  new Error(`ledger has no ${key}: it was opened by this execution, so it must exist`);

const requireHeld = (key: string, { claim, execution }: RequestDocument, request: ClaimedKey): void => {
  if (claim !== request.claim) throw new Error(`${key} was taken over by execution ${execution.name}`);
};
