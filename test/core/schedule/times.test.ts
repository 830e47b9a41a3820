import { scheduleExpressionProblem } from '../../../core/schedule/expression.ts';
import { momentsOf } from '../../../core/schedule/times.ts';
import { Zone } from '../../../core/schedule/zone.ts';
import { parseExpression } from '../../../local/scheduler/expression.ts';
import { lastDay, type Wall, wallOf } from '../../support/wall-clock.ts';

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
  'Africa/Casablanca',
];

const firesBetween = (expression: string, zone: string, from: string, to: string): string[] =>
  [
    ...momentsOf(expression, new Zone(zone), {
      from: Date.parse(from),
      to: Date.parse(to),
      createdAt: Date.parse(from),
    }),
  ].flatMap((one) => (one.kind === 'fires' ? [new Date(one.at).toISOString().slice(0, 16)] : []));

/** Expression, and when it is due, in words of the documentation: AWS's rules in their plainest form, no shared code. */
const rules: Record<string, (at: Wall) => boolean> = {
  'cron(0 6 ? * MON-FRI *)': ({ minute, hour, weekday }) => minute === 0 && hour === 6 && weekday >= 2 && weekday <= 6,
  'cron(30 2 * * ? *)': ({ minute, hour }) => minute === 30 && hour === 2,
  'cron(15 1 * * ? *)': ({ minute, hour }) => minute === 15 && hour === 1,
  'cron(0 0 L * ? *)': (at) => at.minute === 0 && at.hour === 0 && at.day === lastDay(at),
  'cron(0 9 ? * 2#1 *)': ({ minute, hour, day, weekday }) => minute === 0 && hour === 9 && weekday === 2 && day <= 7,
  'cron(0 9 ? * FRI#5 *)': ({ minute, hour, day, weekday }) => minute === 0 && hour === 9 && weekday === 6 && day > 28,
  'cron(45 23 ? * 5L *)': (at) => at.minute === 45 && at.hour === 23 && at.weekday === 5 && at.day > lastDay(at) - 7,
  'cron(0 12 29 2 ? *)': ({ minute, hour, day, month }) => minute === 0 && hour === 12 && day === 29 && month === 2,
  'cron(0/20 8-17/3 1,15 * ? *)': ({ minute, hour, day }) =>
    minute % 20 === 0 && hour >= 8 && hour <= 17 && (hour - 8) % 3 === 0 && (day === 1 || day === 15),
  'cron(5 2,3 ? JAN-MAR,OCT SUN 2027-2028)': ({ minute, hour, weekday, month, year }) =>
    minute === 5 &&
    (hour === 2 || hour === 3) &&
    weekday === 1 &&
    [1, 2, 3, 10].includes(month) &&
    year >= 2027 &&
    year <= 2028,
  'cron(0 7 ? * L *)': ({ minute, hour, weekday }) => minute === 0 && hour === 7 && weekday === 7,
  'cron(10 4 31 * ? *)': ({ minute, hour, day }) => minute === 10 && hour === 4 && day === 31,
};

const year = { from: '2028-01-01T00:00Z', to: '2029-01-01T00:00Z' };

describe('the times of a schedule', () => {
  // 28 leap days and 12 rules in 8 zones: 96 tables, each of some 527,000 minutes.
  it.each(zones)('are, in %s, those of every minute of a leap year held against the documented rules', (zone) => {
    const wall = wallOf(zone);
    const found = new Map<string, string[]>(Object.keys(rules).map((one) => [one, []]));
    const seen = new Map<string, Set<string>>(Object.keys(rules).map((one) => [one, new Set()]));
    // All times of these rules are at multiples of five minutes, and so are all offsets.
    for (let at = Date.parse(year.from); at < Date.parse(year.to); at += 300_000) {
      const now = wall(at);
      for (const [expression, holds] of Object.entries(rules)) {
        if (!holds(now)) continue;
        // A local time that comes twice fires once.
        const local = JSON.stringify(now);
        if (seen.get(expression)?.has(local)) continue;
        seen.get(expression)?.add(local);
        found.get(expression)?.push(new Date(at).toISOString().slice(0, 16));
      }
    }
    for (const [expression, times] of found) {
      expect([expression, firesBetween(expression, zone, year.from, year.to)]).toEqual([expression, times]);
    }
  });

  it('are those that the embedded Scheduler fires at, which another library computes: 800 and more tables', () => {
    const minutes = ['0', '7', '30', '59', '0/30'];
    const hours = ['0', '2', '13', '23'];
    const days = ['* * ?', '? * MON-FRI', '1 * ?', 'L * ?', '? * 3#2', '? * SUN', '15 1/3 ?', '31 * ?'];
    let compared = 0;
    for (const zone of zones.slice(0, 6)) {
      for (const minute of minutes) {
        for (const hour of hours) {
          for (const day of days) {
            const expression = `cron(${minute} ${hour} ${day} *)`;
            const from = Date.parse('2027-02-20T00:00Z');
            const to = Date.parse('2027-04-20T00:00Z');
            const times = parseExpression(expression, zone, from);
            const theirs: string[] = [];
            for (let at = times(from - 1); at !== undefined && at < to; at = times(at)) {
              theirs.push(new Date(at).toISOString().slice(0, 16));
            }
            const ours = firesBetween(expression, zone, '2027-02-20T00:00Z', '2027-04-20T00:00Z');
            expect([zone, expression, ours]).toEqual([zone, expression, theirs]);
            compared += 1;
          }
        }
      }
    }
    expect(compared).toBeGreaterThan(800);
  });

  it('name the local times that the clocks leave out', () => {
    const moments = momentsOf('cron(30 2 * * ? *)', new Zone('Europe/Berlin'), {
      from: Date.parse('2027-03-27T00:00Z'),
      to: Date.parse('2027-03-30T00:00Z'),
    });
    expect(
      [...moments].map((one) => (one.kind === 'gap' ? `gap ${one.local}` : new Date(one.at).toISOString())),
    ).toEqual(['2027-03-27T01:30:00.000Z', 'gap 2027-03-28T02:30', '2027-03-29T00:30:00.000Z']);
  });

  it('are, of the weekday nearest to a day, never in another month', () => {
    // 1 May 2027 is a Saturday, 31 October a Sunday, 15 August a Sunday.
    const days = (expression: string) =>
      firesBetween(expression, 'UTC', '2027-01-01T00:00Z', '2028-01-01T00:00Z').map((at) => at.slice(5, 10));
    expect(days('cron(0 0 1W 5 ? *)')).toEqual(['05-03']);
    expect(days('cron(0 0 31W * ? *)')).toEqual(['01-29', '03-31', '05-31', '07-30', '08-31', '10-29', '12-31']);
    expect(days('cron(0 0 15W 8 ? *)')).toEqual(['08-16']);
  });

  it('of a rate count from its creation, whatever the clocks do', () => {
    expect(firesBetween('rate(12 hours)', 'Europe/Berlin', '2027-03-27T18:00Z', '2027-03-29T12:00Z')).toEqual([
      '2027-03-28T06:00',
      '2027-03-28T18:00',
      '2027-03-29T06:00',
    ]);
  });

  it.each([
    ['cron(0 25 * * ? *)', 'hours: got "25", allowed 0 to 23'],
    ['cron(60 6 * * ? *)', 'minutes: got "60", allowed 0 to 59'],
    ['cron(0 6 * * * *)', 'exactly one of day-of-month and day-of-week must be ?'],
    ['cron(0 6 ? * FRI-MON *)', 'day-of-week: got "FRI-MON", allowed 1 to 7 or SUN, MON, TUE, WED, THU, FRI, SAT'],
    ['cron(0 6 ? * 8 *)', 'day-of-week: got "8"'],
    ['cron(0 6 32 * ? *)', 'day-of-month: got "32"'],
    ['cron(0 6 ? * MON#6 *)', 'day-of-week: got "MON#6"'],
    ['cron(0 6 * * ?)', 'six fields are needed, got 5'],
    ['cron(0/0 6 * * ? *)', 'minutes: got "0/0"'],
    ['rate(0 days)', 'neither cron'],
    ['at(2026-13-01T00:00:00)', 'neither cron'],
  ])('%s is refused: %s', (expression, reason) => {
    expect(scheduleExpressionProblem(expression)).toContain(reason);
  });
});
