import { reasonBody } from '../api/bodies.ts';
import { parseBody } from '../api/parse-body.ts';
import { Problem } from '../api/problems.ts';
import { requestId } from '../names.ts';
import type { Clock, Ids, Ledger, Starter } from '../ports.ts';
import type { Act } from './intervene.ts';
import { requireRequest } from './look-up.ts';
import { startAs } from './start-as.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly starter: Starter;
  readonly linkIds: Ids;
  readonly clock: Clock;
}

/**
 * Asks once more for a period that has ended: for a correction of what was accepted, or for what was missed, rejected or
 * waived. The next generation, with a window of its own from now on; what was accepted before stays.
 *
 * @throws Problem request-unknown, wrong-state while it is open
 */
export const reopenRequest = async (deps: Deps, { id, caller, body }: Act): Promise<number> => {
  const { reason } = parseBody(reasonBody, body);
  const { partner, feed, period, generation, status, outcome } = await requireRequest(deps.ledger, id);
  if (status !== 'ended' || !outcome) {
    throw new Problem(
      'wrong-state',
      `${id} is open: only a period that has ended is opened once more; reissue or extend it`,
    );
  }
  const next = generation + 1;
  const input = {
    partner,
    feed,
    scheduledTime: deps.clock.now().toISOString(),
    period,
    reopen: { by: caller, reason },
  };
  await startAs(deps, `${requestId({ partner, feed, period })}_g${next}`, input);
  return next;
};
