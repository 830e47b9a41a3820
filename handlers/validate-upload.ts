import { arrivalKey, takeArrival } from '../core/arrivals.ts';
import { readHistory } from '../core/history.ts';
import { parse } from '../core/parse.ts';
import { daysOfPeriod } from '../core/period.ts';
import type { Checks, Clock, Landing, Ledger, Metrics, Reports } from '../core/ports.ts';
import { type RequestDocument, taskInputs } from '../core/request.ts';
import { readRequest } from '../core/requests.ts';
import { type AnnouncedUpload, findUploadOf, hexOf, thereSince } from '../core/uploading/announced.ts';
import { keepReport } from '../core/uploading/keep-report.ts';
import type { Context } from '../core/validation/context.ts';
import type { Tools } from '../core/validation/source.ts';
import { validate } from '../core/validation/validate.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly landing: Landing;
  readonly checks: Checks;
  readonly reports: Reports;
  readonly tools: Tools;
  /** Whether a scanner looks at every upload. */
  readonly isScanned: boolean;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/**
 * Takes the arrival (from here on it cannot become `afterClose`), checks exactly the pinned version by the feed's
 * rules, and keeps the report in the ledger. The verdict that travels on is small.
 */
export const createValidateUpload = (deps: Deps) => async (event: unknown) => {
  const { request, attempt, upload } = parse(taskInputs.validateUpload, event, 'input of validate-upload');
  const announced = await findUploadOf(deps.ledger, request, attempt, upload.size);
  const arrivedAt = thereSince(upload, announced);
  await takeArrival(deps, arrivalKey(request, attempt, upload), upload, arrivedAt);
  const { document } = await readRequest(deps.ledger, request);
  const context = await contextOf(deps, document, announced);
  const report = await validate(deps.landing.open(upload), document.feedConfig.file, context, deps.tools);
  const storedChecksum = await deps.landing.checksum(upload);
  const kept = {
    ...report,
    checkedAt: deps.clock.now().toISOString(),
    ...(storedChecksum !== undefined && { storedChecksum }),
  };
  await keepReport(deps, document, attempt, kept);
  deps.metrics.count(report.valid ? 'UploadValid' : 'UploadInvalid', request.requestId);
  const { valid, rows = null, sha256, totals } = report;
  return { valid, sha256, rows, arrivedAt, findings: totals, scan: deps.isScanned };
};

/** What is known of this delivery besides its bytes. */
const contextOf = async (
  { ledger, checks }: Deps,
  document: RequestDocument,
  { sha256 }: Partial<AnnouncedUpload> = {},
): Promise<Context> => {
  const { file } = document.feedConfig;
  return {
    period: { name: document.period, ...daysOfPeriod(document.period, document.feedConfig) },
    earlier: await readHistory(ledger, document),
    ...(sha256 !== undefined && { announcedSha256: hexOf(sha256) }),
    ...(file.checks !== undefined && { checks: await checks.load(document, file.checks) }),
  };
};
