import type { Locale } from '../../locales.ts';
import { type Finding, findingCount, type Report, type RowExcerpt } from '../report-document.ts';
import { wordsOf } from '../words.ts';
import { formatNumber, reportTexts } from './texts.ts';
import { verdictOf } from './verdict.ts';

const shownExcerpts = 3;

/** The report for a terminal: the verdict, what was found, a few rows. */
export const reportAsText = (report: Report, locale: Locale): string => {
  const texts = reportTexts[locale];
  const { findings, totals, rows, bytes, sha256, excerpts = [] } = report;
  const facts = [
    rows === undefined ? '' : `${texts.facts.rows}: ${formatNumber(rows, locale)}`,
    `${texts.facts.size}: ${formatNumber(bytes, locale)} ${texts.facts.bytes}`,
    `SHA-256: ${sha256}`,
  ].filter((one) => one !== '');
  const more = findingCount(totals) - findings.length;
  const blocks = [
    [verdictOf(report, locale)],
    facts,
    findings.flatMap((finding) => findingLines(finding, locale)),
    more > 0 ? [texts.more(formatNumber(more, locale))] : [],
    excerpts.slice(0, shownExcerpts).flatMap((one) => excerptLines(one, locale)),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
};

const findingLines = (finding: Finding, locale: Locale): string[] => {
  const texts = reportTexts[locale];
  const { expected, got, fix } = wordsOf(finding, locale);
  const { severity, rule, file, line, row, column } = finding;
  const where = [
    file ?? '',
    line === undefined ? '' : texts.line(String(line)),
    row === undefined ? '' : texts.row(String(row)),
    column ?? '',
  ].filter((one) => one !== '');
  return [
    `${texts.severity[severity]}  ${[...where, rule].join(', ')}`,
    `  ${texts.got}: ${got}`,
    `  ${texts.expected}: ${expected}`,
    `  ${texts.fix}: ${fix}`,
  ];
};

/** The row with the cell underlined. */
const excerptLines = ({ line, columns, cells, at }: RowExcerpt, locale: Locale): string[] => {
  const widths = cells.map((cell, index) => Math.max(cell.length, (columns[index] ?? '').length));
  const row = (values: readonly string[]) =>
    widths.map((width, index) => (values[index] ?? '').padEnd(width)).join(' │ ');
  const marks = widths.map((width, index) => (index === at ? '^' : ' ').repeat(width)).join('   ');
  return [
    `${reportTexts[locale].line(String(line))}:`,
    `  ${row(columns)}`,
    `  ${row(cells)}`,
    ...(at === undefined ? [] : [`  ${marks.trimEnd()}`]),
  ];
};
