import * as z from 'zod/mini';
import { TransientFault } from '../errors.ts';
import { type FeedId, idPattern } from '../names.ts';
import { epochMs, parse } from '../parse.ts';
import type { ExecutionEvent } from '../ports.ts';
import { type RequestPointer, requestPointer } from '../request.ts';
import type { Gathered } from './gather.ts';
import type { Evidence } from './pack.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
export const statusChange = z.looseObject({
  detail: z.looseObject({
    executionArn: z.string(),
    name: z.string(),
    status: z.enum(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']),
    startDate: epochMs,
    stopDate: epochMs,
    redriveCount: z._default(z.int().check(z.gte(0)), 0),
  }),
});
export type Ended = z.infer<typeof statusChange>['detail'];

const runInput = z.looseObject({
  partner: z.string().check(z.regex(idPattern)),
  feed: z.string().check(z.regex(idPattern)),
});

/** What of its data an event carries; not in the status change, which says nothing of an encrypted execution. */
const eventData = z.looseObject({
  input: z.optional(z.string()),
  output: z.optional(z.string()),
  error: z.optional(z.string()),
  cause: z.optional(z.string()),
});

const statuses = {
  ExecutionSucceeded: 'SUCCEEDED',
  ExecutionFailed: 'FAILED',
  ExecutionTimedOut: 'TIMED_OUT',
  ExecutionAborted: 'ABORTED',
} as const;
const isEnd = (type: string): type is keyof typeof statuses => type in statuses;

/** The history up to the end that is told of: the run may have been redriven since. */
export const upToEnd = (
  events: readonly ExecutionEvent[],
  { name, redriveCount }: Ended,
): readonly ExecutionEvent[] => {
  return events.slice(0, indexOfEnd(events, name, redriveCount) + 1);
};

const indexOfEnd = (events: readonly ExecutionEvent[], name: string, redrives: number): number => {
  const ends = events.flatMap(({ type }, index) => (isEnd(type) ? [index] : []));
  const end = ends[redrives];
  if (end === undefined) throw new TransientFault(`the history of ${name} does not tell yet of its end`);
  return end;
};

/** How and when a run ended, after so many redrives. @returns `at` in milliseconds */
export const endOf = (
  events: readonly ExecutionEvent[],
  name: string,
  redrives: number,
): { readonly status: Ended['status']; readonly at: number } => {
  const { type = '', timestamp = '' }: Partial<ExecutionEvent> = events[indexOfEnd(events, name, redrives)] ?? {};
  return { status: isEnd(type) ? statuses[type] : 'FAILED', at: Date.parse(String(timestamp)) };
};

/** The details of an event, under whatever name they are. */
const dataOf = (event: ExecutionEvent | undefined): z.infer<typeof eventData> => {
  const [, details = {}] = Object.entries(event ?? {}).find(([name]) => name.endsWith('EventDetails')) ?? [];
  return parse(eventData, details, `details of event ${event?.id}`);
};

/** Whose run it is. @throws InvalidInput for an execution that is none of ours */
export const feedOf = (events: readonly ExecutionEvent[], { name }: Pick<Ended, 'name'>): FeedId => {
  const { input = 'null' } = dataOf(events.find(({ type }) => type === 'ExecutionStarted'));
  const { partner, feed } = parse(runInput, JSON.parse(input), `input of ${name}`);
  return { partner, feed };
};

/** Whether a run is of a feed: anybody with the right can start the machine with anything. */
export const isOurs = (events: readonly ExecutionEvent[], ended: Pick<Ended, 'name'>): boolean => {
  try {
    return feedOf(events, ended) !== undefined;
  } catch {
    return false;
  }
};

/** The request that *Open request* claimed. */
export const requestOf = (events: readonly ExecutionEvent[]): RequestPointer | undefined => {
  const opened = events.find(({ type }) => type === 'TaskStateExited');
  const { output = 'null' } = dataOf(opened);
  const parsed = z.looseObject({ request: requestPointer }).safeParse(JSON.parse(output));
  return parsed.success ? parsed.data.request : undefined;
};

/** The state that every issue passes through. */
const issuing = 'Generate upload URL';
const stateExited = z.looseObject({ name: z.optional(z.string()) });

const issuesOf = (events: readonly ExecutionEvent[]): string[] =>
  events.flatMap(({ id, type, timestamp, stateExitedEventDetails }) => {
    const isIssue = parse(stateExited, stateExitedEventDetails ?? {}, `details of event ${id}`).name === issuing;
    return type === 'TaskStateExited' && isIssue ? [new Date(String(timestamp)).toISOString()] : [];
  });

const called = z.looseObject({ FunctionName: z.optional(z.string()) });
const scheduled = z.looseObject({ parameters: z._default(z.string(), '{}') });

/** Functions with their versions, each once, in the order of their names. */
const codeOf = (events: readonly ExecutionEvent[]): string[] => {
  const names = events.flatMap(({ id, taskScheduledEventDetails: details }) => {
    const { parameters } = parse(scheduled, details ?? {}, `details of event ${id}`);
    const { FunctionName } = parse(called, JSON.parse(parameters), `parameters of event ${id}`);
    return FunctionName === undefined ? [] : [FunctionName.replace(/^.*:function:/, '')];
  });
  return [...new Set(names)].sort();
};

/** What a pack says of a run, but for its place among others. @param gathered what the ledger knows of its request */
export const factsOf = (
  ended: Ended,
  events: readonly ExecutionEvent[],
  history: Evidence['execution']['history'],
  gathered: Gathered | undefined,
): Omit<Evidence, 'version' | 'partner' | 'feed' | 'recordedAt' | 'chain'> => {
  const { outcome, request, ...known } = gathered ?? {
    outcome: undefined,
    request: undefined,
    uploads: [],
    mails: [],
    acts: [],
  };
  const at = (date: number) => new Date(date).toISOString();
  return {
    outcome: outcome
      ? { kind: outcome.kind, line: outcome.line, at: outcome.at }
      : { ...outcomeOfRun(ended, dataOf(events.at(-1)), gathered !== undefined), at: at(ended.stopDate) },
    execution: {
      arn: ended.executionArn,
      name: ended.name,
      status: ended.status,
      startedAt: at(ended.startDate),
      stoppedAt: at(ended.stopDate),
      redrives: ended.redriveCount,
      code: codeOf(events),
      history,
    },
    ...(request && { request: { ...request, issuedAt: issuesOf(events) } }),
    ...known,
  };
};

const longestLine = 500;

/** Of a run that left no outcome in the ledger. */
const outcomeOfRun = (
  { status, name }: Ended,
  { output = '{}', error, cause }: z.infer<typeof eventData>,
  hasRequest: boolean,
): Pick<Evidence['outcome'], 'kind' | 'line'> => {
  if (status !== 'SUCCEEDED') {
    const reason = [error ?? status, cause].filter(Boolean).join(': ');
    return { kind: 'failed', line: `Failed: ${reason}`.slice(0, longestLine) };
  }
  const { outcome: line } = parse(z.looseObject({ outcome: z._default(z.string(), '') }), JSON.parse(output), 'output');
  if (hasRequest) throw new Error(`${name} ended well, and the ledger knows no outcome of its request`);
  return { kind: line.startsWith('Already open') ? 'alreadyOpen' : 'skipped', line };
};
