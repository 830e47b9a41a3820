import * as z from 'zod/mini';
import { changeDocument, findDocument } from '../core/documents.ts';
import { namesOf, recordScan, type ScanDocument, scanDocument, scanResults, tellScan } from '../core/malware-scan.ts';
import { ledgerKeys, parseLandingKey, requestId } from '../core/names.ts';
import { instant, parse } from '../core/parse.ts';
import type { Clock, Ledger, Metrics, Notices, Tasks } from '../core/ports.ts';
import { waitDocument } from '../core/request.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly tasks: Tasks;
  readonly notices: Notices;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** https://docs.aws.amazon.com/guardduty/latest/ug/monitor-with-eventbridge-s3-malware-protection.html, what we use of it. */
const scanTold = z.object({
  time: instant,
  'detail-type': z.literal('GuardDuty Malware Protection Object Scan Result'),
  detail: z.object({
    s3ObjectDetails: z.object({ objectKey: z.string(), versionId: z.string() }),
    scanResultDetails: z.object({
      scanResultStatus: z.enum(scanResults),
      threats: z.nullish(z.array(z.object({ name: z.string() }))),
    }),
  }),
});

type Received = 'unrelated' | 'recorded' | 'resumed';

/**
 * Records what the scanner said of an upload, and only then looks for a wait that it can end: the scan may well be
 * faster than the check.
 *
 * @throws InvalidInput for a result that GuardDuty does not document: it goes to the failure queue, and nothing is accepted
 */
export const createReceiveScan =
  (deps: Deps) =>
  async (event: unknown): Promise<{ received: Received }> => {
    const { time, detail } = parse(scanTold, event, 'event for receive-scan');
    const { objectKey, versionId } = detail.s3ObjectDetails;
    const { scanResultStatus: result, threats } = detail.scanResultDetails;
    const landed = parseLandingKey(objectKey);
    if (!landed) return { received: 'unrelated' };
    const { request, attempt } = landed;
    const key = ledgerKeys.scan(request, attempt, versionId);
    const scan = await recordScan(deps.ledger, key, {
      version: 1,
      result,
      threats: (threats ?? []).map(({ name }) => name),
      scannedAt: new Date(time).toISOString(),
    });
    const received = await resume(deps, ledgerKeys.scanWaits(request, attempt), scan);
    if (scan.result === 'THREATS_FOUND' && scan.toldAt === undefined) {
      await tellOperators(deps, key, requestId(request), scan);
    }
    return { received };
  };

const resume = async ({ ledger, tasks }: Deps, waits: string, scan: ScanDocument): Promise<Received> => {
  for (const key of (await ledger.list(waits)).reverse()) {
    const wait = await findDocument(ledger, key, waitDocument);
    if (wait && (await tellScan(tasks, wait.document.token, scan)) === 'resumed') return 'resumed';
  }
  return 'recorded';
};

/** Once for each scan: an event may come twice. */
const tellOperators = async (
  { ledger, notices, metrics, clock }: Deps,
  key: string,
  id: string,
  { threats }: ScanDocument,
): Promise<void> => {
  await notices.publish({
    kind: 'threatFound',
    subject: `Malware in an upload: ${id}`,
    message: `The scanner found ${namesOf(threats)} in a file for ${id}. It is never accepted; it stays in the landing bucket, and in quarantine. What to do next: docs/runbook.md, section Malware found.`,
    requestId: id,
  });
  metrics.count('ThreatFound', id);
  await changeDocument(ledger, key, scanDocument, (document) => ({ ...document, toldAt: clock.now().toISOString() }));
};
