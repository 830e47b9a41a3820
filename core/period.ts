import { Temporal } from 'temporal-polyfill';
import { isDay } from './time.ts';

/** What a delivery can be for; `custom` is one of the periods that the feed names itself. */
export const periodUnits = ['hour', 'day', 'week', 'month', 'custom'] as const;
type CalendarUnit = Exclude<(typeof periodUnits)[number], 'custom'>;

/** Id of a period in names, routes and keys: lower-case letters, digits and hyphens, at most 20. */
export const periodPattern = /^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/;

/** How the periods of a unit look. */
const patterns: Readonly<Record<CalendarUnit, RegExp>> = {
  hour: /^\d{4}-\d{2}-\d{2}-\d{2}(-[pm]\d{4})?$/,
  day: /^\d{4}-\d{2}-\d{2}$/,
  week: /^\d{4}-w\d{2}$/,
  month: /^\d{4}-\d{2}$/,
};

/** A period that a feed names: its first and its last day, `yyyy-mm-dd`. */
export interface NamedPeriod {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/**
 * The period that a delivery is for, computed from its scheduled time in the feed's zone, never from "now".
 *
 * - day `2026-11-22`, week `2026-w47` (ISO 8601), month `2026-11`, hour `2026-11-22-06`
 * - a local hour that occurs twice carries its UTC offset: `2026-10-25-02-p0200`, `2026-10-25-02-p0100`
 *
 * @param offset whole units to add: -1 makes Tuesday's run ask for Monday's file
 */
export const periodOf = (scheduledAt: string, timezone: string, unit: CalendarUnit, offset: number): string => {
  const local = Temporal.Instant.from(scheduledAt).toZonedDateTimeISO(timezone).add(amount(unit, offset));
  switch (unit) {
    case 'month':
      return local.toPlainDate().toPlainYearMonth().toString();
    case 'week':
      return `${local.yearOfWeek}-w${String(local.weekOfYear).padStart(2, '0')}`;
    case 'day':
      return local.toPlainDate().toString();
    case 'hour':
      return `${local.toPlainDate().toString()}-${String(local.hour).padStart(2, '0')}${repeatedHourSuffix(local)}`;
  }
};

/** What of a feed says which period a delivery is for. */
interface PeriodRule {
  readonly schedule: { readonly timezone: string };
  readonly period: {
    readonly unit: (typeof periodUnits)[number];
    readonly offset: number;
    /** Of `custom`, in order. */
    readonly named?: readonly NamedPeriod[] | undefined;
  };
}

/**
 * The period that a feed's delivery is for.
 *
 * @param forAt milliseconds, as `occurrencesOf` and `expectationAt` tell it
 * @returns undefined where no period that the feed names has that day, or so many more (`offset`)
 */
export const periodFor = ({ schedule, period }: PeriodRule, forAt: number): string | undefined => {
  const at = new Date(forAt).toISOString();
  const { unit, offset, named = [] } = period;
  if (unit !== 'custom') return periodOf(at, schedule.timezone, unit, offset);
  const day = periodOf(at, schedule.timezone, 'day', 0);
  const index = named.findIndex(({ from, to }) => from <= day && day <= to);
  return index < 0 ? undefined : named[index + offset]?.name;
};

/** Whether a feed can have a period of this name. */
export const isPeriodOf = ({ period: { unit, named = [] } }: Pick<PeriodRule, 'period'>, name: string): boolean =>
  unit === 'custom' ? named.some((one) => one.name === name) : patterns[unit].test(name) && isInCalendar(unit, name);

/** A month 13, a week 54 and a 30 February look right and are never. */
const isInCalendar = (unit: CalendarUnit, name: string): boolean => {
  const [year = '', month = '', day = '', hour = '0'] = name.split('-');
  try {
    if (unit === 'month') return Temporal.PlainYearMonth.from(name, { overflow: 'reject' }).toString() === name;
    if (unit === 'week') {
      const monday = Temporal.PlainDate.from(daysOfPeriod(name, { period: {} }).from);
      return monday.yearOfWeek === Number(year) && `w${String(monday.weekOfYear).padStart(2, '0')}` === month;
    }
    return isDay(`${year}-${month}-${day}`) && Number(hour) < 24;
  } catch {
    return false;
  }
};

/** What a period of a feed looks like, for people. */
export const periodExample = ({ period: { unit, named = [] } }: Pick<PeriodRule, 'period'>): string =>
  unit === 'custom'
    ? `one that the feed names: ${named.map(({ name }) => name).join(', ')}`
    : `such as ${periodOf('2026-11-22T06:00:00Z', 'UTC', unit, 0)}`;

const amount = (unit: CalendarUnit, offset: number): Temporal.DurationLike => {
  if (unit === 'hour') return { hours: offset };
  if (unit === 'day') return { days: offset };
  if (unit === 'week') return { weeks: offset };
  return { months: offset };
};

/** `-p0200` where the clocks go back and this wall-clock hour happens twice, else nothing. */
const repeatedHourSuffix = (local: Temporal.ZonedDateTime): string => {
  const wall = local.toPlainDateTime();
  const first = wall.toZonedDateTime(local.timeZoneId, { disambiguation: 'earlier' });
  const second = wall.toZonedDateTime(local.timeZoneId, { disambiguation: 'later' });
  if (first.equals(second)) return '';
  return `-${local.offset.replace('+', 'p').replace('-', 'm').replace(':', '')}`;
};

/** First and last day of a period of a feed, `yyyy-mm-dd`. @param period as `periodFor` makes it */
export const daysOfPeriod = (
  period: string,
  { period: { named = [] } }: { readonly period: Pick<PeriodRule['period'], 'named'> },
): { readonly from: string; readonly to: string } => {
  const own = named.find(({ name }) => name === period);
  if (own) return { from: own.from, to: own.to };
  const [, year = '', week] = /^(\d{4})-w(\d{2})$/.exec(period) ?? [];
  if (week !== undefined) {
    // 4 January is always in the first week (ISO 8601).
    const first = Temporal.PlainDate.from(`${year}-01-04`);
    const monday = first.subtract({ days: first.dayOfWeek - 1 }).add({ weeks: Number(week) - 1 });
    return { from: monday.toString(), to: monday.add({ days: 6 }).toString() };
  }
  if (/^\d{4}-\d{2}$/.test(period)) {
    const month = Temporal.PlainYearMonth.from(period);
    return { from: `${period}-01`, to: `${period}-${String(month.daysInMonth).padStart(2, '0')}` };
  }
  const day = period.slice(0, 10);
  return { from: day, to: day };
};
