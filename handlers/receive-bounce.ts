import * as z from 'zod/mini';
import { ledgerKeys } from '../core/names.ts';
import { type Occasion, occasionOf } from '../core/notify.ts';
import { parse } from '../core/parse.ts';
import type { Clock, Ledger, Metrics, Notices, Tasks } from '../core/ports.ts';
import {
  asksForFile,
  type NotificationDocument,
  notificationDocument,
  requestDocument,
  signalDocument,
  waitDocument,
} from '../core/request.ts';
import { findDocument } from '../core/requests.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly tasks: Tasks;
  readonly notices: Notices;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/**
 * What SES tells of a mail
 * (https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html), what we use of it. Texts
 * of the other mail server are hostile and hold addresses: none of them is kept.
 */
const mailEvent = z.object({
  detail: z.object({
    eventType: z.enum(['Bounce', 'Complaint', 'Reject', 'DeliveryDelay']),
    mail: z.object({ tags: z._default(z.record(z.string(), z.array(z.string())), {}) }),
    bounce: z.optional(z.object({ bounceType: z.string(), bounceSubType: z.string() })),
  }),
});
type MailEvent = z.infer<typeof mailEvent>['detail'];
type Fate = NonNullable<NotificationDocument['fate']>;

type Received = 'unrelated' | 'settled' | 'delayed' | 'told' | 'recorded' | 'resumed';

/**
 * Records what became of a mail. One that asked for a file and will never arrive is a signal to its request: written
 * first, and only then a wait is looked for that it can end, so that it is heard now or by the next wait.
 *
 * @throws InvalidInput for an event that SES does not send: it goes to the failure queue
 */
export const createReceiveBounce =
  (deps: Deps) =>
  async (event: unknown): Promise<{ received: Received }> => {
    const { detail } = parse(mailEvent, event, 'event for receive-bounce');
    const sent = occasionOf(detail.mail.tags);
    if (!sent) return { received: 'unrelated' };
    const { occasion, person } = sent;
    const fate = fateOf(detail, deps.clock);
    const key = ledgerKeys.notification(occasion.request, occasion.attempt, occasion.issue, occasion.kind, person);
    const record = await findDocument(deps.ledger, key, notificationDocument);
    if (!record || record.document.fate?.state === fate.state) return { received: record ? 'settled' : 'unrelated' };

    const received = await actOn(deps, occasion, person, fate);
    await deps.ledger.replace(key, { ...record.document, fate }, record.etag);
    return { received };
  };

const fateOf = ({ eventType, bounce }: MailEvent, clock: Clock): Fate => {
  const reason = [eventType, bounce?.bounceType, bounce?.bounceSubType].filter(Boolean).join(' ');
  const isFinal = eventType === 'Reject' || bounce?.bounceType === 'Permanent';
  const state = eventType === 'Complaint' ? 'complained' : isFinal ? 'undelivered' : 'delayed';
  return { state, at: clock.now().toISOString(), reason };
};

const actOn = async (deps: Deps, occasion: Occasion, person: string, fate: Fate): Promise<Received> => {
  if (fate.state === 'delayed') return 'delayed';
  const { request, kind } = occasion;
  deps.metrics.count(fate.state === 'complained' ? 'MailComplained' : 'MailUndelivered', request.requestId);
  if (fate.state === 'undelivered' && asksForFile(kind)) return signal(deps, occasion, person, fate);
  await deps.notices.publish(
    `Mail ${fate.state}: ${request.requestId}`,
    `The mail "${kind}" of ${request.requestId} to person ${person} (people/${person}.json in the ledger) is ${fate.state}: ${fate.reason}.`,
  );
  return 'told';
};

const signal = async (
  { ledger, tasks }: Deps,
  { request, attempt, kind }: Occasion,
  person: string,
  { reason }: Fate,
): Promise<Received> => {
  const found = await findDocument(ledger, ledgerKeys.request(request), requestDocument);
  if (found?.document.status !== 'open' || found.document.generation !== request.generation) return 'recorded';
  const key = ledgerKeys.bounceSignal(request, attempt, person);
  const cause = `the mail "${kind}" to person ${person} was not delivered: ${reason}`;
  await ledger.create(key, { version: 1, error: 'DeliveryFailed', cause });
  return tell({ ledger, tasks }, key, ledgerKeys.waits(request, attempt));
};

/**
 * Ends the newest wait with a signal. The signal is taken for that wait first: of those that could tell it (the wait
 * itself looks for signals too) exactly one does.
 */
const tell = async (
  { ledger, tasks }: Pick<Deps, 'ledger' | 'tasks'>,
  key: string,
  waits: string,
): Promise<Received> => {
  const found = await findDocument(ledger, key, signalDocument);
  const newest = (await ledger.list(waits)).at(-1);
  if (!found || newest === undefined) return 'recorded';
  const { document, etag } = found;
  // A retry of this event may have died between taking and telling; telling twice the same wait is harmless.
  const isRetry = document.consumedBy === newest;
  if (document.consumedBy !== undefined && !isRetry) return 'settled';
  if (!isRetry && !(await ledger.replace(key, { ...document, consumedBy: newest }, etag))) return 'settled';
  const wait = await findDocument(ledger, newest, waitDocument);
  const told = wait ? await tasks.fail(wait.document.token, document.error, document.cause) : 'over';
  if (told === 'resumed') return 'resumed';
  // That wait was over already: the next one must hear the signal.
  if (!isRetry) await ledger.put(key, { ...document, consumedBy: undefined });
  return 'recorded';
};
