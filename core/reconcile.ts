import * as z from 'zod/mini';
import { endOf, isOurs } from './evidence/run.ts';
import { ledgerKeys } from './names.ts';
import type { Notice } from './notices.ts';
import { counted } from './outcome.ts';
import type { ExecutionEvent, Ledger, Run } from './ports.ts';
import type { PinnedUpload } from './request.ts';

/** `watch/reconciled.json`: every run that began before this moment has ended for good, and has its evidence. */
export const reconciledDocument = z.looseObject({ version: z.literal(1), completeTo: z.string() });

const dayMs = 86_400_000;

/** Step Functions forgets a run 90 days after its end; no run takes longer than 35 of them. */
const remembersMs = 85 * dayMs;

/** One that did not end well can be redriven for two weeks, and then ends once more. */
const redrivableMs = 15 * dayMs;

/** What ended, or came, more lately may still be on its way. */
const patienceMs = 3_600_000;

/** What could not be made good in so long is told no more: it lies in a queue of failures, with an alarm. */
const persistsMs = 4 * dayMs;

/**
 * Runs that began before this moment are done with: at the first look all are, since nobody marked their evidence before.
 *
 * @param completeTo of the look before
 */
export const runsToLookAt = (completeTo: string | undefined, now: number): Date =>
  completeTo === undefined ? new Date(now) : new Date(Math.max(Date.parse(completeTo), now - remembersMs));

/** Uploads that came in between are looked at. */
export const uploadsToLookAt = (now: number): { readonly from: Date; readonly to: Date } => ({
  from: new Date(now - persistsMs),
  to: new Date(now - patienceMs),
});

/** One end of a run of which no evidence is kept. */
export interface MissingEvidence {
  readonly run: Run;
  /** How often it had been redriven by then. */
  readonly redrives: number;
}

/**
 * Which ends have no evidence, and up to when all is well.
 *
 * @param runs all that began since `runsToLookAt`
 */
export const missingEvidence = async (
  ledger: Pick<Ledger, 'list'>,
  runs: readonly Run[],
  now: number,
): Promise<{ readonly missing: readonly MissingEvidence[]; readonly completeTo: string }> => {
  const days = [...new Set(runs.map(({ startedAt }) => startedAt.slice(0, 10)))];
  const kept = new Set((await Promise.all(days.map((day) => ledger.list(ledgerKeys.archivedOn(day))))).flat());
  const missing: MissingEvidence[] = [];
  let completeTo = now - patienceMs;
  for (const run of runs) {
    const hasEnded = run.stoppedAt !== undefined && Date.parse(run.stoppedAt) <= now - patienceMs;
    // A run that goes on has ended as often as it was redriven.
    const ends = Array.from({ length: run.redrives + (hasEnded ? 1 : 0) }, (_, redrives) => redrives);
    const without = ends.filter((redrives) => !kept.has(ledgerKeys.archived(run, redrives)));
    const isTold = Date.parse(run.stoppedAt ?? run.startedAt) < now - persistsMs;
    if (!isTold) missing.push(...without.map((redrives) => ({ run, redrives })));
    const mayRunOn = run.status !== 'SUCCEEDED' && Date.parse(run.stoppedAt ?? '') > now - redrivableMs;
    if (!hasEnded || mayRunOn || (without.length > 0 && !isTold))
      completeTo = Math.min(completeTo, Date.parse(run.startedAt));
  }
  return { missing, completeTo: new Date(completeTo).toISOString() };
};

/** What EventBridge would have told of an end; undefined for a run that is none of ours: somebody started it by hand. */
export const statusChangeOf = (events: readonly ExecutionEvent[], { run, redrives }: MissingEvidence): unknown => {
  const { status, at } = endOf(events, run.name, redrives);
  const detail = {
    executionArn: run.arn,
    name: run.name,
    status,
    startDate: Date.parse(run.startedAt),
    stopDate: at,
    redriveCount: redrives,
  };
  return isOurs(events, detail) ? { detail } : undefined;
};

/** What S3 would have told of an upload. */
export const objectCreatedOf = ({ key, versionId, size, arrivedAt }: PinnedUpload): unknown => ({
  time: arrivedAt,
  'detail-type': 'Object Created',
  detail: { object: { key, size, 'version-id': versionId } },
});

/** A notice is read on a phone. */
const mostNamed = 20;

/** Tells people what was handed over again. @param runs by name @param uploads by key */
export const unreconciledNotice = (runs: readonly string[], uploads: readonly string[]): Notice => ({
  kind: 'unreconciled',
  subject: `Made good: ${counted(runs.length, 'run')} without evidence, ${counted(uploads.length, 'upload')} without an answer`,
  message: [
    'Events of these did not come, or were not heard. Each was handed over again.',
    ...listed('Runs without evidence', runs),
    ...listed('Uploads that nothing became of', uploads),
    'What to do: docs/runbook.md, section Unreconciled.',
  ].join(' '),
});

const listed = (what: string, names: readonly string[]): string[] =>
  names.length === 0
    ? []
    : [
        `${what}: ${names.slice(0, mostNamed).join(', ')}${names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''}.`,
      ];
