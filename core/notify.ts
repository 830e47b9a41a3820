import { type ClaimedKey, ledgerKeys } from './names.ts';
import { parse } from './parse.ts';
import type { Clock, Ids, Ledger, Mail, Mailer } from './ports.ts';
import { type NotificationDocument, notificationDocument, type Person, personDocument } from './request.ts';

/** What identifies one mail: sent at most once, and after a crash at most once more with the same notification id. */
export interface Occasion {
  readonly request: ClaimedKey & { readonly requestId: string };
  readonly attempt: number;
  readonly issue: number;
  readonly kind: string;
}

interface Deps {
  readonly ledger: Pick<Ledger, 'find' | 'create' | 'put'>;
  readonly mailer: Mailer;
  readonly ids: Ids;
  readonly clock: Clock;
}

/**
 * Sends one mail to one person, once. The record is written before the send and again after it, so that a retry knows.
 *
 * @param personId names the `people/` record with the address
 * @throws whatever the mailer throws when the service may accept the mail later; the retry then sends it
 */
export const sendOnce = async (
  { ledger, mailer, ids, clock }: Deps,
  occasion: Occasion,
  personId: string,
  compose: (person: Person) => Omit<Mail, 'to' | 'tags'>,
): Promise<'sent' | 'refused'> => {
  const { request, attempt, issue, kind } = occasion;
  const key = ledgerKeys.notification(request, attempt, issue, kind, personId);
  const announced: NotificationDocument = {
    version: 1,
    notificationId: ids.next(),
    kind,
    person: personId,
    status: 'sending',
    at: clock.now().toISOString(),
  };
  const created = await ledger.create(key, announced);
  const record = created ? announced : await readRecord(ledger, key);
  if (record.status !== 'sending') return record.status;

  const person = await readPerson(ledger, personId);
  const mail = compose(person);
  const answer = await mailer.send({
    ...mail,
    to: person.email,
    tags: { requestId: request.requestId, notificationId: record.notificationId, kind },
  });
  const at = clock.now().toISOString();
  if ('refused' in answer) {
    await ledger.put(key, { ...record, status: 'refused', at, reason: answer.refused });
    return 'refused';
  }
  await ledger.put(key, { ...record, status: 'sent', at, messageId: answer.messageId });
  return 'sent';
};

const readRecord = async (ledger: Pick<Ledger, 'find'>, key: string): Promise<NotificationDocument> =>
  parse(notificationDocument, (await ledger.find(key))?.body, key);

const readPerson = async (ledger: Pick<Ledger, 'find'>, id: string): Promise<Person> =>
  parse(personDocument, (await ledger.find(ledgerKeys.person(id)))?.body, ledgerKeys.person(id));
