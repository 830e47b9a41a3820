import { parse } from '../core/parse.ts';
import { hasTimeBefore } from '../core/plan.ts';
import type { Clock, Copier, Ledger } from '../core/ports.ts';
import { taskInputs } from '../core/request.ts';
import { readRequest } from '../core/requests.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly toQuarantine: Copier;
  readonly clock: Clock;
}

/** Keeps the rejected version where nobody uses it by mistake, and says whether the partner may try again. */
export const createQuarantineUpload =
  ({ ledger, toQuarantine, clock }: Deps) =>
  async (event: unknown) => {
    const { request, attempt, upload } = parse(taskInputs.quarantineUpload, event, 'input of quarantine-upload');
    await toQuarantine.copy(upload, upload.key);
    const { plan, feedConfig } = (await readRequest(ledger, request)).document;
    return { mayTryAgain: hasTimeBefore(plan.closesAt, clock.now()) && attempt < feedConfig.attempts };
  };
