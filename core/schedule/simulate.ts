import type { Feed } from '../feed.ts';
import { requestId } from '../names.ts';
import { periodFor } from '../period.ts';
import { makePlan } from '../plan.ts';
import { occurrencesOf } from './deliveries.ts';

/** Everything that can happen to a request that nobody answers, and to one that is not opened. */
export const simulatedKinds = ['open', 'remind', 'due', 'escalate', 'close', 'skip', 'gap'] as const;

/** One moment of a simulated year. */
export interface SimulatedMoment {
  /** ISO-8601, UTC. */
  readonly at: string;
  readonly kind: (typeof simulatedKinds)[number];
  /** `partner/feed` */
  readonly feed: string;
  /** Id of the request; absent where none is opened. */
  readonly request?: string;
  /** Who is told, why nothing is asked for, from which day it was moved. */
  readonly detail: string;
}

/**
 * What a feed does between two instants if no file ever comes: every opening, reminder, due time, escalation and close, and
 * what it leaves out and why. In order.
 */
export const simulate = (feed: Feed, span: { readonly from: number; readonly to: number }): SimulatedMoment[] => {
  const name = `${feed.partner}/${feed.feed}`;
  const { timezone } = feed.schedule;
  const moments = occurrencesOf(feed.schedule, { ...span, createdAt: span.from }).flatMap((one): SimulatedMoment[] => {
    if (one.kind === 'gap') {
      const detail = `${one.local} does not exist in ${timezone}: the clocks are put forward over it, and nothing is asked for`;
      return [{ at: new Date(Date.parse(`${one.local}Z`)).toISOString(), kind: 'gap', feed: name, detail }];
    }
    const at = new Date(one.at).toISOString();
    if (one.kind === 'skipped') return [{ at, kind: 'skip', feed: name, detail: one.reason }];
    const period = periodFor(feed, one.forAt);
    if (period === undefined) return [{ at, kind: 'skip', feed: name, detail: 'the feed names no period for it' }];
    const of = { feed: name, request: requestId({ partner: feed.partner, feed: feed.feed, period }) };
    const plan = makePlan(feed, at);
    return [
      { at, kind: 'open', ...of, detail: one.moved === undefined ? '' : `moved: ${one.moved}` },
      { at: plan.dueAt, kind: 'due', ...of, detail: '' },
      // Without deliveries there is nothing that a warning could be measured by.
      ...plan.milestones.flatMap(({ kind, at: when, to }): SimulatedMoment[] =>
        kind === 'warn' ? [] : [{ at: when, kind, ...of, detail: to.join(', ') }],
      ),
    ];
  });
  return moments.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
};
