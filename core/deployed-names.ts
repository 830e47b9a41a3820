/**
 * Names in the account, said once: the deployment gives them, the operators' commands look for them.
 *
 * @param what is named; the deployment itself when absent (its machine, configuration set, schedules, key)
 */
export const deployedName = (stage: string, ...what: readonly string[]): string =>
  ['airlock', stage, ...what].join('-');

/** The queues of what failed for good: starts, events that were not handed over, events that a function failed on. */
export const failureQueues = ['failed-starts', 'failed-events', 'failed-invocations'] as const;
export type FailureQueue = (typeof failureQueues)[number];
