import { findDocument } from '../core/documents.ts';
import { staffMail, staffNotice } from '../core/messages/staff.ts';
import { ledgerKeys } from '../core/names.ts';
import { sendOnce } from '../core/notify.ts';
import { parse } from '../core/parse.ts';
import type { Clock, Ids, Ledger, Mailer, Metrics, Notices } from '../core/ports.ts';
import { type EscalationKind, type RequestDocument, taskInputs } from '../core/request.ts';
import { isQuiet, readRequest } from '../core/requests.ts';
import { report as reportSchema } from '../core/validation/report-document.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly mailer: Mailer;
  readonly notices: Notices;
  readonly metrics: Metrics;
  readonly ids: Ids;
  readonly clock: Clock;
}

/**
 * Tells the people of this rung by mail, and the operators by their topic. A refused mail is recorded and does not
 * stop the others: the topic is the second way. A request that somebody has taken on alarms nobody more.
 */
export const createEscalate = (deps: Deps) => async (event: unknown) => {
  const input = parse(taskInputs.escalate, event, 'input of escalate');
  const { request, attempt, issue, kind, milestone, reason } = input;
  const { document } = await readRequest(deps.ledger, request);
  if (isRung(kind) && isQuiet(document, deps.clock.now())) return { sent: 0, refused: 0, quiet: true };
  const report =
    kind === 'rejected' || kind === 'rejectedLate'
      ? (await findDocument(deps.ledger, ledgerKeys.findings(request, attempt), reportSchema))?.document
      : undefined;
  const occasion = { request, attempt, issue, kind: `escalation-${kind}-${milestone?.index ?? 0}` };
  const mail = { kind, request: document, attempt, report, reason };
  const count = { sent: 0, refused: 0 };
  for (const person of audience(document, kind, milestone?.to)) {
    const compose = staffMail.bind(undefined, mail);
    count[await sendOnce(deps, occasion, person, compose)] += 1;
  }
  await deps.notices.publish(staffNotice(mail));
  // Nothing is wrong yet: a warning is no escalation.
  if (kind !== 'unusual') deps.metrics.count('RequestEscalated', request.requestId);
  return count;
};

/** What alarms nobody more once somebody has taken a request on; decisions and dead addresses are told all the same. */
const isRung = (kind: EscalationKind): boolean => kind === 'late' || kind === 'unusual' || kind === 'rejectedLate';

/** The rung's people on our side; the partner gets the mail with the new URL instead. */
const audience = (
  { feedConfig: { contacts } }: RequestDocument,
  kind: EscalationKind,
  rung: readonly string[] = [],
): string[] => {
  const named = new Set(kind === 'late' ? rung : ['owner']);
  const people = [
    ...(named.has('owner') ? (contacts.owner ?? []) : []),
    ...(named.has('oncall') ? (contacts.oncall ?? []) : []),
  ];
  return [...new Set(people)];
};
