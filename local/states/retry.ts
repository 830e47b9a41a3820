import type { Catcher, Retrier } from './definition.ts';

/** Whether a list of error names covers an error. */
const covers = (names: readonly string[], error: string): boolean =>
  names.some(
    (name) =>
      name === error ||
      (name === 'States.ALL' && !['States.DataLimitExceeded', 'States.Runtime'].includes(error)) ||
      (name === 'States.TaskFailed' && error !== 'States.Timeout' && error !== 'States.HeartbeatTimeout') ||
      (name === 'States.Timeout' && error === 'States.HeartbeatTimeout'),
  );

/**
 * The retrier for an error and the pause before the next try, or undefined when no try is left.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 *
 * @param used tries so far, by index of the retrier
 * @param random a number in [0, 1), for JitterStrategy FULL
 */
export const nextRetry = (
  retriers: readonly Retrier[] | undefined,
  error: string,
  used: readonly number[],
  random: () => number,
): { index: number; pauseMs: number } | undefined => {
  const index = (retriers ?? []).findIndex(({ ErrorEquals }) => covers(ErrorEquals, error));
  const retrier = retriers?.[index];
  const count = used[index] ?? 0;
  if (!retrier || count >= (retrier.MaxAttempts ?? 3)) return undefined;
  const full = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** count;
  const seconds = Math.min(full, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return { index, pauseMs: seconds * 1000 * (retrier.JitterStrategy === 'FULL' ? random() : 1) };
};

export const findCatcher = (catchers: readonly Catcher[] | undefined, error: string): Catcher | undefined =>
  catchers?.find(({ ErrorEquals }) => covers(ErrorEquals, error));
