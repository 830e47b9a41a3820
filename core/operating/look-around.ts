import type * as z from 'zod/mini';
import type { requestsAnswer, timelineAnswer } from '../api/bodies.ts';
import { Problem } from '../api/problems.ts';
import { findDocuments } from '../documents.ts';
import { openingDocument, recipientName } from '../link.ts';
import { attemptOfKey, ledgerKeys, parseDue } from '../names.ts';
import type { Clock, Ledger } from '../ports.ts';
import {
  arrivalDocument,
  notificationDocument,
  type RequestDocument,
  requestDocument,
  signalDocument,
} from '../request.ts';
import { isDay } from '../time.ts';
import { findingCount, report } from '../validation/report-document.ts';
import { requireRequest } from './look-up.ts';
import { standingOf } from './standing.ts';

interface Deps {
  readonly ledger: Pick<Ledger, 'find' | 'list'>;
  readonly clock: Clock;
}

/** Requests that one answer tells of. */
const mostInAnswer = 100;

/** How a request stands to whoever depends on its file. */
export const stateOf = ({ status, outcome, plan }: RequestDocument, now: Date): string => {
  if (status === 'ended') return outcome?.kind ?? 'ended';
  return now.getTime() >= Date.parse(plan.dueAt) ? 'late' : 'waiting';
};

/**
 * Requests that are due on a date (UTC), in the order of their names.
 *
 * @param after the `next` of the answer before
 * @throws Problem bad-request
 */
export const listRequests = async (
  { ledger, clock }: Deps,
  { dueOn, after = '' }: { readonly dueOn?: string; readonly after?: string },
): Promise<z.infer<typeof requestsAnswer>> => {
  if (dueOn === undefined || !isDay(dueOn)) {
    throw new Problem('bad-request', `dueOn: got ${dueOn ?? 'nothing'}, allowed a date such as 2026-11-25`);
  }
  const marks = (await ledger.list(ledgerKeys.dueOn(dueOn))).filter((key) => key > after);
  const shown = marks.slice(0, mostInAnswer);
  const keys = shown.map((key) => ledgerKeys.request(parseDue(key)));
  const found = await findDocuments(ledger, keys, requestDocument);
  const next = marks.length > shown.length ? shown.at(-1) : undefined;
  return {
    requests: found.flatMap(({ document }) => {
      const { requestId, generation, plan, outcome, feedConfig, quiet } = document;
      // One that was extended has a mark on its first date too.
      if (plan.dueAt.slice(0, 10) !== dueOn) return [];
      return [
        {
          requestId,
          title: feedConfig.title,
          state: stateOf(document, clock.now()),
          generation,
          dueAt: plan.dueAt,
          closesAt: plan.closesAt,
          ...(outcome && { outcome: outcome.line }),
          ...(quiet && { quiet: `${quiet.by}: ${quiet.reason}` }),
        },
      ];
    }),
    ...(next !== undefined && { next }),
  };
};

type Moment = z.infer<typeof timelineAnswer>['timeline'][number];

/** All that is known of a request, in the order in which it happened. People are named by id. @throws Problem request-unknown */
export const showTimeline = async ({ ledger, clock }: Deps, id?: string): Promise<z.infer<typeof timelineAnswer>> => {
  const request = await requireRequest(ledger, id);
  const standing = request.status === 'open' ? await standingOf(ledger, request) : undefined;
  const parts = await Promise.all([
    told(request),
    openings(ledger, request),
    arrivals(ledger, request),
    mails(ledger, request),
    orders(ledger, request),
    reports(ledger, request),
  ]);
  return {
    requestId: request.requestId,
    state: stateOf(request, clock.now()),
    ...(standing && { waitsFor: standing.waitsFor, attempt: standing.attempt }),
    timeline: parts.flat().sort((a, b) => (a.at < b.at ? -1 : 1)),
    planned:
      request.status === 'open'
        ? request.plan.milestones.filter(({ at }) => Date.parse(at) > clock.now().getTime())
        : [],
  };
};

const told = async (request: RequestDocument): Promise<Moment[]> => {
  const {
    scheduledAt,
    openedAt,
    execution,
    earlier = [],
    reopened,
    linksRevoked,
    redriven = [],
    startedLateSeconds,
    askedBy,
    quiet,
    outcome,
    generation,
  } = request;
  return [
    ...earlier.map((one) => ({ at: one.outcome.at, what: `generation ${one.generation} ended: ${one.outcome.line}` })),
    {
      at: openedAt,
      what: [
        `opened by ${execution.name}, scheduled for ${scheduledAt}`,
        ...(startedLateSeconds === undefined ? [] : [`${Math.round(startedLateSeconds / 60)} minutes late`]),
        ...(askedBy === undefined ? [] : [`asked for by ${askedBy}`]),
        ...(generation > 1 ? [`generation ${generation}`] : []),
      ].join(', '),
    },
    ...(reopened ? [{ at: reopened.at, what: `wanted once more by ${reopened.by}: ${reopened.reason}` }] : []),
    ...(linksRevoked
      ? [{ at: linksRevoked.at, what: `links revoked by ${linksRevoked.by}: ${linksRevoked.reason}` }]
      : []),
    ...(quiet
      ? [
          {
            at: quiet.at,
            what: `taken on by ${quiet.by}${quiet.until ? ` until ${quiet.until}` : ''}: ${quiet.reason}`,
          },
        ]
      : []),
    ...redriven.map(({ at, by, reason }) => ({ at, what: `redriven by ${by}: ${reason}` })),
    ...(outcome ? [{ at: outcome.at, what: outcome.line }] : []),
  ];
};

const openings = async (ledger: Deps['ledger'], request: RequestDocument): Promise<Moment[]> => {
  const found = await findDocuments(ledger, await ledger.list(ledgerKeys.openings(request)), openingDocument);
  return found.map(({ document: { at, recipient } }) => ({ at, what: `link of ${recipientName(recipient)} opened` }));
};

const arrivals = async (ledger: Deps['ledger'], request: RequestDocument): Promise<Moment[]> => {
  const keys = await ledger.list(ledgerKeys.arrivals(request));
  const found = await findDocuments(ledger, keys, arrivalDocument);
  return found.map(({ key, document: { arrivedAt, size, sourceIp, settled } }) => ({
    at: arrivedAt,
    what: `attempt ${attemptOfKey(key)}: ${size} bytes arrived${sourceIp ? ` from ${sourceIp}` : ''} (${settled})`,
  }));
};

const mails = async (ledger: Deps['ledger'], request: RequestDocument): Promise<Moment[]> => {
  const keys = await ledger.list(ledgerKeys.notifications(request));
  const found = await findDocuments(ledger, keys, notificationDocument);
  return found.flatMap(({ document: { at, kind, person, status, fate } }) => {
    const sent = { at, what: `mail ${kind} to ${person}: ${status}` };
    return fate ? [sent, { at: fate.at, what: `mail ${kind} to ${person}: ${fate.state} (${fate.reason})` }] : [sent];
  });
};

const orders = async (ledger: Deps['ledger'], request: RequestDocument): Promise<Moment[]> => {
  const keys = await ledger.list(ledgerKeys.signals(request));
  const found = await findDocuments(ledger, keys, signalDocument);
  return found.flatMap(({ document: { at, error, until, cause, withdrawnAt } }) => {
    if (at === undefined) return [];
    const tooLate = withdrawnAt === undefined ? '' : ', came too late';
    return [{ at, what: `${error}${until ? ` until ${until}` : ''}${tooLate}: ${cause}` }];
  });
};

const reports = async (ledger: Deps['ledger'], request: RequestDocument): Promise<Moment[]> => {
  const keys = (await ledger.list(ledgerKeys.allFindings(request))).filter((key) => key.endsWith('/report.json'));
  const found = await findDocuments(ledger, keys, report);
  return found.flatMap(({ key, document: { checkedAt, valid, rows, totals } }) => {
    if (checkedAt === undefined) return [];
    const what = valid ? `valid${rows === undefined ? '' : `, ${rows} rows`}` : `${findingCount(totals)} findings`;
    return [{ at: checkedAt, what: `attempt ${attemptOfKey(key)} checked: ${what}` }];
  });
};
