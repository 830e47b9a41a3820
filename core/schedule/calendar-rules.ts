import type { Feed } from '../feed.ts';
import type { FeedProblem } from '../feed-problem.ts';
import type { FeedSource } from '../feed-source.ts';
import type { BesideTheFeed } from '../file-rules.ts';
import type { Calendar } from './calendar.ts';
import { firingExpression, isMoving, occurrencesOf } from './deliveries.ts';
import { parseExpression } from './expression.ts';
import { isoDay } from './times.ts';
import { Zone } from './zone.ts';

/** Where holidays come from, for some years. */
export interface Calendars {
  /** First and last date that they know of. */
  readonly from: string;
  readonly until: string;
  /** Public holidays by date; undefined for a country, state or region that nobody knows. */
  ofCountry(code: string): Record<string, string> | undefined;
  /** All-day events of a calendar file (RFC 5545), by date. */
  ofFile(text: string): Record<string, string>;
}

const numbers = { SUN: 1, MON: 2, TUE: 3, WED: 4, THU: 5, FRI: 6, SAT: 7 } as const;

type Written = FeedSource['schedule'];
type Result = { readonly schedule: Feed['schedule'] } | { readonly problems: FeedProblem[] };

/** Fills in a schedule's holidays, and what the Scheduler is told; or says what is wrong with them. */
export const readSchedule = (written: Written, beside: BesideTheFeed, calendars: Calendars): Result => {
  const { calendar: source, ...plain } = written;
  const problems: FeedProblem[] = [];
  const calendar = source && readCalendar(source, written, beside, calendars, problems);
  const schedule = { ...plain, ...(calendar && { calendar }) };
  if (problems.length === 0) problems.push(...businessDayProblems(written), ...movingProblems(schedule, calendars));
  if (problems.length > 0) return { problems };
  if (!isMoving(schedule)) return { schedule };
  return { schedule: { ...schedule, fires: firingExpression(schedule, spanOf(calendars)) } };
};

const readCalendar = (
  source: NonNullable<Written['calendar']>,
  { businessDay }: Written,
  beside: BesideTheFeed,
  calendars: Calendars,
  problems: FeedProblem[],
): Calendar => {
  const { country, ics, weekend, onHoliday } = source;
  const wrong = (path: string, got: string, allowed: string, fix: string) =>
    problems.push({ path: `schedule.calendar${path}`, got, allowed, fix });
  const holidays: Record<string, string> = {};
  if (country === undefined && ics === undefined && businessDay === undefined) {
    wrong(
      '',
      'no holidays',
      'country or ics',
      'name a country such as DE or DE-BY, or a calendar file beside the feed',
    );
  }
  if (country !== undefined) {
    const days = calendars.ofCountry(country);
    if (!days)
      wrong('.country', country, 'a country (DE), state (DE-BY) or region that date-holidays knows', 'check it');
    Object.assign(holidays, days);
  }
  if (ics !== undefined) {
    const text = beside(ics);
    const days = text === undefined ? {} : calendars.ofFile(text);
    if (text === undefined) wrong('.ics', ics, 'a file beside the feed', 'put it there');
    else if (Object.keys(days).length === 0) {
      wrong(
        '.ics',
        `${ics} without any`,
        `all-day events between ${calendars.from} and ${calendars.until}`,
        'check it',
      );
    }
    Object.assign(holidays, days);
  }
  return { weekend: weekend.map((day) => numbers[day]), holidays, onHoliday, until: calendars.until };
};

const businessDayProblems = ({ businessDay, expression }: Written): FeedProblem[] =>
  businessDay === undefined || /^cron\(\d{1,2} \d{1,2} \* [^ ]+ \? [^ ]+\)$/.test(expression)
    ? []
    : [
        {
          path: 'schedule.businessDay',
          got: `${businessDay} with ${expression}`,
          allowed: 'with cron(minute hour * month ? year): one time, every day',
          fix: 'such as cron(0 6 * * ? *)',
        },
      ];

/** Two deliveries that a holiday moves together would be one. */
const movingProblems = (schedule: Feed['schedule'], calendars: Calendars): FeedProblem[] => {
  if (!isMoving(schedule)) return [];
  const wrong = (got: string, allowed: string, fix: string): FeedProblem[] => [
    { path: 'schedule.calendar.onHoliday', got, allowed, fix },
  ];
  if (parseExpression(schedule.expression).kind !== 'cron') {
    return wrong(`${schedule.calendar?.onHoliday} with ${schedule.expression}`, 'with cron(…)', 'use cron, or skip');
  }
  const zone = new Zone(schedule.timezone);
  const seen = new Set<string>();
  for (const one of occurrencesOf(schedule, spanOf(calendars), zone)) {
    if (one.kind !== 'delivery') continue;
    const day = isoDay(zone.dayOf(one.at));
    if (seen.has(day)) {
      return wrong(
        `${schedule.calendar?.onHoliday}, and two deliveries on ${day}`,
        'deliveries that no holiday moves onto each other, such as weekly or monthly ones',
        'use onHoliday: skip',
      );
    }
    seen.add(day);
  }
  return [];
};

const spanOf = ({ from, until }: Calendars): { from: number; to: number } => ({
  from: Date.parse(from),
  to: Date.parse(until),
});
