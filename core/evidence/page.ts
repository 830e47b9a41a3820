import { escapeHtml } from '../messages/html.ts';
import { paper } from '../messages/paper.ts';
import { clockTime } from '../time.ts';
import { type Evidence, notRecorded } from './pack.ts';

/**
 * A pack as a page to read and to print: one look for whoever asks years later. Made of the pack alone.
 *
 * @param sha256 of the pack's text, so that the two can be held beside each other
 */
export const evidenceAsHtml = (pack: Evidence, sha256: string): string => {
  const { partner, feed, request, outcome } = pack;
  const title = `${request?.title ?? feed}${request ? ` for ${request.period}` : ''}`;
  const content = [
    `<p class="partner">${escapeHtml(partner)}</p>`,
    `<h1>${escapeHtml(title)}</h1>`,
    `<p class="verdict ${toneOf[outcome.kind]}">${escapeHtml(outcome.line)}</p>`,
    facts(factsOf(pack)),
    table('Planned', ['When', 'What', 'Told'], plannedOf(pack)),
    table('Links opened', ['When', 'Of', 'From'], openingsOf(pack)),
    table('Arrived', ['Attempt', 'When', 'File', 'From', 'Check'], uploadsOf(pack)),
    table('Done by people', ['When', 'What', 'Why'], actsOf(pack)),
    table('Mails', ['When', 'What', 'To', 'What became of it'], mailsOf(pack)),
    `<h2>This page</h2><p class="soft">Made of <code>evidence.json</code> beside it, which is what counts; its SHA-256 is <code>${sha256}</code>. People are named by id.</p>`,
  ];
  return paper({ language: 'en', title: `Evidence: ${title}`, content: content.join('\n'), style });
};

const toneOf: Readonly<Record<Evidence['outcome']['kind'], 'good' | 'bad' | 'soft'>> = {
  accepted: 'good',
  missed: 'bad',
  rejected: 'bad',
  failed: 'bad',
  waived: 'soft',
  skipped: 'soft',
  alreadyOpen: 'soft',
};

type Cell = string | number | undefined;

/** In UTC, and as the feed's own clocks showed it. */
const timeIn =
  ({ request }: Evidence) =>
  (at: string): string => {
    const utc = `${at.slice(0, 19).replace('T', ' ')} UTC`;
    return request ? `${utc}, ${clockTime(at, request.timezone)}` : utc;
  };

const factsOf = (pack: Evidence): readonly (readonly [string, Cell])[] => {
  const { request, execution, outcome, accepted, chain, recordedAt } = pack;
  const known = timeIn(pack);
  const time = (at: string | undefined) => at && known(at);
  return [
    ['Request', request && `${request.requestId}, generation ${request.generation}`],
    ['Asked for by', request?.askedBy],
    ['Scheduled', time(request?.scheduledAt)],
    ['Opened', time(request?.openedAt)],
    ['Due', time(request?.dueAt)],
    ['Takes files until', time(request?.closesAt)],
    ['Links issued', request?.issuedAt?.map((at) => known(at)).join('; ')],
    ['Outcome', `${outcome.kind}, ${time(outcome.at)}`],
    ['Accepted file', accepted && `${accepted.key}, version ${accepted.versionId}`],
    ['Its SHA-256', accepted?.sha256],
    ['Rules', request?.feedHash],
    ['Execution', execution.arn],
    ['It ended', `${execution.status}, ${time(execution.stoppedAt)}, redriven ${execution.redrives} times`],
    ['Code', execution.code?.join(', ')],
    ['History', `${execution.history.events} events, SHA-256 ${execution.history.sha256}`],
    ['Pack', `number ${chain.sequence} of this feed, recorded ${time(recordedAt)}`],
    ['Pack before', chain.previous ? `${chain.previous.key}, SHA-256 ${chain.previous.sha256}` : 'none'],
  ];
};

const plannedOf = (pack: Evidence): Cell[][] =>
  (pack.request?.milestones ?? []).map(({ at, kind, to }) => [timeIn(pack)(at), kind, to.join(', ')]);

const openingsOf = (pack: Evidence): Cell[][] =>
  (pack.openings ?? []).map((opening) => [timeIn(pack)(opening.at), opening.recipient, fromOf(opening)]);

/** Who it was, as far as a server is told: an address, and what the program calls itself. */
const fromOf = ({ sourceIp, userAgent }: { sourceIp?: string | undefined; userAgent?: string | undefined }): string =>
  [
    sourceIp ?? `address ${notRecorded}`,
    userAgent === undefined || userAgent === notRecorded ? `program ${notRecorded}` : userAgent,
  ].join(', ');

const uploadsOf = (pack: Evidence): Cell[][] =>
  pack.uploads.map(({ attempt, arrivedAt, key, versionId, size, settled, check, ...sender }) => [
    attempt,
    timeIn(pack)(arrivedAt),
    `${key}, version ${versionId}, ${size} bytes`,
    fromOf(sender),
    check ? checkOf(check) : `not checked (${settled})`,
  ]);

const checkOf = ({ valid, rows, sha256, findings }: NonNullable<Evidence['uploads'][number]['check']>): string =>
  [
    valid ? 'valid' : 'not valid',
    rows === undefined ? [] : `${rows} rows`,
    ...Object.entries(findings).map(([rule, count]) => `${rule} × ${count}`),
    `SHA-256 ${sha256}`,
  ]
    .flat()
    .join(', ');

const actsOf = (pack: Evidence): Cell[][] => pack.acts.map(({ at, what, why }) => [timeIn(pack)(at), what, why]);

const mailsOf = (pack: Evidence): Cell[][] =>
  pack.mails.map(({ at, kind, person, status, messageId, deliveredAt, fate }) => [
    timeIn(pack)(at),
    kind,
    person,
    [fate ?? status, deliveredAt && `delivered ${timeIn(pack)(deliveredAt)}`, messageId]
      .filter((one) => one !== undefined)
      .join(', '),
  ]);

const facts = (all: readonly (readonly [string, Cell])[]): string => {
  const known = all.filter(([, value]) => value !== undefined);
  return `<dl>${known.map(([name, value]) => `<dt>${name}</dt><dd>${text(value)}</dd>`).join('')}</dl>`;
};

const table = (title: string, heads: readonly string[], rows: readonly (readonly Cell[])[]): string => {
  if (rows.length === 0) return `<h2>${title}</h2><p class="soft">Nothing.</p>`;
  const head = heads.map((one) => `<th scope="col">${one}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${text(cell)}</td>`).join('')}</tr>`).join('');
  return `<h2>${title}</h2><table class="record"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
};

const text = (value: Cell): string => escapeHtml(String(value ?? ''));

const style = `
.record{font-size:14px}.record td{overflow-wrap:anywhere}.record td:first-child{min-width:72px}
.record tr{break-inside:avoid}
.verdict.soft{color:var(--soft)}
code{overflow-wrap:anywhere}
@media(max-width:640px){.record thead{display:none}.record,.record tbody,.record tr,.record td{display:block}.record td{border:0;padding:2px 0}.record tr{padding:8px 0;border-bottom:1px solid var(--line)}dl{display:block}dt{margin-top:8px}}
`.trim();
