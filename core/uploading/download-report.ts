import type * as z from 'zod/mini';
import type { downloadAnswer } from '../api/bodies.ts';
import { Problem } from '../api/problems.ts';
import { ledgerKeys } from '../names.ts';
import type { Downloads } from '../ports.ts';
import { reportFiles } from '../validation/report/files.ts';
import { type LinkDeps, openLink, progressOf } from './link-access.ts';

/** A URL of the newest report on a file that was sent by this link's request. @throws Problem */
export const downloadLinkReport = async (
  deps: LinkDeps & { readonly downloads: Downloads },
  linkId?: string,
  secret?: string,
  file = '',
): Promise<z.infer<typeof downloadAnswer>> => {
  const link = await openLink(deps, linkId, secret);
  const { state, report } = await progressOf(deps, link, deps.clock.now());
  const isThere = link.request && report && report.findings.length > 0 && state !== 'revoked';
  if (!isThere || !reportFiles.some((one) => one.name === file)) {
    throw new Problem('report-absent', `no such report; there are ${reportFiles.map(({ name }) => name).join(', ')}`);
  }
  const key = ledgerKeys.findingsFile(link.request, report.attempt, file);
  const fileName = `${link.request.requestId}-${report.attempt}-${file}`;
  const { url, expiresAt } = await deps.downloads.sign({ from: 'ledger', key, fileName });
  return { url, expiresAt, attempt: report.attempt };
};
