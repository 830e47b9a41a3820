import { Zone } from '../../schedule/zone.ts';
import type { Evidence } from '../pack.ts';

/** How one delivery went. */
export const deliveryKinds = ['onTime', 'late', 'missed', 'rejected', 'waived', 'skipped', 'failed'] as const;
export type DeliveryKind = (typeof deliveryKinds)[number];

/** One generation of one period, or one day that nothing was asked for; as its newest pack tells. */
export interface Delivery {
  readonly partner: string;
  readonly feed: string;
  readonly title: string;
  /** Absent for what was skipped. */
  readonly period?: string;
  readonly generation?: number;
  readonly kind: DeliveryKind;
  readonly line: string;
  /** The day that it was asked for on, by the feed's own clocks: `2026-11-23`. */
  readonly day: string;
  readonly dueAt?: string;
  /** Of the accepted file. */
  readonly arrivedAt?: string;
  /** Seconds before it was due; negative after. */
  readonly earlySeconds?: number;
  /** Files that came until then. */
  readonly attempts: number;
  /** Key of its pack. */
  readonly pack: string;
}

/** A pack where it lies. */
export interface StoredPack {
  readonly key: string;
  readonly pack: Evidence;
}

/**
 * What packs tell of deliveries, in the order of their days. A run that failed by a fault of ours and was redriven, or taken
 * over, has several packs: the newest counts. What was open already was no delivery.
 */
export const deliveriesOf = (packs: readonly StoredPack[]): readonly Delivery[] => {
  const newest = new Map<string, StoredPack>();
  for (const one of packs) {
    if (one.pack.outcome.kind === 'alreadyOpen') continue;
    const name = nameOf(one.pack);
    const known = newest.get(name);
    if (!known || known.pack.chain.sequence < one.pack.chain.sequence) newest.set(name, one);
  }
  const zones = new Map<string, Zone>();
  const dayIn = (timezone: string, at: string): string => {
    const zone = zones.get(timezone) ?? new Zone(timezone);
    zones.set(timezone, zone);
    const { year, month, day } = zone.dayOf(Date.parse(at));
    return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
  };
  return [...newest.values()]
    .map((one) => deliveryOf(one, dayIn))
    .sort((a, b) => compare(a.day, b.day) || compare(a.pack, b.pack));
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const nameOf = ({ partner, feed, request, execution }: Evidence): string =>
  `${partner}/${feed}/${request ? `${request.period}/${request.generation}` : execution.name}`;

const deliveryOf = ({ key, pack }: StoredPack, dayIn: (timezone: string, at: string) => string): Delivery => {
  const { partner, feed, request, outcome, execution, uploads } = pack;
  const accepted = pack.accepted && uploads.find(({ versionId }) => versionId === pack.accepted?.versionId);
  const { dueAt } = request ?? {};
  const earlySeconds =
    accepted && dueAt !== undefined ? (Date.parse(dueAt) - Date.parse(accepted.arrivedAt)) / 1000 : undefined;
  return {
    partner,
    feed,
    title: request?.title ?? feed,
    ...(request && { period: request.period, generation: request.generation }),
    kind: kindOf(pack, earlySeconds),
    line: outcome.line,
    day: dayIn(request?.timezone ?? 'UTC', request?.scheduledAt ?? execution.startedAt),
    ...(dueAt !== undefined && { dueAt }),
    ...(accepted && { arrivedAt: accepted.arrivedAt }),
    ...(earlySeconds !== undefined && { earlySeconds }),
    attempts: uploads.filter(({ settled }) => settled === 'taken').length,
    pack: key,
  };
};

const kindOf = ({ outcome: { kind, line } }: Evidence, earlySeconds: number | undefined): DeliveryKind => {
  if (kind === 'alreadyOpen') return 'skipped';
  if (kind !== 'accepted') return kind;
  // Without a plan in its pack, a run of an older generation says it in words.
  const isLate = earlySeconds === undefined ? /^Accepted late/.test(line) : earlySeconds < 0;
  return isLate ? 'late' : 'onTime';
};
