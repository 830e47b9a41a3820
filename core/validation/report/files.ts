import { type Locale, locales } from '../../locales.ts';
import type { Report } from '../report-document.ts';
import { reportAsCsv } from './csv.ts';
import { type ReportSubject, reportAsHtml } from './html.ts';

/** A report as people take it away: a page to read, a table to work through, in each language. */
interface ReportFile {
  /** `report.de.html` */
  readonly name: string;
  readonly contentType: string;
  write(report: Report, subject: ReportSubject): string;
}

const pageIn = (locale: Locale): ReportFile => ({
  name: `report.${locale}.html`,
  contentType: 'text/html; charset=utf-8',
  write: (report, subject) => reportAsHtml(report, subject, locale),
});

const tableIn = (locale: Locale): ReportFile => ({
  name: `report.${locale}.csv`,
  contentType: 'text/csv; charset=utf-8',
  write: (report) => reportAsCsv(report, locale),
});

export const reportFiles: readonly ReportFile[] = locales.flatMap((locale) => [pageIn(locale), tableIn(locale)]);
