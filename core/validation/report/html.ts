import { escapeHtml } from '../../messages/html.ts';
import type { Locale } from '../catalog.ts';
import { type Finding, findingCount, type Report, type RowExcerpt } from '../findings.ts';
import { wordsOf } from '../words.ts';
import { formatNumber, reportTexts } from './texts.ts';
import { verdictOf } from './verdict.ts';

/** What a report is about. */
export interface ReportSubject {
  readonly title: string;
  readonly partner: string;
  readonly period: string;
  /** Absent where a file was checked on its own. */
  readonly requestId?: string;
  readonly attempt?: number;
}

/** The findings as one page without script, to read and to print. Everything from the file is escaped. */
export const reportAsHtml = (report: Report, subject: ReportSubject, locale: Locale): string => {
  const texts = reportTexts[locale];
  const title = texts.title(subject.title, subject.period);
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<p class="partner">${escapeHtml(subject.partner)}</p>
<h1>${escapeHtml(title)}</h1>
<p class="verdict ${report.valid ? 'good' : 'bad'}">${escapeHtml(verdictOf(report, locale))}</p>
${facts(report, subject, locale)}
${rules(report, locale)}
${findingsTable(report, locale)}
${excerpts(report, locale)}
</main>
</body>
</html>
`;
};

const facts = (report: Report, { requestId, attempt }: ReportSubject, locale: Locale): string => {
  const { facts: names } = reportTexts[locale];
  const all: (readonly [string, string | undefined])[] = [
    [names.request, requestId],
    [names.attempt, attempt === undefined ? undefined : String(attempt)],
    [names.size, `${formatNumber(report.bytes, locale)} ${names.bytes}`],
    [names.rows, report.rows === undefined ? undefined : formatNumber(report.rows, locale)],
    [names.sha256, report.sha256 === '' ? undefined : report.sha256],
    [names.stored, report.storedChecksum],
  ];
  const rows = all.map(([name, value]) =>
    value === undefined ? '' : `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`,
  );
  return `<dl>${rows.join('')}</dl>`;
};

const rules = ({ totals, findings }: Report, locale: Locale): string => {
  const texts = reportTexts[locale];
  const rows = Object.entries(totals).map(([rule, count]) => {
    const severity = findings.find((one) => one.rule === rule)?.severity ?? 'error';
    return `<tr><td>${mark(severity, locale)} <code>${escapeHtml(rule)}</code></td><td class="number">${formatNumber(count, locale)}</td></tr>`;
  });
  if (rows.length === 0) return '';
  return `<h2>${texts.rules}</h2>
<table class="rules"><thead><tr><th scope="col">${texts.rule}</th><th scope="col" class="number">${texts.count}</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
};

const findingsTable = ({ findings, totals }: Report, locale: Locale): string => {
  if (findings.length === 0) return '';
  const texts = reportTexts[locale];
  const more = findingCount(totals) - findings.length;
  const heads = [texts.where, texts.got, texts.expected, texts.fix].map((one) => `<th scope="col">${one}</th>`);
  return `<h2>${texts.findings}</h2>
<table class="findings"><thead><tr>${heads.join('')}</tr></thead><tbody>${findings.map((one) => findingRow(one, locale)).join('')}</tbody></table>
${more > 0 ? `<p class="soft">${texts.more(formatNumber(more, locale))}</p>` : ''}`;
};

const findingRow = (finding: Finding, locale: Locale): string => {
  const texts = reportTexts[locale];
  const { expected, got, fix } = wordsOf(finding, locale);
  const { file, line, row, column, severity } = finding;
  const places = [
    file ?? '',
    line === undefined ? '' : texts.line(formatNumber(line, locale)),
    row === undefined ? '' : texts.row(formatNumber(row, locale)),
  ].filter((one) => one !== '');
  const where = `${mark(severity, locale)} ${escapeHtml(places.join(', '))}${column === undefined ? '' : `<br><strong>${escapeHtml(column)}</strong>`}`;
  const cells = [
    [texts.where, where],
    [texts.got, `<span class="got">${escapeHtml(got)}</span>`],
    [texts.expected, escapeHtml(expected)],
    [texts.fix, escapeHtml(fix)],
  ];
  return `<tr>${cells.map(([name, html]) => `<td data-label="${name}">${html}</td>`).join('')}</tr>`;
};

const mark = (severity: Finding['severity'], locale: Locale): string =>
  `<span class="mark ${severity}">${reportTexts[locale].severity[severity]}</span>`;

const excerpts = ({ excerpts: all = [] }: Report, locale: Locale): string => {
  if (all.length === 0) return '';
  const texts = reportTexts[locale];
  return `<h2>${texts.excerpts}</h2>
<p class="soft">${texts.excerptsMore}</p>
${all.map((one) => excerptOf(one, locale)).join('\n')}`;
};

const excerptOf = ({ file, line, rule, columns, cells, at }: RowExcerpt, locale: Locale): string => {
  const length = Math.max(columns.length, cells.length);
  const each = (values: readonly string[], tag: 'th' | 'td') =>
    Array.from({ length }, (_, index) => {
      const marked = tag === 'td' && index === at ? ' class="at"' : '';
      return `<${tag}${tag === 'th' ? ' scope="col"' : ''}${marked}>${escapeHtml(values[index] ?? '')}</${tag}>`;
    }).join('');
  return `<figure><figcaption>${file === undefined ? '' : `${escapeHtml(file)}, `}${lineOf(locale, line)} <code>${escapeHtml(rule)}</code></figcaption>
<div class="scroll" tabindex="0"><table class="row"><thead><tr>${each(columns, 'th')}</tr></thead><tbody><tr>${each(cells, 'td')}</tr></tbody></table></div></figure>`;
};

const lineOf = (locale: Locale, line: number): string =>
  escapeHtml(reportTexts[locale].line(formatNumber(line, locale)));

const style = `
:root{color-scheme:light dark;--ink:#16211d;--soft:#51605a;--line:#d5dcd9;--paper:#fff;--good:#0b5c4a;--bad:#a3231b;--badsoft:#fdecea;--warn:#7a4d00;--warnsoft:#fff3d6}
@media(prefers-color-scheme:dark){:root{--ink:#e8edeb;--soft:#a5b3ad;--line:#37433e;--paper:#141a17;--good:#6fd3b8;--bad:#ff9d94;--badsoft:#3d1f1c;--warn:#ffce73;--warnsoft:#3a2d10}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:1040px;margin:0 auto;padding:32px 20px 64px}
.partner{margin:0;color:var(--soft)}
h1{margin:4px 0 16px;font-size:28px;line-height:1.25;overflow-wrap:anywhere}
h2{margin:40px 0 8px;font-size:20px}
.verdict{margin:0 0 24px;padding:12px 16px;border-left:4px solid;font-weight:600}
.verdict.good{color:var(--good)}.verdict.bad{color:var(--bad);background:var(--badsoft)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}
th,td{padding:8px 10px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{font-weight:600;color:var(--soft)}
.rules{width:auto;min-width:320px}.number{text-align:right;font-variant-numeric:tabular-nums}
.findings td{overflow-wrap:anywhere}.findings td:first-child{min-width:120px}
.got,.row td,.row th{font-family:ui-monospace,monospace;font-size:14px}
.got{white-space:pre-wrap}
.mark{display:inline-block;padding:0 8px;border-radius:10px;font-size:12px;font-weight:600}
.mark.error{color:var(--bad);background:var(--badsoft)}.mark.warning{color:var(--warn);background:var(--warnsoft)}
.soft{color:var(--soft)}
figure{margin:16px 0 0;break-inside:avoid}figcaption{margin-bottom:4px;font-weight:600}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:6px}
.row th,.row td{white-space:pre;border-right:1px solid var(--line)}
.row td.at{color:var(--bad);background:var(--badsoft);outline:2px solid var(--bad);outline-offset:-2px}
@media(max-width:640px){.findings thead{display:none}.findings,.findings tbody,.findings tr,.findings td{display:block}.findings td{border:0;padding:2px 0}.findings td::before{content:attr(data-label) ": ";color:var(--soft)}.findings tr{padding:12px 0;border-bottom:1px solid var(--line)}}
@media print{main{max-width:none;padding:0}.scroll{overflow:visible}.row th,.row td{white-space:pre-wrap}}
`.trim();
