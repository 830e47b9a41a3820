import type * as z from 'zod/mini';
import type { feedAnswer } from '../api/bodies.ts';
import { Problem } from '../api/problems.ts';
import { findDocument } from '../documents.ts';
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
  const found = await Promise.all(keys.map((key) => findDocument(ledger, key, requestDocument)));
  const deliveries = await readHistory(ledger, { partner, feed });
  const rows = found.flatMap((one) => (one ? [rowOf(one.document, deliveries, clock.now())] : []));
  const { title, schedule } = deployed.feed;
  return {
    feed: `${partner}/${feed}`,
    title,
    expression: schedule.expression,
    timezone: schedule.timezone,
    requests: rows,
    punctuality: punctualityOf(rows, deliveries),
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

const punctualityOf = (rows: Answer['requests'], deliveries: readonly Delivery[]): Answer['punctuality'] => {
  const ended = (kind: string) => rows.filter(({ state }) => state === kind);
  const isOnTime = ({ arrivedAt, dueAt }: Answer['requests'][number]) =>
    arrivedAt === undefined || Date.parse(arrivedAt) <= Date.parse(dueAt);
  const accepted = ended('accepted');
  const onTime = accepted.filter(isOnTime).length;
  const [missed, rejected] = [ended('missed').length, ended('rejected').length];
  const all = accepted.length + missed + rejected;
  const delays = deliveries.flatMap(({ afterOpeningSeconds }) =>
    afterOpeningSeconds === undefined ? [] : [afterOpeningSeconds],
  );
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
