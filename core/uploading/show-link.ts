import type { LinkAnswer } from '../api/bodies.ts';
import { findDocument } from '../documents.ts';
import type { LinkGrant } from '../link.ts';
import { ledgerKeys } from '../names.ts';
import type { Ledger } from '../ports.ts';
import { personDocument, type RequestDocument, signalDocument } from '../request.ts';
import { constraintsInWords } from '../validation/constraints.ts';
import { layoutOf } from '../validation/layout.ts';
import { findingCount } from '../validation/report-document.ts';
import { sampleOf } from '../validation/sample.ts';
import { findUploadOf, thereSince } from './announced.ts';
import { type LinkDeps, notOpenYet, openLink, type Progress, progressOf } from './link-access.ts';

/** What a page shows of one delivery. Reads only: mail scanners follow links. */
export const showLink = async (deps: LinkDeps, linkId?: string, secret?: string): Promise<LinkAnswer> => {
  const link = await openLink(deps, linkId, secret);
  const { request, grant } = link;
  const now = deps.clock.now();
  const progress = await progressOf(deps, link, now);
  // A moment after the API opened it; whoever asks again sees it.
  if (!request) throw notOpenYet();
  const { feedConfig, plan, outcome } = request;
  const { title, partner, schedule, attempts } = feedConfig;
  return {
    requestId: request.requestId,
    state: progress.state,
    title,
    partner,
    period: request.period,
    askedBy: await namesOf(deps.ledger, feedConfig.contacts.owner ?? []),
    locale: await localeOf(deps.ledger, grant),
    timezone: schedule.timezone,
    dueAt: plan.dueAt,
    closesAt: plan.closesAt,
    now: now.toISOString(),
    attempt: progress.attempt,
    attempts,
    file: fileOf(feedConfig.file),
    nothingToDeliver: {
      offered: feedConfig.delivery.nothingToDeliver === true,
      ...(await saidAt(deps.ledger, request, progress.attempt)),
    },
    ...(progress.state !== 'revoked' && {
      ...(await receiptOf(deps.ledger, request, progress)),
      ...rejectionOf(progress),
      ...(outcome && { outcome: outcome.line }),
    }),
    ...(grant.renewalAskedAt !== undefined && { renewalAskedAt: grant.renewalAskedAt }),
  };
};

const fileOf = (file: RequestDocument['feedConfig']['file']): LinkAnswer['file'] => {
  const { format, extension, minBytes, maxBytes, schema } = file;
  const sample = sampleOf(file);
  return {
    format,
    extension,
    layout: { en: layoutOf(file, 'en'), de: layoutOf(file, 'de') },
    minBytes,
    maxBytes,
    columns: (schema?.fields ?? []).map(({ name, type, description, constraints }) => ({
      name,
      type,
      required: constraints?.required === true,
      ...mustOf(constraints, description),
      ...(description !== undefined && { description }),
    })),
    ...(sample !== undefined && { sample }),
  };
};

/** Whoever describes a column says in words what its pattern says in signs. */
const mustOf = (constraints: Parameters<typeof constraintsInWords>[0] = {}, description?: string) => {
  const { pattern: _, ...others } = constraints;
  const told = description === undefined ? constraints : others;
  const must = { en: constraintsInWords(told, 'en'), de: constraintsInWords(told, 'de') };
  return must.en === '' ? {} : { must };
};

const namesOf = async (ledger: Ledger, people: readonly string[]): Promise<string[]> => {
  const found = await Promise.all(people.map((id) => findDocument(ledger, ledgerKeys.person(id), personDocument)));
  return found.flatMap((person) => (person ? [person.document.name] : []));
};

const localeOf = async (ledger: Ledger, { recipient }: LinkGrant): Promise<string> => {
  if (!('person' in recipient)) return 'en';
  return (await findDocument(ledger, ledgerKeys.person(recipient.person), personDocument))?.document.locale ?? 'en';
};

const saidAt = async (ledger: Ledger, request: RequestDocument, attempt: number): Promise<{ saidAt?: string }> => {
  const said = await findDocument(ledger, ledgerKeys.nothingToDeliver(request, attempt), signalDocument);
  return said?.document.at === undefined ? {} : { saidAt: said.document.at };
};

const receiptOf = async (
  ledger: Ledger,
  request: RequestDocument,
  { attempt, upload }: Progress,
): Promise<Pick<LinkAnswer, 'receipt'>> => {
  if (!upload) return {};
  const announced = await findUploadOf(ledger, request, attempt, upload.size);
  return {
    receipt: {
      size: upload.size,
      receivedAt: thereSince(upload, announced),
      ...(announced && { name: announced.fileName }),
      ...(announced?.sha256 !== undefined && { sha256: announced.sha256 }),
    },
  };
};

const rejectionOf = ({ report }: Progress): Pick<LinkAnswer, 'rejection'> =>
  !report || report.valid
    ? {}
    : {
        rejection: {
          attempt: report.attempt,
          total: findingCount(report.totals),
          findings: report.findings,
        },
      };
