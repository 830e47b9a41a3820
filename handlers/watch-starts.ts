import * as z from 'zod/mini';
import { findDocument } from '../core/documents.ts';
import type { Feed } from '../core/feed.ts';
import { ledgerKeys, requestId } from '../core/names.ts';
import { periodFor } from '../core/period.ts';
import type { Clock, Digest, Feeds, Ledger, Metrics, Notices } from '../core/ports.ts';
import { occurrencesOf } from '../core/schedule/deliveries.ts';

interface Deps {
  readonly feeds: Feeds;
  readonly ledger: Ledger;
  readonly notices: Notices;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly digest: Digest;
}

/** `watch/starts.json`: up to when starts were looked at, and since when each schedule is known. */
const watchDocument = z.looseObject({
  version: z.literal(1),
  checkedTo: z.string(),
  /** By `partner/feed`: a schedule that was changed is known from then on. */
  known: z.record(z.string(), z.strictObject({ schedule: z.string(), since: z.string() })),
});
type Watch = z.infer<typeof watchDocument>;

/** A start that comes later than the Scheduler tries it is missing: it tries for an hour. */
const patienceMs = 75 * 60_000;

/** One that was missed for longer is no news. */
const longestLookBackMs = 7 * 86_400_000;

interface Due {
  readonly feed: Feed;
  readonly at: number;
  readonly period: string;
}

/**
 * Looks whether every request that a schedule should have opened is there, each once: a schedule that does not fire fails
 * nowhere and alarms nobody else. Holidays and skipped dates are no starts; a feed that is paused opens requests that end as
 * skipped, and has none here.
 */
export const createWatchStarts = (deps: Deps) => async (): Promise<{ checked: number; missing: string[] }> => {
  const now = deps.clock.now().getTime();
  const feeds = (await deps.feeds.all()).filter(({ schedule }) => schedule.enabled);
  const found = await findDocument(deps.ledger, ledgerKeys.watchedStarts, watchDocument);
  const known = knownSchedules(feeds, found?.document, now, deps.digest);
  const to = now - patienceMs;
  const from = Math.max(found ? Date.parse(found.document.checkedTo) : to, now - longestLookBackMs);
  const due = feeds.flatMap((feed) => dueBetween(feed, Math.max(from, sinceOf(known, feed)), to));
  const missing: string[] = [];
  for (const one of due) if (!(await isOpened(deps.ledger, one))) missing.push(await tell(deps, one));
  const watch: Watch = { version: 1, checkedTo: new Date(Math.max(from, to)).toISOString(), known };
  // Of two that look at once one writes; both have told the same.
  if (found) await deps.ledger.replace(ledgerKeys.watchedStarts, { ...found.document, ...watch }, found.etag);
  else await deps.ledger.create(ledgerKeys.watchedStarts, watch);
  return { checked: due.length, missing };
};

const nameOf = ({ partner, feed }: Feed): string => `${partner}/${feed}`;

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

const sinceOf = (known: Watch['known'], feed: Feed): number => Date.parse(known[nameOf(feed)]?.since ?? '');

const dueBetween = (feed: Feed, from: number, to: number): Due[] => {
  if (!(from < to) || feed.schedule.expression.startsWith('rate(')) return [];
  return occurrencesOf(feed.schedule, { from, to }).flatMap((one) => {
    if (one.kind !== 'delivery') return [];
    return [{ feed, at: one.at, period: periodFor(feed, one.forAt) }];
  });
};

const isOpened = async (ledger: Ledger, { feed, period }: Due): Promise<boolean> => {
  const { partner, feed: name } = feed;
  const keys = [
    ledgerKeys.request({ partner, feed: name, period }),
    ledgerKeys.skipped({ partner, feed: name, period }),
  ];
  for (const key of keys) if ((await ledger.list(key)).includes(key)) return true;
  return false;
};

const tell = async ({ notices, metrics }: Deps, { feed, at, period }: Due): Promise<string> => {
  const id = requestId({ partner: feed.partner, feed: feed.feed, period });
  await notices.publish(
    `Never opened: ${id}`,
    `“${feed.title}” of ${feed.partner} for ${period} should have been asked for at ${new Date(at).toISOString()}, and was not: nobody waits for it. What to do: docs/runbook.md, section Starts missing.`,
  );
  metrics.count('StartMissing', id);
  return id;
};
