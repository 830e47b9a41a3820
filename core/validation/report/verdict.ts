import type { Locale } from '../../locales.ts';
import { findingCount, type Report } from '../report-document.ts';
import { countOf, reportTexts } from './texts.ts';

/** One sentence: can it be used, and how much is to be done. */
export const verdictOf = ({ valid, findings, totals }: Report, locale: Locale): string => {
  const texts = reportTexts[locale];
  if (findings.length === 0) return texts.valid;
  const isError = (rule: string) => findings.some((one) => one.rule === rule && one.severity === 'error');
  const errors = Object.entries(totals).reduce((sum, [rule, count]) => sum + (isError(rule) ? count : 0), 0);
  if (!valid) return texts.invalid(countOf(errors, 'error', locale));
  return texts.validWithWarnings(countOf(findingCount(totals), 'warning', locale));
};
