import { Problem } from '../api/problems.ts';
import { findDocument } from '../documents.ts';
import { ledgerKeys, newestAttempt } from '../names.ts';
import type { Ledger } from '../ports.ts';
import { hearsOf, type RequestDocument, type WaitDocument, waitDocument } from '../request.ts';

type Reader = Pick<Ledger, 'find' | 'list'>;

/** What an open request waits for. `nothing`: it is between two waits, checking a file or writing a mail. */
export interface Standing {
  readonly waitsFor: 'upload' | 'decision' | 'nothing';
  readonly attempt: number;
  /** Signals that end the wait. */
  readonly hears: readonly string[];
}

/** How a request stands, from what its executions left in the ledger: the newest wait is the one it is in, or was last. */
export const standingOf = async (ledger: Reader, request: RequestDocument): Promise<Standing> => {
  const attempt = newestAttempt(await ledger.list(ledgerKeys.issues(request)));
  const uploads = await ledger.list(ledgerKeys.waits(request, attempt));
  const decisions = await ledger.list(ledgerKeys.decisionWaits(request));
  const newest = [
    ...uploads.map((key) => ({ key, waitsFor: 'upload' as const })),
    ...decisions.map((key) => ({ key, waitsFor: 'decision' as const })),
  ]
    .sort((a, b) => (enteredOf(a.key) < enteredOf(b.key) ? -1 : 1))
    .at(-1);
  const wait = newest && (await findDocument(ledger, newest.key, waitDocument));
  const isOver =
    !wait ||
    isEarlier(wait.document, attempt) ||
    (newest.waitsFor === 'upload' && (await hasFile(ledger, request, attempt)));
  if (isOver) {
    return { waitsFor: 'nothing', attempt, hears: [] };
  }
  return { waitsFor: newest.waitsFor, attempt, hears: hearsOf(wait.document) };
};

/** Whether a wait was about an attempt before this one. */
const isEarlier = (wait: WaitDocument, attempt: number): boolean =>
  wait.attempt !== undefined && wait.attempt < attempt;

const hasFile = async (ledger: Reader, request: RequestDocument, attempt: number): Promise<boolean> =>
  (await ledger.list(ledgerKeys.arrivalsOf(request, attempt))).length > 0;

/** When a wait was entered, as its key tells it. */
const enteredOf = (key: string): string => key.split('/').at(-1) ?? '';

/** @throws Problem wrong-state unless the wait that a request is in ends by a signal */
export const requireHearing = async (ledger: Reader, request: RequestDocument, error: string): Promise<Standing> => {
  const standing = await standingOf(ledger, request);
  if (standing.hears.includes(error)) return standing;
  const state = {
    upload: 'waits for a file',
    decision: 'waits for a decision about a rejected file',
    nothing: 'is at work',
  };
  throw new Problem(
    'wrong-state',
    `${request.requestId} ${state[standing.waitsFor]}: ${meaning[error] ?? 'this'}; GET /requests/<request> says how it stands`,
  );
};

const meaning: Readonly<Record<string, string>> = {
  OperatorAccepted: 'only a file that was rejected for the last time, and waits for a decision, can be accepted',
  OperatorExtended:
    'only a request that waits for a file can be given more time, and none that an older deployment opened',
};
