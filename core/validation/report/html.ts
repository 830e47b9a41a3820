import type { Locale } from '../../locales.ts';
import { escapeHtml } from '../../messages/html.ts';
import { paper } from '../../messages/paper.ts';
import { type Finding, findingCount, type Report, type RowExcerpt } from '../report-document.ts';
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
  const content = `<p class="partner">${escapeHtml(subject.partner)}</p>
<h1>${escapeHtml(title)}</h1>
<p class="verdict ${report.valid ? 'good' : 'bad'}">${escapeHtml(verdictOf(report, locale))}</p>
${facts(report, subject, locale)}
${rules(report, locale)}
${findingsTable(report, locale)}
${excerpts(report, locale)}`;
  return paper({ language: locale, title, content, style });
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
.rules{width:auto;min-width:320px}
.findings td{overflow-wrap:anywhere}.findings td:first-child{min-width:120px}
.got,.row td,.row th{font-family:ui-monospace,monospace;font-size:14px}
.got{white-space:pre-wrap}
.mark{display:inline-block;padding:0 8px;border-radius:10px;font-size:12px;font-weight:600}
.mark.error{color:var(--bad);background:var(--badsoft)}.mark.warning{color:var(--warn);background:var(--warnsoft)}
figure{margin:16px 0 0;break-inside:avoid}figcaption{margin-bottom:4px;font-weight:600}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:6px}
.row th,.row td{white-space:pre;border-right:1px solid var(--line)}
.row td.at{color:var(--bad);background:var(--badsoft);outline:2px solid var(--bad);outline-offset:-2px}
@media(max-width:640px){.findings thead{display:none}.findings,.findings tbody,.findings tr,.findings td{display:block}.findings td{border:0;padding:2px 0}.findings td::before{content:attr(data-label) ": ";color:var(--soft)}.findings tr{padding:12px 0;border-bottom:1px solid var(--line)}}
@media print{.scroll{overflow:visible}.row th,.row td{white-space:pre-wrap}}
`.trim();
