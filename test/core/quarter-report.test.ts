import { quarterAsCsv } from '../../core/evidence/report/csv.ts';
import { deliveriesOf } from '../../core/evidence/report/deliveries.ts';
import { quarterOf, reportOf } from '../../core/evidence/report/figures.ts';
import { quarterAsHtml } from '../../core/evidence/report/page.ts';
import { aroundDue, percent } from '../../core/evidence/report/words.ts';
import { packOf, quarterOfPacks } from '../support/packs.ts';

const acme = { partner: 'acme', feed: 'orders' };
const quarter = quarterOf('2026Q3');

describe('a quarter', () => {
  it('is named by its year and number, and has its first and last day', () => {
    expect(quarterOf('2028Q1')).toEqual({ name: '2028Q1', from: '2028-01-01', to: '2028-03-31' });
    expect(quarterOf('2026-q4').to).toBe('2026-12-31');
    for (const wrong of ['2026', '2026Q5', 'Q3', '26Q3', '']) expect(() => quarterOf(wrong)).toThrow(RangeError);
  });
});

describe('what packs tell of deliveries', () => {
  it('is on time to the second that it is due, and late after', () => {
    const early = (earlyMinutes: number) =>
      deliveriesOf([packOf({ ...acme, day: '2026-07-01', kind: 'accepted', earlyMinutes })])[0]?.kind;
    expect([early(0), early(1 / 60), early(-1 / 60)]).toEqual(['onTime', 'onTime', 'late']);
  });

  it('is the newest pack of a run that failed and was redriven', () => {
    const failed = packOf({ ...acme, day: '2026-07-01', kind: 'failed', sequence: 1 });
    const accepted = packOf({ ...acme, day: '2026-07-01', kind: 'accepted', sequence: 2, redrives: 1 });
    expect(deliveriesOf([accepted, failed]).map(({ kind, pack }) => [kind, pack])).toEqual([['onTime', accepted.key]]);
  });

  it('is a delivery for each generation, and none for what was open already', () => {
    const missed = packOf({ ...acme, day: '2026-07-01', kind: 'missed' });
    const again = packOf({ ...acme, day: '2026-07-01', kind: 'accepted', generation: 2, sequence: 2 });
    const double = packOf({ ...acme, day: '2026-07-01', kind: 'alreadyOpen', generation: 3, sequence: 3 });
    expect(deliveriesOf([missed, again, double]).map(({ kind }) => kind)).toEqual(['missed', 'onTime']);
  });

  it('is of the day that the feed’s own clocks showed', () => {
    const { key, pack } = packOf({ ...acme, day: '2026-06-30', kind: 'missed' });
    const late = { ...pack, request: pack.request && { ...pack.request, scheduledAt: '2026-06-30T22:30:00.000Z' } };
    const deliveries = deliveriesOf([{ key, pack: late }]);
    expect(deliveries[0]?.day).toBe('2026-07-01');
    expect(reportOf(deliveries, { quarter }).deliveries).toHaveLength(1);
  });
});

describe('a report', () => {
  const packs = [
    packOf({ ...acme, day: '2026-07-01', kind: 'accepted', earlyMinutes: 90 }),
    packOf({ ...acme, day: '2026-07-02', kind: 'accepted', earlyMinutes: 30, attempts: 2 }),
    packOf({ ...acme, day: '2026-07-03', kind: 'accepted', earlyMinutes: -30 }),
    packOf({ ...acme, day: '2026-07-06', kind: 'missed' }),
    packOf({ ...acme, day: '2026-07-07', kind: 'rejected' }),
    packOf({ ...acme, day: '2026-07-08', kind: 'waived' }),
    packOf({ ...acme, day: '2026-07-09', kind: 'skipped' }),
    packOf({ partner: 'globex', feed: 'claims', day: '2026-07-01', kind: 'accepted' }),
    packOf({ ...acme, day: '2026-06-30', kind: 'missed' }),
    packOf({ ...acme, day: '2026-10-01', kind: 'missed' }),
  ];
  const report = reportOf(deliveriesOf(packs), { quarter, partner: 'acme' });

  it('counts what was due, and neither what was waived nor what was skipped', () => {
    expect(report.counts).toEqual({ onTime: 2, late: 1, missed: 1, rejected: 1, waived: 1, skipped: 1, failed: 0 });
    expect(report.shareOnTime).toBe(0.4);
    expect(report.medianEarlySeconds).toBe(1800);
    expect(report.meanAttempts).toBeCloseTo(4 / 3);
  });

  it('lays nothing at a partner’s door that failed before they were asked', () => {
    const asked = packOf({ ...acme, day: '2026-07-01', kind: 'accepted' });
    const failed = packOf({ ...acme, day: '2026-07-02', kind: 'failed' });
    const { request: _, ...unasked } = packOf({ ...acme, day: '2026-07-03', kind: 'failed' }).pack;
    const both = reportOf(deliveriesOf([asked, failed, { key: 'acme/orders/runs/x/evidence.json', pack: unasked }]), {
      quarter,
    });
    expect([both.counts.failed, both.due, both.shareOnTime]).toEqual([2, 2, 0.5]);
  });

  it('of all partners has a line for each', () => {
    const all = reportOf(deliveriesOf(packs), { quarter });
    expect(all.partners.map(({ name, shareOnTime }) => [name, shareOnTime])).toEqual([
      ['acme', 0.4],
      ['globex', 1],
    ]);
    expect(all.feeds.map(({ name }) => name)).toEqual(['acme/orders', 'globex/claims']);
  });

  it('of nothing says so', () => {
    const none = reportOf([], { quarter, partner: 'acme' });
    expect(none.shareOnTime).toBeUndefined();
    expect(quarterAsHtml(none, () => undefined)).toContain('No delivery has ended.');
  });

  it('is a table with a row for each delivery, that no spreadsheet takes for a formula', () => {
    const hostile = packs.map(({ key, pack }) => ({
      key,
      pack: { ...pack, outcome: { ...pack.outcome, line: '=1+1' } },
    }));
    const lines = quarterAsCsv(reportOf(deliveriesOf(hostile), { quarter, partner: 'acme' }))
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(8);
    expect(lines[1]).toBe(
      `2026-07-01,acme,orders,2026-07-01,1,onTime,2026-07-01T08:00:00.000Z,2026-07-01T06:30:00.000Z,90,1,"'=1+1",${packs[0]?.key}`,
    );
  });

  it('is a page without script, in which nothing of a pack is markup', () => {
    const hostile = packs.map(({ key, pack }) => ({
      key,
      pack: { ...pack, outcome: { ...pack.outcome, line: '<script>alert(1)</script>' } },
    }));
    const page = quarterAsHtml(
      reportOf(deliveriesOf(hostile), { quarter, partner: 'acme' }),
      (key) => `file:///${key}`,
    );
    expect(page).not.toContain('<script');
    expect(page).toContain(`href="file:///${packs[0]?.key}"`);
  });

  it('of a thousand deliveries lists what did not come on time', () => {
    const many = reportOf(deliveriesOf(quarterOfPacks(20)), { quarter });
    expect(many.deliveries).toHaveLength(20 * 92);
    expect(quarterAsHtml(many, () => undefined)).toContain('What did not come on time');
  });

  it.each([
    [1, '100.0 %'],
    [0.9999, '99.9 %'],
    [undefined, '–'],
  ])('says %s as %s: 100 %% means all', (share, said) => {
    expect(percent(share)).toBe(said);
  });

  it.each([
    [59, '0 min before due'],
    [11_520, '3 h 12 min before due'],
    [-187_200, '2 d 4 h after due'],
  ])('says %s seconds as %s', (seconds, said) => {
    expect(aroundDue(seconds)).toBe(said);
  });
});
