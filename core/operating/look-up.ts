import type * as z from 'zod/mini';
import type { downloadAnswer, requestAnswer } from '../api/bodies.ts';
import { Problem } from '../api/problems.ts';
import { findDocument } from '../documents.ts';
import { attemptOfKey, ledgerKeys, parseRequestId } from '../names.ts';
import type { Downloads, Ledger } from '../ports.ts';
import { type RequestDocument, requestDocument } from '../request.ts';

interface Deps {
  readonly ledger: Pick<Ledger, 'find' | 'list'>;
  readonly downloads: Downloads;
}

/** @throws Problem request-unknown */
export const requireRequest = async (ledger: Pick<Ledger, 'find'>, id = ''): Promise<RequestDocument> => {
  const key = parseRequestId(id);
  const found = key && (await findDocument(ledger, ledgerKeys.request(key), requestDocument));
  if (found) return found.document;
  throw new Problem('request-unknown', 'no request has this id; ids look like acme_daily-orders_2026-11-23');
};

/** Status and outcome of a request. @throws Problem request-unknown */
export const showRequest = async (
  { ledger }: Pick<Deps, 'ledger'>,
  id?: string,
): Promise<z.infer<typeof requestAnswer>> => {
  const { requestId, status, generation, plan, execution, outcome } = await requireRequest(ledger, id);
  return {
    requestId,
    status,
    generation,
    dueAt: plan.dueAt,
    closesAt: plan.closesAt,
    execution: execution.name,
    ...(outcome && { outcome: { kind: outcome.kind, at: outcome.at, line: outcome.line } }),
  };
};

/** A URL of the newest findings report. @throws Problem request-unknown, report-absent */
export const downloadReport = async (
  { ledger, downloads }: Deps,
  id?: string,
): Promise<z.infer<typeof downloadAnswer>> => {
  const request = await requireRequest(ledger, id);
  const reports = (await ledger.list(ledgerKeys.allFindings(request)))
    .filter((key) => key.endsWith('/report.json'))
    .map((key) => ({ key, attempt: attemptOfKey(key) }));
  const newest = reports.sort((a, b) => a.attempt - b.attempt).at(-1);
  if (!newest) throw new Problem('report-absent', 'no file has been checked yet; ask again when one has arrived');
  const fileName = `${request.requestId}-findings-${newest.attempt}.json`;
  const { url, expiresAt } = await downloads.sign({ from: 'ledger', key: newest.key, fileName });
  return { url, expiresAt, attempt: newest.attempt };
};

/** A URL of the accepted file. @throws Problem request-unknown, file-absent */
export const downloadFile = async (
  { ledger, downloads }: Deps,
  id?: string,
): Promise<z.infer<typeof downloadAnswer>> => {
  const { requestId, outcome } = await requireRequest(ledger, id);
  if (outcome?.acceptedKey === undefined) {
    throw new Problem(
      'file-absent',
      'no file of this request was accepted; GET /requests/<request> says how it stands',
    );
  }
  const extension = outcome.acceptedKey.split('.').at(-1);
  const fileName = `${requestId}.${extension}`;
  const { url, expiresAt } = await downloads.sign({ from: 'accepted', key: outcome.acceptedKey, fileName });
  return { url, expiresAt };
};
