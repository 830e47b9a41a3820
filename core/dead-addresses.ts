import * as z from 'zod/mini';
import { changeDocument, findDocument } from './documents.ts';
import { ledgerKeys } from './names.ts';
import type { Ledger } from './ports.ts';

/** `addresses/<person>.json`: a contact whose mail came back, until an operator clears it. No address stands in it. */
export const deadAddressDocument = z.looseObject({
  version: z.literal(1),
  isDead: z.boolean(),
  at: z.string(),
  reason: z.string(),
  /** The request whose mail came back. */
  requestId: z.string(),
  cleared: z.optional(z.strictObject({ at: z.string(), by: z.string(), reason: z.string() })),
});
export type DeadAddressDocument = z.infer<typeof deadAddressDocument>;

/** Flags a contact. Of several mails that came back the first is told of. */
export const flagDead = async (
  ledger: Pick<Ledger, 'find' | 'create' | 'replace'>,
  person: string,
  about: Pick<DeadAddressDocument, 'at' | 'reason' | 'requestId'>,
): Promise<void> => {
  const key = ledgerKeys.deadAddress(person);
  const document: DeadAddressDocument = { version: 1, isDead: true, ...about };
  if (await ledger.create(key, document)) return;
  await changeDocument(ledger, key, deadAddressDocument, ({ isDead }) => (isDead ? undefined : document));
};

/** The contacts among these whom mail does not reach. */
const deadAmong = async (
  ledger: Pick<Ledger, 'find' | 'list'>,
  people: readonly string[],
): Promise<ReadonlySet<string>> => {
  const flagged = new Set(await ledger.list(ledgerKeys.deadAddresses));
  const dead = new Set<string>();
  for (const person of people) {
    const key = ledgerKeys.deadAddress(person);
    if (!flagged.has(key)) continue;
    if ((await findDocument(ledger, key, deadAddressDocument))?.document.isDead) dead.add(person);
  }
  return dead;
};

/**
 * Whom a mail to the partner goes to: to the partner's contacts, and in place of those whom mail does not reach to the
 * backup contacts. Where it reaches nobody it is tried all the same.
 */
export const whomToMail = async (
  ledger: Pick<Ledger, 'find' | 'list'>,
  { partner = [], backup = [] }: { readonly partner?: readonly string[]; readonly backup?: readonly string[] },
): Promise<readonly string[]> => {
  const dead = await deadAmong(ledger, [...partner, ...backup]);
  if (dead.size === 0) return partner;
  const alive = (people: readonly string[]) => people.filter((person) => !dead.has(person));
  const reached = alive(partner).length === partner.length ? partner : [...alive(partner), ...alive(backup)];
  return reached.length > 0 ? [...new Set(reached)] : partner;
};
