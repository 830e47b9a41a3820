import { createRequire } from 'node:module';
import ical, { type VEvent } from 'node-ical';
import type { Calendars } from '../core/schedule/calendar-rules.ts';

/** A dozen megabytes of data: read only where a feed names a country. */
const loadHolidays = (): typeof import('date-holidays').default => createRequire(import.meta.url)('date-holidays');

/** Names by local date, for the years that are asked for. */
type Days = Record<string, string>;

/**
 * Holidays of countries, by the data of date-holidays (CC-BY-3.0), and all-day events of calendar files (RFC 5545).
 *
 * @param from first year, inclusive
 * @param to last year, inclusive
 */
export const createCalendars = (from: number, to: number): Calendars => {
  /** Many feeds have one country. */
  const known = new Map<string, Days | undefined>();
  return {
    from: `${from}-01-01`,
    until: `${to}-12-31`,
    ofCountry(code) {
      if (!known.has(code)) known.set(code, publicHolidays(code, from, to));
      return known.get(code);
    },
    ofFile: (text) => allDayEvents(text, from, to),
  };
};

/** Undefined for a country, state or region that nobody knows. */
const publicHolidays = (code: string, from: number, to: number): Days | undefined => {
  const Holidays = loadHolidays();
  const [country = '', state, region] = code.split('-');
  const all = new Holidays();
  const isKnown =
    country in (all.getCountries() ?? {}) &&
    (state === undefined || state in (all.getStates(country) ?? {})) &&
    (state === undefined || region === undefined || region in (all.getRegions(country, state) ?? {}));
  if (!isKnown) return undefined;
  const calendar = new Holidays(country, state ?? '', region ?? '');
  const days: Days = {};
  for (let year = from; year <= to; year += 1) {
    for (const { date, start, end, name, type } of calendar.getHolidays(year, 'en')) {
      // Some last for days.
      const length = Math.max(1, Math.round((end.getTime() - start.getTime()) / dayMs));
      if (type === 'public') for (const day of daysFrom(date.slice(0, 10), length)) days[day] = name;
    }
  }
  return days;
};

/** All-day events, each day of them, recurrences with their exceptions included; what was cancelled is none. */
const allDayEvents = (text: string, from: number, to: number): Days => {
  const days: Days = {};
  for (const event of Object.values(ical.sync.parseICS(text))) {
    if (event?.type !== 'VEVENT' || event.datetype !== 'date') continue;
    for (const { start, end, summary, status } of occurrencesOf(event, from, to)) {
      if (status === 'CANCELLED') continue;
      const name = String(typeof summary === 'string' ? summary : summary.val).slice(0, 80);
      const length = Math.max(1, Math.round(((end?.getTime() ?? 0) - start.getTime()) / dayMs));
      for (const day of daysFrom(localDay(start), length)) days[day] = name;
    }
  }
  return days;
};

interface Occurrence {
  readonly start: Date;
  readonly end?: Date | undefined;
  readonly summary: VEvent['summary'];
  readonly status?: VEvent['status'];
}

const isOccurrence = (one: object | undefined): one is Occurrence =>
  one !== undefined && 'start' in one && one.start instanceof Date && 'summary' in one;

/** Each time of an event: without those of `EXDATE`, and moved where a `RECURRENCE-ID` moves it (RFC 5545, 3.8.4.4 and 3.8.5.1). */
const occurrencesOf = (event: VEvent, from: number, to: number): Occurrence[] => {
  if (!event.rrule) return [event];
  const { exdate = {}, recurrences = {} } = event;
  const lengthMs = (event.end?.getTime() ?? 0) - event.start.getTime();
  return event.rrule
    .between(new Date(Date.UTC(from, 0, 1)), new Date(Date.UTC(to + 1, 0, 1)), true)
    .filter((start) => !(localDay(start) in exdate))
    .map((start) => {
      const moved = recurrences[localDay(start)];
      return isOccurrence(moved) ? moved : { ...event, start, end: new Date(start.getTime() + lengthMs) };
    });
};

/** All-day events are midnights of the machine's own zone. */
const localDay = (at: Date): string => `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;

const dayMs = 86_400_000;

/** A date and those after it. */
const daysFrom = (first: string, length: number): string[] =>
  Array.from({ length }, (_, index) => new Date(Date.parse(first) + index * dayMs).toISOString().slice(0, 10));

const pad = (value: number): string => String(value).padStart(2, '0');
