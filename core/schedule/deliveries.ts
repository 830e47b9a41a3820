import type { Feed } from '../feed.ts';
import { businessDayFrom, closedOn, everyWeekday, holidayOn, mostMovedDays, nthBusinessDay } from './calendar.ts';
import type { LocalDay } from './cron.ts';
import { parseExpression } from './expression.ts';
import { isoDay, momentsOf } from './times.ts';
import { Zone } from './zone.ts';

type Schedule = Feed['schedule'];

/** What a schedule comes to on one of its days. */
export type Occurrence =
  /** Asked for at `at`; for the day of `forAt`, which is another one where the calendar moved it. */
  | { readonly kind: 'delivery'; readonly at: number; readonly forAt: number; readonly moved?: string }
  | { readonly kind: 'skipped'; readonly at: number; readonly reason: string }
  /** The clocks never show this local time. */
  | { readonly kind: 'gap'; readonly local: string };

const dayMs = 86_400_000;
const reachMs = (mostMovedDays + 2) * dayMs;

interface Span {
  readonly from: number;
  readonly to: number;
  readonly createdAt?: number;
}

/** A schedule's deliveries, and what it leaves out and why, `from` inclusive, `to` exclusive, in order. */
export const occurrencesOf = (schedule: Schedule, span: Span, zone = new Zone(schedule.timezone)): Occurrence[] => {
  if (schedule.businessDay !== undefined) return onBusinessDays(schedule, schedule.businessDay, zone, span);
  if (schedule.calendar && schedule.calendar.onHoliday !== 'skip') return withMoves(schedule, zone, span);
  return [...momentsOf(schedule.expression, zone, span)].map((moment): Occurrence => {
    if (moment.kind === 'gap') return { kind: 'gap', local: moment.local };
    const { at, day } = moment;
    const reason = skippedOn(schedule, day);
    return reason === undefined ? { kind: 'delivery', at, forAt: at } : { kind: 'skipped', at, reason };
  });
};

/** Why nothing is expected on a local date, where the feed says so. */
const skippedOn = ({ skip, calendar }: Schedule, day: LocalDay): string | undefined => {
  if (skip.includes(isoDay(day))) return `schedule.skip names ${isoDay(day)}`;
  return calendar?.onHoliday === 'skip' ? holidayOn(calendar, day) : undefined;
};

/** Deliveries that fall on no business day, weekends included, go to the next or the previous one, at the same local time. */
const withMoves = (schedule: Schedule, zone: Zone, { from, to, createdAt }: Span): Occurrence[] => {
  const { calendar = everyWeekday } = schedule;
  const wide = { from: from - reachMs, to: to + reachMs, ...(createdAt !== undefined && { createdAt }) };
  const found: Occurrence[] = [];
  for (const moment of momentsOf(schedule.expression, zone, wide)) {
    if (moment.kind === 'gap') continue;
    const { at, day } = moment;
    const skipped = skippedOn(schedule, day);
    const closed = closedOn(calendar, day);
    if (skipped !== undefined) found.push({ kind: 'skipped', at, reason: skipped });
    else if (closed === undefined) found.push({ kind: 'delivery', at, forAt: at });
    else {
      const moved = businessDayFrom(calendar, day, calendar.onHoliday === 'next' ? 1 : -1);
      const movedAt = moved && zone.instantOf(moved, ...clockOf(at, zone));
      if (movedAt === undefined)
        found.push({ kind: 'skipped', at, reason: `${closed}, and no business day for weeks` });
      else found.push({ kind: 'delivery', at: movedAt, forAt: at, moved: `${closed} on ${isoDay(day)}` });
    }
  }
  return inSpan(found, from, to);
};

/** Hour and minute that the clocks show. */
const clockOf = (at: number, zone: Zone): [hour: number, minute: number] => {
  const local = new Date(at + zone.offsetAt(at));
  return [local.getUTCHours(), local.getUTCMinutes()];
};

/** One a month: the nth business day, at the time of the expression. */
const onBusinessDays = (schedule: Schedule, nth: number, zone: Zone, { from, to }: Span): Occurrence[] => {
  const { calendar = everyWeekday } = schedule;
  const read = parseExpression(schedule.expression);
  if (read.kind !== 'cron') return [];
  const { cron } = read;
  const [hour = 0] = cron.hours;
  const [minute = 0] = cron.minutes;
  const found: Occurrence[] = [];
  const last = zone.dayOf(to);
  for (let { year, month } = zone.dayOf(from); year * 12 + month <= last.year * 12 + last.month; ) {
    const day = cron.months.has(month) && cron.years.has(year) ? nthBusinessDay(calendar, year, month, nth) : undefined;
    const at = day && zone.instantOf(day, hour, minute);
    if (at !== undefined && day) {
      const reason = skippedOn(schedule, day);
      found.push(reason === undefined ? { kind: 'delivery', at, forAt: at } : { kind: 'skipped', at, reason });
    }
    [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1];
  }
  return inSpan(found, from, to);
};

const inSpan = (found: readonly Occurrence[], from: number, to: number): Occurrence[] =>
  found
    .filter((one) => one.kind === 'gap' || (one.at >= from && one.at < to))
    .sort((a, b) => (a.kind === 'gap' || b.kind === 'gap' ? 0 : a.at - b.at));

/** Whether the calendar decides which of the days that it fires on a schedule means. */
export const isMoving = ({ calendar, businessDay }: Schedule): boolean =>
  businessDay !== undefined || (calendar !== undefined && calendar.onHoliday !== 'skip');

/** What a start is for: the time that its period is computed from; or why nothing is expected. */
export type Expectation =
  | { readonly forAt: number }
  /** `isOneOfItsDays`: without the reason a delivery would have been expected; the Scheduler fires on other days too. */
  | { readonly reason: string; readonly isOneOfItsDays: boolean };

/** What a start at this time is for. */
export const expectationAt = (schedule: Schedule, scheduledAt: number): Expectation => {
  const zone = new Zone(schedule.timezone);
  if (!isMoving(schedule)) {
    const reason = skippedOn(schedule, zone.dayOf(scheduledAt));
    return reason === undefined ? { forAt: scheduledAt } : { reason, isOneOfItsDays: true };
  }
  const [here] = occurrencesOf(schedule, { from: scheduledAt, to: scheduledAt + 60_000 }, zone);
  if (here?.kind === 'delivery') return { forAt: here.forAt };
  return here?.kind === 'skipped'
    ? { reason: here.reason, isOneOfItsDays: true }
    : { reason: notItsDay(schedule), isOneOfItsDays: false };
};

const notItsDay = ({ businessDay, calendar }: Schedule): string =>
  businessDay === undefined
    ? `this is not its day: the calendar moves deliveries to the ${calendar?.onHoliday} business day`
    : `this is not business day ${businessDay} of the month`;

/**
 * What the Scheduler is told. Where the calendar moves deliveries it fires on every day of the month that one falls on
 * within the calendar, and *Open request* tells those that are meant.
 *
 * @param span of the calendar
 */
export const firingExpression = (schedule: Schedule, span: Pick<Span, 'from' | 'to'>): string => {
  if (!isMoving(schedule)) return schedule.expression;
  const [minutes = '', hours = ''] = schedule.expression.replace(/^cron\((.*)\)$/, '$1').split(' ');
  const zone = new Zone(schedule.timezone);
  const days = new Set(
    occurrencesOf(schedule, span, zone).flatMap((one) => (one.kind === 'delivery' ? [zone.dayOf(one.at).day] : [])),
  );
  const list = [...days].sort((a, b) => a - b).join(',');
  return list === '' ? schedule.expression : `cron(${minutes} ${hours} ${list} * ? *)`;
};
