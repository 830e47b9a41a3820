import type * as z from 'zod/mini';
import { type OperatorApi, OperatorApiError } from '../../adapters/operator-api.ts';
import type { downloadAnswer, requestAnswer, timelineAnswer } from '../../core/api/bodies.ts';
import { parse } from '../../core/parse.ts';
import { type Finding, findingCount, report } from '../../core/validation/report-document.ts';
import type { Endpoint } from '../endpoint.ts';
import { type Html, html } from '../html.ts';
import { fromNow, shortTime } from '../when.ts';
import { workflowOf } from './executions.ts';

type Timeline = z.infer<typeof timelineAnswer>;

/** What an operator may order: the route's verb, what the button says, and whether a time goes with it. */
export interface Order {
  readonly verb: string;
  readonly says: string;
  readonly needsTime?: true;
}

const orders = {
  upload: [
    { verb: 'reissue', says: 'Mail a new link' },
    { verb: 'revoke', says: 'Revoke every link' },
    { verb: 'extend', says: 'Give more time', needsTime: true },
    { verb: 'acknowledge', says: 'Take it on' },
    { verb: 'snooze', says: 'Take it on until', needsTime: true },
    { verb: 'waive', says: 'Waive it' },
  ],
  decision: [
    { verb: 'accept', says: 'Accept the file as it is' },
    { verb: 'reissue', says: 'Ask for another' },
    { verb: 'waive', says: 'Waive it' },
  ],
  ended: [{ verb: 'reopen', says: 'Ask once more' }],
  failed: [{ verb: 'redrive', says: 'Redrive it' }],
} as const satisfies Record<string, readonly Order[]>;

const all: readonly Order[] = Object.values(orders).flat();

/** An order that a button of this page may give. */
export const orderOf = (verb: string): Order | undefined => all.find((order) => order.verb === verb);

/** One request: how it stands, what happened, what is planned, the drawn workflow, its mails, and what can be ordered. */
export const requestPage = async (endpoint: Endpoint, id: string, refused: string): Promise<Html> => {
  const api = await endpoint.operator();
  const path = `/requests/${encodeURIComponent(id)}`;
  const [shown, timeline] = await Promise.all([
    api.ask<z.infer<typeof requestAnswer>>('GET', path),
    api.ask<Timeline>('GET', `${path}/timeline`),
  ]);
  const { now } = await endpoint.clock();
  const workflow = await workflowOf(endpoint, shown.execution);
  // A fault behind an outcome (a file that was accepted, and could not be announced) is mended by a redrive too.
  const isRedFor = shown.outcome?.kind === 'missed' || shown.outcome?.kind === 'rejected';
  const standing = shown.outcome
    ? workflow.hasFailed && !isRedFor
      ? 'failed'
      : 'ended'
    : workflow.hasFailed
      ? 'failed'
      : timeline.waitsFor === 'decision'
        ? 'decision'
        : 'upload';
  const lead = shown.outcome?.line ?? leadOf(timeline, shown.dueAt, now, workflow.hasFailed);
  const [partner = '', feed = ''] = id.split('_');
  const found = await findingsOf(api, path);
  const mails = (await endpoint.emails()).filter(({ tags }) => tags.requestId === id);
  return html`${refused === '' ? '' : html`<p class="bad" role="alert">${refused}</p>`}
<p class="lead ${shown.outcome ? toneOf(shown.outcome.kind) : 'wait'}">${lead}</p>
<p class="dim"><a href="/feeds/${partner}/${feed}">${partner}/${feed}</a> · due ${shortTime(shown.dueAt)} · takes files until ${shortTime(shown.closesAt)} · generation ${shown.generation} · <a href="/executions/${shown.execution}">${shown.execution}</a></p>
<div class="columns"><section><h2>Workflow</h2>${workflow.drawn}</section>
<section><h2>What happened</h2><table><tbody>${timeline.timeline.map(({ at, what }) => moment(at, what))}</tbody></table>
${timeline.planned.length === 0 ? '' : html`<h2>Planned</h2><table><tbody>${timeline.planned.map(({ at, kind, to }) => moment(at, `${kind} ${to.join(', ')}`, fromNow(at, now)))}</tbody></table>`}
${found}<h2>Orders</h2>${ordersForm(id, orders[standing])}
<h2>Mails</h2>${mails.length === 0 ? html`<p class="dim">None yet.</p>` : html`<table><tbody>${mails.map(({ id: mail, at, to, subject }) => html`<tr><td class="dim whole">${shortTime(at)}</td><td><a href="/inbox/${mail}">${subject}</a> <span class="dim">to ${to.join(', ')}</span></td></tr>`)}</tbody></table>`}</section></div>`;
};

/** What was found in the newest file that was checked. */
const findingsOf = async (api: OperatorApi, path: string): Promise<Html> => {
  const told = await api.ask<z.infer<typeof downloadAnswer>>('GET', `${path}/report`).catch((error: unknown) => {
    if (error instanceof OperatorApiError && error.status === 404) return undefined;
    throw error;
  });
  if (!told) return html``;
  const { findings, totals } = parse(report, await (await fetch(told.url)).json(), 'the report');
  if (findings.length === 0) return html``;
  const rows = findings.slice(0, mostFindings).map(findingRow);
  return html`<h2>Findings of attempt ${told.attempt} <span class="dim">${findingCount(totals)} in all</span></h2><table><tbody>${rows}</tbody></table>`;
};

/** More are in the report. */
const mostFindings = 10;

const findingRow = ({ file, line, column, expected, got, fix }: Finding): Html => {
  const place = [file, line !== undefined && `line ${line}`, column].filter(Boolean).join(', ');
  return html`<tr><td class="dim whole">${place}</td><td>expected ${expected}, got “${got}” <span class="dim">${fix}</span></td></tr>`;
};

const leadOf = ({ state, waitsFor, attempt = 1 }: Timeline, dueAt: string, now: string, hasFailed: boolean): string => {
  if (hasFailed) return 'Red by a fault of ours: see the state that failed, mend the cause, redrive';
  const what = waitsFor === 'decision' ? 'the owner’s decision about a rejected file' : 'a file';
  return `${state === 'late' ? 'Late' : 'Waits'} for ${what}, attempt ${attempt}; due ${fromNow(dueAt, now)}`;
};

const toneOf = (kind: string): string => (kind === 'accepted' ? 'good' : kind === 'waived' ? 'dim' : 'bad');

const moment = (at: string, what: string, more = ''): Html =>
  html`<tr><td class="dim whole">${shortTime(at)}</td><td>${what}${more === '' ? '' : html` <span class="dim">${more}</span>`}</td></tr>`;

/** One reason and one time for all of them; each button is an order. */
const ordersForm = (id: string, offered: readonly Order[]): Html =>
  html`<form method="post" class="orders"><label>Why <input name="reason" required maxlength="300" placeholder="a sentence that people understand in a year"></label>
${offered.some(({ needsTime }) => needsTime) ? html`<label>Until <select name="until"><option value="PT1H">in 1 h</option><option value="PT4H" selected>in 4 h</option><option value="P1D">in 1 day</option></select> <span class="dim">for what needs a time</span></label>` : ''}
<p>${offered.map(({ verb, says }) => html`<button formaction="/requests/${id}/${verb}">${says}</button> `)}</p></form>`;
