import { parse } from '../core/parse.ts';
import type { Clock, Copier, Ledger } from '../core/ports.ts';
import { taskInputs } from '../core/request.ts';
import { readRequest } from '../core/requests.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly toQuarantine: Copier;
  readonly clock: Clock;
}

/** Time that a partner needs at the least to mend a file and send it again. */
const leastUsefulMs = 60_000;

/** Keeps the rejected version where nobody uses it by mistake, and says whether the partner may try again. */
export const createQuarantineUpload =
  ({ ledger, toQuarantine, clock }: Deps) =>
  async (event: unknown) => {
    const { request, attempt, upload } = parse(taskInputs.quarantineUpload, event, 'input of quarantine-upload');
    await toQuarantine.copy(upload, upload.key);
    const { plan, feedConfig } = (await readRequest(ledger, request)).document;
    const hasTime = Date.parse(plan.closesAt) - clock.now().getTime() >= leastUsefulMs;
    return { mayTryAgain: hasTime && attempt < feedConfig.attempts };
  };
