import type { Delivery } from './history.ts';

/** What is usual in a feed, in seconds after the scheduled time. */
export interface UsualArrival {
  /** By then nine in ten deliveries had come. */
  readonly usuallyAfterSeconds: number;
  /** From then on silence is worth a word. */
  readonly warnAfterSeconds: number;
}

/** Fewer tell nothing. */
const leastDeliveries = 8;

/** Habits change: older ones are not looked at. */
const newestDeliveries = 20;

/** Nobody is warned of less than this. */
const leastPatienceSeconds = 15 * 60;

/**
 * When a partner has usually delivered, of the feed's own history: nine in ten of the newest deliveries, and a margin as wide
 * as they are spread. Undefined with too little history, and where a warning would not come before the due time.
 *
 * @param deliveries oldest first
 */
export const usualArrival = (deliveries: readonly Delivery[], dueSeconds: number): UsualArrival | undefined => {
  const delays = deliveries
    .filter(({ generation }) => generation === 1)
    .flatMap(({ afterOpeningSeconds }) => (afterOpeningSeconds === undefined ? [] : [afterOpeningSeconds]))
    .slice(-newestDeliveries)
    .sort((a, b) => a - b);
  if (delays.length < leastDeliveries) return undefined;
  const at = (share: number) => delays[Math.ceil(delays.length * share) - 1] ?? 0;
  const usuallyAfterSeconds = at(0.9);
  const patience = Math.max(leastPatienceSeconds, usuallyAfterSeconds - at(0.5));
  const warnAfterSeconds = usuallyAfterSeconds + patience;
  return warnAfterSeconds < dueSeconds ? { usuallyAfterSeconds, warnAfterSeconds } : undefined;
};
