import { escapeHtml } from '../../messages/html.ts';
import { paper } from '../../messages/paper.ts';
import { arrivalsChart, chartStyle, weeksChart } from './charts.ts';
import { type Delivery, deliveryKinds } from './deliveries.ts';
import type { Figures, QuarterReport } from './figures.ts';
import { aroundDue, kindWords, percent, summaryLine } from './words.ts';

/** A page with more rows than these is read by nobody: then it lists what did not go well, and the table has all. */
const mostRows = 600;

/**
 * A report as one page without script, to read and to print.
 *
 * @param linkTo where a pack can be opened; undefined where only its key is known
 */
export const quarterAsHtml = (report: QuarterReport, linkTo: (key: string) => string | undefined): string => {
  const { partner, quarter, from, to, partners, feeds, deliveries } = report;
  const title = `Deliveries ${partner === undefined ? 'of all partners' : `of ${partner}`}, ${quarter}`;
  const isGood = report.shareOnTime === undefined || report.shareOnTime === 1;
  const content = [
    `<p class="partner">${from} to ${to}, by the clocks of each feed</p>`,
    `<h1>${escapeHtml(title)}</h1>`,
    `<p class="verdict ${isGood ? 'good' : 'bad'}">${summaryLine(report)}</p>`,
    keyFigures(report),
    '<h2>Week by week</h2>',
    weeksChart(deliveries, report),
    '<h2>Arrivals</h2>',
    arrivalsChart(deliveries, report),
    ...(partner === undefined ? ['<h2>Partners</h2>', scorecard('Partner', partners)] : []),
    '<h2>Feeds</h2>',
    scorecard('Feed', feeds),
    ...rowsOf(deliveries, linkTo),
    '<h2>This page</h2><p class="soft">Made of the packs of evidence in the archive, which are what counts (<code>audit verify</code> checks them). Each generation of a period is a delivery of its own. On time: accepted, and whole in our bucket by the time it was due. The share is of deliveries that were due: neither waived nor skipped, and asked for. What is still open is not in it.</p>',
  ];
  return paper({ language: 'en', title, content: content.join('\n'), style: `${style}\n${chartStyle}` });
};

const keyFigures = ({ counts, medianEarlySeconds, meanAttempts }: Figures): string => {
  const facts = [
    ...deliveryKinds.map((kind) => [kindWords[kind], counts[kind].toLocaleString('en-GB')] as const),
    ['median arrival', aroundDue(medianEarlySeconds)] as const,
    ['files for each accepted', meanAttempts === undefined ? '–' : meanAttempts.toFixed(2)] as const,
  ];
  return `<div class="figures">${facts.map(([name, value]) => `<div${value.length > 8 ? ' class="long"' : ''}><b>${value}</b><span>${name}</span></div>`).join('')}</div>`;
};

const scorecard = (head: string, rows: readonly (Figures & { readonly name: string })[]): string => {
  const heads = [head, 'Punctuality', ...deliveryKinds.map((kind) => kindWords[kind]), 'Median arrival', 'Files'];
  const cells = rows.map(({ name, counts, shareOnTime, medianEarlySeconds, meanAttempts }) => {
    const bar =
      shareOnTime === undefined
        ? ''
        : `<span class="share"><span style="width:${Math.round(shareOnTime * 100)}%"></span></span>`;
    return [
      escapeHtml(name),
      `${bar}${percent(shareOnTime)}`,
      ...deliveryKinds.map((kind) => (counts[kind] === 0 ? '' : String(counts[kind]))),
      aroundDue(medianEarlySeconds),
      meanAttempts === undefined ? '' : meanAttempts.toFixed(2),
    ];
  });
  const body = cells.map((row) => `<tr>${row.map((one) => `<td>${one}</td>`).join('')}</tr>`).join('');
  const headings = heads.map((one) => `<th scope="col">${one}</th>`).join('');
  return `<div class="wide"><table class="score"><thead><tr>${headings}</tr></thead><tbody>${body}</tbody></table></div>`;
};

const rowsOf = (deliveries: readonly Delivery[], linkTo: (key: string) => string | undefined): string[] => {
  const isAll = deliveries.length <= mostRows;
  const shown = isAll ? deliveries : deliveries.filter(({ kind }) => !['onTime', 'skipped'].includes(kind));
  const rows = shown.slice(0, mostRows).map((one) => {
    const href = linkTo(one.pack);
    const name = escapeHtml(one.period ?? one.day);
    const what = `${name}${(one.generation ?? 1) > 1 ? ` (${one.generation})` : ''}`;
    const cells = [
      one.day,
      escapeHtml(`${one.partner}/${one.feed}`),
      href === undefined
        ? `<span title="${escapeHtml(one.pack)}">${what}</span>`
        : `<a href="${escapeHtml(href)}">${what}</a>`,
      `<span class="swatch ${one.kind}"></span>${kindWords[one.kind]}`,
      escapeHtml(one.line),
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  const note = isAll
    ? ''
    : `<p class="soft">What did not come on time${shown.length > mostRows ? `: the first ${mostRows} of ${shown.length}` : ''}. Every delivery is in the table (<code>--csv</code>, <code>--json</code>).</p>`;
  const heads = ['Day', 'Feed', 'Period', 'Outcome', 'In a line'].map((one) => `<th scope="col">${one}</th>`).join('');
  return [
    '<h2>Deliveries</h2>',
    note,
    `<div class="wide"><table class="record"><thead><tr>${heads}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
  ];
};

const style = `
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(120px,1fr));gap:12px}
.figures div{padding:10px 12px;border:1px solid var(--line);border-radius:8px}.figures b{display:block;font-size:20px;font-variant-numeric:tabular-nums}.figures .long{grid-column:span 2}.figures span{color:var(--soft);font-size:14px}
.wide{overflow-x:auto}.score{font-size:14px}.score th,.score td{white-space:nowrap}.score td{font-variant-numeric:tabular-nums}
.share{display:inline-block;width:64px;height:8px;margin-right:8px;background:var(--line);vertical-align:1px}.share span{display:block;height:8px;background:var(--good)}
.record{font-size:14px}.record td:not(:last-child){white-space:nowrap}.record td:last-child{min-width:240px;overflow-wrap:anywhere}.record .swatch{margin-left:0}
tr,.figures div,svg{break-inside:avoid}
@media print{.share span,.swatch,.chart *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`.trim();
