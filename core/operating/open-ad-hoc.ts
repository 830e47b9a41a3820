import type * as z from 'zod/mini';
import { type openAnswer, openBody } from '../api/bodies.ts';
import { parseBody } from '../api/parse-body.ts';
import { Problem } from '../api/problems.ts';
import { findDocument } from '../documents.ts';
import type { Feed } from '../feed.ts';
import { linkUrl, newGrant } from '../link.ts';
import { ledgerKeys, type RequestKey, requestId } from '../names.ts';
import { isPeriodOf, periodExample, periodFor, periodOf } from '../period.ts';
import { hasTimeBefore } from '../plan.ts';
import type { Clock, Executions, Feeds, Ids, Ledger, LinkSecrets, Starter } from '../ports.ts';
import { requestDocument } from '../request.ts';
import { expectationAt } from '../schedule/deliveries.ts';
import { addSeconds } from '../time.ts';
import { startAs } from './start-as.ts';

interface Deps {
  readonly feeds: Feeds;
  readonly ledger: Ledger;
  readonly secrets: LinkSecrets;
  readonly starter: Starter;
  readonly executions: Executions;
  readonly linkIds: Ids;
  readonly clock: Clock;
  /** Origin of the page. */
  readonly page: string;
}

/**
 * Opens a request now, or finds the one that is open, and gives the caller a link of its own. The workflow itself claims
 * the period: of two calls at once one opens it, and both get a link to it. One whose execution has died is taken over: else
 * nobody would wait for what comes by the link.
 *
 * @param caller an ARN or the subject of a token: the link is bound to it
 * @throws Problem feed-unknown, request-ended
 */
export const openAdHoc = async (deps: Deps, caller: string, body: unknown): Promise<z.infer<typeof openAnswer>> => {
  const { partner, feed, scheduledTime, period: wanted, reason } = parseBody(openBody, body);
  if (wanted !== undefined && scheduledTime !== undefined) {
    throw new Problem(
      'bad-request',
      'the body: got period and scheduledTime, allowed one of them; see docs/openapi.json',
    );
  }
  const deployed = await deps.feeds.find({ partner, feed });
  if (!deployed)
    throw new Problem('feed-unknown', `this deployment has no feed ${partner}/${feed}; name one of its feeds`);
  const at = new Date(scheduledTime ?? deps.clock.now()).toISOString();
  if (wanted !== undefined && !isPeriodOf(deployed.feed, wanted)) {
    const allowed = periodExample(deployed.feed);
    throw new Problem('bad-request', `the body: period: got ${wanted}, allowed ${allowed}; see docs/openapi.json`);
  }
  const period = wanted ?? periodAt(deployed.feed, at);
  const known = await findDocument(deps.ledger, ledgerKeys.request({ partner, feed, period }), requestDocument);
  if (known?.document.outcome) {
    const { line } = known.document.outcome;
    throw new Problem(
      'request-ended',
      `${known.document.requestId} has ended (${line}); reopen it, or name another period`,
    );
  }
  const request: RequestKey = { partner, feed, period, generation: known?.document.generation ?? 1 };
  if (!known && scheduledTime !== undefined) requireOpenWindow(deployed.feed, at, deps.clock.now());
  // The link first: where it cannot be made nothing has been started.
  const link = deployed.feed.delivery.mode === 'link' ? await linkFor(deps, request, { caller, reason }) : undefined;
  const isHeld = known !== undefined && (await deps.executions.state(known.document.execution.arn)) !== 'ended';
  const when = known
    ? { scheduledTime: known.document.scheduledAt, period }
    : { scheduledTime: at, ...(wanted !== undefined && { period }) };
  const input = { partner, feed, askedBy: caller, ...when };
  const opened = !isHeld && (await startAs(deps, requestId(request), input));
  return { requestId: requestId(request), opened, ...(link !== undefined && { link }) };
};

/** Nobody is asked for a file that could not come any more, and then blamed for it. @throws Problem bad-request */
const requireOpenWindow = ({ window }: Feed, at: string, now: Date): void => {
  const closesAt = addSeconds(at, window.closeSeconds);
  if (hasTimeBefore(closesAt, now)) return;
  throw new Problem(
    'bad-request',
    `the body: scheduledTime: got ${at}, allowed one whose window is open (this one closed ${closesAt}); name the period instead, whose window begins now`,
  );
};

/** The period that a start at a time is for. @throws Problem not-a-delivery-day */
const periodAt = (feed: Feed, at: string): string => {
  const { partner, schedule } = feed;
  const expected = expectationAt(schedule, Date.parse(at));
  const period = 'forAt' in expected ? periodFor(feed, expected.forAt) : undefined;
  if (period !== undefined) return period;
  const date = periodOf(at, schedule.timezone, 'day', 0);
  const reason = 'reason' in expected ? expected.reason : 'the feed names no period for it';
  throw new Problem(
    'not-a-delivery-day',
    `${partner}/${feed.feed} expects nothing on ${date} (${reason}); name another day, or the period`,
  );
};

const linkFor = async (
  { ledger, secrets, linkIds, clock, page }: Deps,
  request: RequestKey,
  { caller, reason }: { readonly caller: string; readonly reason: string | undefined },
): Promise<string> => {
  const linkId = linkIds.next();
  await ledger.create(ledgerKeys.grant(linkId), {
    ...newGrant(request, { caller }, clock.now().toISOString()),
    ...(reason !== undefined && { reason }),
  });
  return linkUrl(page, linkId, await secrets.secretOf(linkId));
};
