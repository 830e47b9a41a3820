import * as z from 'zod/mini';
import { audiences, type Feed, resolvedFeed } from './feed.ts';
import { locales } from './locales.ts';
import { idPattern, type RequestKey, requestId } from './names.ts';
import { periodPattern } from './period.ts';
import { milestone, plan } from './plan.ts';

/** The pointer that travels through the workflow. Everything else is read from the ledger. */
export const requestPointer = z.strictObject({
  requestId: z.string(),
  partner: z.string().check(z.regex(idPattern)),
  feed: z.string().check(z.regex(idPattern)),
  period: z.string().check(z.regex(periodPattern)),
  generation: z.int().check(z.gte(1)),
  /** 1, 2, …: which execution holds the request; a takeover counts up, and the one before may do nothing more. */
  claim: z.int().check(z.gte(1)),
});
export type RequestPointer = z.infer<typeof requestPointer>;

export const pointTo = (key: RequestKey & { readonly claim: number }): RequestPointer => ({
  requestId: requestId(key),
  partner: key.partner,
  feed: key.feed,
  period: key.period,
  generation: key.generation,
  claim: key.claim,
});

/** How a request ends. See the design's list of outcomes. */
const outcomeKinds = ['accepted', 'missed', 'rejected', 'waived'] as const;

const outcome = z.object({
  kind: z.enum(outcomeKinds),
  at: z.string(),
  /** One line for people: `Accepted on time at 07:41 (Berlin): 2,113 rows, 1 reminder`. */
  line: z.string(),
  acceptedKey: z.optional(z.string()),
  versionId: z.optional(z.string()),
});
export type Outcome = z.infer<typeof outcome>;

const feedOfRequest = z.object({
  ...resolvedFeed.shape,
  /** People by id; names and addresses are in the erasable `people/` records. */
  contacts: z.record(z.enum(audiences), z.array(z.string())),
});

/** What a generation of a request begins with. */
const openedWith = {
  scheduledAt: z.string(),
  openedAt: z.string(),
  /** SHA-256 (hex) of the deployed feed that it lives by. */
  feedHash: z.string(),
  plan,
};

/*
 * The documents of the ledger. They outlive deployments, and executions that wait for days read and write them in the
 * version of the code that they started with, and a deployment may be taken back. So every reader takes every older format,
 * and newer ones: it keeps fields of a document that it does not know, and passes over those inside of its parts.
 * `test/core/documents` holds one of each format there ever was.
 */

/** `requests/<partner>/<feed>/<period>.json`: the claim on a period, and what became of it. */
export const requestDocument = z.looseObject({
  version: z.literal(1),
  ...requestPointer.shape,
  ...openedWith,
  execution: z.object({ arn: z.string(), name: z.string() }),
  feedConfig: feedOfRequest,
  /** `closing`: no upload is taken any more, but one that slipped in may still be found. */
  status: z.enum(['open', 'closing', 'ended']),
  outcome: z.optional(outcome),
  /** Generations of this period that have ended, oldest first. */
  earlier: z.optional(z.array(z.object({ generation: z.int(), execution: z.string(), outcome }))),
  /** What those were opened with: their packs may be written when the next is open. */
  earlierPlans: z.optional(z.array(z.looseObject({ generation: z.int(), ...openedWith }))),
  /** Who asked for it beside the schedule. */
  askedBy: z.optional(z.string()),
  /** Seconds between the scheduled time and the opening, where its schedule was late beyond tolerance. */
  startedLateSeconds: z.optional(z.int()),
  /** Who had the period opened once more, and why. */
  reopened: z.optional(z.object({ at: z.string(), by: z.string(), reason: z.string() })),
  /** Who has taken it on, so that the rungs to come alarm nobody; with `until` only up to then. */
  quiet: z.optional(z.object({ at: z.string(), by: z.string(), reason: z.string(), until: z.optional(z.string()) })),
  /** Who had its execution run on after a fault of ours, and why, oldest first. */
  redriven: z.optional(z.array(z.object({ at: z.string(), by: z.string(), reason: z.string() }))),
  /** When an operator revoked every link that was out, who, and why. */
  linksRevoked: z.optional(z.object({ at: z.string(), by: z.string(), reason: z.string() })),
});
export type RequestDocument = z.infer<typeof requestDocument>;

/** `people/<id>.json`: the only place with a name and an address. */
export const personDocument = z.looseObject({ name: z.string(), email: z.string(), locale: z.enum(locales) });
export type Person = z.infer<typeof personDocument>;

/** An upload, pinned to the version that S3 gave it. */
export const pinnedUpload = z.strictObject({
  key: z.string(),
  versionId: z.string(),
  size: z.int(),
  /** When S3 had it, ISO-8601. */
  arrivedAt: z.string(),
});
export type PinnedUpload = z.infer<typeof pinnedUpload>;

/** `arrivals/…`: written once per version by whoever sees it first; `settled` decides every later race. */
export const arrivalDocument = z.looseObject({
  version: z.literal(1),
  key: z.string(),
  versionId: z.string(),
  size: z.int(),
  arrivedAt: z.string(),
  recordedAt: z.string(),
  sourceIp: z.optional(z.string()),
  settled: z.enum(['open', 'taken', 'afterClose', 'unexpected']),
  /** When operators were told of an upload that no request takes. */
  toldAt: z.optional(z.string()),
});
export type ArrivalDocument = z.infer<typeof arrivalDocument>;

/** `waits/…`: the task token of one entry into a wait. A bearer secret. */
export const waitDocument = z.looseObject({
  version: z.literal(1),
  token: z.string(),
  registeredAt: z.string(),
  /** Signals that the execution's own definition catches here: see `hearsOf`. */
  hears: z.optional(z.array(z.string())),
  /** Which attempt it is about; older waits do not say it. */
  attempt: z.optional(z.int()),
});
export type WaitDocument = z.infer<typeof waitDocument>;

/** What ends a wait besides what it waits for. Waits that do not say so are of definitions that caught these. */
export const hearsOf = ({ hears }: WaitDocument): readonly string[] =>
  hears ?? ['DeliveryFailed', 'NothingToDeliver', 'OperatorWaived', 'OperatorReissued', 'OperatorAccepted'];

/** `links/…`: one issued URL. A bearer secret. */
export const linkDocument = z.looseObject({
  version: z.literal(1),
  url: z.string(),
  expiresAt: z.string(),
  requiredHeaders: z.record(z.string(), z.string()),
});
export type LinkDocument = z.infer<typeof linkDocument>;

/** `signals/…`: something that happened to a request while nobody was listening. */
export const signalDocument = z.looseObject({
  version: z.literal(1),
  error: z.enum([
    'DeliveryFailed',
    'NothingToDeliver',
    'OperatorWaived',
    'OperatorReissued',
    'OperatorExtended',
    'OperatorAccepted',
  ]),
  cause: z.string(),
  /** Until when, for `OperatorExtended`. */
  until: z.optional(z.string()),
  /** Whose file, for `OperatorAccepted`: no other is accepted by it. */
  attempt: z.optional(z.int()),
  /** When it was given; old signals of bounces do not say it. */
  at: z.optional(z.string()),
  /** Key of the wait that it was last taken for; or the close, which hears what no wait has heard. */
  takenFor: z.optional(z.string()),
  /** When it was taken back, because nobody could hear it any more: whoever gave it was told so. */
  withdrawnAt: z.optional(z.string()),
  /** When a task was ended by it: from then on it is history. */
  toldAt: z.optional(z.string()),
  /** How documents before `takenFor` and `toldAt` said that it was told. */
  consumedBy: z.optional(z.string()),
});
export type SignalDocument = z.infer<typeof signalDocument>;

/** `notifications/…`: one mail to one person, written before and after it is sent. */
export const notificationDocument = z.looseObject({
  version: z.literal(1),
  notificationId: z.string(),
  kind: z.string(),
  person: z.string(),
  status: z.enum(['sending', 'sent', 'refused']),
  at: z.string(),
  messageId: z.optional(z.string()),
  reason: z.optional(z.string()),
  /** When the recipient's mail server took it. */
  deliveredAt: z.optional(z.string()),
  /** What the mail service told of it afterwards that is bad news. */
  fate: z.optional(
    z.looseObject({ state: z.enum(['undelivered', 'complained', 'delayed']), at: z.string(), reason: z.string() }),
  ),
});
export type NotificationDocument = z.infer<typeof notificationDocument>;

/** The mails a partner gets, and why. */
export const partnerMailKinds = [
  'request',
  'reminder',
  'late',
  'fix',
  'reissued',
  'extended',
  'receipt',
  'waived',
] as const;
export type PartnerMailKind = (typeof partnerMailKinds)[number];

/** Those that ask for something: the request cannot go on as if they had arrived. */
export const asksForFile = (kind: string): boolean =>
  kind !== 'receipt' && kind !== 'waived' && partnerMailKinds.some((known) => known === kind);

/** The mails that people on our side get, and why. */
export const escalationKinds = [
  'unusual',
  'late',
  'rejectedLate',
  'rejected',
  'mailRefused',
  'deliveryFailed',
  'nothingToDeliver',
] as const;
export type EscalationKind = (typeof escalationKinds)[number];

/** Every mail that people on our side get. */
export const staffMailKinds = ['dueSoon', ...escalationKinds, 'recovered', 'linkAsked'] as const;
export type StaffMailKind = (typeof staffMailKinds)[number];

const attempt = z.int().check(z.gte(1));

/** Inputs of the workflow's tasks, as the state machine sends them. */
export const taskInputs = {
  openRequest: z.strictObject({
    partner: z.string().check(z.regex(idPattern)),
    feed: z.string().check(z.regex(idPattern)),
    scheduledTime: z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)), 'an ISO-8601 time')),
    execution: z.strictObject({ arn: z.string(), name: z.string() }),
    /** Where whoever starts it says so itself; else it is computed from the scheduled time. */
    period: z.nullable(z.string().check(z.regex(periodPattern))),
    /** Who wants a period that has ended opened once more, and why. */
    reopen: z.nullable(z.strictObject({ by: z.string(), reason: z.string() })),
    /** Who asked for it beside the schedule: an ARN or the subject of a token. */
    askedBy: z.nullable(z.string()),
  }),
  revisePlan: z.strictObject({ request: requestPointer }),
  generateUploadUrl: z.strictObject({ request: requestPointer, attempt, issue: z.int().check(z.gte(1)) }),
  emailPartner: z.strictObject({
    request: requestPointer,
    attempt,
    issue: z.int(),
    kind: z.enum(partnerMailKinds),
    /** Of a reminder: whom it is for. */
    milestone: z.nullable(milestone),
  }),
  registerWait: z.strictObject({
    request: requestPointer,
    attempt,
    for: z.enum(['upload', 'decision', 'scan']),
    token: z.string(),
    enteredAt: z.string(),
    retry: z.int(),
    /** What is scanned, for `scan`. */
    upload: z.optional(pinnedUpload),
  }),
  lookForUpload: z.strictObject({ request: requestPointer, attempt, waitedFor: milestone }),
  validateUpload: z.strictObject({ request: requestPointer, attempt, upload: pinnedUpload }),
  acceptUpload: z.strictObject({
    request: requestPointer,
    attempt,
    upload: pinnedUpload,
    /** Null for formats without rows. */
    rows: z.nullable(z.int()),
    override: z.boolean(),
  }),
  quarantineUpload: z.strictObject({ request: requestPointer, attempt, upload: pinnedUpload }),
  escalate: z.strictObject({
    request: requestPointer,
    attempt,
    issue: z.int(),
    kind: z.enum(escalationKinds),
    milestone: z.nullable(milestone),
    /** What the partner said, for `nothingToDeliver`. */
    reason: z.optional(z.string()),
  }),
  closeRequest: z.strictObject({
    request: requestPointer,
    attempt,
    outcome: z.enum(['missed', 'rejected', 'waived']),
    reason: z.optional(z.string()),
  }),
} as const;

/** A feed as the request keeps it: people by id. */
export const withPeopleById = (feed: Feed, idOf: (email: string) => string): RequestDocument['feedConfig'] => ({
  ...feed,
  contacts: {
    partner: feed.contacts.partner.map((person) => idOf(person.email)),
    backup: feed.contacts.backup.map((person) => idOf(person.email)),
    owner: feed.contacts.owner.map((person) => idOf(person.email)),
    oncall: feed.contacts.oncall.map((person) => idOf(person.email)),
  },
});
