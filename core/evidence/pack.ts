import * as z from 'zod/mini';
import { idPattern } from '../names.ts';
import { milestone } from '../plan.ts';

/*
 * `evidence.json`: what an auditor gets of one run, years later. Written once, in canonical form, into a bucket that
 * nobody can delete from. It names people by id. Published as docs/evidence.schema.json; fields are only ever added.
 */

const instant = z.string();
const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));

/** How a run ended. `failed`: by a fault of ours; `skipped`, `alreadyOpen`: nothing was asked for. */
export const evidenceOutcomes = [
  'accepted',
  'missed',
  'rejected',
  'waived',
  'failed',
  'skipped',
  'alreadyOpen',
] as const;

/** What stands in a pack where nobody could tell. */
export const notRecorded = 'not recorded';

const openingRecord = z.strictObject({
  at: instant,
  /** Whose link: id of the `people/` record, `topic`, or who asked the API for it. */
  recipient: z.string(),
  sourceIp: z.optional(z.string()),
  userAgent: z.optional(z.string()),
});

const uploadRecord = z.strictObject({
  attempt: z.int(),
  key: z.string(),
  versionId: z.string(),
  /** Bytes. */
  size: z.int(),
  arrivedAt: instant,
  /** Of whoever sent it, as CloudTrail tells it, else S3 (which of an upload in parts tells of who completed it). */
  sourceIp: z.optional(z.string()),
  /** Of the program that sent it, where CloudTrail's data events are on; else `not recorded`. */
  userAgent: z.optional(z.string()),
  /** taken, afterClose, open. */
  settled: z.string(),
  /** Of the check; absent for what was never checked. */
  check: z.optional(
    z.strictObject({
      at: z.optional(instant),
      valid: z.boolean(),
      rows: z.optional(z.int()),
      sha256: z.string(),
      /** How often each rule was broken. */
      findings: z.record(z.string(), z.int()),
    }),
  ),
});

const mailRecord = z.strictObject({
  at: instant,
  kind: z.string(),
  /** Id of the `people/` record. */
  person: z.string(),
  status: z.string(),
  messageId: z.optional(z.string()),
  /** When the recipient's mail server took it; where the deployment records that. */
  deliveredAt: z.optional(instant),
  fate: z.optional(z.string()),
});

const act = z.strictObject({ at: instant, what: z.string(), why: z.string() });

/** Where a pack stands among those of its feed. */
export const chainLink = z.strictObject({
  /** 1, 2, …, without a gap. */
  sequence: z.int().check(z.gte(1)),
  /** The pack before; null for the first. */
  previous: z.nullable(z.strictObject({ key: z.string(), sha256: hash })),
});
export type ChainLink = z.infer<typeof chainLink>;

export const evidence = z.strictObject({
  version: z.literal(1),
  partner: z.string().check(z.regex(idPattern)),
  feed: z.string().check(z.regex(idPattern)),
  outcome: z.strictObject({ kind: z.enum(evidenceOutcomes), line: z.string(), at: instant }),
  execution: z.strictObject({
    arn: z.string(),
    name: z.string(),
    status: z.string(),
    startedAt: instant,
    stoppedAt: instant,
    redrives: z.int(),
    /** Functions that it called, each in the version of its code: `airlock-prod-accept-upload:12`. */
    code: z.optional(z.array(z.string())),
    /** The whole history, without task tokens. */
    history: z.strictObject({ key: z.string(), sha256: hash, events: z.int() }),
  }),
  /** Absent where the run opened none. */
  request: z.optional(
    z.strictObject({
      requestId: z.string(),
      period: z.string(),
      generation: z.int(),
      title: z.string(),
      timezone: z.string(),
      /* Absent, as all that follows, where the request was another's when this was written: taken over. */
      scheduledAt: z.optional(instant),
      openedAt: z.optional(instant),
      askedBy: z.optional(z.string()),
      /** Of the feed that it was opened under. */
      feedHash: z.optional(z.string()),
      dueAt: z.optional(instant),
      closesAt: z.optional(instant),
      milestones: z.optional(z.array(milestone)),
      /** When each URL, or mail with a link, was issued. */
      issuedAt: z.optional(z.array(instant)),
    }),
  ),
  /** Links whose page somebody had before them, or began to send by; a URL of direct mode is used, never opened. */
  openings: z.optional(z.array(openingRecord)),
  uploads: z.array(uploadRecord),
  /** What was promoted. */
  accepted: z.optional(z.strictObject({ key: z.string(), versionId: z.string(), sha256: z.optional(z.string()) })),
  mails: z.array(mailRecord),
  /** What people did: operators, the partner's own word, bounces. */
  acts: z.array(act),
  recordedAt: instant,
  chain: chainLink,
});
export type Evidence = z.infer<typeof evidence>;
