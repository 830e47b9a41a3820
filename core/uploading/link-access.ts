import type { LinkState } from '../api/bodies.ts';
import { Problem } from '../api/problems.ts';
import { findDocument } from '../documents.ts';
import { isRevoked, type LinkGrant, linkGrant, linkIdPattern, linkSecretPattern } from '../link.ts';
import { attemptPrefix, ledgerKeys, newestAttempt } from '../names.ts';
import { hasTimeBefore } from '../plan.ts';
import type { Clock, Landing, Ledger, LinkSecrets } from '../ports.ts';
import { type PinnedUpload, type RequestDocument, requestDocument } from '../request.ts';
import { type Report, report } from '../validation/report-document.ts';

/** What every route behind a link works with. */
export interface LinkDeps {
  readonly ledger: Ledger;
  readonly landing: Landing;
  readonly secrets: LinkSecrets;
  readonly clock: Clock;
}

/** A link that was proved genuine, with what it stands for. */
export interface OpenedLink {
  readonly linkId: string;
  readonly grant: LinkGrant;
  /** Undefined while the workflow has not opened it yet. */
  readonly request: RequestDocument | undefined;
}

/** How far the file of a request is. */
export interface Progress {
  readonly state: LinkState;
  readonly attempt: number;
  /** What arrived for this attempt. */
  readonly upload: PinnedUpload | undefined;
  /** The newest report, and of which attempt. */
  readonly report: (Report & { readonly attempt: number }) | undefined;
}

/**
 * Proves a link genuine before anything is read: a stranger learns nothing, not even which links exist.
 *
 * @throws Problem link-unknown
 */
export const openLink = async (
  { ledger, secrets }: Pick<LinkDeps, 'ledger' | 'secrets'>,
  linkId = '',
  secret = '',
): Promise<OpenedLink> => {
  const isFormed = linkIdPattern.test(linkId) && linkSecretPattern.test(secret);
  const found =
    isFormed && (await secrets.isGenuine(linkId, secret))
      ? await findDocument(ledger, ledgerKeys.grant(linkId), linkGrant)
      : undefined;
  if (!found) throw new Problem('link-unknown', 'the link or its secret is wrong; use the whole link as it was mailed');
  const request = await findDocument(ledger, ledgerKeys.request(found.document), requestDocument);
  const isSame = request?.document.generation === found.document.generation;
  if (request && request.document.generation > found.document.generation) {
    throw new Problem('link-over', 'the period was asked for once more since: use the newest link that was mailed');
  }
  return { linkId, grant: found.document, request: isSame ? request.document : undefined };
};

/** Where the delivery stands, from what lies in the buckets: the attempt, what arrived, what was found. */
export const progressOf = async (
  { ledger, landing }: Pick<LinkDeps, 'ledger' | 'landing'>,
  { grant, request }: OpenedLink,
  now: Date,
): Promise<Progress> => {
  if (!request) return { state: 'opening', attempt: 1, upload: undefined, report: undefined };
  const attempt = newestAttempt(await ledger.list(ledgerKeys.issues(request)));
  const [upload] = await landing.find(attemptPrefix(request, attempt));
  const newest = (await reportOf(ledger, request, attempt)) ?? (await reportOf(ledger, request, attempt - 1));
  return { state: stateOf({ grant, request, upload, newest, attempt, now }), attempt, upload, report: newest };
};

const reportOf = async (ledger: Ledger, request: RequestDocument, attempt: number): Promise<Progress['report']> => {
  if (attempt < 1) return undefined;
  const found = await findDocument(ledger, ledgerKeys.findings(request, attempt), report);
  return found && { ...found.document, attempt };
};

const stateOf = (about: {
  grant: LinkGrant;
  request: RequestDocument;
  upload: PinnedUpload | undefined;
  newest: Progress['report'];
  attempt: number;
  now: Date;
}): LinkState => {
  const { grant, request, upload, newest, attempt, now } = about;
  // First of all: whoever holds a revoked link learns nothing more.
  if (isRevoked(grant, request)) return 'revoked';
  if (request.outcome) return request.outcome.kind;
  if (upload) {
    const isRefused = newest?.attempt === attempt && !newest.valid;
    const mayTryAgain = attempt < request.feedConfig.attempts && hasTimeBefore(request.plan.closesAt, now);
    return isRefused && !mayTryAgain ? 'undecided' : 'checking';
  }
  return request.status === 'open' && now.getTime() < Date.parse(request.plan.closesAt) ? 'open' : 'missed';
};

/** What to say while the workflow has not opened the request yet: a moment after the API was asked for it. */
export const notOpenYet = (): Problem =>
  new Problem('opening', 'the request is being opened; ask again in a moment', { retryAfterSeconds: 2 });

/**
 * What was begun in time may be finished until the workflow closes: its parts came by URLs that were minted in time.
 *
 * @throws Problem link-over, already-delivered or opening, unless the parts of a file can be made one now
 */
export const requireUnfinished = (request: RequestDocument, progress: Progress): RequestDocument =>
  progress.state === 'missed' && request.status === 'open' ? request : requireOpen(request, progress);

/** @throws Problem link-over, already-delivered or opening, unless a file can be taken now */
export const requireOpen = (request: RequestDocument | undefined, { state }: Progress): RequestDocument => {
  if (!request) throw notOpenYet();
  if (state === 'open') return request;
  if (state === 'accepted' || state === 'checking') {
    throw new Problem('already-delivered', `a file is there already (${state}); there is nothing more to send`, {
      state,
    });
  }
  throw new Problem('link-over', `the link takes no file (${state}); ask for a new one, or those who need the file`, {
    state,
  });
};
