import { reasonBody } from '../api/bodies.ts';
import { parseBody } from '../api/parse-body.ts';
import { Problem } from '../api/problems.ts';
import { changeDocument } from '../documents.ts';
import { ledgerKeys, newestAttempt } from '../names.ts';
import { hasTimeBefore } from '../plan.ts';
import type { Clock, Ledger, Tasks } from '../ports.ts';
import { type RequestDocument, requestDocument } from '../request.ts';
import { tellNewestWait } from '../signals.ts';
import { requireRequest } from './look-up.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly tasks: Pick<Tasks, 'fail'>;
  readonly clock: Clock;
}

/** Who acts on which request, and the body that says why. */
interface Act {
  readonly id: string | undefined;
  readonly caller: string;
  readonly body: unknown;
}

/** @throws Problem request-unknown, request-ended, bad-request */
const requireOpen = async (
  { ledger }: Deps,
  { id, body }: Act,
): Promise<{ request: RequestDocument; reason: string }> => {
  const request = await requireRequest(ledger, id);
  const { reason } = parseBody(reasonBody, body);
  if (request.status === 'open') return { request, reason };
  const how = request.outcome?.line ?? 'it is closing';
  throw new Problem('request-ended', `${request.requestId} takes no more orders: ${how}`);
};

/** Ends every link that is out; a later issue makes new ones. @throws Problem not-offered in direct mode */
export const revokeLinks = async (deps: Deps, act: Act): Promise<void> => {
  const { request, reason } = await requireOpen(deps, act);
  if (request.feedConfig.delivery.mode === 'direct') {
    throw new Problem(
      'not-offered',
      'this feed mails URLs, not links: a URL cannot be called back and ends by itself within the hour; waive the request, or use delivery.mode: link',
    );
  }
  const linksRevoked = { at: deps.clock.now().toISOString(), by: act.caller, reason };
  await changeDocument(deps.ledger, ledgerKeys.request(request), requestDocument, (document) => ({
    ...document,
    linksRevoked,
  }));
};

/** Has the workflow issue and mail a new link. @throws Problem request-ended when there is no time left for one */
export const reissueLink = async (deps: Deps, act: Act): Promise<void> => {
  const { request } = await requireOpen(deps, act);
  if (!hasTimeBefore(request.plan.closesAt, deps.clock.now())) {
    throw new Problem(
      'request-ended',
      `${request.requestId} took files until ${request.plan.closesAt}: nothing is issued any more`,
    );
  }
  await signal(deps, act, 'OperatorReissued');
};

/** Has the workflow close the request as waived. */
export const waiveRequest = (deps: Deps, act: Act): Promise<void> => signal(deps, act, 'OperatorWaived');

/** Written before a wait is looked for, as every signal: it is heard now, or by the next wait. */
const signal = async (deps: Deps, act: Act, error: 'OperatorReissued' | 'OperatorWaived'): Promise<void> => {
  const { request, reason } = await requireOpen(deps, act);
  const at = deps.clock.now().toISOString();
  const key = ledgerKeys.operatorSignal(request, error, at);
  await deps.ledger.create(key, { version: 1, error, cause: `${reason} (${act.caller})`, at });
  const attempt = newestAttempt(await deps.ledger.list(ledgerKeys.issues(request)));
  await tellNewestWait(deps, key, [ledgerKeys.decisionWaits(request), ledgerKeys.waits(request, attempt)]);
};
