import { parseExpression } from '../../local/scheduler/expression.ts';

const next = (expression: string, timezone: string, from: string, count = 3): string[] => {
  const times = parseExpression(expression, timezone, Date.parse(from));
  const found: string[] = [];
  for (let at = times(Date.parse(from)); at !== undefined && found.length < count; at = times(at)) {
    found.push(new Date(at).toISOString().replace(':00.000Z', 'Z'));
  }
  return found;
};

describe('a schedule expression', () => {
  it.each([
    [
      'cron(0 6 ? * MON-FRI *)',
      'Europe/Berlin',
      '2026-11-20T12:00Z',
      ['2026-11-23T05:00Z', '2026-11-24T05:00Z', '2026-11-25T05:00Z'],
    ],
    ['cron(0 18 L * ? *)', 'UTC', '2026-01-15T00:00Z', ['2026-01-31T18:00Z', '2026-02-28T18:00Z', '2026-03-31T18:00Z']],
    [
      'cron(0 9 ? * 2#1 *)',
      'UTC',
      '2026-11-01T00:00Z',
      ['2026-11-02T09:00Z', '2026-12-07T09:00Z', '2027-01-04T09:00Z'],
    ],
    ['cron(0 9 ? * 1 *)', 'UTC', '2026-11-20T00:00Z', ['2026-11-22T09:00Z', '2026-11-29T09:00Z', '2026-12-06T09:00Z']],
    ['cron(0 0 29 2 ? *)', 'UTC', '2026-01-01T00:00Z', ['2028-02-29T00:00Z', '2032-02-29T00:00Z', '2036-02-29T00:00Z']],
    [
      'cron(0/15 8 * * ? 2026)',
      'UTC',
      '2026-11-22T08:20Z',
      ['2026-11-22T08:30Z', '2026-11-22T08:45Z', '2026-11-23T08:00Z'],
    ],
    [
      'cron(30 2 * * ? *)',
      'America/New_York',
      '2026-03-07T00:00Z',
      ['2026-03-07T07:30Z', '2026-03-09T06:30Z', '2026-03-10T06:30Z'],
    ],
    [
      'cron(30 1 * * ? *)',
      'America/New_York',
      '2026-10-31T12:00Z',
      ['2026-11-01T05:30Z', '2026-11-02T06:30Z', '2026-11-03T06:30Z'],
    ],
    ['rate(90 minutes)', 'UTC', '2026-11-22T00:00Z', ['2026-11-22T01:30Z', '2026-11-22T03:00Z', '2026-11-22T04:30Z']],
    ['at(2026-12-01T09:00:00)', 'Europe/Berlin', '2026-11-22T00:00Z', ['2026-12-01T08:00Z']],
  ])('%s in %s has the times that EventBridge Scheduler documents', (expression, zone, from, expected) => {
    expect(next(expression, zone, from)).toEqual(expected);
  });

  it.each(['cron(0 6 * * * *)', 'cron(0 6 * * *)', 'rate(0 days)', 'at(tomorrow)', 'every day'])(
    '%s is refused',
    (expression) => {
      expect(() => parseExpression(expression, 'UTC', 0)).toThrow(RangeError);
    },
  );
});
