import type { Delivery } from '../../core/history.ts';
import { usualArrival } from '../../core/trend.ts';

const minutes = (...delays: readonly number[]): Delivery[] =>
  delays.map((delay, index) => ({
    period: `2026-11-${String(index + 1).padStart(2, '0')}`,
    generation: 1,
    arrivedAt: '2026-11-01T06:00:00.000Z',
    sha256: '',
    afterOpeningSeconds: delay * 60,
  }));
const told = (deliveries: readonly Delivery[], dueMinutes = 600) => {
  const usual = usualArrival(deliveries, dueMinutes * 60);
  return usual && [usual.usuallyAfterSeconds / 60, usual.warnAfterSeconds / 60];
};
const times = (count: number, delay: number): number[] => Array.from({ length: count }, () => delay);

describe('what is usual in a feed', () => {
  it('is when nine in ten of the newest deliveries had come; silence is measured from a margin after it', () => {
    expect(told(minutes(...times(20, 50)))).toEqual([50, 65]);
    // One that was very late is not what is usual.
    expect(told(minutes(...times(18, 50), 300))).toEqual([50, 65]);
    // The wider they are spread, the more patience.
    expect(told(minutes(10, 20, 30, 40, 50, 60, 70, 80, 90, 100))).toEqual([90, 130]);
  });

  it('is of the last twenty: habits change', () => {
    expect(told(minutes(...times(40, 50), ...times(20, 200)))).toEqual([200, 215]);
  });

  it('is nothing with fewer than eight deliveries, nor where a warning would not come before due', () => {
    expect(told(minutes(...times(7, 50)))).toBeUndefined();
    expect(told(minutes(...times(8, 50)))).toEqual([50, 65]);
    expect(told(minutes(...times(8, 50)), 65)).toBeUndefined();
    expect(told(minutes(...times(8, 50)), 66)).toEqual([50, 65]);
  });

  it('is nothing of corrections, nor of deliveries from before there was a trend', () => {
    const corrections = minutes(...times(20, 50)).map((one) => ({ ...one, generation: 2 }));
    const old = minutes(...times(20, 50)).map(({ afterOpeningSeconds: _, ...one }) => one);
    expect([told(corrections), told(old)]).toEqual([undefined, undefined]);
  });
});
