import type * as z from 'zod/mini';
import { type feedsAnswer, pauseBody, reasonBody } from '../api/bodies.ts';
import { parseBody } from '../api/parse-body.ts';
import { Problem } from '../api/problems.ts';
import { changeDocument } from '../documents.ts';
import { type FeedId, ledgerKeys } from '../names.ts';
import { pauseDocument, pauseOf } from '../pauses.ts';
import type { Clock, Feeds, Ledger } from '../ports.ts';

interface Deps {
  readonly feeds: Feeds;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

interface FeedAct {
  readonly feed: Partial<FeedId>;
  readonly caller: string;
  readonly body: unknown;
}

/** Every feed of this deployment, and which are paused. */
export const listFeeds = async ({ feeds, ledger, clock }: Deps): Promise<z.infer<typeof feedsAnswer>> => {
  const all = await feeds.all();
  const paused = new Set(await ledger.list(ledgerKeys.pauses));
  const rows = all.map(async (feed) => {
    const { partner, feed: name, title, schedule, delivery } = feed;
    const pause = paused.has(ledgerKeys.pause({ partner, feed: name }))
      ? await pauseOf(ledger, { partner, feed: name }, clock.now())
      : undefined;
    return {
      feed: `${partner}/${name}`,
      title,
      expression: schedule.expression,
      timezone: schedule.timezone,
      enabled: schedule.enabled,
      mode: delivery.mode,
      ...(pause && {
        paused: { at: pause.at, by: pause.by, reason: pause.reason, ...(pause.until && { until: pause.until }) },
      }),
    };
  });
  return { feeds: await Promise.all(rows) };
};

/** Opens no more requests of a feed until somebody resumes it, or a time comes. What is open goes on. @throws Problem feed-unknown */
export const pauseFeed = async (deps: Deps, act: FeedAct): Promise<void> => {
  const { reason, until } = parseBody(pauseBody, act.body);
  const end = until === undefined ? {} : { until: new Date(until).toISOString() };
  await write(deps, act, { isPaused: true, reason, ...end });
};

/** @throws Problem feed-unknown, wrong-state when it is not paused */
export const resumeFeed = async (deps: Deps, act: FeedAct): Promise<void> => {
  const { reason } = parseBody(reasonBody, act.body);
  const id = await requireFeed(deps, act.feed);
  if (!(await pauseOf(deps.ledger, id, deps.clock.now()))) {
    throw new Problem('wrong-state', `${id.partner}/${id.feed} is not paused; GET /feeds says which are`);
  }
  await write(deps, act, { isPaused: false, reason });
};

const requireFeed = async ({ feeds }: Deps, { partner = '', feed = '' }: Partial<FeedId>): Promise<FeedId> => {
  if (await feeds.find({ partner, feed })) return { partner, feed };
  throw new Problem('feed-unknown', `this deployment has no feed ${partner}/${feed}; GET /feeds names them`);
};

/** The bucket's versions are the history of who paused what and why. */
const write = async (
  deps: Deps,
  { feed, caller }: FeedAct,
  word: { readonly isPaused: boolean; readonly reason: string; readonly until?: string },
): Promise<void> => {
  const id = await requireFeed(deps, feed);
  const key = ledgerKeys.pause(id);
  const document = { version: 1 as const, at: deps.clock.now().toISOString(), by: caller, ...word };
  if (await deps.ledger.create(key, document)) return;
  await changeDocument(deps.ledger, key, pauseDocument, () => document);
};
