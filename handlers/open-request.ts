import type * as z from 'zod/mini';
import { findDocument } from '../core/documents.ts';
import { NotADeliveryDay, PeriodAlreadyOpen } from '../core/errors.ts';
import type { Contact, Feed } from '../core/feed.ts';
import { readHistory } from '../core/history.ts';
import { ledgerKeys, requestId } from '../core/names.ts';
import { parse } from '../core/parse.ts';
import { pauseOf } from '../core/pauses.ts';
import { periodFor, periodOf } from '../core/period.ts';
import { extendedPlan, makePlan, nextMilestone } from '../core/plan.ts';
import type { Clock, Digest, Executions, Feeds, Ledger, Metrics, Notices } from '../core/ports.ts';
import { pointTo, type RequestDocument, requestDocument, taskInputs, withPeopleById } from '../core/request.ts';
import { expectationAt } from '../core/schedule/deliveries.ts';
import { type UsualArrival, usualArrival } from '../core/trend.ts';

interface Deps {
  readonly feeds: Feeds;
  readonly ledger: Ledger;
  readonly executions: Executions;
  readonly operators: Notices;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly digest: Digest;
}

type Input = z.infer<typeof taskInputs.openRequest>;

/**
 * Claims the period for this execution and makes its plan. Firing twice is harmless: the first claim wins, a retry of
 * the winner gets its stored plan back. A period that has ended is opened once more where somebody asked for that: its
 * next generation.
 *
 * @throws PeriodAlreadyOpen when another execution has the period
 * @throws NotADeliveryDay when the feed's calendar leaves this date out, or the feed is paused
 */
export const createOpenRequest = (deps: Deps) => async (event: unknown) => {
  const input = parse(taskInputs.openRequest, event, 'input of open-request');
  const deployed = await deps.feeds.find(input);
  if (!deployed) throw new Error(`no feed ${input.partner}/${input.feed} in this deployment`);
  const scheduledAt = new Date(input.scheduledTime).toISOString();
  const period = input.period ?? (await requireDeliveryDay(deps, deployed.feed, scheduledAt, input));

  const fresh = newRequest(deps, deployed, { scheduledAt, period, usual: await usualOf(deps, deployed.feed) }, input);
  await rememberPeople(deps, deployed.feed);
  const request = await claim(deps, fresh);
  await deps.ledger.create(ledgerKeys.due(request.plan.dueAt.slice(0, 10), request), { requestId: request.requestId });
  deps.metrics.count('RequestOpened', request.requestId);
  // Told once: a takeover tells nothing new.
  if (request.startedLateSeconds !== undefined && request.claim === 1)
    await tellLateStart(deps, request, request.startedLateSeconds);
  return {
    request: pointTo(request),
    ...(request.startedLateSeconds !== undefined && { startedLateSeconds: request.startedLateSeconds }),
    milestone: nextMilestone(request.plan, deps.clock.now()),
    closeAt: request.plan.milestones.at(-1)?.at,
  };
};

/** @returns the period; it is another day's where the calendar moved the delivery */
const requireDeliveryDay = async (deps: Deps, feed: Feed, scheduledAt: string, input: Input): Promise<string> => {
  const { schedule } = feed;
  const expected = expectationAt(schedule, Date.parse(scheduledAt));
  const date = periodOf(scheduledAt, schedule.timezone, 'day', 0);
  const named = periodFor(feed, 'forAt' in expected ? expected.forAt : Date.parse(scheduledAt));
  const period = named ?? date;
  const pause = await pauseOf(deps.ledger, feed, deps.clock.now());
  const reason = 'reason' in expected ? expected.reason : pause && `paused by ${pause.by}: ${pause.reason}`;
  const skipped = reason ?? (named === undefined ? 'the feed names no period for it (period.named)' : undefined);
  if (skipped === undefined) return period;
  // For whoever asks later why there is nothing: a skipped period is as visible as one that was asked for. A day that is none
  // of the feed's says nothing of its period: the real day may still be missing.
  if ('forAt' in expected || expected.isOneOfItsDays) {
    const record = { version: 1, scheduledAt, reason: skipped, execution: input.execution.name };
    await deps.ledger.create(ledgerKeys.skipped({ ...input, period }), record);
  }
  throw new NotADeliveryDay(`${feed.partner}/${feed.feed} expects nothing on ${date}: ${skipped}`);
};

const usualOf = async ({ ledger }: Deps, feed: Feed): Promise<UsualArrival | undefined> =>
  feed.trendWarning ? usualArrival(await readHistory(ledger, feed), feed.window.dueSeconds) : undefined;

/** The Scheduler is exact to a minute, and tries again for an hour. */
const toleratedStartSeconds = 15 * 60;

/** A late start takes time from the partner: whoever looks must see it. */
const tellLateStart = async (
  { operators, metrics }: Deps,
  request: RequestDocument,
  seconds: number,
): Promise<void> => {
  const { requestId, scheduledAt, plan } = request;
  await operators.publish({
    kind: 'startLate',
    subject: `Opened late: ${requestId}`,
    message: `${requestId} was scheduled for ${scheduledAt}, and opened ${Math.round(seconds / 60)} minutes later. It is due ${plan.dueAt} all the same; extend it if the partner needs the time. What to do: docs/runbook.md, section Starts late.`,
    requestId,
  });
  metrics.count('StartLate', requestId);
};

interface When {
  readonly scheduledAt: string;
  readonly period: string;
  readonly usual: UsualArrival | undefined;
}

const newRequest = (
  { clock, digest }: Deps,
  { feed, hash }: { feed: Feed; hash: string },
  { scheduledAt, period, usual }: When,
  { execution, reopen, askedBy }: Input,
): RequestDocument => {
  const openedAt = clock.now().toISOString();
  const lateSeconds = Math.round((Date.parse(openedAt) - Date.parse(scheduledAt)) / 1000);
  const isLate = askedBy === null && reopen === null && lateSeconds > toleratedStartSeconds;
  const key = { partner: feed.partner, feed: feed.feed, period, generation: 1, claim: 1 };
  return {
    version: 1,
    ...pointTo(key),
    scheduledAt,
    openedAt,
    execution,
    feedConfig: withPeopleById(feed, personIds(feed, digest)),
    feedHash: hash,
    plan: makePlan(feed, scheduledAt, usual),
    status: 'open',
    ...(isLate && { startedLateSeconds: lateSeconds }),
    ...(askedBy !== null && { askedBy }),
    ...(reopen && { reopened: { ...reopen, at: openedAt } }),
  };
};

const everyone = ({ contacts }: Feed): Contact[] => Object.values(contacts).flat();

/** A person's id changes when the name or address does: a record is never rewritten, only erased. */
const personId = (person: Contact, digest: Digest): string =>
  digest(JSON.stringify([person.name, person.email, person.locale])).slice(0, 24);

const personIds = (feed: Feed, digest: Digest): ((email: string) => string) => {
  const ids = new Map(everyone(feed).map((person) => [person.email, personId(person, digest)]));
  return (email) => ids.get(email) ?? '';
};

const rememberPeople = async ({ ledger, digest }: Deps, feed: Feed): Promise<void> => {
  const people = new Map(everyone(feed).map((person) => [personId(person, digest), person]));
  await Promise.all([...people].map(([id, person]) => ledger.create(ledgerKeys.person(id), person)));
};

/** An execution that Step Functions does not know may just be too young to be seen; after this long it is gone. */
const unseenForMs = 3_600_000;

const isAbandoned = async ({ executions, clock }: Deps, { status, execution, openedAt }: RequestDocument) => {
  if (status === 'ended') return false;
  const state = await executions.state(execution.arn);
  return state === 'ended' || (state === 'unknown' && clock.now().getTime() - Date.parse(openedAt) > unseenForMs);
};

const claim = async (deps: Deps, fresh: RequestDocument): Promise<RequestDocument> => {
  const { ledger } = deps;
  const key = ledgerKeys.request(fresh);
  if (await ledger.create(key, fresh)) return fresh;
  const found = await findDocument(ledger, key, requestDocument);
  if (!found) throw new Error(`${key} exists, but cannot be read`);
  const { document, etag } = found;
  if (document.execution.arn === fresh.execution.arn) return document;
  const successor = await successorOf(deps, document, fresh);
  if (successor) {
    await ledger.replace(key, successor, etag);
    // Read again, whatever the answer was: a client that repeats a write by itself may be told of its own success as a conflict.
    const now = await findDocument(ledger, key, requestDocument);
    if (now?.document.execution.arn === fresh.execution.arn) return now.document;
  }
  const state = document.status === 'ended' ? `has ended (${document.outcome?.kind})` : 'is open';
  throw new PeriodAlreadyOpen(`${requestId(fresh)} ${state} in execution ${document.execution.name}`);
};

/** What takes the place of a request: its next generation, or a takeover of one whose execution died. */
const successorOf = async (
  deps: Deps,
  before: RequestDocument,
  fresh: RequestDocument,
): Promise<RequestDocument | undefined> => {
  const { generation, claim: claims, outcome, execution, earlier = [] } = before;
  if (fresh.reopened && outcome && before.status === 'ended') {
    const ended = { generation, execution: execution.name, outcome };
    const { scheduledAt, openedAt, feedHash, plan: planned, earlierPlans = [] } = before;
    return {
      ...fresh,
      generation: generation + 1,
      claim: claims + 1,
      earlier: [...earlier, ended],
      earlierPlans: [...earlierPlans, { generation, scheduledAt, openedAt, feedHash, plan: planned }],
    };
  }
  if (!(await isAbandoned(deps, before))) return undefined;
  // Time that was given stays given.
  const isExtended = before.plan.dueAt > fresh.plan.dueAt;
  const plan = isExtended ? extendedPlan(fresh.feedConfig, fresh.plan, before.plan.dueAt) : fresh.plan;
  // How late a takeover is says nothing of the request.
  const { startedLateSeconds: _, ...request } = fresh;
  return { ...request, plan, generation, claim: claims + 1, earlier, ...keptOf(before) };
};

/** What stays so, whoever holds the request: what was revoked, who asked for it, who has taken it on, what went before. */
const keptOf = ({
  linksRevoked,
  startedLateSeconds,
  askedBy,
  redriven,
  quiet,
  reopened,
  earlierPlans,
}: RequestDocument) => ({
  ...(earlierPlans && { earlierPlans }),
  ...(reopened && { reopened }),
  ...(linksRevoked && { linksRevoked }),
  ...(startedLateSeconds !== undefined && { startedLateSeconds }),
  ...(askedBy !== undefined && { askedBy }),
  ...(redriven && { redriven }),
  ...(quiet && { quiet }),
});
