import { periodOf, periodPattern } from '../../core/period.ts';

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
