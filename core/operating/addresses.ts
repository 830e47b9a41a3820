import type * as z from 'zod/mini';
import { type addressesAnswer, reasonBody } from '../api/bodies.ts';
import { parseBody } from '../api/parse-body.ts';
import { Problem } from '../api/problems.ts';
import { deadAddressDocument } from '../dead-addresses.ts';
import { changeDocument, findDocument, findDocuments } from '../documents.ts';
import { ledgerKeys } from '../names.ts';
import type { Clock, Ledger } from '../ports.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly clock: Clock;
}

/** Contacts whose mail came back, by the id of their `people/` record. */
export const listDeadAddresses = async ({ ledger }: Deps): Promise<z.infer<typeof addressesAnswer>> => {
  const keys = await ledger.list(ledgerKeys.deadAddresses);
  const found = await findDocuments(ledger, keys, deadAddressDocument);
  return {
    addresses: found.flatMap(({ key, document: { isDead, at, reason, requestId } }) => {
      const person = key.slice(ledgerKeys.deadAddresses.length).replace('.json', '');
      return isDead ? [{ person, at, reason, requestId }] : [];
    }),
  };
};

/** Has mail go to a contact again. @throws Problem address-unknown */
export const clearAddress = async (
  { ledger, clock }: Deps,
  { id = '', caller, body }: { readonly id: string | undefined; readonly caller: string; readonly body: unknown },
): Promise<void> => {
  const { reason } = parseBody(reasonBody, body);
  const key = ledgerKeys.deadAddress(id);
  const found = /^[0-9a-f]{24}$/.test(id) ? await findDocument(ledger, key, deadAddressDocument) : undefined;
  if (!found?.document.isDead) {
    throw new Problem('address-unknown', `no dead address of person ${id}; GET /addresses names those that are`);
  }
  const cleared = { at: clock.now().toISOString(), by: caller, reason };
  await changeDocument(ledger, key, deadAddressDocument, (document) => ({ ...document, isDead: false, cleared }));
};
