import type { Locale } from '../catalog.ts';
import type { Report } from '../findings.ts';
import { wordsOf } from '../words.ts';
import { reportTexts } from './texts.ts';

/** The findings as CSV (RFC 4180, UTF-8 with a byte order mark, so that Excel reads it as such). */
export const reportAsCsv = ({ findings }: Pick<Report, 'findings'>, locale: Locale): string => {
  // Only findings in a set say in which file; the table of others keeps its columns.
  const isSet = findings.some(({ file }) => file !== undefined);
  const rows = findings.map((finding) => {
    const { expected, got, fix } = wordsOf(finding, locale);
    const { severity, rule, file, line, row, column } = finding;
    const own = [reportTexts[locale].severity[severity], rule, line ?? '', row ?? '', column ?? '', expected, got, fix];
    return isSet ? [...own, file ?? ''] : own;
  });
  const head = [...reportTexts[locale].columns, ...(isSet ? [reportTexts[locale].file] : [])];
  return `\ufeff${[head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
};

/**
 * A cell that no spreadsheet takes for a formula: what comes from the partner's file may begin like one
 * (https://owasp.org/www-community/attacks/CSV_Injection).
 */
const cell = (value: string | number): string => {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
