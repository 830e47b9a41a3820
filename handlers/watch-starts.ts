import { findDocument } from '../core/documents.ts';
import type { Feed } from '../core/feed.ts';
import { ledgerKeys, requestId } from '../core/names.ts';
import { inParallel } from '../core/parallel.ts';
import type { Clock, Digest, Feeds, Ledger, Metrics, Notices } from '../core/ports.ts';
import { type DueStart, isStarted, startsToLookAt, watchDocument } from '../core/starts.ts';

interface Deps {
  readonly feeds: Feeds;
  readonly ledger: Ledger;
  readonly notices: Notices;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly digest: Digest;
}

/**
 * Looks whether every request that a schedule should have opened is there, each once: a schedule that does not fire fails
 * nowhere and alarms nobody else. Holidays and skipped dates are no starts; a feed that is paused opens requests that end as
 * skipped, and has none here.
 */
export const createWatchStarts = (deps: Deps) => async (): Promise<{ checked: number; missing: string[] }> => {
  const { feeds, ledger, clock, digest } = deps;
  const found = await findDocument(ledger, ledgerKeys.watchedStarts, watchDocument);
  const { due, watch } = startsToLookAt(await feeds.all(), found?.document, clock.now().getTime(), digest);
  const started = await inParallel(due, (one) => isStarted(ledger, one));
  const missing: string[] = [];
  for (const one of due.filter((_, index) => !started[index])) missing.push(await tell(deps, one));
  // Of two that look at once one writes; both have told the same.
  if (found) await ledger.replace(ledgerKeys.watchedStarts, { ...found.document, ...watch }, found.etag);
  else await ledger.create(ledgerKeys.watchedStarts, watch);
  return { checked: due.length, missing };
};

const tell = async (deps: Deps, { feed, at, period }: DueStart): Promise<string> => {
  if (period === undefined) return tellUnnamed(deps, feed, new Date(at).toISOString());
  const { notices, metrics } = deps;
  const id = requestId({ partner: feed.partner, feed: feed.feed, period });
  await notices.publish({
    kind: 'startMissing',
    subject: `Never opened: ${id}`,
    message: `“${feed.title}” of ${feed.partner} for ${period} should have been asked for at ${new Date(at).toISOString()}, and was not: nobody waits for it. What to do: docs/runbook.md, section Starts missing.`,
    requestId: id,
  });
  metrics.count('StartMissing', id);
  return id;
};

/** The names that a feed gives its periods run out one day, and nothing fails when they do. */
const tellUnnamed = async ({ notices, metrics }: Deps, { partner, feed, title }: Feed, at: string): Promise<string> => {
  const id = `${partner}/${feed} at ${at}`;
  await notices.publish({
    kind: 'startMissing',
    subject: `No period named: ${partner}/${feed}`,
    message: `“${title}” of ${partner} should have been asked for at ${at}, but the feed names no period for that day (period.named): nobody waits for it. Name more of them, or disable the schedule. What to do: docs/runbook.md, section Starts missing.`,
  });
  metrics.count('StartMissing');
  return id;
};
