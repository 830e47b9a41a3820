import { extendBody, quietBody, reasonBody } from '../api/bodies.ts';
import { parseBody } from '../api/parse-body.ts';
import { Problem } from '../api/problems.ts';
import { changeDocument } from '../documents.ts';
import { ledgerKeys, newestAttempt } from '../names.ts';
import { hasTimeBefore } from '../plan.ts';
import type { Clock, Ledger, Tasks } from '../ports.ts';
import { type RequestDocument, requestDocument, type SignalDocument } from '../request.ts';
import { tellNewestWait, withdrawSignal } from '../signals.ts';
import { requireRequest } from './look-up.ts';
import { requireHearing } from './standing.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly tasks: Pick<Tasks, 'fail'>;
  readonly clock: Clock;
}

/** Who acts on which request, and the body that says why. */
export interface Act {
  readonly id: string | undefined;
  readonly caller: string;
  readonly body: unknown;
}

const dayMs = 86_400_000;
/** A request is due within so many days. */
const longestMs = 30 * dayMs;
/** The workflow itself ends after 35 days (`TimeoutSeconds` of the state machine): it must have closed by then. */
const latestCloseMs = 34 * dayMs;

/** @throws Problem request-unknown, request-ended */
const requireOpen = async ({ ledger }: Deps, { id }: Act): Promise<RequestDocument> => {
  const request = await requireRequest(ledger, id);
  if (request.status === 'open') return request;
  throw tooLate(request);
};

const tooLate = ({ requestId, outcome }: RequestDocument): Problem =>
  new Problem('request-ended', `${requestId} takes no more orders: ${outcome?.line ?? 'it is closing'}`);

/** Ends every link that is out; a later issue makes new ones. @throws Problem not-offered in direct mode */
export const revokeLinks = async (deps: Deps, act: Act): Promise<void> => {
  const { reason } = parseBody(reasonBody, act.body);
  const request = await requireOpen(deps, act);
  if (request.feedConfig.delivery.mode === 'direct') {
    throw new Problem(
      'not-offered',
      'this feed mails URLs, not links: a URL cannot be called back and ends by itself within the hour; waive the request, or use delivery.mode: link',
    );
  }
  await change(deps, request, { linksRevoked: { at: now(deps), by: act.caller, reason } });
};

/** Has the workflow issue and mail a new link. @throws Problem request-ended when there is no time left for one */
export const reissueLink = async (deps: Deps, act: Act): Promise<void> => {
  const { reason } = parseBody(reasonBody, act.body);
  const request = await requireOpen(deps, act);
  if (!hasTimeBefore(request.plan.closesAt, deps.clock.now())) {
    throw new Problem(
      'request-ended',
      `${request.requestId} took files until ${request.plan.closesAt}: nothing is issued any more; extend it first`,
    );
  }
  await signal(deps, act, request, { error: 'OperatorReissued', reason });
};

/** Has the workflow close the request as waived. */
export const waiveRequest = async (deps: Deps, act: Act): Promise<void> => {
  const { reason } = parseBody(reasonBody, act.body);
  await signal(deps, act, await requireOpen(deps, act), { error: 'OperatorWaived', reason });
};

/** Has the workflow accept a file that its rules rejected. @throws Problem wrong-state unless it waits for a decision */
export const acceptUpload = async (deps: Deps, act: Act): Promise<void> => {
  const { reason } = parseBody(reasonBody, act.body);
  const request = await requireOpen(deps, act);
  const { attempt } = await requireHearing(deps.ledger, request, 'OperatorAccepted');
  await signal(deps, act, request, { error: 'OperatorAccepted', reason, attempt });
};

/**
 * Has the workflow give the partner more time: due, reminders, rungs and close move.
 *
 * @throws Problem wrong-state, bad-request for a time that is not later, not-offered in direct mode
 */
export const extendRequest = async (deps: Deps, act: Act): Promise<void> => {
  const { reason, until } = parseBody(extendBody, act.body);
  const request = await requireOpen(deps, act);
  if (request.feedConfig.delivery.mode === 'direct') {
    throw new Problem(
      'not-offered',
      'in direct mode a URL lives for an hour at most, and the plan issues them: use delivery.mode: link, or reissue',
    );
  }
  const at = new Date(until).toISOString();
  const { openedAt, plan } = request;
  const closesAfterDueMs = Date.parse(plan.milestones.at(-1)?.at ?? plan.closesAt) - Date.parse(plan.dueAt);
  const [earliest, latest] = [
    Math.max(Date.parse(plan.dueAt), deps.clock.now().getTime()),
    Date.parse(openedAt) + Math.min(longestMs, latestCloseMs - closesAfterDueMs),
  ];
  if (Date.parse(at) <= earliest || Date.parse(at) > latest) {
    const allowed = `after ${new Date(earliest).toISOString()} and no later than ${new Date(latest).toISOString()}`;
    throw new Problem('bad-request', `the body: until: got ${until}, allowed ${allowed}; see docs/openapi.json`);
  }
  await requireHearing(deps.ledger, request, 'OperatorExtended');
  await signal(deps, act, request, { error: 'OperatorExtended', reason, until: at });
};

/**
 * Somebody has taken a late request on: the rungs to come alarm nobody more; with `until` only up to then. The partner is
 * reminded all the same.
 */
export const quietRequest = async (deps: Deps, act: Act, kind: 'acknowledge' | 'snooze'): Promise<void> => {
  const { reason, until } = parseBody(quietBody, act.body);
  if ((kind === 'snooze') !== (until !== undefined)) {
    const allowed = kind === 'snooze' ? 'an ISO-8601 time' : 'none: snooze has one';
    throw new Problem(
      'bad-request',
      `the body: until: got ${until ?? 'nothing'}, allowed ${allowed}; see docs/openapi.json`,
    );
  }
  const request = await requireOpen(deps, act);
  const quiet = {
    at: now(deps),
    by: act.caller,
    reason,
    ...(until !== undefined && { until: new Date(until).toISOString() }),
  };
  await change(deps, request, { quiet });
};

const now = ({ clock }: Deps): string => clock.now().toISOString();

const change = async ({ ledger }: Deps, request: RequestDocument, more: Partial<RequestDocument>): Promise<void> => {
  await changeDocument(ledger, ledgerKeys.request(request), requestDocument, (document) => ({ ...document, ...more }));
};

type Order = Pick<SignalDocument, 'error' | 'until' | 'attempt'> & { readonly reason: string };

/**
 * Written before a wait is looked for, as every signal: it is heard now, or by the next wait, or by the close.
 *
 * @throws Problem request-ended where none of them came to hear it
 */
const signal = async (
  deps: Deps,
  act: Act,
  request: RequestDocument,
  { error, reason, until, attempt: about }: Order,
): Promise<void> => {
  const at = now(deps);
  const key = ledgerKeys.operatorSignal(request, error, at);
  const cause = `${reason} (${act.caller})`;
  await deps.ledger.create(key, {
    version: 1,
    error,
    cause,
    at,
    ...(until !== undefined && { until }),
    ...(about !== undefined && { attempt: about }),
  });
  const attempt = newestAttempt(await deps.ledger.list(ledgerKeys.issues(request)));
  const waits = [ledgerKeys.decisionWaits(request), ledgerKeys.waits(request, attempt)];
  if ((await tellNewestWait(deps, key, waits)) !== 'recorded') return;
  const afterwards = await requireRequest(deps.ledger, request.requestId);
  if (afterwards.status !== 'open' && (await withdrawSignal(deps, key))) throw tooLate(afterwards);
};
