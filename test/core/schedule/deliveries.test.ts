import { createCalendars } from '../../../adapters/holiday-calendars.ts';
import { readFeed } from '../../../core/feed-rules.ts';
import { expectationAt, occurrencesOf } from '../../../core/schedule/deliveries.ts';
import { asIcs } from '../../../core/schedule/ics.ts';
import { simulate } from '../../../core/schedule/simulate.ts';

const calendars = createCalendars(2026, 2029);
const plant = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'BEGIN:VEVENT',
  'UID:1',
  'DTSTART;VALUE=DATE:20271224',
  'DTEND;VALUE=DATE:20271228',
  'SUMMARY:Plant closed',
  'END:VEVENT',
  'BEGIN:VEVENT',
  'UID:2',
  'DTSTART;VALUE=DATE:20200503',
  'RRULE:FREQ=YEARLY',
  'SUMMARY:Founders day',
  'END:VEVENT',
  'BEGIN:VEVENT',
  'UID:3',
  'DTSTART:20270610T100000Z',
  'DTEND:20270610T110000Z',
  'SUMMARY:A meeting is no holiday',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n');

const read = (schedule: object) =>
  readFeed(
    { partner: 'acme', feed: 'orders' },
    {
      title: 'Orders',
      schedule: { timezone: 'Europe/Berlin', ...schedule },
      window: { due: 'PT2H' },
      contacts: {
        partner: [{ name: 'A', email: 'a@acme.example' }],
        owner: [{ name: 'O', email: 'o@example.com' }],
      },
      file: { format: 'opaque', extension: 'bin', maxBytes: '1MB' },
    },
    (name) =>
      name === 'plant.ics' ? plant : name === 'empty.ics' ? 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n' : undefined,
    calendars,
  );

const feedWith = (schedule: object) => {
  const result = read(schedule);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.feed;
};

const span = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) });
const told = (schedule: object, from: string, to: string): string[] =>
  occurrencesOf(feedWith(schedule).schedule, span(from, to)).map((one) => {
    if (one.kind === 'gap') return `gap ${one.local}`;
    const at = new Date(one.at).toISOString().slice(0, 16);
    if (one.kind === 'skipped') return `skip ${at} ${one.reason}`;
    return one.moved === undefined ? at : `${at} moved: ${one.moved}`;
  });

describe('a calendar', () => {
  it('of a country has every day of a holiday that lasts for days', () => {
    const days = createCalendars(2026, 2026).ofCountry('TR') ?? {};
    expect(Object.keys(days).filter((day) => day.startsWith('2026-03') || day.startsWith('2026-05-2'))).toEqual(
      expect.arrayContaining(['2026-03-20', '2026-03-21', '2026-03-22', '2026-03-23', '2026-05-27', '2026-05-29']),
    );
    expect(days['2026-04-24']).toBeUndefined();
  });

  it('of a file leaves out what was excepted or cancelled, and has what was moved where it was moved to', () => {
    const event = (...lines: string[]) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'];
    const text = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      ...event(
        'UID:a',
        'DTSTART;VALUE=DATE:20260105',
        'DTEND;VALUE=DATE:20260107',
        'RRULE:FREQ=WEEKLY;COUNT=4',
      ).toSpliced(-1, 0, 'EXDATE;VALUE=DATE:20260112', 'SUMMARY:Closed'),
      ...event('UID:a', 'RECURRENCE-ID;VALUE=DATE:20260119', 'DTSTART;VALUE=DATE:20260122', 'SUMMARY:Closed later'),
      ...event('UID:b', 'DTSTART;VALUE=DATE:20260401', 'STATUS:CANCELLED', 'SUMMARY:Never'),
      'END:VCALENDAR',
      '',
    ].join('\r\n');
    expect(createCalendars(2026, 2026).ofFile(text)).toEqual({
      '2026-01-05': 'Closed',
      '2026-01-06': 'Closed',
      '2026-01-22': 'Closed later',
      '2026-01-26': 'Closed',
      '2026-01-27': 'Closed',
    });
  });

  it('moves what falls on a weekend as well, unless the feed says that weekends are business days; skips holidays only', () => {
    // 1 August 2027 is a Sunday, and no holiday.
    const first = (calendar: object) =>
      told({ expression: 'cron(0 6 1 * ? *)', calendar }, '2027-07-28T00:00Z', '2027-08-04T00:00Z');
    expect(first({ country: 'DE', onHoliday: 'next' })).toEqual(['2027-08-02T04:00 moved: weekend on 2027-08-01']);
    expect(first({ country: 'DE', onHoliday: 'previous' })).toEqual(['2027-07-30T04:00 moved: weekend on 2027-08-01']);
    expect(first({ country: 'DE', onHoliday: 'next', weekend: [] })).toEqual(['2027-08-01T04:00']);
    expect(first({ country: 'DE' })).toEqual(['2027-08-01T04:00']);
  });

  it('leaves out public holidays of a country, state or region', () => {
    const berlin = { expression: 'cron(0 6 ? * MON-FRI *)', calendar: { country: 'DE' } };
    expect(told(berlin, '2027-05-03T00:00Z', '2027-05-08T00:00Z')).toEqual([
      '2027-05-03T04:00',
      '2027-05-04T04:00',
      '2027-05-05T04:00',
      'skip 2027-05-06T04:00 Ascension Day',
      '2027-05-07T04:00',
    ]);
    // Corpus Christi is one in Bavaria, and none in Berlin.
    const corpus = (country: string) =>
      told({ ...berlin, calendar: { country } }, '2027-05-27T00:00Z', '2027-05-28T00:00Z');
    expect([corpus('DE-BY'), corpus('DE-BE')]).toEqual([
      ['skip 2027-05-27T04:00 Corpus Christi'],
      ['2027-05-27T04:00'],
    ]);
  });

  it('leaves out all-day events of a file beside the feed: several days, every year, and no meetings', () => {
    const schedule = { expression: 'cron(0 6 * * ? *)', calendar: { ics: 'plant.ics' } };
    expect(told(schedule, '2027-12-23T12:00Z', '2027-12-29T00:00Z')).toEqual([
      'skip 2027-12-24T05:00 Plant closed',
      'skip 2027-12-25T05:00 Plant closed',
      'skip 2027-12-26T05:00 Plant closed',
      'skip 2027-12-27T05:00 Plant closed',
      '2027-12-28T05:00',
    ]);
    expect(told(schedule, '2028-05-03T00:00Z', '2028-05-04T00:00Z')).toEqual(['skip 2028-05-03T04:00 Founders day']);
    expect(told(schedule, '2027-06-10T00:00Z', '2027-06-11T00:00Z')).toEqual(['2027-06-10T04:00']);
  });

  it('moves a delivery to the next or the previous business day, at the same local time, for the day it was meant for', () => {
    // 1 January 2027 is a holiday and a Friday; 1 May is one and a Saturday.
    const first = (onHoliday: string) => ({ expression: 'cron(30 7 1 * ? *)', calendar: { country: 'DE', onHoliday } });
    expect(told(first('next'), '2026-12-15T00:00Z', '2027-06-02T00:00Z')).toEqual([
      "2027-01-04T06:30 moved: New Year's Day on 2027-01-01",
      '2027-02-01T06:30',
      '2027-03-01T06:30',
      '2027-04-01T05:30',
      '2027-05-03T05:30 moved: Labour Day on 2027-05-01',
      '2027-06-01T05:30',
    ]);
    expect(told(first('previous'), '2026-12-15T00:00Z', '2027-01-20T00:00Z')).toEqual([
      "2026-12-31T06:30 moved: New Year's Day on 2027-01-01",
    ]);
    const feed = feedWith(first('next'));
    expect(expectationAt(feed.schedule, Date.parse('2027-01-04T06:30Z'))).toEqual({
      forAt: Date.parse('2027-01-01T06:30Z'),
    });
    expect(expectationAt(feed.schedule, Date.parse('2027-02-02T06:30Z'))).toEqual({
      reason: 'this is not its day: the calendar moves deliveries to the next business day',
      isOneOfItsDays: false,
    });
    // The Scheduler fires on every day of the month that one is moved to, and on no other.
    expect(feed.schedule.fires).toMatch(/^cron\(30 7 1,2,3,4(,5)? \* \? \*\)$/);
  });

  it('finds the nth business day of a month, from its end too', () => {
    const nth = (businessDay: number) => ({
      expression: 'cron(0 6 * * ? *)',
      businessDay,
      calendar: { country: 'DE' },
    });
    const days = (businessDay: number) =>
      told(nth(businessDay), '2027-01-01T00:00Z', '2027-07-01T00:00Z').map((at) => at.slice(5, 10));
    expect(days(1)).toEqual(['01-04', '02-01', '03-01', '04-01', '05-03', '06-01']);
    expect(days(3)).toEqual(['01-06', '02-03', '03-03', '04-05', '05-05', '06-03']);
    expect(days(-1)).toEqual(['01-29', '02-26', '03-31', '04-30', '05-31', '06-30']);
    expect(expectationAt(feedWith(nth(3)).schedule, Date.parse('2027-01-07T05:00Z'))).toEqual({
      reason: 'this is not business day 3 of the month',
      isOneOfItsDays: false,
    });
  });

  it.each([
    [{ calendar: { country: 'XX' } }, 'schedule.calendar.country', 'XX'],
    [{ calendar: { country: 'DE-ZZ' } }, 'schedule.calendar.country', 'DE-ZZ'],
    [{ calendar: { ics: 'gone.ics' } }, 'schedule.calendar.ics', 'gone.ics'],
    [{ calendar: { ics: 'empty.ics' } }, 'schedule.calendar.ics', 'empty.ics without any'],
    [{ calendar: {} }, 'schedule.calendar', 'no holidays'],
    [{ businessDay: 0 }, 'schedule.businessDay', '0'],
    [{ businessDay: 3 }, 'schedule.businessDay', '3 with cron(0 6 ? * MON-FRI *)'],
    [
      { calendar: { country: 'DE', onHoliday: 'next' } },
      'schedule.calendar.onHoliday',
      expect.stringMatching(/^next, and two deliveries on \d{4}-/),
    ],
    [
      { expression: 'rate(1 day)', calendar: { country: 'DE', onHoliday: 'next' } },
      'schedule.calendar.onHoliday',
      'next with rate(1 day)',
    ],
    [{ expression: 'cron(0 26 * * ? *)' }, 'schedule.expression', '"cron(0 26 * * ? *)"'],
  ])('%j is refused with path, got, allowed and fix', (schedule, path, got) => {
    const result = read({ expression: 'cron(0 6 ? * MON-FRI *)', ...schedule });
    expect('problems' in result && result.problems[0]).toEqual({
      path,
      got,
      allowed: expect.any(String),
      fix: expect.any(String),
    });
  });
});

describe('a simulated year', () => {
  it('tells openings, reminders, due times, rungs, closes, skips and gaps, in order', () => {
    const feed = feedWith({ expression: 'cron(30 2 ? * SUN *)', calendar: { country: 'DE' } });
    const moments = simulate(feed, span('2027-03-20T00:00Z', '2027-04-05T00:00Z'));
    expect(moments.map(({ at, kind, request = '' }) => `${at.slice(0, 16)} ${kind} ${request}`.trim())).toEqual([
      '2027-03-21T01:30 open acme_orders_2027-03-21',
      '2027-03-21T02:30 remind acme_orders_2027-03-21',
      '2027-03-21T03:30 due acme_orders_2027-03-21',
      '2027-03-21T03:30 escalate acme_orders_2027-03-21',
      '2027-03-21T04:05 close acme_orders_2027-03-21',
      '2027-03-28T02:30 gap',
      '2027-04-04T00:30 open acme_orders_2027-04-04',
      '2027-04-04T01:30 remind acme_orders_2027-04-04',
      '2027-04-04T02:30 due acme_orders_2027-04-04',
      '2027-04-04T02:30 escalate acme_orders_2027-04-04',
      '2027-04-04T03:05 close acme_orders_2027-04-04',
    ]);
  });

  it('is a calendar that other programs read, whatever stands in it', () => {
    const text = asIcs(
      [
        {
          at: '2027-03-21T01:30:00.000Z',
          kind: 'skip',
          feed: 'acme/orders',
          detail: 'a; b, c\\ and a very long reason that does not fit on one line of seventy-five octets',
        },
      ],
      '2027-01-01T00:00:00.000Z',
    );
    expect(text.split('\r\n').filter((line) => Buffer.byteLength(line) > 75)).toEqual([]);
    expect(text).toContain('DESCRIPTION:a\\; b\\, c\\\\ and');
    expect(text.startsWith('BEGIN:VCALENDAR\r\nVERSION:2.0\r\n') && text.endsWith('END:VCALENDAR\r\n')).toBe(true);
  });
});
