import { attemptPrefix } from '../core/names.ts';
import { parse } from '../core/parse.ts';
import { dueMilestone, nextMilestone } from '../core/plan.ts';
import type { Clock, Landing, Ledger } from '../core/ports.ts';
import { taskInputs } from '../core/request.ts';
import { readRequest } from '../core/requests.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly landing: Landing;
  readonly clock: Clock;
}

/** A last look before anybody is bothered: the event may be late or lost. Then: which milestone is due, which next. */
export const createLookForUpload =
  ({ ledger, landing, clock }: Deps) =>
  async (event: unknown) => {
    const { request, attempt, waitedFor } = parse(taskInputs.lookForUpload, event, 'input of look-for-upload');
    const [upload = null] = await landing.find(attemptPrefix(request, attempt));
    const { plan } = (await readRequest(ledger, request)).document;
    const now = clock.now();
    const due = dueMilestone(plan, now, waitedFor.index);
    return { upload, due, next: nextMilestone(plan, now, due.index + 1) };
  };
