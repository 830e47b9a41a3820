/*
 * Cron as EventBridge Scheduler has it: six fields, weekdays 1 to 7 from Sunday, `L`, `W` and `#` in the day fields.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */

/** A local date; months and days from 1, weekdays from 1 for Sunday. */
export interface LocalDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** When a cron expression fires, on the clock of its zone. */
export interface Cron {
  /** Ascending. */
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  firesOn(day: LocalDay): boolean;
}

type DayTest = (day: LocalDay) => boolean;

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const fields = {
  minutes: { name: 'minutes', least: 0, most: 59 },
  hours: { name: 'hours', least: 0, most: 23 },
  dayOfMonth: { name: 'day-of-month', least: 1, most: 31 },
  month: { name: 'month', least: 1, most: 12, names: months },
  dayOfWeek: { name: 'day-of-week', least: 1, most: 7, names: weekdays },
  year: { name: 'year', least: 1970, most: 2199 },
} as const satisfies Record<string, Field>;

/** An expression that the Scheduler would refuse: got, allowed. */
export class CronError extends Error {
  override readonly name = 'CronError';
}

/**
 * @param body what stands between the parentheses of `cron(…)`
 * @throws CronError
 */
export const parseCron = (body: string): Cron => {
  const parts = body.split(' ');
  if (parts.length !== 6) throw new CronError(`six fields are needed, got ${parts.length}`);
  const [minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = parts;
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new CronError('exactly one of day-of-month and day-of-week must be ?');
  }
  const inMonth = valuesOf(month, fields.month);
  const inYear = valuesOf(year, fields.year);
  const test = dayOfMonth === '?' ? byWeekday(dayOfWeek) : byDay(dayOfMonth);
  return {
    minutes: sorted(valuesOf(minutes, fields.minutes)),
    hours: sorted(valuesOf(hours, fields.hours)),
    months: inMonth,
    years: inYear,
    firesOn: (day) => inMonth.has(day.month) && inYear.has(day.year) && test(day),
  };
};

const sorted = (values: ReadonlySet<number>): number[] => [...values].sort((a, b) => a - b);

/** `*`, `5`, `1-5`, `MON-FRI`, `0/15`, and lists of those. */
const valuesOf = (text: string, field: Field): ReadonlySet<number> => {
  const values = new Set<number>();
  for (const one of text.split(',')) {
    const [range = '', step, ...rest] = one.split('/');
    if (rest.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) throw wrong(field, text);
    const [from, to] = boundsOf(range, step !== undefined, field, text);
    for (let value = from; value <= to; value += Number(step ?? 1)) values.add(value);
  }
  return values;
};

const boundsOf = (range: string, hasStep: boolean, field: Field, whole: string): readonly [number, number] => {
  if (range === '*') return [field.least, field.most];
  const [first = '', last, ...rest] = range.split('-');
  if (rest.length > 0) throw wrong(field, whole);
  const from = numberOf(first, field, whole);
  // `5/15`: from 5 to the end of the field.
  const to = last === undefined ? (hasStep ? field.most : from) : numberOf(last, field, whole);
  if (from > to) throw wrong(field, whole);
  return [from, to];
};

const numberOf = (text: string, field: Field, whole: string): number => {
  const named = field.names?.indexOf(text) ?? -1;
  if (named >= 0) return field.least + named;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= field.least && value <= field.most) return value;
  throw wrong(field, whole);
};

const wrong = ({ name, least, most, names }: Field, got: string): CronError =>
  new CronError(`${name}: got "${got}", allowed ${least} to ${most}${names ? ` or ${names.join(', ')}` : ''}`);

/** Days of a month. @param month from 1 */
export const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** 1 for Sunday to 7 for Saturday. */
export const weekdayOf = ({ year, month, day }: LocalDay): number =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;

const anyOf =
  (tests: readonly DayTest[]): DayTest =>
  (day) =>
    tests.some((test) => test(day));

const byDay = (text: string): DayTest =>
  anyOf(
    text.split(',').map((one): DayTest => {
      if (one === 'L') return ({ year, month, day }) => day === daysIn(year, month);
      const [, nearest] = /^(\d+)W$/.exec(one) ?? [];
      if (nearest !== undefined) {
        const wanted = numberOf(nearest, fields.dayOfMonth, text);
        return ({ year, month, day }) => day === nearestWeekday(year, month, wanted);
      }
      const days = valuesOf(one, fields.dayOfMonth);
      return ({ day }) => days.has(day);
    }),
  );

/** The weekday closest to a day, within its month; undefined where the month has no such day. */
const nearestWeekday = (year: number, month: number, day: number): number | undefined => {
  const last = daysIn(year, month);
  if (day > last) return undefined;
  const weekday = weekdayOf({ year, month, day });
  if (weekday === 7) return day === 1 ? 3 : day - 1;
  if (weekday === 1) return day === last ? day - 2 : day + 1;
  return day;
};

const byWeekday = (text: string): DayTest =>
  anyOf(
    text.split(',').map((one): DayTest => {
      // Alone it is the last day of the week: Saturday.
      if (one === 'L') return (day) => weekdayOf(day) === 7;
      const [, last, nth, which] = /^(?:(\w+)L|(\w+)#([1-5]))$/.exec(one) ?? [];
      if (last !== undefined) {
        const wanted = numberOf(last, fields.dayOfWeek, text);
        return (at) => weekdayOf(at) === wanted && at.day + 7 > daysIn(at.year, at.month);
      }
      if (nth !== undefined) {
        const wanted = numberOf(nth, fields.dayOfWeek, text);
        return (at) => weekdayOf(at) === wanted && Math.ceil(at.day / 7) === Number(which);
      }
      const days = valuesOf(one, fields.dayOfWeek);
      return (day) => days.has(weekdayOf(day));
    }),
  );
