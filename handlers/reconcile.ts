import { arrivalKey } from '../core/arrivals.ts';
import { findDocument } from '../core/documents.ts';
import { ledgerKeys, parseLandingKey } from '../core/names.ts';
import { inParallel } from '../core/parallel.ts';
import type { Clock, HandOver, Histories, Landing, Ledger, Metrics, Notices, Receiver, Runs } from '../core/ports.ts';
import {
  missingEvidence,
  objectCreatedOf,
  reconciledDocument,
  runsToLookAt,
  statusChangeOf,
  unreconciledNotice,
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

/** What was found, and what of it could not be looked at. */
interface Look {
  readonly found: readonly string[];
  readonly broken: readonly unknown[];
}

/**
 * Makes good what an event should have told and did not: closing events are best effort, and so are those of uploads. Once a
 * day it looks for ends without evidence and for uploads that nothing became of, and hands each over again to whoever keeps
 * or records it. Those do nothing twice, so what was only late is no harm. One that breaks keeps no other from being looked at,
 * and what was found is told in any case.
 */
export const createReconcile =
  (deps: Deps) => async (): Promise<{ runs: readonly string[]; uploads: readonly string[] }> => {
    const nothing = (error: unknown): Look => ({ found: [], broken: [error] });
    const runs = await reconcileRuns(deps).catch(nothing);
    const uploads = await reconcileUploads(deps).catch(nothing);
    if (runs.found.length + uploads.found.length > 0) {
      deps.metrics.count('Unreconciled');
      await deps.notices.publish(unreconciledNotice(runs.found, uploads.found));
    }
    const [broken] = [...runs.broken, ...uploads.broken];
    if (broken !== undefined) throw broken;
    return { runs: runs.found, uploads: uploads.found };
  };

const reconcileRuns = async ({ runs, histories, ledger, handOver, clock }: Deps): Promise<Look> => {
  const now = clock.now().getTime();
  const known = await findDocument(ledger, ledgerKeys.reconciled, reconciledDocument);
  const begun = await runs.startedSince(runsToLookAt(known?.document.completeTo, now));
  const { missing, completeTo } = await missingEvidence(ledger, begun, now);
  const look = await handOverAll(missing, 'archive-execution', handOver, async (one) => {
    const event = statusChangeOf(await histories.read(one.run.arn), one);
    return event === undefined ? undefined : { event, name: `${one.run.name}-${one.redrives}` };
  });
  // Of two that look at once one writes; both hand over the same.
  if (known) await ledger.replace(ledgerKeys.reconciled, { ...known.document, completeTo }, known.etag);
  else await ledger.create(ledgerKeys.reconciled, { version: 1, completeTo });
  return look;
};

/** Hands over what is wanted of many. @param eventOf undefined for one that needs nothing */
const handOverAll = async <T>(
  all: readonly T[],
  to: Receiver,
  handOver: HandOver,
  eventOf: (one: T) => Promise<{ readonly event: unknown; readonly name: string } | undefined>,
): Promise<Look> => {
  const found: string[] = [];
  const broken: unknown[] = [];
  const one = async (which: T): Promise<void> => {
    try {
      const wanted = await eventOf(which);
      if (!wanted) return;
      await handOver.again(to, wanted.event);
      found.push(wanted.name);
    } catch (error) {
      broken.push(error);
    }
  };
  await inParallel(all, one);
  return { found, broken };
};

const reconcileUploads = async ({ ledger, landing, handOver, clock }: Deps): Promise<Look> => {
  const { from, to } = uploadsToLookAt(clock.now().getTime());
  const uploads: PinnedUpload[] = [];
  for await (const upload of landing.all()) {
    const arrivedAt = new Date(upload.arrivedAt);
    if (arrivedAt >= from && arrivedAt <= to) uploads.push(upload);
  }
  return handOverAll(uploads, 'receive-upload', handOver, async (upload) =>
    (await isSettled(ledger, upload)) ? undefined : { event: objectCreatedOf(upload), name: upload.key },
  );
};

const isSettled = async (ledger: Ledger, upload: PinnedUpload): Promise<boolean> => {
  const landed = parseLandingKey(upload.key);
  const key = landed
    ? arrivalKey(landed.request, landed.attempt, upload)
    : ledgerKeys.unexpectedArrival(upload.versionId);
  const found = await findDocument(ledger, key, arrivalDocument);
  return found !== undefined && found.document.settled !== 'open';
};
