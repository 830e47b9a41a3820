import { arrivalKey, settleArrival } from '../core/arrivals.ts';
import { ledgerKeys } from '../core/names.ts';
import { parse } from '../core/parse.ts';
import type { Clock, Landing, Ledger, Metrics } from '../core/ports.ts';
import { taskInputs } from '../core/request.ts';
import { readRequest } from '../core/requests.ts';
import { type Hasher, validate } from '../core/validation/validate.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly landing: Landing;
  readonly createHasher: () => Hasher;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/**
 * Takes the arrival (from here on it cannot become `afterClose`), checks exactly the pinned version by the feed's
 * rules, and keeps the report in the ledger. The verdict that travels on is small.
 */
export const createValidateUpload = (deps: Deps) => async (event: unknown) => {
  const { request, attempt, upload } = parse(taskInputs.validateUpload, event, 'input of validate-upload');
  const settled = await settleArrival(deps, arrivalKey(request, attempt, upload), upload, 'taken');
  if (settled !== 'taken') throw new Error(`${upload.key} was settled as ${settled} before it could be validated`);
  const { document } = await readRequest(deps.ledger, request);
  const bytes = await deps.landing.read(upload);
  const report = await validate(bytes, upload.size, document.feedConfig.file, deps.createHasher());
  await deps.ledger.put(ledgerKeys.findings(request, attempt), report);
  deps.metrics.count(report.valid ? 'UploadValid' : 'UploadInvalid', request.requestId);
  const { valid, rows = null, sha256, totals } = report;
  return { valid, sha256, rows, findings: totals };
};
