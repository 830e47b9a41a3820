import { createCalendars } from '../../adapters/holiday-calendars.ts';
import type { Feed } from '../../core/feed.ts';
import { readFeed } from '../../core/feed-rules.ts';
import { dateOf, lastDay, type Wall, wallOf } from './wall-clock.ts';

/*
 * Fifty feeds, and what they must do in 2027, computed without any code of the product: every minute of the year is held
 * against AWS's rules in words, against holidays written down by hand, and the rest is addition.
 */

/** Dates on which nothing is due, from public calendars. */
const holidays: Readonly<Record<string, readonly string[]>> = {
  // The nine holidays of all German states.
  DE: ['01-01', '03-26', '03-29', '05-01', '05-06', '05-17', '10-03', '12-25', '12-26'].map((day) => `2027-${day}`),
  // A plant's own calendar, as a file.
  plant: ['2027-02-15', '2027-06-30', '2027-07-01', '2027-11-29'],
};

const plantFile = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  ...(holidays.plant ?? []).flatMap((date, index) => [
    'BEGIN:VEVENT',
    `UID:${index}`,
    `DTSTART;VALUE=DATE:${date.replaceAll('-', '')}`,
    'SUMMARY:Plant closed',
    'END:VEVENT',
  ]),
  'END:VCALENDAR',
  '',
].join('\r\n');

interface Pattern {
  readonly expression: string;
  /** When AWS's documentation says that it fires. */
  readonly fires: (at: Wall) => boolean;
  readonly calendar?: { readonly of: 'DE' | 'plant'; readonly onHoliday: 'skip' | 'next' };
}

const weekday = ({ weekday: day }: Wall) => day >= 2 && day <= 6;
const at = (hour: number, minute: number) => (wall: Wall) => wall.hour === hour && wall.minute === minute;

/** The weekday nearest to a day, never in another month. */
const isNearestWeekday = (wall: Wall, day: number): boolean => {
  const of = (date: number) => 1 + new Date(Date.UTC(wall.year, wall.month - 1, date)).getUTCDay();
  if (of(day) === 7) return wall.day === (day > 1 ? day - 1 : day + 2);
  if (of(day) === 1) return wall.day === (day < lastDay(wall) ? day + 1 : day - 2);
  return wall.day === day;
};

const patterns: readonly Pattern[] = [
  // In the hours that spring leaves out and autumn repeats.
  { expression: 'cron(30 2 ? * SUN *)', fires: (wall) => at(2, 30)(wall) && wall.weekday === 1 },
  { expression: 'cron(15 1 ? * 1,4 *)', fires: (wall) => at(1, 15)(wall) && [1, 4].includes(wall.weekday) },
  { expression: 'cron(0 9 ? * 2#1 *)', fires: (wall) => at(9, 0)(wall) && wall.weekday === 2 && wall.day <= 7 },
  { expression: 'cron(45 23 L * ? *)', fires: (wall) => at(23, 45)(wall) && wall.day === lastDay(wall) },
  { expression: 'cron(0 12 15W * ? *)', fires: (wall) => at(12, 0)(wall) && isNearestWeekday(wall, 15) },
  {
    expression: 'cron(0 12 29 2,5,8,11 ? *)',
    fires: (wall) => at(12, 0)(wall) && wall.day === 29 && [2, 5, 8, 11].includes(wall.month),
  },
  {
    expression: 'cron(30 8 1 * ? *)',
    fires: (wall) => at(8, 30)(wall) && wall.day === 1,
    calendar: { of: 'DE', onHoliday: 'next' },
  },
  {
    expression: 'cron(0 7 ? * 5L *)',
    fires: (wall) => at(7, 0)(wall) && wall.weekday === 5 && wall.day > lastDay(wall) - 7,
    calendar: { of: 'plant', onHoliday: 'skip' },
  },
];
const daily: readonly Pattern[] = [
  {
    expression: 'cron(0 6 ? * MON-FRI *)',
    fires: (wall) => at(6, 0)(wall) && weekday(wall),
    calendar: { of: 'DE', onHoliday: 'skip' },
  },
  {
    expression: 'cron(0 17 ? * MON-FRI *)',
    fires: (wall) => at(17, 0)(wall) && weekday(wall),
    calendar: { of: 'plant', onHoliday: 'skip' },
  },
];

const zones = [
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
];

/** Minutes after the scheduled time. */
interface Window {
  readonly due: number;
  readonly close: number;
  readonly reminders: readonly number[];
  readonly rungs: readonly number[];
}
const windows: readonly Window[] = [
  { due: 240, close: 480, reminders: [60], rungs: [0, 120] },
  { due: 90, close: 90, reminders: [30, 60], rungs: [0] },
  { due: 30, close: 300, reminders: [], rungs: [0, 60, 120] },
];

interface YearFeed {
  readonly name: string;
  readonly zone: string;
  readonly pattern: Pattern;
  readonly window: Window;
}

const withDaily = zones.flatMap((zone, index) => [
  ...patterns.map((pattern) => ({ zone, pattern })),
  ...(index < 2 ? daily.slice(index, index + 1).map((pattern) => ({ zone, pattern })) : []),
]);

/** All fifty. */
export const yearFeeds: readonly YearFeed[] = withDaily.map(({ zone, pattern }, index) => ({
  name: `feed-${String(index + 1).padStart(2, '0')}`,
  zone,
  pattern,
  window: windows[index % windows.length] ?? { due: 60, close: 60, reminders: [], rungs: [0] },
}));

/** As they are deployed. @throws Error for one that the product refuses */
export const deployableFeeds = (): Feed[] => {
  const calendars = createCalendars(2026, 2029);
  return yearFeeds.map(({ name, zone, pattern, window }) => {
    const { calendar } = pattern;
    const source = calendar?.of === 'plant' ? { ics: 'plant.ics' } : { country: 'DE' };
    const result = readFeed(
      { partner: 'year', feed: name },
      {
        title: name,
        schedule: {
          expression: pattern.expression,
          timezone: zone,
          ...(calendar && { calendar: { ...source, onHoliday: calendar.onHoliday } }),
        },
        window: { due: `PT${window.due}M`, close: `PT${window.close}M` },
        reminders: window.reminders.map((minutes) => `PT${minutes}M`),
        escalation: window.rungs.map((minutes) => ({ at: `PT${minutes}M`, to: ['owner'] })),
        contacts: {
          partner: [{ name: 'P', email: `${name}@partner.example` }],
          owner: [{ name: 'O', email: 'owner@example.com' }],
        },
        file: { format: 'opaque', extension: 'bin', maxBytes: '1MB' },
      },
      (file) => (file === 'plant.ics' ? plantFile : undefined),
      calendars,
    );
    if ('problems' in result) throw new Error(`${name}: ${JSON.stringify(result.problems)}`);
    return result.feed;
  });
};

const minute = 60_000;
/** The close: last URL, a transfer's grace, the delay of events (docs/decisions). */
const afterWindow = 35;

/** `2027-01-04T05:00 feed-03 2027-01-04 remind`: every moment of the year, sorted. */
export const expectedYear = (): string[] =>
  yearFeeds
    .flatMap(({ name, zone, pattern, window }) => {
      const row = (instant: number, period: string, what: string) =>
        `${new Date(instant).toISOString().slice(0, 16)} ${name} ${period} ${what}`;
      return startsOf(pattern, yearOn(zone)).flatMap(({ start, period, isSkipped }) =>
        isSkipped
          ? [row(start, period, 'skip')]
          : [
              row(start, period, 'open'),
              ...window.reminders.map((before) => row(start + (window.due - before) * minute, period, 'remind')),
              ...window.rungs.map((after) => row(start + (window.due + after) * minute, period, 'escalate')),
              row(start + (window.close + afterWindow) * minute, period, 'close'),
            ],
      );
    })
    .sort();

interface Start {
  readonly start: number;
  /** The local date that it is for. */
  readonly period: string;
  readonly isSkipped: boolean;
}

interface Shown {
  readonly at: number;
  readonly wall: Wall;
}

/** A day before the year, so that what was asked for then is due, or over, in it. */
export const deployedAt = Date.UTC(2026, 11, 31);

const years = new Map<string, readonly Shown[]>();

/** What the clocks of a zone show all year, every five minutes: all times of the patterns are such, and all offsets. */
const yearOn = (zone: string): readonly Shown[] => {
  const known = years.get(zone);
  if (known) return known;
  const wall = wallOf(zone);
  const shown: Shown[] = [];
  for (let at = deployedAt; at < Date.UTC(2028, 0, 10); at += 5 * minute) shown.push({ at, wall: wall(at) });
  years.set(zone, shown);
  return shown;
};

const startsOf = ({ fires, calendar }: Pattern, year: readonly Shown[]): Start[] => {
  const off = calendar ? (holidays[calendar.of] ?? []) : [];
  const isFree = (day: Wall) => off.includes(dateOf(day)) || !weekday(day);
  const starts: Start[] = [];
  const seen = new Set<string>();
  for (const [index, { at, wall }] of year.entries()) {
    if (!fires(wall)) continue;
    // A local time that comes twice fires once.
    const local = JSON.stringify(wall);
    if (seen.has(local)) continue;
    seen.add(local);
    const period = dateOf(wall);
    const isMoved = calendar?.onHoliday === 'next' && isFree(wall);
    const sameTime = (later: Shown) => later.wall.hour === wall.hour && later.wall.minute === wall.minute;
    const moved = isMoved ? year.slice(index).find((later) => sameTime(later) && !isFree(later.wall)) : undefined;
    starts.push({ start: moved?.at ?? at, period, isSkipped: !isMoved && off.includes(period) });
  }
  return starts;
};
