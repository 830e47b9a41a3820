import { reasonBody } from '../api/bodies.ts';
import { parseBody } from '../api/parse-body.ts';
import { Problem } from '../api/problems.ts';
import { changeDocument } from '../documents.ts';
import { ledgerKeys } from '../names.ts';
import type { Clock, Ledger, Redriver } from '../ports.ts';
import { requestDocument } from '../request.ts';
import type { Act } from './intervene.ts';
import { requireRequest } from './look-up.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly redriver: Redriver;
  readonly clock: Clock;
}

/**
 * Runs the execution of a request on from the state that it failed at by a fault of ours. Step Functions decides whether it
 * can, so it is asked first, and what it did is written down afterwards.
 *
 * @throws Problem request-unknown, wrong-state when it is running, has done all it had to, or ended too long ago
 */
export const redriveRequest = async ({ ledger, redriver, clock }: Deps, { id, caller, body }: Act): Promise<void> => {
  const { reason } = parseBody(reasonBody, body);
  const request = await requireRequest(ledger, id);
  const { outcome, execution, requestId } = request;
  if (outcome?.kind === 'missed' || outcome?.kind === 'rejected') {
    const fix =
      'reopen it; where its execution is red at a “Close …” state, redrive that in the Step Functions console';
    throw new Problem('wrong-state', `${requestId} has ended (${outcome.line}), and would end so again: ${fix}`);
  }
  const answer = await redriver.redrive(execution.arn);
  if (answer !== 'redriven') {
    const fix = 'only what failed by a fault of ours is redriven, within 14 days';
    throw new Problem('wrong-state', `${requestId}: ${answer.refused} (execution ${execution.name}): ${fix}`);
  }
  const redriven = { at: clock.now().toISOString(), by: caller, reason };
  await changeDocument(ledger, ledgerKeys.request(request), requestDocument, (document) => ({
    ...document,
    redriven: [...(document.redriven ?? []), redriven],
  }));
};
