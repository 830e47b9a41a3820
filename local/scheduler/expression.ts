import { Cron } from 'croner';

/** A schedule's times: the next one strictly after an instant (both in milliseconds), or undefined when it is over. */
export type Times = (after: number) => number | undefined;

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Times of a schedule expression as EventBridge Scheduler has them: a local time that the spring change leaves out is
 * skipped, one that the autumn change repeats comes once.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 *
 * @param createdAt where `rate(…)` counts from
 * @throws RangeError for an expression that the Scheduler would refuse
 */
export const parseExpression = (expression: string, timezone: string, createdAt: number): Times => {
  const [, kind, body = ''] = /^(cron|rate|at)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'cron') return cronTimes(body, timezone);
  if (kind === 'rate') return rateTimes(body, createdAt);
  if (kind === 'at') return atTimes(body, timezone);
  throw new RangeError(`${expression} is neither cron(…) nor rate(…) nor at(…)`);
};

const rateTimes = (body: string, createdAt: number): Times => {
  const [, count, unit = ''] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(body) ?? [];
  const step = Number(count) * (units[unit] ?? Number.NaN);
  if (Number.isNaN(step)) throw new RangeError(`rate(${body}): expected a positive number and minutes, hours or days`);
  return (after) => createdAt + Math.max(1, Math.floor((after - createdAt) / step) + 1) * step;
};

const atTimes = (body: string, timezone: string): Times => {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(body))
    throw new RangeError(`at(${body}): expected yyyy-mm-ddThh:mm:ss`);
  const once = new Cron(body, { timezone, paused: true }).nextRun(new Date(0))?.getTime();
  return (after) => (once !== undefined && once > after ? once : undefined);
};

/** Times that the clock never showed, in a row, before a schedule counts as over. */
const maxSkips = 20;

const cronTimes = (body: string, timezone: string): Times => {
  const fields = body.split(' ');
  const [minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields;
  if (fields.length !== 6 || (dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new RangeError(`cron(${body}): expected six fields, exactly one of the two day fields being ?`);
  }
  const pattern = [minutes, hours, dayOfMonth, month, dayOfWeek].map((field) =>
    field.replace(/^(\d+)\//, '$1-59/').replace('?', '*'),
  );
  const wanted = `0 ${fixRanges(pattern).join(' ')} ${year}`;
  const cron = new Cron(wanted, { timezone, paused: true, alternativeWeekdays: true, domAndDow: false });
  return (after) => {
    let from = new Date(after);
    for (let tries = 0; tries < maxSkips; tries += 1) {
      const next = cron.nextRun(from);
      if (!next) return undefined;
      if (isOnTheClock(next, timezone, hours, minutes)) return next.getTime();
      from = next;
    }
    return undefined;
  };
};

/** `5/15` means "from 5 to the end of the field"; the end differs by field. */
const fixRanges = (pattern: string[]): string[] => {
  const ends = ['59', '23', '31', '12', '7'];
  return pattern.map((field, index) => field.replace('-59/', `-${ends[index]}/`));
};

/** False for a time that the clock never showed: croner moves those behind the spring gap, AWS skips them. */
const isOnTheClock = (at: Date, timezone: string, hours: string, minutes: string): boolean => {
  if (!/^\d+$/.test(hours) || !/^\d+$/.test(minutes)) return true;
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return parts.format(at) === `${hours.padStart(2, '0')}:${minutes.padStart(2, '0')}`;
};
