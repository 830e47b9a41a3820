import * as z from 'zod/mini';
import { instant } from './parse.ts';
import type { Clock } from './ports.ts';
import type { NotificationDocument } from './request.ts';

/** What became of a mail after the service had taken it. */
export type Fate = NonNullable<NotificationDocument['fate']>;

/**
 * What SES tells of a mail
 * (https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html), what we use of it. Texts
 * of the other mail server are hostile and hold addresses: none of them is kept.
 */
export const mailEvent = z.object({
  detail: z.object({
    eventType: z.enum(['Bounce', 'Complaint', 'Reject', 'DeliveryDelay', 'Delivery']),
    mail: z.object({ tags: z._default(z.record(z.string(), z.array(z.string())), {}) }),
    bounce: z.optional(z.object({ bounceType: z.string(), bounceSubType: z.string() })),
    delivery: z.optional(z.object({ timestamp: instant })),
    complaint: z.optional(z.object({ complaintSubType: z.nullish(z.string()) })),
  }),
});
type MailEvent = z.infer<typeof mailEvent>['detail'];

/** Later news never makes a fate better: events come in any order, and more than once. */
export const isWorse = (fate: Fate, before: Fate | undefined): boolean =>
  before === undefined || severity.indexOf(fate.state) > severity.indexOf(before.state);
const severity: readonly Fate['state'][] = ['delayed', 'complained', 'undelivered'];

/**
 * SES retries by itself: a bounce, transient ones included, means that it has given up. Only the general transient one
 * may be an out-of-office answer to a mail that arrived. A complaint with a subtype was never sent at all.
 * https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html#event-publishing-retrieving-sns-contents-bounce-object
 */
export const fateOf = ({ eventType, bounce, complaint }: MailEvent, clock: Clock): Fate => {
  const details = [bounce?.bounceType, bounce?.bounceSubType, complaint?.complaintSubType];
  const reason = [eventType, ...details].filter(Boolean).join(' ');
  const mayHaveArrived = bounce?.bounceType === 'Transient' && bounce.bounceSubType === 'General';
  const isLost = eventType === 'Reject' || (eventType === 'Bounce' && !mayHaveArrived) || complaint?.complaintSubType;
  const state = isLost ? 'undelivered' : eventType === 'Complaint' ? 'complained' : 'delayed';
  return { state, at: clock.now().toISOString(), reason };
};
