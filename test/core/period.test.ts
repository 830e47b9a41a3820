import { daysOfPeriod, isPeriodOf, periodFor, periodOf, periodPattern } from '../../core/period.ts';

describe('the period of a scheduled time', () => {
  it.each([
    ['2026-11-22T23:30:00Z', 'Europe/Berlin', 'day', 0, '2026-11-23'],
    ['2026-11-24T05:00:00Z', 'Europe/Berlin', 'day', -1, '2026-11-23'],
    ['2026-03-01T14:30:00Z', 'America/New_York', 'month', -1, '2026-02'],
    ['2026-01-01T12:00:00Z', 'UTC', 'week', 0, '2026-w01'],
    ['2027-01-01T12:00:00Z', 'UTC', 'week', 0, '2026-w53'],
    ['2026-11-22T06:00:00Z', 'UTC', 'hour', 0, '2026-11-22-06'],
    ['2026-10-25T00:30:00Z', 'Europe/Berlin', 'hour', 0, '2026-10-25-02-p0200'],
    ['2026-10-25T01:30:00Z', 'Europe/Berlin', 'hour', 0, '2026-10-25-02-p0100'],
    ['2026-03-29T01:30:00Z', 'Europe/Berlin', 'hour', -1, '2026-03-29-01'],
    ['2026-11-01T06:30:00Z', 'America/New_York', 'hour', 0, '2026-11-01-01-m0500'],
  ] as const)('%s in %s by %s%i is %s', (at, zone, unit, offset, period) => {
    expect(periodOf(at, zone, unit, offset)).toBe(period);
    expect(period).toMatch(periodPattern);
  });
});

describe('a period that the feed names', () => {
  const feed = {
    schedule: { timezone: 'Europe/Berlin' },
    period: {
      unit: 'custom' as const,
      offset: 0,
      named: [
        { name: '2027-q1', from: '2027-01-01', to: '2027-03-31' },
        { name: 'easter', from: '2027-04-01', to: '2027-04-05' },
        { name: '2027-q2', from: '2027-04-06', to: '2027-06-30' },
      ],
    },
  };
  const on = (at: string, offset = 0) => periodFor({ ...feed, period: { ...feed.period, offset } }, Date.parse(at));

  it('is the one that has the local day, or so many further', () => {
    expect(on('2027-03-31T21:59:00Z')).toBe('2027-q1');
    expect(on('2027-03-31T22:00:00Z')).toBe('easter');
    expect(on('2027-04-06T06:00:00Z', -1)).toBe('easter');
    expect(on('2027-04-06T06:00:00Z', -2)).toBe('2027-q1');
  });

  it('is none outside of them all', () => {
    expect([on('2026-12-31T06:00:00Z'), on('2027-02-01T06:00:00Z', -1), on('2027-06-01T06:00:00Z', 1)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('has days of its own, and no other is one of the feed', () => {
    expect(daysOfPeriod('easter', feed)).toEqual({ from: '2027-04-01', to: '2027-04-05' });
    expect([isPeriodOf(feed, 'easter'), isPeriodOf(feed, '2027-04-01')]).toEqual([true, false]);
    expect(isPeriodOf({ period: { unit: 'day', offset: 0 } }, '2027-w14')).toBe(false);
  });
});

describe('the name of a period', () => {
  it.each([
    ['month', ['2026-12'], ['2026-13', '2026-00', '2026-1', '2026-12-01']],
    ['day', ['2028-02-29'], ['2026-02-29', '2026-02-31', '2026-11-00', '2026-11']],
    ['week', ['2026-w53', '2026-w01'], ['2026-w00', '2026-w54', '2025-w53']],
    ['hour', ['2026-11-22-23', '2026-10-25-02-p0200'], ['2026-11-22-24', '2026-02-30-10']],
  ] as const)('of a %s is one of the calendar', (unit, real, never) => {
    const isOne = (name: string) => isPeriodOf({ period: { unit, offset: 0 } }, name);
    expect([real.filter((name) => !isOne(name)), never.filter(isOne)]).toEqual([[], []]);
  });
});
