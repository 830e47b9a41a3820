import * as z from 'zod/mini';
import { TransientFault } from '../core/errors.ts';
import { canonicalJson } from '../core/evidence/canonical.ts';
import { appendToChain } from '../core/evidence/chain.ts';
import { type Gathered, gather } from '../core/evidence/gather.ts';
import { type Evidence, evidence } from '../core/evidence/pack.ts';
import { evidenceAsHtml } from '../core/evidence/page.ts';
import { withoutSecrets } from '../core/evidence/redact.ts';
import { archiveFolder, idPattern } from '../core/names.ts';
import { parse } from '../core/parse.ts';
import type { Archive, Clock, Digest, ExecutionEvent, Histories, Ledger } from '../core/ports.ts';
import { type RequestPointer, requestPointer } from '../core/request.ts';

interface Deps {
  readonly histories: Histories;
  readonly ledger: Ledger;
  readonly archive: Archive;
  readonly clock: Clock;
  readonly digest: Digest;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
const statusChange = z.looseObject({
  detail: z.looseObject({
    executionArn: z.string(),
    name: z.string(),
    status: z.enum(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']),
    startDate: z.number(),
    stopDate: z.number(),
    redriveCount: z._default(z.number(), 0),
  }),
});
type Ended = z.infer<typeof statusChange>['detail'];

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

/**
 * Keeps what an auditor needs of a run that has ended, before Step Functions forgets it: its whole history without tokens, a pack
 * of evidence that names the one before, and that as a page. Safe to repeat; a redriven run is kept once for each of its ends.
 *
 * @throws InvalidInput for an event, or an execution, that is none of ours
 */
export const createArchiveExecution =
  (deps: Deps) =>
  async (event: unknown): Promise<{ archived: string; isNew: boolean }> => {
    const { detail } = parse(statusChange, event, 'event for archive-execution');
    const events = upToEnd(await deps.histories.read(detail.executionArn), detail);
    const input = dataOf(events.find(({ type }) => type === 'ExecutionStarted')).input ?? 'null';
    const feed = parse(runInput, JSON.parse(input), `input of ${detail.name}`);
    const request = requestOf(events);
    const folder = archiveFolder(feed, request, { name: detail.name, redrives: detail.redriveCount });
    const history = await keepHistory(deps, `${folder}history.json`, events);
    const run = { execution: detail.name, stoppedAt: detail.stopDate };
    const gathered = request && (await gather(deps.ledger, { ...run, request }));
    const facts = factsOf(detail, dataOf(events.at(-1)), history, gathered);
    const recordedAt = deps.clock.now().toISOString();
    const key = `${folder}evidence.json`;
    const { partner, feed: name } = feed;
    const { text, isNew } = await appendToChain(deps, { partner, feed: name }, key, (chain) =>
      canonicalJson(parse(evidence, { version: 1, partner, feed: name, ...facts, recordedAt, chain }, key)),
    );
    const page = evidenceAsHtml(parse(evidence, JSON.parse(text), key), deps.digest(text));
    await deps.archive.create(`${folder}evidence.html`, page);
    return { archived: key, isNew };
  };

const keepHistory = async (
  { archive, digest }: Deps,
  key: string,
  events: readonly ExecutionEvent[],
): Promise<Evidence['execution']['history']> => {
  const text = canonicalJson(withoutSecrets(events));
  const isNew = await archive.create(key, text);
  // What a try before this one kept counts, whatever is read of it by now.
  const kept = isNew ? text : ((await archive.find(key)) ?? text);
  return { key, sha256: digest(kept), events: JSON.parse(kept).length };
};

const ends = ['ExecutionSucceeded', 'ExecutionFailed', 'ExecutionTimedOut', 'ExecutionAborted'];

/** The history up to the end that is told of: the run may have been redriven since. */
const upToEnd = (events: readonly ExecutionEvent[], { name, redriveCount }: Ended): readonly ExecutionEvent[] => {
  const all = events.flatMap(({ type = '' }, index) => (ends.includes(type) ? [index] : []));
  const end = all[redriveCount];
  if (end === undefined) throw new TransientFault(`the history of ${name} does not tell yet of its end`);
  return events.slice(0, end + 1);
};

/** The details of an event, under whatever name they are. */
const dataOf = (event: ExecutionEvent | undefined): z.infer<typeof eventData> => {
  const [, details = {}] = Object.entries(event ?? {}).find(([name]) => name.endsWith('EventDetails')) ?? [];
  return parse(eventData, details, `details of event ${event?.id}`);
};

/** The request that *Open request* claimed. */
const requestOf = (events: readonly ExecutionEvent[]): RequestPointer | undefined => {
  const opened = events.find(({ type }) => type === 'TaskStateExited');
  const { output = 'null' } = dataOf(opened);
  const parsed = z.looseObject({ request: requestPointer }).safeParse(JSON.parse(output));
  return parsed.success ? parsed.data.request : undefined;
};

const factsOf = (
  ended: Ended,
  last: z.infer<typeof eventData>,
  history: Evidence['execution']['history'],
  gathered: Gathered | undefined,
): Omit<Evidence, 'version' | 'partner' | 'feed' | 'recordedAt' | 'chain'> => {
  const { outcome, ...known } = gathered ?? { outcome: undefined, uploads: [], mails: [], acts: [] };
  const at = (date: number) => new Date(date).toISOString();
  return {
    outcome: outcome
      ? { kind: outcome.kind, line: outcome.line, at: outcome.at }
      : { ...outcomeOfRun(ended, last, gathered !== undefined), at: at(ended.stopDate) },
    execution: {
      arn: ended.executionArn,
      name: ended.name,
      status: ended.status,
      startedAt: at(ended.startDate),
      stoppedAt: at(ended.stopDate),
      redrives: ended.redriveCount,
      history,
    },
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
