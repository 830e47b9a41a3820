import * as z from 'zod/mini';
import { idPattern } from './names.ts';
import { periodPattern } from './period.ts';
import type { RequestDocument } from './request.ts';

/*
 * What downstream systems hear on the event bus: source `airlock`, one detail type for each way that a request ends.
 * Published as docs/events.schema.json. Fields are only ever added; what would change the meaning of one is `version` 2.
 */

const common = {
  version: z.literal(1),
  requestId: z.string(),
  partner: z.string().check(z.regex(idPattern)),
  feed: z.string().check(z.regex(idPattern)),
  period: z.string().check(z.regex(periodPattern)),
  /** 2 and more: the period was asked for once more. What an earlier generation announced is superseded. */
  generation: z.int().check(z.gte(1)),
  /** Where the deployment has a webhook: all of the above and below once more, signed (RFC 7515, compact, ES256). */
  jws: z.optional(z.string()),
};

const ended = {
  ...common,
  attempt: z.int().check(z.gte(1)),
  /** When it ended, ISO-8601. */
  at: z.string(),
  /** One line for people. */
  outcome: z.string(),
};

export const announcements = {
  UploadAccepted: z.strictObject({
    ...common,
    attempt: z.int().check(z.gte(1)),
    /** In the bucket of accepted files. */
    key: z.string(),
    /** Bytes. */
    size: z.int(),
    /** Records; null for formats without. */
    rows: z.nullable(z.int()),
    /** When S3 had it, ISO-8601. */
    arrivedAt: z.string(),
    /** Whether it came by its due time. */
    onTime: z.boolean(),
  }),
  UploadRejected: z.strictObject(ended),
  UploadMissed: z.strictObject(ended),
  RequestWaived: z.strictObject(ended),
} as const;

export type AnnouncementType = keyof typeof announcements;

/** What every announcement says of its request. */
export const announcedOf = ({ requestId, partner, feed, period, generation }: RequestDocument) => ({
  version: 1 as const,
  requestId,
  partner,
  feed,
  period,
  generation,
});
