import { changeDocument } from './documents.ts';
import { type ClaimedKey, ledgerKeys, parseRequestId, requestId } from './names.ts';
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

/**
 * What a mail says of itself to the mail service, so that what becomes of it can be told back to its request. SES takes
 * letters, digits, `_` and `-`: https://docs.aws.amazon.com/ses/latest/APIReference/API_MessageTag.html
 */
const tagsOf = ({ request, attempt, issue, kind }: Occasion, person: string): Record<string, string> => ({
  requestId: request.requestId,
  generation: String(request.generation),
  claim: String(request.claim),
  attempt: String(attempt),
  issue: String(issue),
  kind,
  person,
});

/** Reads the tags back, each a list as SES tells them. Undefined for a mail that is none of ours. */
export const occasionOf = (
  tags: Readonly<Record<string, readonly string[]>>,
): { occasion: Occasion; person: string } | undefined => {
  const [id = '', kind = '', person = ''] = ['requestId', 'kind', 'person'].map((name) => tags[name]?.[0]);
  const [generation, claim, attempt, issue] = ['generation', 'claim', 'attempt', 'issue'].map((name) =>
    Number(tags[name]?.[0]),
  );
  const key = parseRequestId(id);
  if (!key || !generation || !claim || !attempt || issue === undefined || Number.isNaN(issue)) return undefined;
  if (!/^[A-Za-z-]+(-\d+)?$/.test(kind) || !/^[0-9a-f]{24}$/.test(person)) return undefined;
  return {
    occasion: { request: { ...key, generation, claim, requestId: requestId(key) }, attempt, issue, kind },
    person,
  };
};

/** Who was told that a request is late, by the keys of its notifications. */
export const alarmedBy = (keys: readonly string[]): string[] => [
  ...new Set(keys.flatMap((key) => /-escalation-late-\d+-([0-9a-f]{24})\.json$/.exec(key)?.[1] ?? [])),
];

/** Writes a mail to somebody; a secret in it is made only now. */
export type Compose = (
  person: Person,
  personId: string,
) => Omit<Mail, 'to' | 'tags'> | Promise<Omit<Mail, 'to' | 'tags'>>;

interface Deps {
  readonly ledger: Pick<Ledger, 'find' | 'create' | 'replace'>;
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
  compose: Compose,
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
  const mail = await compose(person, personId);
  const answer = await mailer.send({
    ...mail,
    to: person.email,
    tags: { ...tagsOf(occasion, personId), notificationId: record.notificationId },
  });
  const at = clock.now().toISOString();
  const result =
    'refused' in answer
      ? ({ status: 'refused', reason: answer.refused } as const)
      : ({ status: 'sent', messageId: answer.messageId } as const);
  // What became of the mail may have been told before this.
  await changeDocument(ledger, key, notificationDocument, (document) => ({ ...document, ...result, at }));
  return result.status;
};

const readRecord = async (ledger: Pick<Ledger, 'find'>, key: string): Promise<NotificationDocument> =>
  parse(notificationDocument, (await ledger.find(key))?.body, key);

const readPerson = async (ledger: Pick<Ledger, 'find'>, id: string): Promise<Person> =>
  parse(personDocument, (await ledger.find(ledgerKeys.person(id)))?.body, ledgerKeys.person(id));
