import type { Cron, LocalDay } from './cron.ts';
import { parseExpression } from './expression.ts';
import type { Zone } from './zone.ts';

/** A moment of a schedule; or a local time that the clocks leave out that day, so that nothing fires. */
export type Moment =
  | { readonly kind: 'fires'; readonly at: number; readonly day: LocalDay }
  | { readonly kind: 'gap'; readonly day: LocalDay; readonly local: string };

const dayMs = 86_400_000;

/**
 * When an expression fires, `from` inclusive, `to` exclusive (milliseconds), in order. A local time that the clocks skip in
 * spring does not fire; one that they show twice in autumn fires once, the first time.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 *
 * @param createdAt where `rate(…)` counts from
 */
export function* momentsOf(
  expression: string,
  zone: Zone,
  { from, to, createdAt = 0 }: { readonly from: number; readonly to: number; readonly createdAt?: number },
): Generator<Moment> {
  const read = parseExpression(expression);
  if (read.kind === 'cron') yield* cronMoments(read.cron, zone, from, to);
  else if (read.kind === 'rate') yield* rateMoments(read.everyMs, zone, createdAt, from, to);
  else yield* atMoment(read.local, zone, from, to);
}

function* cronMoments(cron: Cron, zone: Zone, from: number, to: number): Generator<Moment> {
  for (const day of daysBetween(zone, from, to)) {
    if (!cron.firesOn(day)) continue;
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const at = zone.instantOf(day, hour, minute);
        if (at === undefined) yield { kind: 'gap', day, local: `${isoDay(day)}T${two(hour)}:${two(minute)}` };
        else if (at >= from && at < to) yield { kind: 'fires', at, day };
      }
    }
  }
}

function* rateMoments(everyMs: number, zone: Zone, createdAt: number, from: number, to: number): Generator<Moment> {
  const first = Math.max(1, Math.ceil((from - createdAt) / everyMs));
  for (let at = createdAt + first * everyMs; at < to; at += everyMs) yield { kind: 'fires', at, day: zone.dayOf(at) };
}

function* atMoment(local: string, zone: Zone, from: number, to: number): Generator<Moment> {
  const [year = 0, month = 0, date = 0, hour = 0, minute = 0, second = 0] = local.split(/\D/).map(Number);
  const day = { year, month, day: date };
  const at = zone.instantOf(day, hour, minute, second);
  if (at === undefined) yield { kind: 'gap', day, local };
  else if (at >= from && at < to) yield { kind: 'fires', at, day };
}

/** Every local date that has some of the time between two instants. */
function* daysBetween(zone: Zone, from: number, to: number): Generator<LocalDay> {
  const last = zone.dayOf(to - 1);
  for (let day = zone.dayOf(from); isoDay(day) <= isoDay(last); day = plusDays(day, 1)) yield day;
}

export const plusDays = ({ year, month, day }: LocalDay, days: number): LocalDay => {
  const at = new Date(Date.UTC(year, month - 1, day) + days * dayMs);
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
};

const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-22` */
export const isoDay = ({ year, month, day }: LocalDay): string => `${year}-${two(month)}-${two(day)}`;
