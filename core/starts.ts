import * as z from 'zod/mini';
import type { Feed } from './feed.ts';
import { type FeedId, ledgerKeys } from './names.ts';
import { periodFor } from './period.ts';
import type { Digest, Ledger } from './ports.ts';
import { occurrencesOf } from './schedule/deliveries.ts';

/** `watch/starts.json`: up to when starts were looked at, and since when each schedule is known. */
export const watchDocument = z.looseObject({
  version: z.literal(1),
  checkedTo: z.string(),
  /** By `partner/feed`: a schedule that was changed is known from then on. */
  known: z.record(z.string(), z.strictObject({ schedule: z.string(), since: z.string() })),
});
export type Watch = z.infer<typeof watchDocument>;

/** A start that comes later than the Scheduler tries it is missing: it tries for an hour. */
const patienceMs = 75 * 60_000;

/** One that was missed for longer is no news. */
const longestLookBackMs = 7 * 86_400_000;

/** A request that a schedule should have opened. */
export interface DueStart {
  readonly feed: Feed;
  /** Milliseconds. */
  readonly at: number;
  /** Undefined where the feed names none for that day. */
  readonly period: string | undefined;
}

/**
 * The starts that nobody has looked at yet, and what to remember of this look. A schedule counts from when it is known. Feeds
 * with `rate(…)` are left out: their phase is the Scheduler's own.
 *
 * @param before of the look before; undefined at the first
 */
export const startsToLookAt = (
  feeds: readonly Feed[],
  before: Watch | undefined,
  now: number,
  digest: Digest,
): { readonly due: readonly DueStart[]; readonly watch: Watch } => {
  const enabled = feeds.filter(({ schedule }) => schedule.enabled);
  const known = knownSchedules(enabled, before, now, digest);
  const to = now - patienceMs;
  const from = Math.max(before ? Date.parse(before.checkedTo) : to, now - longestLookBackMs);
  const since = (feed: Feed) => Date.parse(known[nameOf(feed)]?.since ?? '');
  return {
    due: enabled.flatMap((feed) => dueBetween(feed, Math.max(from, since(feed)), to)),
    watch: { version: 1, checkedTo: new Date(Math.max(from, to)).toISOString(), known },
  };
};

const nameOf = ({ partner, feed }: FeedId): string => `${partner}/${feed}`;

const knownSchedules = (
  feeds: readonly Feed[],
  before: Watch | undefined,
  now: number,
  digest: Digest,
): Watch['known'] =>
  Object.fromEntries(
    feeds.map((feed) => {
      const schedule = digest(JSON.stringify(feed.schedule)).slice(0, 16);
      const known = before?.known[nameOf(feed)];
      return [nameOf(feed), known?.schedule === schedule ? known : { schedule, since: new Date(now).toISOString() }];
    }),
  );

const dueBetween = (feed: Feed, from: number, to: number): DueStart[] => {
  if (!(from < to) || feed.schedule.expression.startsWith('rate(')) return [];
  return occurrencesOf(feed.schedule, { from, to }).flatMap((one) => {
    if (one.kind !== 'delivery') return [];
    return [{ feed, at: one.at, period: periodFor(feed, one.forAt) }];
  });
};

/** Whether it was opened, or skipped for a reason that was written down. */
export const isStarted = async (ledger: Pick<Ledger, 'list'>, { feed, period }: DueStart): Promise<boolean> => {
  if (period === undefined) return false;
  const request = { partner: feed.partner, feed: feed.feed, period };
  for (const key of [ledgerKeys.request(request), ledgerKeys.skipped(request)]) {
    if ((await ledger.list(key)).includes(key)) return true;
  }
  return false;
};
