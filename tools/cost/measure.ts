import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { Airlock, goodCsv } from '../../test/support/airlock.ts';
import { synthesizeForTests } from '../../test/support/synthesize-once.mjs';

/** What the history of a request says that it used. */
export interface Measured {
  readonly transitions: number;
  /** Of the workflow's own functions, as the embedded runtime runs them on this machine. */
  readonly lambdaMs: number;
}

/** One file on time, the second of its kind, so that functions are warm. */
export const measure = async (): Promise<Measured> => {
  synthesizeForTests();
  const airlock = await Airlock.start();
  try {
    let execution = '';
    for (const inDays of [0, 1]) {
      execution = await airlock.open('acme/orders', { inDays });
      await airlock.upload(goodCsv);
      await airlock.settle();
    }
    const events = await airlock.history(execution);
    return {
      transitions: events.filter(({ type = '' }) => type.endsWith('StateEntered')).length,
      lambdaMs: events.reduce((sum, event, index) => sum + (isAnswer(event) ? sinceStart(events, index) : 0), 0),
    };
  } finally {
    await airlock.stop();
  }
};

/** A wait's function has answered when its task is submitted. */
const isAnswer = ({ type, taskSucceededEventDetails: details }: HistoryEvent): boolean =>
  type === 'TaskSubmitted' || (type === 'TaskSucceeded' && details?.resource === 'invoke');

const sinceStart = (events: readonly HistoryEvent[], index: number): number => {
  const start = events.slice(0, index).findLast(({ type }) => type === 'TaskStarted')?.timestamp;
  return start ? (events[index]?.timestamp?.getTime() ?? 0) - start.getTime() : 0;
};
