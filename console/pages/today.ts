import { requestsDueOn } from '../../adapters/operator-api.ts';
import type { RequestsAnswer } from '../../core/api/bodies.ts';
import { isDay } from '../../core/time.ts';
import { ApiError } from '../api.ts';
import type { Endpoint } from '../endpoint.ts';
import { type Html, html } from '../html.ts';
import { daysLater, fromNow, shortTime } from '../when.ts';

type Row = RequestsAnswer['requests'][number];

/** In the order in which somebody has to act. */
const groups = [
  { title: 'Late', states: ['late'], tone: 'bad' },
  { title: 'Waiting', states: ['waiting'], tone: 'wait' },
  { title: 'Not delivered', states: ['missed', 'rejected'], tone: 'bad' },
  { title: 'Delivered', states: ['accepted'], tone: 'good' },
  { title: 'Waived', states: ['waived'], tone: 'dim' },
] as const;

/** Windows may stay open for as long as a week. */
const daysCarried = 7;

/** What is due on a day: is every partner's data here? @param date UTC; today when empty */
export const todayPage = async (endpoint: Endpoint, date: string): Promise<Html> => {
  const { now } = await endpoint.clock();
  const today = now.slice(0, 10);
  const day = date === '' ? today : date;
  if (!isDay(day)) throw new ApiError(404, 'no such day', day, 'a day such as 2026-11-25', 'see /today');
  const api = await endpoint.operator();
  const due = await requestsDueOn(api, day);
  // What was due before and is still open is today's business.
  const before = day === today ? Array.from({ length: daysCarried }, (_, back) => daysLater(day, -1 - back)) : [];
  const earlier = await Promise.all(before.map((date) => requestsDueOn(api, date)));
  const carried = earlier.flat().filter(({ state }) => state === 'late');
  const all = [...carried, ...due].sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
  const shown = groups.map((group) => ({
    ...group,
    rows: all.filter(({ state }) => group.states.some((one) => one === state)),
  }));
  return html`<nav class="days" aria-label="Days"><a href="/today/${daysLater(day, -1)}">← ${daysLater(day, -1)}</a> <strong>${day === today ? `today, ${day}` : day}</strong> <a href="/today/${daysLater(day, 1)}">${daysLater(day, 1)} →</a></nav>
<ul class="tiles">${shown.map(({ title, tone, rows }) => html`<li><b class="${rows.length > 0 ? tone : 'dim'}">${rows.length}</b> ${title}</li>`)}</ul>
${all.length === 0 ? nothingDue(day) : shown.filter(({ rows }) => rows.length > 0).map((group) => section(group, now))}`;
};

const nothingDue = (day: string): Html =>
  html`<p>Nothing that was asked for is due on ${day}. <a href="/feeds">The feeds</a> say when they ask next.</p>`;

const section = (
  { title, tone, rows }: { readonly title: string; readonly tone: string; readonly rows: readonly Row[] },
  now: string,
): Html =>
  html`<h2 class="${tone}">${title}</h2><table><thead><tr><th>Due (UTC)</th><th>What</th><th>Request</th><th>How it stands</th></tr></thead><tbody>${rows.map((row) => line(row, now))}</tbody></table>`;

const line = ({ requestId, title, state, dueAt, closesAt, outcome, quiet, generation }: Row, now: string): Html => {
  const isOpen = state === 'late' || state === 'waiting';
  const [partner = '', feed = ''] = requestId.split('_');
  const stands = isOpen
    ? `${state === 'late' ? 'nothing valid yet; takes files until' : 'waits; takes files until'} ${shortTime(closesAt)}`
    : (outcome ?? state);
  return html`<tr><td class="whole">${dueAt.slice(11, 16)} <span class="dim">${isOpen ? fromNow(dueAt, now) : ''}</span></td><td><a href="/feeds/${partner}/${feed}">${title}</a></td><td class="whole"><a href="/requests/${requestId}">${requestId}</a>${generation > 1 ? html` <span class="dim">generation ${generation}</span>` : ''}</td><td>${stands}${quiet === undefined ? '' : html`<br><span class="dim">taken on by ${quiet}</span>`}</td></tr>`;
};
