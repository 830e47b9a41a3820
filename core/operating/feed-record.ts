import type * as z from 'zod/mini';
import type { feedAnswer } from '../api/bodies.ts';
import { Problem } from '../api/problems.ts';
import { findDocuments } from '../documents.ts';
import { type Delivery, readHistory } from '../history.ts';
import { type FeedId, ledgerKeys } from '../names.ts';
import type { Clock, Feeds, Ledger } from '../ports.ts';
import { type RequestDocument, requestDocument } from '../request.ts';
import { stateOf } from './look-around.ts';

interface Deps {
  readonly feeds: Feeds;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

type Answer = z.infer<typeof feedAnswer>;

/** More are not looked at. */
const newestRequests = 60;

/** How a feed has done, of its newest requests. @throws Problem feed-unknown */
export const showFeed = async (
  { feeds, ledger, clock }: Deps,
  { partner = '', feed = '' }: Partial<FeedId>,
): Promise<Answer> => {
  const deployed = await feeds.find({ partner, feed });
  if (!deployed) {
    throw new Problem('feed-unknown', `this deployment has no feed ${partner}/${feed}; GET /feeds names them`);
  }
  const keys = (await ledger.list(ledgerKeys.requestsOf({ partner, feed }))).slice(-newestRequests);
  const found = await findDocuments(ledger, keys, requestDocument);
  const deliveries = await readHistory(ledger, { partner, feed });
  const requests = found
    .map(({ document }) => document)
    // Names of periods need not be in their order.
    .sort((a, b) => (a.plan.opensAt < b.plan.opensAt ? -1 : 1));
  const rows = requests.map((request) => rowOf(request, deliveries, clock.now()));
  const { title, schedule } = deployed.feed;
  return {
    feed: `${partner}/${feed}`,
    title,
    expression: schedule.expression,
    timezone: schedule.timezone,
    requests: rows,
    punctuality: punctualityOf(rows, delaysOf(requests, deliveries)),
  };
};

const rowOf = (request: RequestDocument, deliveries: readonly Delivery[], now: Date): Answer['requests'][number] => {
  const { requestId, period, generation, plan, outcome } = request;
  const delivery =
    outcome?.kind === 'accepted'
      ? deliveries.find((one) => one.period === period && one.generation === generation)
      : undefined;
  return {
    requestId,
    period,
    state: stateOf(request, now),
    generation,
    dueAt: plan.dueAt,
    ...(delivery && { arrivedAt: delivery.arrivedAt }),
    ...(outcome && { outcome: outcome.line }),
  };
};

/** Seconds from opening to arrival, of what was asked for on schedule. */
const delaysOf = (requests: readonly RequestDocument[], deliveries: readonly Delivery[]): number[] => {
  const periods = new Set(requests.map(({ period }) => period));
  return deliveries.flatMap(({ period, generation, afterOpeningSeconds }) =>
    periods.has(period) && generation === 1 && afterOpeningSeconds !== undefined ? [afterOpeningSeconds] : [],
  );
};

const punctualityOf = (rows: Answer['requests'], delays: number[]): Answer['punctuality'] => {
  const ended = (kind: string) => rows.filter(({ state }) => state === kind);
  // What the history no longer says counts neither way.
  const accepted = ended('accepted').filter(({ arrivedAt }) => arrivedAt !== undefined);
  const onTime = accepted.filter(({ arrivedAt = '', dueAt }) => Date.parse(arrivedAt) <= Date.parse(dueAt)).length;
  const [missed, rejected] = [ended('missed').length, ended('rejected').length];
  const all = accepted.length + missed + rejected;
  const median = delays.sort((a, b) => a - b)[Math.floor((delays.length - 1) / 2)];
  return {
    onTime,
    late: accepted.length - onTime,
    missed,
    rejected,
    waived: ended('waived').length,
    ...(all > 0 && { shareOnTime: onTime / all }),
    ...(median !== undefined && { medianSeconds: median }),
  };
};
