import { findDocument } from '../core/documents.ts';
import { ledgerKeys } from '../core/names.ts';
import { parse } from '../core/parse.ts';
import { extendedPlan, nextMilestone } from '../core/plan.ts';
import type { Clock, Ledger } from '../core/ports.ts';
import { type RequestPointer, signalDocument, taskInputs } from '../core/request.ts';
import { changeRequest } from '../core/requests.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly clock: Clock;
}

/**
 * Gives the partner more time, as an operator said: the due time moves, and with it every reminder, rung and the close that
 * are still to come. Safe to repeat.
 */
export const createRevisePlan =
  ({ ledger, clock }: Deps) =>
  async (event: unknown) => {
    const { request } = parse(taskInputs.revisePlan, event, 'input of revise-plan');
    const dueAt = await newestExtension(ledger, request);
    const { plan, requestId } = await changeRequest(ledger, request, (document) =>
      document.plan.dueAt === dueAt
        ? undefined
        : { ...document, plan: extendedPlan(document.feedConfig, document.plan, dueAt) },
    );
    await ledger.create(ledgerKeys.due(dueAt.slice(0, 10), request), { requestId });
    return { milestone: nextMilestone(plan, clock.now()), closeAt: plan.milestones.at(-1)?.at };
  };

/** Of several extensions the last word counts. */
const newestExtension = async (ledger: Ledger, request: RequestPointer): Promise<string> => {
  for (const key of (await ledger.list(ledgerKeys.signals(request))).reverse()) {
    const found = await findDocument(ledger, key, signalDocument);
    const { error, until, withdrawnAt } = found?.document ?? {};
    if (error === 'OperatorExtended' && until !== undefined && withdrawnAt === undefined) return until;
  }
  throw new Error(`${request.requestId} was to be extended, and no signal says until when`);
};
