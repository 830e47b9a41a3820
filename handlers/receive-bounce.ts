import { flagDead } from '../core/dead-addresses.ts';
import { changeDocument, findDocument } from '../core/documents.ts';
import { type Fate, fateOf, isWorse, mailEvent } from '../core/mail-fate.ts';
import { ledgerKeys } from '../core/names.ts';
import { type Occasion, occasionOf } from '../core/notify.ts';
import { parse } from '../core/parse.ts';
import type { Clock, Ledger, Metrics, Notices, Tasks } from '../core/ports.ts';
import { asksForFile, notificationDocument, requestDocument } from '../core/request.ts';
import { tellNewestWait } from '../core/signals.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly tasks: Tasks;
  readonly notices: Notices;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

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
    const key = ledgerKeys.notification(occasion.request, occasion.attempt, occasion.issue, occasion.kind, person);
    const record = await findDocument(deps.ledger, key, notificationDocument);
    if (!record) return { received: 'unrelated' };
    if (detail.delivery) return { received: await recordDelivery(deps, key, detail.delivery.timestamp) };
    const fate = fateOf(detail, deps.clock);
    if (!isWorse(fate, record.document.fate)) return { received: 'settled' };

    const received = await actOn(deps, occasion, person, fate);
    await changeDocument(deps.ledger, key, notificationDocument, (document) =>
      isWorse(fate, document.fate) ? { ...document, fate } : undefined,
    );
    return { received };
  };

/** Good news wakes nobody: it is for the evidence. */
const recordDelivery = async ({ ledger }: Deps, key: string, timestamp: string): Promise<Received> => {
  const deliveredAt = new Date(timestamp).toISOString();
  await changeDocument(ledger, key, notificationDocument, (document) =>
    document.deliveredAt === undefined ? { ...document, deliveredAt } : undefined,
  );
  return 'recorded';
};

const actOn = async (deps: Deps, occasion: Occasion, person: string, fate: Fate): Promise<Received> => {
  const { request, kind } = occasion;
  // SES is still trying.
  if (fate.reason === 'DeliveryDelay') return 'delayed';
  if (fate.state !== 'delayed') {
    deps.metrics.count(fate.state === 'complained' ? 'MailComplained' : 'MailUndelivered', request.requestId);
  }
  if (fate.state === 'undelivered') {
    const { at, reason } = fate;
    // Before the signal: the next mail passes this contact over, and goes to the backup.
    await flagDead(deps.ledger, person, { at, reason, requestId: request.requestId });
    if (asksForFile(kind)) return signal(deps, occasion, person, fate);
  }
  await deps.notices.publish({
    kind: 'mailUndelivered',
    subject: `Mail ${fate.state}: ${request.requestId}`,
    message: `The mail "${kind}" of ${request.requestId} to person ${person} (people/${person}.json in the ledger) is ${fate.state}: ${fate.reason}.`,
    requestId: request.requestId,
  });
  return 'told';
};

const signal = async (
  { ledger, tasks, clock }: Deps,
  { request, attempt, kind }: Occasion,
  person: string,
  { at, reason }: Fate,
): Promise<Received> => {
  const found = await findDocument(ledger, ledgerKeys.request(request), requestDocument);
  if (found?.document.status !== 'open' || found.document.generation !== request.generation) return 'recorded';
  const key = ledgerKeys.bounceSignal(request, attempt, person);
  const cause = `the mail "${kind}" to person ${person} was not delivered: ${reason}`;
  await ledger.create(key, { version: 1, error: 'DeliveryFailed', cause, at });
  return tellNewestWait({ ledger, tasks, clock }, key, [ledgerKeys.waits(request, attempt)]);
};
