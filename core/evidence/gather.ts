import { findDocument } from '../documents.ts';
import { attemptOfKey, type ClaimedKey, ledgerKeys } from '../names.ts';
import type { Ledger } from '../ports.ts';
import {
  arrivalDocument,
  notificationDocument,
  type RequestDocument,
  requestDocument,
  signalDocument,
} from '../request.ts';
import { report } from '../validation/findings.ts';
import type { Evidence } from './pack.ts';

type Reader = Pick<Ledger, 'find' | 'list'>;

/** What the ledger knows of a request that an execution opened. */
export type Gathered = Pick<Evidence, 'request' | 'uploads' | 'accepted' | 'mails' | 'acts'> & {
  /** Undefined where it has not ended. */
  readonly outcome: RequestDocument['outcome'];
};

/** Everything about one generation of a request, people by id. Undefined when its document is another's by now. */
export const gather = async (ledger: Reader, key: ClaimedKey): Promise<Gathered | undefined> => {
  const found = await findDocument(ledger, ledgerKeys.request(key), requestDocument);
  if (found?.document.generation !== key.generation) return undefined;
  const request = found.document;
  const uploads = await uploadsOf(ledger, request);
  const { acceptedKey, versionId } = request.outcome ?? {};
  const sha256 = uploads.find((one) => one.versionId === versionId)?.check?.sha256;
  return {
    outcome: request.outcome,
    request: requestOf(request),
    uploads,
    ...(acceptedKey !== undefined &&
      versionId !== undefined && {
        accepted: { key: acceptedKey, versionId, ...(sha256 !== undefined && { sha256 }) },
      }),
    mails: await mailsOf(ledger, request),
    acts: await actsOf(ledger, request),
  };
};

const requestOf = (request: RequestDocument): NonNullable<Evidence['request']> => {
  const { requestId, period, generation, feedConfig, scheduledAt, openedAt, askedBy, feedHash, plan } = request;
  return {
    requestId,
    period,
    generation,
    title: feedConfig.title,
    timezone: feedConfig.schedule.timezone,
    scheduledAt,
    openedAt,
    ...(askedBy !== undefined && { askedBy }),
    feedHash,
    dueAt: plan.dueAt,
    closesAt: plan.closesAt,
    milestones: plan.milestones,
  };
};

const uploadsOf = async (ledger: Reader, request: RequestDocument): Promise<Evidence['uploads']> => {
  const keys = await ledger.list(ledgerKeys.arrivals(request));
  const uploads: Evidence['uploads'] = [];
  for (const recordKey of keys) {
    const arrival = (await findDocument(ledger, recordKey, arrivalDocument))?.document;
    if (!arrival) continue;
    const attempt = attemptOfKey(recordKey);
    const { key, versionId, size, arrivedAt, sourceIp, settled } = arrival;
    const checked = (await findDocument(ledger, ledgerKeys.findings(request, attempt), report))?.document;
    uploads.push({
      attempt,
      key,
      versionId,
      size,
      arrivedAt,
      ...(sourceIp !== undefined && { sourceIp }),
      settled,
      ...(checked && settled === 'taken' && { check: checkOf(checked) }),
    });
  }
  return uploads;
};

const checkOf = ({ checkedAt, valid, rows, sha256, totals }: import('../validation/findings.ts').Report) => ({
  ...(checkedAt !== undefined && { at: checkedAt }),
  valid,
  ...(rows !== undefined && { rows }),
  sha256,
  findings: totals,
});

const mailsOf = async (ledger: Reader, request: RequestDocument): Promise<Evidence['mails']> => {
  const keys = await ledger.list(ledgerKeys.notifications(request));
  const found = await Promise.all(keys.map((key) => findDocument(ledger, key, notificationDocument)));
  return found
    .flatMap((one) => {
      if (!one) return [];
      const { at, kind, person, status, messageId, fate } = one.document;
      return [
        {
          at,
          kind,
          person,
          status,
          ...(messageId !== undefined && { messageId }),
          ...(fate && { fate: `${fate.state}: ${fate.reason}` }),
        },
      ];
    })
    .sort(byTime);
};

const actsOf = async (ledger: Reader, request: RequestDocument): Promise<Evidence['acts']> => {
  const keys = await ledger.list(ledgerKeys.signals(request));
  const found = await Promise.all(keys.map((key) => findDocument(ledger, key, signalDocument)));
  const signals = found.flatMap((one) =>
    one ? [{ at: one.document.at ?? request.openedAt, what: one.document.error, why: one.document.cause }] : [],
  );
  const { reopened, quiet, linksRevoked, redriven = [] } = request;
  const by = (what: string, word: { at: string; by: string; reason: string } | undefined) =>
    word ? [{ at: word.at, what, why: `${word.reason} (${word.by})` }] : [];
  return [
    ...signals,
    ...by('reopened', reopened),
    ...by('taken on', quiet),
    ...by('links revoked', linksRevoked),
    ...redriven.flatMap((word) => by('redriven', word)),
  ].sort(byTime);
};

const byTime = (a: { readonly at: string }, b: { readonly at: string }): number => (a.at < b.at ? -1 : 1);
