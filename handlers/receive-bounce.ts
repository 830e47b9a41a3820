import * as z from 'zod/mini';
import { changeDocument, findDocument } from '../core/documents.ts';
import { ledgerKeys } from '../core/names.ts';
import { type Occasion, occasionOf } from '../core/notify.ts';
import { parse } from '../core/parse.ts';
import type { Clock, Ledger, Metrics, Notices, Tasks } from '../core/ports.ts';
import {
  asksForFile,
  type NotificationDocument,
  notificationDocument,
  requestDocument,
  waitDocument,
} from '../core/request.ts';
import { tellSignal } from '../core/signals.ts';

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
    complaint: z.optional(z.object({ complaintSubType: z.nullish(z.string()) })),
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
    if (!record) return { received: 'unrelated' };
    if (!isWorse(fate, record.document.fate)) return { received: 'settled' };

    const received = await actOn(deps, occasion, person, fate);
    await changeDocument(deps.ledger, key, notificationDocument, (document) =>
      isWorse(fate, document.fate) ? { ...document, fate } : undefined,
    );
    return { received };
  };

/** Later news never makes a fate better: events come in any order, and more than once. */
const isWorse = (fate: Fate, before: Fate | undefined): boolean =>
  before === undefined || severity.indexOf(fate.state) > severity.indexOf(before.state);
const severity: readonly Fate['state'][] = ['delayed', 'complained', 'undelivered'];

/**
 * SES retries by itself: a bounce, transient ones included, means that it has given up. Only the general transient one
 * may be an out-of-office answer to a mail that arrived. A complaint with a subtype was never sent at all.
 * https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html#event-publishing-retrieving-sns-contents-bounce-object
 */
const fateOf = ({ eventType, bounce, complaint }: MailEvent, clock: Clock): Fate => {
  const details = [bounce?.bounceType, bounce?.bounceSubType, complaint?.complaintSubType];
  const reason = [eventType, ...details].filter(Boolean).join(' ');
  const mayHaveArrived = bounce?.bounceType === 'Transient' && bounce.bounceSubType === 'General';
  const isLost = eventType === 'Reject' || (eventType === 'Bounce' && !mayHaveArrived) || complaint?.complaintSubType;
  const state = isLost ? 'undelivered' : eventType === 'Complaint' ? 'complained' : 'delayed';
  return { state, at: clock.now().toISOString(), reason };
};

const actOn = async (deps: Deps, occasion: Occasion, person: string, fate: Fate): Promise<Received> => {
  const { request, kind } = occasion;
  // SES is still trying.
  if (fate.reason === 'DeliveryDelay') return 'delayed';
  if (fate.state !== 'delayed') {
    deps.metrics.count(fate.state === 'complained' ? 'MailComplained' : 'MailUndelivered', request.requestId);
  }
  if (fate.state === 'undelivered' && asksForFile(kind)) return signal(deps, occasion, person, fate);
  await deps.notices.publish(
    `Mail ${fate.state}: ${request.requestId}`,
    `The mail "${kind}" of ${request.requestId} to person ${person} (people/${person}.json in the ledger) is ${fate.state}: ${fate.reason}.`,
  );
  return 'told';
};

const signal = async (
  { ledger, tasks, clock }: Deps,
  { request, attempt, kind }: Occasion,
  person: string,
  { reason }: Fate,
): Promise<Received> => {
  const found = await findDocument(ledger, ledgerKeys.request(request), requestDocument);
  if (found?.document.status !== 'open' || found.document.generation !== request.generation) return 'recorded';
  const key = ledgerKeys.bounceSignal(request, attempt, person);
  const cause = `the mail "${kind}" to person ${person} was not delivered: ${reason}`;
  await ledger.create(key, { version: 1, error: 'DeliveryFailed', cause });
  return tell({ ledger, tasks, clock }, key, ledgerKeys.waits(request, attempt));
};

/** Tells the newest wait, and the next one if that was over. Without a wait the signal is there for whoever waits next. */
const tell = async (
  deps: Pick<Deps, 'ledger' | 'tasks' | 'clock'>,
  key: string,
  waits: string,
  triedBefore?: string,
): Promise<Received> => {
  const newest = (await deps.ledger.list(waits)).at(-1);
  if (newest === undefined || newest === triedBefore) return 'recorded';
  const wait = await findDocument(deps.ledger, newest, waitDocument);
  const told = wait ? await tellSignal(deps, key, { key: newest, token: wait.document.token }) : 'over';
  return told === 'over' ? tell(deps, key, waits, newest) : told;
};
