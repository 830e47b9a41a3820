import type { Locale } from '../locales.ts';
import { isMessage, say, type Words } from './catalog.ts';
import type { Finding } from './report-document.ts';

/** The words of a finding in a language; those of reports before there were languages are English. */
export const wordsOf = ({ message, params, expected, got, fix }: Finding, locale: Locale): Required<Words> => {
  if (message === undefined || !isMessage(message)) return { expected, got, fix };
  return { got, ...say(message, params ?? {}, locale) };
};
