import { csvForPeople } from '../../csv.ts';
import type { Locale } from '../../locales.ts';
import type { Report } from '../report-document.ts';
import { wordsOf } from '../words.ts';
import { reportTexts } from './texts.ts';

/** The findings as CSV. */
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
  return csvForPeople([head, ...rows]);
};
