import { arrivalKey } from '../core/arrivals.ts';
import { findDocument } from '../core/documents.ts';
import { endOf } from '../core/evidence/run.ts';
import { ledgerKeys, parseLandingKey } from '../core/names.ts';
import type { Clock, HandOver, Histories, Landing, Ledger, Metrics, Notices, Runs } from '../core/ports.ts';
import {
  type MissingEvidence,
  missingEvidence,
  reconciledDocument,
  runsToLookAt,
  uploadsToLookAt,
} from '../core/reconcile.ts';
import { arrivalDocument, type PinnedUpload } from '../core/request.ts';

interface Deps {
  readonly runs: Runs;
  readonly histories: Histories;
  readonly ledger: Ledger;
  readonly landing: Pick<Landing, 'all'>;
  readonly handOver: HandOver;
  readonly notices: Notices;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/**
 * Makes good what an event should have told and did not: closing events are best effort, and so are those of uploads. Once a
 * day it looks for ends without evidence and for uploads that nothing became of, and hands each over again to whoever keeps
 * or records it. Those do nothing twice, so what was only late is no harm.
 */
export const createReconcile = (deps: Deps) => async (): Promise<{ runs: string[]; uploads: string[] }> => {
  const runs = await reconcileRuns(deps);
  const uploads = await reconcileUploads(deps);
  if (runs.length + uploads.length > 0) await tell(deps, runs, uploads);
  return { runs, uploads };
};

const reconcileRuns = async ({ runs, histories, ledger, handOver, clock }: Deps): Promise<string[]> => {
  const now = clock.now().getTime();
  const found = await findDocument(ledger, ledgerKeys.reconciled, reconciledDocument);
  const begun = await runs.startedSince(runsToLookAt(found?.document.completeTo, now));
  const { missing, completeTo } = await missingEvidence(ledger, begun, now);
  for (const { run, redrives } of missing) {
    await handOver.again('archive-execution', await statusChangeOf(histories, { run, redrives }));
  }
  // Of two that look at once one writes; both hand over the same.
  if (found) await ledger.replace(ledgerKeys.reconciled, { ...found.document, completeTo }, found.etag);
  else await ledger.create(ledgerKeys.reconciled, { version: 1, completeTo });
  return missing.map(({ run, redrives }) => `${run.name}-${redrives}`);
};

/** What EventBridge would have told of an end. */
const statusChangeOf = async (histories: Histories, { run, redrives }: MissingEvidence): Promise<unknown> => {
  const { status, at } = endOf(await histories.read(run.arn), run.name, redrives);
  return {
    detail: {
      executionArn: run.arn,
      name: run.name,
      status,
      startDate: Date.parse(run.startedAt),
      stopDate: at,
      redriveCount: redrives,
    },
  };
};

const reconcileUploads = async (deps: Deps): Promise<string[]> => {
  const { from, to } = uploadsToLookAt(deps.clock.now().getTime());
  const keys: string[] = [];
  for await (const upload of deps.landing.all()) {
    const arrivedAt = new Date(upload.arrivedAt);
    if (arrivedAt < from || arrivedAt > to || (await isSettled(deps.ledger, upload))) continue;
    await deps.handOver.again('receive-upload', objectCreatedOf(upload));
    keys.push(upload.key);
  }
  return keys;
};

const isSettled = async (ledger: Ledger, upload: PinnedUpload): Promise<boolean> => {
  const landed = parseLandingKey(upload.key);
  const key = landed
    ? arrivalKey(landed.request, landed.attempt, upload)
    : ledgerKeys.unexpectedArrival(upload.versionId);
  const found = await findDocument(ledger, key, arrivalDocument);
  return found !== undefined && found.document.settled !== 'open';
};

/** What S3 would have told of an upload. */
const objectCreatedOf = ({ key, versionId, size, arrivedAt }: PinnedUpload): unknown => ({
  time: arrivedAt,
  'detail-type': 'Object Created',
  detail: { object: { key, size, 'version-id': versionId } },
});

/** A notice is read on a phone. */
const mostNamed = 20;

const tell = async ({ notices, metrics }: Deps, runs: readonly string[], uploads: readonly string[]): Promise<void> => {
  const listed = (what: string, names: readonly string[]): string[] =>
    names.length === 0
      ? []
      : [
          `${what}: ${names.slice(0, mostNamed).join(', ')}${names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''}.`,
        ];
  metrics.count('Unreconciled');
  await notices.publish({
    kind: 'unreconciled',
    subject: `Made good: ${runs.length} runs without evidence, ${uploads.length} uploads without an answer`,
    message: [
      'Events of these did not come, or were not heard. Each was handed over again.',
      ...listed('Runs without evidence', runs),
      ...listed('Uploads that nothing became of', uploads),
      'What to do: docs/runbook.md, section Unreconciled.',
    ].join(' '),
  });
};
