import type * as z from 'zod/mini';
import type { feedAnswer, feedsAnswer } from '../../core/api/bodies.ts';
import type { Endpoint } from '../endpoint.ts';
import { type Html, html } from '../html.ts';
import { shortTime } from '../when.ts';

type Feed = z.infer<typeof feedAnswer>;

/** Every feed of the deployment. */
export const feedsPage = async (endpoint: Endpoint, refused: string): Promise<Html> => {
  const { feeds } = await (await endpoint.operator()).ask<z.infer<typeof feedsAnswer>>('GET', '/feeds');
  const rows = feeds.map(
    ({ feed, title, expression, timezone, enabled, paused }) =>
      html`<tr><td class="whole"><a href="/feeds/${feed}">${feed}</a></td><td>${title}</td><td><code>${expression}</code> ${timezone}</td><td>${paused ? html`<span class="wait">paused by ${paused.by}: ${paused.reason}</span>` : enabled ? '' : html`<span class="dim">its schedule is off</span>`}</td></tr>`,
  );
  return html`${refused === '' ? '' : html`<p class="bad" role="alert">${refused}</p>`}<table><thead><tr><th>Feed</th><th>What</th><th>When</th><th></th></tr></thead><tbody>${rows}</tbody></table>`;
};

/** How a feed has done: a strip of its newest requests, punctuality, and each of them. */
export const feedPage = async (endpoint: Endpoint, partner: string, feed: string): Promise<Html> => {
  const path = `/feeds/${encodeURIComponent(partner)}/${encodeURIComponent(feed)}`;
  const shown = await (await endpoint.operator()).ask<Feed>('GET', path);
  const { title, expression, timezone, requests, punctuality } = shown;
  const rows = [...requests]
    .reverse()
    .map(
      (request) =>
        html`<tr><td class="whole"><a href="/requests/${request.requestId}">${request.period}</a></td><td class="${toneOf(request)}">${wordOf(request)}</td><td class="whole">${shortTime(request.dueAt)}</td><td>${request.outcome ?? ''}</td></tr>`,
    );
  return html`<p class="lead">${title}</p><p class="dim"><code>${expression}</code> ${timezone}</p>
${punctualityOf(punctuality)}
<div class="strip" role="img" aria-label="The newest ${requests.length} requests, oldest first">${requests.map((request) => html`<i class="${toneOf(request)}" title="${request.period}: ${wordOf(request)}"></i>`)}</div>
<form method="post" action="/feeds/${partner}/${feed}/ask"><p><button>Ask for it now</button></p></form>
${requests.length === 0 ? html`<p>It has asked for nothing yet.</p>` : html`<table><thead><tr><th>Period</th><th>State</th><th>Due (UTC)</th><th>What became of it</th></tr></thead><tbody>${rows}</tbody></table>`}`;
};

const punctualityOf = ({
  onTime,
  late,
  missed,
  rejected,
  waived,
  shareOnTime,
  medianSeconds,
}: Feed['punctuality']): Html => {
  const share = shareOnTime === undefined ? '–' : `${Math.round(shareOnTime * 100)} %`;
  const median =
    medianSeconds === undefined
      ? ''
      : html`<li><b>${Math.round(medianSeconds / 60)} min</b> after the opening, half of them had come</li>`;
  const count = (number: number, tone: string, word: string) =>
    html`<li><b class="${number > 0 ? tone : 'dim'}">${number}</b> ${word}</li>`;
  return html`<ul class="tiles"><li><b>${share}</b> punctual</li>${count(onTime, 'good', 'on time')}${count(late, 'wait', 'late')}${count(missed, 'bad', 'missed')}${count(rejected, 'bad', 'rejected')}${count(waived, 'dim', 'waived')}${median}</ul>`;
};

const isLate = ({ arrivedAt, dueAt }: Feed['requests'][number]): boolean =>
  arrivedAt !== undefined && Date.parse(arrivedAt) > Date.parse(dueAt);

const wordOf = (request: Feed['requests'][number]): string =>
  request.state === 'accepted' ? (isLate(request) ? 'accepted late' : 'accepted on time') : request.state;

const toneOf = (request: Feed['requests'][number]): string => {
  if (request.state === 'accepted') return isLate(request) ? 'wait' : 'good';
  if (request.state === 'waived' || request.state === 'waiting') return 'dim';
  return 'bad';
};
