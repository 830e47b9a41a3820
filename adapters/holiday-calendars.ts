import { createRequire } from 'node:module';
import ical from 'node-ical';
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
    for (const { date, name, type } of calendar.getHolidays(year, 'en')) {
      if (type === 'public') days[date.slice(0, 10)] = name;
    }
  }
  return days;
};

/** All-day events, each day of them, recurrences included. */
const allDayEvents = (text: string, from: number, to: number): Days => {
  const days: Days = {};
  for (const event of Object.values(ical.sync.parseICS(text))) {
    if (event?.type !== 'VEVENT' || event.datetype !== 'date') continue;
    const name = String(typeof event.summary === 'string' ? event.summary : event.summary.val).slice(0, 80);
    const starts = event.rrule
      ? event.rrule.between(new Date(Date.UTC(from, 0, 1)), new Date(Date.UTC(to + 1, 0, 1)), true)
      : [event.start];
    const length = Math.max(1, Math.round(((event.end?.getTime() ?? 0) - event.start.getTime()) / 86_400_000));
    for (const start of starts) {
      for (let day = 0; day < length; day += 1) {
        const at = new Date(start.getFullYear(), start.getMonth(), start.getDate() + day);
        days[`${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`] = name;
      }
    }
  }
  return days;
};

const pad = (value: number): string => String(value).padStart(2, '0');
