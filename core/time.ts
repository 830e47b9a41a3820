import { Temporal } from 'temporal-polyfill';
import type { Locale } from './locales.ts';

/** Seconds of an ISO-8601 duration of fixed length (`PT4H`, `P1D` = 24 h). Throws RangeError on anything else. */
export const durationSeconds = (iso: string): number => {
  const duration = Temporal.Duration.from(iso);
  if (duration.years || duration.months) throw new RangeError(`${iso} has no fixed length`);
  return duration.total({ unit: 'seconds', relativeTo: '2026-01-01T00:00:00Z[UTC]' });
};

/** True for a name that this runtime's IANA time zone database knows; a bare offset is none. */
export const isTimeZone = (name: string): boolean => {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** `at` + `seconds` as an ISO-8601 instant in UTC. */
export const addSeconds = (at: string, seconds: number): string =>
  new Date(Date.parse(at) + seconds * 1000).toISOString();

/** The earlier of two instants. */
export const earlier = (a: string, b: string): string => (Date.parse(a) <= Date.parse(b) ? a : b);

/** The city of an IANA zone as people say it: `Europe/Berlin` → `Berlin`. */
const zoneCity = (timezone: string): string => timezone.split('/').at(-1)?.replaceAll('_', ' ') ?? timezone;

/** `07:41 (Berlin)` */
export const clockTime = (at: string, timezone: string): string =>
  `${format(at, timezone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })} (${zoneCity(timezone)})`;

/** `Monday 23 November 2026, 07:41 (Berlin, GMT+1)`: always with its zone, and never rounded up. */
export const fullTime = (at: string, timezone: string, locale: Locale = 'en'): string => {
  const date = format(at, timezone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }, locale);
  const time = format(at, timezone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, locale);
  const offset = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, timeZoneName: 'shortOffset' })
    .formatToParts(new Date(at))
    .find((part) => part.type === 'timeZoneName')?.value;
  return `${date}, ${time} (${zoneCity(timezone)}, ${offset ?? timezone})`;
};

const languages = { en: 'en-GB', de: 'de-DE' } as const;

const format = (at: string, timeZone: string, options: Intl.DateTimeFormatOptions, locale: Locale = 'en'): string => {
  const text = new Intl.DateTimeFormat(languages[locale], { timeZone, ...options }).format(new Date(at));
  return locale === 'en' ? text.replace(',', '') : text;
};

/** Whether a text is a day of the calendar, `yyyy-mm-dd`: there is no 30 February. */
export const isDay = (text: string): boolean => {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
};
