import { randomUUID } from 'node:crypto';
import type { EventDraft } from '../events/buses.ts';
import type { Email } from './ses.ts';

/** What becomes of a mail after it was accepted. */
export const fates = [
  'delivered',
  'bounced',
  'mailboxFull',
  'complained',
  'rejected',
  'delayed',
  'suppressed',
  'suppressedAfterComplaint',
] as const;
export type Fate = (typeof fates)[number];

/**
 * AWS's own mailbox simulator, labels included. Its bounces count for no reputation and suppress nobody.
 * https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator
 */
const simulator: Readonly<Record<string, Fate>> = {
  success: 'delivered',
  bounce: 'bounced',
  complaint: 'complained',
  suppressionlist: 'suppressed',
};

export const simulatedFate = (address: string): Fate | undefined => {
  const [local = '', domain] = address.toLowerCase().split('@');
  return domain === 'simulator.amazonses.com' ? simulator[local.split('+')[0] ?? ''] : undefined;
};

/** Detail type, event type and the part of the event that is about this fate. */
const events: { readonly [fate in Fate]: readonly [string, string, string, object] } = {
  delivered: ['Email Delivered', 'Delivery', 'delivery', { processingTimeMillis: 500, smtpResponse: '250 ok' }],
  bounced: ['Email Bounced', 'Bounce', 'bounce', { bounceType: 'Permanent', bounceSubType: 'General' }],
  suppressed: [
    'Email Bounced',
    'Bounce',
    'bounce',
    { bounceType: 'Permanent', bounceSubType: 'OnAccountSuppressionList' },
  ],
  mailboxFull: ['Email Bounced', 'Bounce', 'bounce', { bounceType: 'Transient', bounceSubType: 'MailboxFull' }],
  suppressedAfterComplaint: [
    'Email Complaint Received',
    'Complaint',
    'complaint',
    { complaintSubType: 'OnAccountSuppressionList' },
  ],
  complained: ['Email Complaint Received', 'Complaint', 'complaint', { complaintFeedbackType: 'abuse' }],
  rejected: ['Email Rejected', 'Reject', 'reject', { reason: 'Bad content' }],
  delayed: ['Email Delivery Delayed', 'DeliveryDelay', 'deliveryDelay', { delayType: 'MailboxFull' }],
};

/** Names of the event types as a configuration set's destination lists them. */
export const eventTypeOf = (fate: Fate): string => events[fate][1].charAt(0).toLowerCase() + events[fate][1].slice(1);

const recipientsField: Readonly<Record<string, string>> = {
  Bounce: 'bouncedRecipients',
  Complaint: 'complainedRecipients',
  DeliveryDelay: 'delayedRecipients',
};

/** https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html */
export const deliveryEvent = (
  email: Email,
  fate: Fate,
  { accountId, region, set }: { accountId: string; region: string; set: string },
): EventDraft => {
  const [detailType, eventType, field, about] = events[fate];
  const recipients = recipientsField[eventType];
  const [, domain = ''] = email.from.split('@');
  return {
    source: 'aws.ses',
    'detail-type': detailType,
    resources: [`arn:aws:ses:${region}:${accountId}:configuration-set/${set}`],
    detail: {
      eventType,
      mail: {
        timestamp: email.at,
        messageId: email.id,
        source: email.from,
        sendingAccountId: accountId,
        destination: email.to,
        headersTruncated: false,
        tags: {
          'ses:configuration-set': [set],
          'ses:from-domain': [domain],
          ...Object.fromEntries(Object.entries(email.tags).map(([name, value]) => [name, [value]])),
        },
      },
      [field]: {
        ...about,
        ...(recipients !== undefined && { [recipients]: email.to.map((emailAddress) => ({ emailAddress })) }),
        ...(fate === 'delivered' ? { recipients: email.to } : { feedbackId: randomUUID() }),
        timestamp: email.at,
      },
    },
  };
};
