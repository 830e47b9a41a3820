import { findDocument, findDocuments } from '../documents.ts';
import { openingDocument, recipientName } from '../link.ts';
import { attemptOfKey, type ClaimedKey, ledgerKeys } from '../names.ts';
import type { Ledger } from '../ports.ts';
import {
  arrivalDocument,
  notificationDocument,
  type RequestDocument,
  requestDocument,
  signalDocument,
} from '../request.ts';
import { findSender, type Sender } from '../upload-sender.ts';
import { type Report, report } from '../validation/report-document.ts';
import { type Evidence, notRecorded } from './pack.ts';

type Reader = Pick<Ledger, 'find' | 'list'>;

/** What the ledger knows of a request that an execution opened. */
export type Gathered = Pick<Evidence, 'request' | 'openings' | 'uploads' | 'accepted' | 'mails' | 'acts'> & {
  /** Undefined where it has not ended. */
  readonly outcome: RequestDocument['outcome'];
};

/** A run that has ended. */
interface Run {
  /** What it claimed. */
  readonly request: ClaimedKey;
  readonly execution: string;
  /** Milliseconds. */
  readonly stoppedAt: number;
}

/**
 * Everything about the generation of a request that a run opened, people by id. By now the request may be another's: of
 * the next generation, or of who took it over.
 */
export const gather = async (ledger: Reader, run: Run): Promise<Gathered | undefined> => {
  const { request: key } = run;
  const found = await findDocument(ledger, ledgerKeys.request(key), requestDocument);
  if (!found) return undefined;
  const { document } = found;
  const isOwn = document.generation === key.generation && document.claim === key.claim;
  const outcome = outcomeOf(document, run, isOwn);
  const uploads = await uploadsOf(ledger, key);
  const { acceptedKey, versionId } = outcome ?? {};
  const sha256 = uploads.find((one) => one.versionId === versionId)?.check?.sha256;
  return {
    outcome,
    request: requestOf(document, key, isOwn),
    openings: await openingsOf(ledger, key),
    uploads,
    ...(acceptedKey !== undefined &&
      versionId !== undefined && {
        accepted: { key: acceptedKey, versionId, ...(sha256 !== undefined && { sha256 }) },
      }),
    mails: await mailsOf(ledger, key),
    acts: await actsOf(ledger, document, key),
  };
};

/** A run writes its outcome just before it ends, by another clock. */
const clockToleranceMs = 60_000;

/** Undefined where the run left none: one that came later, after a redrive or a takeover, is not its own. */
const outcomeOf = (
  { outcome, earlier = [] }: RequestDocument,
  { request, execution, stoppedAt }: Run,
  isOwn: boolean,
): RequestDocument['outcome'] => {
  const own = isOwn
    ? outcome
    : earlier.find((one) => one.generation === request.generation && one.execution === execution)?.outcome;
  return own && Date.parse(own.at) <= stoppedAt + clockToleranceMs ? own : undefined;
};

const requestOf = (document: RequestDocument, key: ClaimedKey, isOwn: boolean): NonNullable<Evidence['request']> => {
  const { requestId, feedConfig, askedBy, earlierPlans = [] } = document;
  const { period, generation } = key;
  const known = { requestId, period, generation, title: feedConfig.title, timezone: feedConfig.schedule.timezone };
  const opened = isOwn ? document : earlierPlans.find((one) => one.generation === generation);
  if (!opened) return known;
  const { scheduledAt, openedAt, feedHash, plan } = opened;
  const { dueAt, closesAt, milestones } = plan;
  const asked = isOwn && askedBy !== undefined && { askedBy };
  return { ...known, scheduledAt, openedAt, ...asked, feedHash, dueAt, closesAt, milestones };
};

const openingsOf = async (ledger: Reader, request: ClaimedKey): Promise<Evidence['openings']> => {
  const found = await findDocuments(ledger, await ledger.list(ledgerKeys.openings(request)), openingDocument);
  return found
    .map(({ document: { at, recipient, sourceIp, userAgent } }) => ({
      at,
      recipient: recipientName(recipient),
      ...(sourceIp !== undefined && { sourceIp }),
      ...(userAgent !== undefined && { userAgent }),
    }))
    .sort(byTime);
};

const uploadsOf = async (ledger: Reader, request: ClaimedKey): Promise<Evidence['uploads']> => {
  const arrivals = await findDocuments(ledger, await ledger.list(ledgerKeys.arrivals(request)), arrivalDocument);
  const uploads: Evidence['uploads'] = [];
  for (const { key: recordKey, document } of arrivals) {
    const attempt = attemptOfKey(recordKey);
    const { key, versionId, size, arrivedAt, settled } = document;
    const sender = await findSender(ledger, request, attempt);
    const sourceIp = sender?.sourceIp ?? document.sourceIp;
    const checked = (await findDocument(ledger, ledgerKeys.findings(request, attempt), report))?.document;
    uploads.push({
      attempt,
      key,
      versionId,
      size,
      arrivedAt,
      ...(sourceIp !== undefined && { sourceIp }),
      userAgent: sender ? programOf(sender) : notRecorded,
      settled,
      ...(checked && settled === 'taken' && { check: checkOf(checked) }),
    });
  }
  return uploads;
};

/** A program may call itself anything, also what a pack says where nobody could tell. */
const programOf = ({ userAgent }: Sender): string =>
  userAgent === '' ? 'without a name' : userAgent.replace(notRecorded, `"${notRecorded}"`);

const checkOf = ({ checkedAt, valid, rows, sha256, totals }: Report) => ({
  ...(checkedAt !== undefined && { at: checkedAt }),
  valid,
  ...(rows !== undefined && { rows }),
  sha256,
  findings: totals,
});

const mailsOf = async (ledger: Reader, request: ClaimedKey): Promise<Evidence['mails']> => {
  const keys = await ledger.list(ledgerKeys.notifications(request));
  const found = await findDocuments(ledger, keys, notificationDocument);
  return found
    .map(({ document: { at, kind, person, status, messageId, deliveredAt, fate } }) => ({
      at,
      kind,
      person,
      status,
      ...(messageId !== undefined && { messageId }),
      ...(deliveredAt !== undefined && { deliveredAt }),
      ...(fate && { fate: `${fate.state}: ${fate.reason}` }),
    }))
    .sort(byTime);
};

const actsOf = async (ledger: Reader, request: RequestDocument, key: ClaimedKey): Promise<Evidence['acts']> => {
  const keys = await ledger.list(ledgerKeys.signals(key));
  const found = await findDocuments(ledger, keys, signalDocument);
  const signals = found.map(({ document: { at = request.openedAt, error, cause, withdrawnAt } }) => ({
    at,
    what: withdrawnAt === undefined ? error : `${error}, came too late`,
    why: cause,
  }));
  if (request.generation !== key.generation) return signals.sort(byTime);
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
