import { findDocument } from '../core/documents.ts';
import { findScan } from '../core/malware-scan.ts';
import { ledgerKeys } from '../core/names.ts';
import { parse } from '../core/parse.ts';
import { hasTimeBefore, isUrgent } from '../core/plan.ts';
import type { Clock, Copier, Ledger, Reports } from '../core/ports.ts';
import { type PinnedUpload, type RequestDocument, taskInputs } from '../core/request.ts';
import { readRequest } from '../core/requests.ts';
import { keepReport } from '../core/uploading/keep-report.ts';
import { report } from '../core/validation/report-document.ts';
import { withScan } from '../core/validation/scan-finding.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly toQuarantine: Copier;
  /** Undefined where uploads are not scanned. */
  readonly scanned: { readonly reports: Reports } | undefined;
  readonly clock: Clock;
}

/** Keeps the rejected version where nobody uses it by mistake, and says whether the partner may try again, and whether it is urgent. */
export const createQuarantineUpload = (deps: Deps) => async (event: unknown) => {
  const { request, attempt, upload } = parse(taskInputs.quarantineUpload, event, 'input of quarantine-upload');
  await deps.toQuarantine.copy(upload, upload.key);
  const { document } = await readRequest(deps.ledger, request);
  if (deps.scanned) await reportScan(deps.ledger, deps.scanned.reports, document, attempt, upload);
  const { plan, feedConfig } = document;
  const now = deps.clock.now();
  return {
    mayTryAgain: hasTimeBefore(plan.closesAt, now) && attempt < feedConfig.attempts,
    isUrgent: isUrgent(document, now),
  };
};

/** What the scanner found is told with the other findings: to the partner, and to the owner. */
const reportScan = async (
  ledger: Ledger,
  reports: Reports,
  document: RequestDocument,
  attempt: number,
  upload: PinnedUpload,
): Promise<void> => {
  const scan = await findScan(ledger, document, attempt, upload);
  const found = scan && (await findDocument(ledger, ledgerKeys.findings(document, attempt), report));
  if (!found) return;
  const whole = withScan(found.document, scan.document);
  if (whole !== found.document) await keepReport({ ledger, reports }, document, attempt, whole);
};
