import { periodPattern } from './period.ts';

/** Ids of partners and feeds. */
export const idPattern = /^[a-z0-9-]{1,24}$/;

/** A feed of a partner. Written `partner/feed`. */
export interface FeedId {
  readonly partner: string;
  readonly feed: string;
}

/** One generation of one period of one feed. */
export interface RequestKey extends FeedId {
  readonly period: string;
  readonly generation: number;
}

/** `acme_daily-orders_2026-11-22`: in names, routes, tags and logs. Slashes only in storage keys. */
export const requestId = ({ partner, feed, period }: Omit<RequestKey, 'generation'>): string =>
  `${partner}_${feed}_${period}`;

/** A request as one execution holds it. */
export interface ClaimedKey extends RequestKey {
  readonly claim: number;
}

const folder = ({ partner, feed, period }: Omit<RequestKey, 'generation'>): string => `${partner}/${feed}/${period}`;

/**
 * Prefix of everything uploaded for one attempt. Ends in a slash, so that attempt 1 never matches attempt 10.
 * Shape: `<partner>/<feed>/<period>/<generation>/<attempt>/`
 */
export const attemptPrefix = (request: RequestKey, attempt: number): string =>
  `${folder(request)}/${request.generation}/${attempt}/`;

/** The one key that an attempt may be uploaded to. Made by us, never from a file name. */
export const landingKey = (request: RequestKey, attempt: number, extension: string): string =>
  `${attemptPrefix(request, attempt)}upload.${extension}`;

/** Where an accepted file is promoted to. */
export const acceptedKey = (request: RequestKey, extension: string): string =>
  `${folder(request)}/${request.generation}/data.${extension}`;

/** Where the evidence of one run of a feed lies: of one that opened a request, beside its period. */
export const archiveFolder = (
  { partner, feed }: FeedId,
  request: RequestKey | undefined,
  run: { readonly name: string; readonly redrives: number },
): string => {
  const of = request ? `${request.period}/${request.generation}` : 'runs';
  return `${partner}/${feed}/${of}/${run.name}-${run.redrives}/`;
};

/** Where a deployment is tried out: uploads here are nobody's, no rule sees them, and a day later they are gone. */
export const probePrefix = '_doctor/';

/** Put by GuardDuty into the landing bucket, once, to try its role: nobody's upload either. */
export const validationObject = 'malware-protection-resource-validation-object';

/** A time as it stands in a key: in order, and without what keys do not take. */
const inKey = (at: string): string => at.replaceAll(/[^0-9TZ]/g, '-');

/** Of one entry into a wait; the tenth retry is after the ninth. */
const waitName = (enteredAt: string, retry: number): string =>
  `${inKey(enteredAt)}-${String(retry).padStart(2, '0')}.json`;

/** Keys of the ledger bucket, all in one place. */
export const ledgerKeys = {
  request: (request: Omit<RequestKey, 'generation'>) => `requests/${folder(request)}.json`,
  /** Every period of a feed, in order. */
  requestsOf: ({ partner, feed }: FeedId) => `requests/${partner}/${feed}/`,
  dueOn: (date: string) => `due/${date}/`,
  due: (date: string, request: Omit<RequestKey, 'generation'>) => `due/${date}/${folder(request)}`,
  arrival: (request: RequestKey, attempt: number, versionId: string) =>
    `arrivals/${attemptPrefix(request, attempt)}${versionId}.json`,
  arrivalsOf: (request: RequestKey, attempt: number) => `arrivals/${attemptPrefix(request, attempt)}`,
  arrivals: (request: RequestKey) => `arrivals/${folder(request)}/${request.generation}/`,
  unexpectedArrival: (versionId: string) => `arrivals/unexpected/${versionId}.json`,
  waits: (request: RequestKey, attempt: number) => `waits/${attemptPrefix(request, attempt)}`,
  wait: (request: RequestKey, attempt: number, enteredAt: string, retry: number) =>
    `waits/${attemptPrefix(request, attempt)}${waitName(enteredAt, retry)}`,
  decisionWaits: (request: RequestKey) => `waits/${folder(request)}/${request.generation}/decision/`,
  decisionWait: (request: RequestKey, enteredAt: string, retry: number) =>
    `waits/${folder(request)}/${request.generation}/decision/${waitName(enteredAt, retry)}`,
  scanWaits: (request: RequestKey, attempt: number) =>
    `waits/${folder(request)}/${request.generation}/scan/${attempt}/`,
  scanWait: (request: RequestKey, attempt: number, enteredAt: string, retry: number) =>
    `waits/${folder(request)}/${request.generation}/scan/${attempt}/${waitName(enteredAt, retry)}`,
  /** What the malware scanner said of an upload. */
  scan: (request: RequestKey, attempt: number, versionId: string) =>
    `scans/${attemptPrefix(request, attempt)}${versionId}.json`,
  signals: (request: RequestKey) => `signals/${folder(request)}/${request.generation}/`,
  /** One per person and attempt: a mail that goes to the same dead address again tells nothing new. */
  bounceSignal: (request: RequestKey, attempt: number, person: string) =>
    `signals/${folder(request)}/${request.generation}/bounce-${attempt}-${person}.json`,
  link: (request: ClaimedKey, attempt: number, issue: number) =>
    `links/${attemptPrefix(request, attempt)}${request.claim}-${issue}.json`,
  /** What a mailed link stands for. No secret: those of links are stored nowhere. */
  grant: (linkId: string) => `grants/${linkId}.json`,
  /** That somebody opened a link. */
  opening: (request: RequestKey, linkId: string) => `openings/${folder(request)}/${request.generation}/${linkId}.json`,
  openings: (request: RequestKey) => `openings/${folder(request)}/${request.generation}/`,
  /** Every issue of a generation, whatever the attempt. */
  issues: (request: RequestKey) => `links/${folder(request)}/${request.generation}/`,
  /** One per file that was announced for an attempt: whoever announces the same file again goes on with it. */
  upload: (request: RequestKey, attempt: number, uploadId: string) =>
    `uploads/${attemptPrefix(request, attempt)}${uploadId}.json`,
  uploads: (request: RequestKey, attempt: number) => `uploads/${attemptPrefix(request, attempt)}`,
  /** Which program did what for an upload. @param of `put`, `completed`, or the id of an upload in parts */
  sender: (request: RequestKey, attempt: number, of: string) => `senders/${attemptPrefix(request, attempt)}${of}.json`,
  nothingToDeliver: (request: RequestKey, attempt: number) =>
    `signals/${folder(request)}/${request.generation}/nothing-${attempt}.json`,
  /** An operator's word. @param at when, so that each has a place of its own, oldest first */
  operatorSignal: (request: RequestKey, what: string, at: string) =>
    `signals/${folder(request)}/${request.generation}/operator-${inKey(at)}-${what}.json`,
  notification: (request: ClaimedKey, attempt: number, issue: number, kind: string, person: string) =>
    `notifications/${attemptPrefix(request, attempt)}${request.claim}-${issue}-${kind}-${person}.json`,
  notifications: (request: RequestKey) => `notifications/${folder(request)}/${request.generation}/`,
  allFindings: (request: RequestKey) => `findings/${folder(request)}/${request.generation}/`,
  findings: (request: RequestKey, attempt: number) => `findings/${attemptPrefix(request, attempt)}report.json`,
  /** What people take away of a report: a page, a table. */
  findingsFile: (request: RequestKey, attempt: number, name: string) =>
    `findings/${attemptPrefix(request, attempt)}${name}`,
  /** A period that nothing was asked for, and why. */
  skipped: (request: Omit<RequestKey, 'generation'>) => `skipped/${folder(request)}.json`,
  pause: ({ partner, feed }: FeedId) => `pauses/${partner}/${feed}.json`,
  pauses: 'pauses/',
  watchedStarts: 'watch/starts.json',
  reconciled: 'watch/reconciled.json',
  /** Says that an end of a run has its evidence. By the day that the run began: so those of a day are one listing. */
  archived: (run: { readonly name: string; readonly startedAt: string }, redrives: number) =>
    `archived/${run.startedAt.slice(0, 10)}/${run.name}-${redrives}`,
  archivedOn: (date: string) => `archived/${date}/`,
  /** An address that mail does not reach. */
  deadAddress: (person: string) => `addresses/${person}.json`,
  deadAddresses: 'addresses/',
  /** The newest pack of evidence of a feed. */
  chain: ({ partner, feed }: FeedId) => `chains/${partner}/${feed}.json`,
  history: ({ partner, feed }: FeedId) => `history/${partner}/${feed}.json`,
  person: (id: string) => `people/${id}.json`,
} as const;

/** Reads a mark of `ledgerKeys.due` back. */
export const parseDue = (mark: string): Omit<RequestKey, 'generation'> => {
  const [, , partner = '', feed = '', period = ''] = mark.split('/');
  return { partner, feed, period };
};

/** Reads a request's id back. Undefined for one that we did not make. */
export const parseRequestId = (id: string): Omit<RequestKey, 'generation'> | undefined => {
  const [partner, feed, period, ...rest] = id.split('_');
  if (!partner || !feed || !period || rest.length > 0) return undefined;
  if (!idPattern.test(partner) || !idPattern.test(feed) || !periodPattern.test(period)) return undefined;
  return { partner, feed, period };
};

/** The attempt in whose folder a key of the ledger lies: an issue's, a report's. */
export const attemptOfKey = (key: string): number => Number(key.split('/').at(-2));

/** The attempt that a generation has come to. @param issues keys of all its issues; before the first it is attempt 1 */
export const newestAttempt = (issues: readonly string[]): number => Math.max(1, ...issues.map(attemptOfKey));

/** Reads a landing key back. Undefined for a key that we did not make. */
export const parseLandingKey = (key: string): { request: RequestKey; attempt: number } | undefined => {
  const [partner, feed, period, generation, attempt, file, ...rest] = key.split('/');
  if (!partner || !feed || !period || !generation || !attempt || !file || rest.length > 0) return undefined;
  if (!idPattern.test(partner) || !idPattern.test(feed) || !periodPattern.test(period)) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(generation) || !/^[1-9]\d{0,3}$/.test(attempt)) return undefined;
  if (!/^upload\.[a-z0-9]{1,8}$/.test(file)) return undefined;
  return { request: { partner, feed, period, generation: Number(generation) }, attempt: Number(attempt) };
};
