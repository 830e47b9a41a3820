import { ledgerKeys } from '../names.ts';
import type { Ledger, Reports } from '../ports.ts';
import type { RequestDocument } from '../request.ts';
import { reportFiles } from '../validation/report/files.ts';
import type { Report } from '../validation/report-document.ts';

interface Deps {
  readonly ledger: Pick<Ledger, 'put'>;
  readonly reports: Reports;
}

/** Keeps a report, and what people take away of it: nobody asks for that where nothing was found. */
export const keepReport = async (
  { ledger, reports }: Deps,
  document: RequestDocument,
  attempt: number,
  report: Report,
): Promise<void> => {
  await ledger.put(ledgerKeys.findings(document, attempt), report);
  if (report.findings.length === 0) return;
  const { partner, period, requestId, feedConfig } = document;
  const subject = { title: feedConfig.title, partner, period, requestId, attempt };
  for (const { name, contentType, write } of reportFiles) {
    await reports.put(ledgerKeys.findingsFile(document, attempt, name), write(report, subject), contentType);
  }
};
