import * as z from 'zod/mini';
import { resolvedFile } from '../feed-file.ts';
import { idPattern } from '../names.ts';
import { periodPattern } from '../period.ts';
import { milestone } from '../plan.ts';
import { finding } from '../validation/report-document.ts';

/*
 * What the API takes and answers, once: parsed by the handlers, and published as docs/openapi.json.
 */

export const base64Sha256 = z.string().check(z.regex(/^[A-Za-z0-9+/]{43}=$/, 'SHA-256 as base64, 44 characters'));
const bytes = z.int().check(z.gte(0));
const instant = z.string();
const shortText = (most: number) =>
  z
    .string()
    .check(
      z.regex(
        new RegExp(`^(?=.*\\S)[^\\p{Cc}]{1,${most}}$`, 'u'),
        `text of 1 to ${most} characters without line breaks, and not of blanks alone`,
      ),
    );

const file = {
  /** As the sender calls it; kept for people, never used as a key. */
  name: shortText(255),
  size: bytes,
  /** Media type; empty when unknown. */
  type: z._default(z.string().check(z.maxLength(255)), ''),
};

export const checkBody = z.strictObject({
  ...file,
  /** The first bytes, base64, at most 64 KiB of them. */
  head: z._default(z.string().check(z.maxLength(88_000), z.regex(/^[A-Za-z0-9+/]*={0,2}$/, 'base64')), ''),
});

export const uploadBody = z.strictObject({
  ...file,
  /** Of exactly the bytes that are sent. */
  sha256: z.optional(base64Sha256),
  /** In place of it, for a file that goes in parts: any SHA-256 that is the same when the same file is announced again. */
  fingerprint: z.optional(base64Sha256),
  /** `gzip` where the sender compressed it, and the feed takes that. */
  encoding: z._default(z.enum(['identity', 'gzip']), 'identity'),
});

export const partsBody = z.strictObject({
  parts: z
    .array(z.strictObject({ partNumber: z.int().check(z.gte(1), z.lte(10_000)), sha256: base64Sha256 }))
    .check(z.minLength(1), z.maxLength(100)),
});

/** Of the whole file, where it was not announced. */
export const completeBody = z.strictObject({ sha256: z.optional(base64Sha256) });

export const reasonBody = z.strictObject({ reason: shortText(300) });

const laterTime = z
  .string()
  .check(z.refine((text) => !Number.isNaN(Date.parse(text)), 'an ISO-8601 time such as 2026-11-23T18:00:00Z'));

export const extendBody = z.strictObject({ reason: shortText(300), until: laterTime });
export const quietBody = z.strictObject({ reason: shortText(300), until: z.optional(laterTime) });
export const pauseBody = quietBody;

export const openBody = z.strictObject({
  /** Why, where somebody acts in the partner's place; kept with the link. */
  reason: z.optional(shortText(300)),
  partner: z.string().check(z.regex(idPattern)),
  feed: z.string().check(z.regex(idPattern)),
  /** Asked for by name, with a window from now on: a backfill stays bound to its period. Not with `scheduledTime`. */
  period: z.optional(z.string().check(z.regex(periodPattern, 'a period such as 2026-11-22, 2026-11, 2026-w47'))),
  /** The period is computed from it as for a schedule; now when absent. */
  scheduledTime: z.optional(
    z
      .string()
      .check(z.refine((text) => !Number.isNaN(Date.parse(text)), 'an ISO-8601 time such as 2026-11-23T06:00:00Z')),
  ),
});

/** What becomes of the file, as its sender sees it. */
export const linkStates = [
  'opening',
  'open',
  'checking',
  'undecided',
  'accepted',
  'missed',
  'rejected',
  'waived',
  'revoked',
] as const;
export type LinkState = (typeof linkStates)[number];

const receipt = z.strictObject({
  size: bytes,
  receivedAt: instant,
  sha256: z.optional(z.string()),
  name: z.optional(z.string()),
});

export const linkAnswer = z.strictObject({
  requestId: z.string(),
  state: z.enum(linkStates),
  title: z.string(),
  partner: z.string(),
  period: z.string(),
  /** Who asks: the owners' names. */
  askedBy: z.array(z.string()),
  locale: z.string(),
  timezone: z.string(),
  dueAt: instant,
  closesAt: instant,
  /** The product's time, so that a countdown is right whatever the reader's clock says. */
  now: instant,
  attempt: z.int(),
  attempts: z.int(),
  file: z.strictObject({
    format: z.string(),
    extension: z.string(),
    /** How it is written, in words, by language. */
    layout: z.strictObject({ en: z.string(), de: z.string() }),
    minBytes: bytes,
    maxBytes: bytes,
    columns: z.array(
      z.strictObject({
        name: z.string(),
        type: z.string(),
        required: z.boolean(),
        /** What its values must be besides, in words, by language. */
        must: z.optional(z.strictObject({ en: z.string(), de: z.string() })),
        description: z.optional(z.string()),
      }),
    ),
    sample: z.optional(z.string()),
  }),
  nothingToDeliver: z.strictObject({ offered: z.boolean(), saidAt: z.optional(instant) }),
  /** Of the newest file that arrived. */
  receipt: z.optional(receipt),
  /** Of the last file that was checked and not taken. */
  rejection: z.optional(z.strictObject({ attempt: z.int(), total: z.int(), findings: z.array(finding) })),
  /** One line for people, once it has ended. */
  outcome: z.optional(z.string()),
  renewalAskedAt: z.optional(instant),
});
export type LinkAnswer = z.infer<typeof linkAnswer>;

export const rulesAnswer = z.strictObject({
  /** `file` of the feed, without what only we can check. */
  file: resolvedFile,
  period: z.strictObject({ name: z.string(), from: z.string(), to: z.string() }),
});

export const findingsAnswer = z.strictObject({ findings: z.array(finding) });

const headers = z.record(z.string(), z.string());

export const uploadAnswer = z.strictObject({
  uploadId: z.string(),
  /** A PUT of the whole file. */
  put: z.optional(z.strictObject({ url: z.string(), headers, expiresAt: instant })),
  /** Or a plan for parts, and those that are there already. */
  multipart: z.optional(
    z.strictObject({
      partBytes: bytes,
      parts: z.int(),
      received: z.array(z.strictObject({ partNumber: z.int(), size: bytes, sha256: z.string() })),
    }),
  ),
});
export type UploadAnswer = z.infer<typeof uploadAnswer>;

export const partsAnswer = z.strictObject({
  parts: z.array(z.strictObject({ partNumber: z.int(), url: z.string(), headers, expiresAt: instant })),
});

export const receivedAnswer = z.strictObject({
  parts: z.array(z.strictObject({ partNumber: z.int(), size: bytes, sha256: z.string() })),
});

export const receiptAnswer = receipt;

export const doneAnswer = z.strictObject({ done: z.boolean() });

export const openAnswer = z.strictObject({
  requestId: z.string(),
  /** Whether this call opened it, or it was open. */
  opened: z.boolean(),
  link: z.optional(z.string()),
});

export const requestAnswer = z.strictObject({
  requestId: z.string(),
  status: z.string(),
  generation: z.int(),
  dueAt: instant,
  closesAt: instant,
  execution: z.string(),
  outcome: z.optional(z.strictObject({ kind: z.string(), at: instant, line: z.string() })),
});

export const requestsAnswer = z.strictObject({
  requests: z.array(
    z.strictObject({
      requestId: z.string(),
      title: z.string(),
      /** `waiting`, `late`, or how it ended. */
      state: z.string(),
      generation: z.int(),
      dueAt: instant,
      closesAt: instant,
      outcome: z.optional(z.string()),
      /** Who has taken it on, and why. */
      quiet: z.optional(z.string()),
    }),
  ),
  /** Ask again with `after` set to this for those that follow. */
  next: z.optional(z.string()),
});
export type RequestsAnswer = z.infer<typeof requestsAnswer>;

export const timelineAnswer = z.strictObject({
  requestId: z.string(),
  state: z.string(),
  waitsFor: z.optional(z.string()),
  attempt: z.optional(z.int()),
  timeline: z.array(z.strictObject({ at: instant, what: z.string() })),
  planned: z.array(milestone),
});

export const feedsAnswer = z.strictObject({
  feeds: z.array(
    z.strictObject({
      feed: z.string(),
      title: z.string(),
      expression: z.string(),
      timezone: z.string(),
      enabled: z.boolean(),
      mode: z.string(),
      paused: z.optional(
        z.strictObject({ at: instant, by: z.string(), reason: z.string(), until: z.optional(instant) }),
      ),
    }),
  ),
});

/** How a feed has done: its newest requests, oldest first. */
export const feedAnswer = z.strictObject({
  feed: z.string(),
  title: z.string(),
  expression: z.string(),
  timezone: z.string(),
  requests: z.array(
    z.strictObject({
      requestId: z.string(),
      period: z.string(),
      /** waiting, late, accepted, missed, rejected, waived. */
      state: z.string(),
      generation: z.int(),
      dueAt: instant,
      /** Of the accepted file. */
      arrivedAt: z.optional(instant),
      outcome: z.optional(z.string()),
    }),
  ),
  /** Of these requests. */
  punctuality: z.strictObject({
    onTime: z.int(),
    late: z.int(),
    missed: z.int(),
    rejected: z.int(),
    waived: z.int(),
    /** Of those that ended and were not waived; absent when there are none. */
    shareOnTime: z.optional(z.number()),
    /** Half of them had come so many seconds after the scheduled time. */
    medianSeconds: z.optional(z.int()),
  }),
});

export const reopenAnswer = z.strictObject({ requestId: z.string(), generation: z.int() });

export const addressesAnswer = z.strictObject({
  addresses: z.array(z.strictObject({ person: z.string(), at: instant, reason: z.string(), requestId: z.string() })),
});

export const downloadAnswer = z.strictObject({ url: z.string(), expiresAt: instant, attempt: z.optional(z.int()) });

export const problemAnswerBody = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
});
