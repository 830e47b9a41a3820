import type { Execution } from './executions.ts';

const redrivableForMs = 14 * 86_400_000;
const mostRedrives = 1000;
const mostEvents = 24_999;
const longestOpenMs = 365 * 86_400_000;

/**
 * Why an execution cannot be redriven, in the words of Step Functions; undefined when it can.
 * https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html#redrive-eligibility
 *
 * @param events length of its history
 * @param now milliseconds
 */
export const notRedrivable = (
  { status, startedAt, stoppedAt = 0, body }: Execution,
  events: number,
  now: number,
): string | undefined => {
  if (status === 'RUNNING' || status === 'SUCCEEDED') return `Execution is ${status} and cannot be redriven`;
  if (now - stoppedAt > redrivableForMs) return 'Execution redrivable period exceeded';
  if (now - startedAt > longestOpenMs) return 'Execution has exceeded the max execution time';
  if (events >= mostEvents) return 'Execution history event limit exceeded';
  if ((body.redrives?.count ?? 0) >= mostRedrives) return 'Execution redrive limit exceeded';
  return undefined;
};
