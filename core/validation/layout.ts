import type { Locale } from '../locales.ts';
import type { FileRules } from './rules.ts';
import { defaultDialect } from './table/dialect.ts';

const separators: Readonly<Record<Locale, Readonly<Record<string, string>>>> = {
  en: { ',': 'comma-separated', ';': 'separated by semicolons', '\t': 'separated by tabs', '|': 'separated by |' },
  de: { ',': 'mit Kommas getrennt', ';': 'mit Semikolons getrennt', '\t': 'mit Tabs getrennt', '|': 'mit | getrennt' },
};

const others: Readonly<Record<Exclude<FileRules['format'], 'csv' | 'set'>, Readonly<Record<Locale, string>>>> = {
  jsonl: { en: 'JSON Lines: one JSON document a line, UTF-8', de: 'JSON Lines: ein JSON-Dokument je Zeile, UTF-8' },
  json: { en: 'JSON, UTF-8', de: 'JSON, UTF-8' },
  parquet: { en: 'Parquet', de: 'Parquet' },
  opaque: { en: 'a file of the kind agreed', de: 'eine Datei der vereinbarten Art' },
};

const packed: Readonly<Record<Locale, string>> = { en: 'may be compressed', de: 'darf gepackt sein' };

/** How a file is to be written, in a line: `CSV, UTF-8, comma-separated, with a header line`. */
export const layoutOf = (
  {
    format,
    dialect,
    encoding,
    gzip,
    zip,
    members = [],
  }: Pick<FileRules, 'format' | 'dialect' | 'encoding' | 'gzip' | 'zip' | 'members'>,
  locale: Locale,
): string => {
  const may = gzip || zip ? [packed[locale]] : [];
  if (format === 'set') return setOf(members, locale);
  if (format !== 'csv') return [others[format][locale], ...may].join(', ');
  const { delimiter, header } = { ...defaultDialect, ...dialect };
  const separated =
    separators[locale][delimiter] ?? (locale === 'de' ? `mit ${delimiter} getrennt` : `separated by ${delimiter}`);
  const headed = { en: ['without a header line', 'with a header line'], de: ['ohne Kopfzeile', 'mit Kopfzeile'] };
  return ['CSV', (encoding ?? 'utf-8').toUpperCase(), separated, headed[locale][header ? 1 : 0], ...may].join(', ');
};

/** `one ZIP with orders.csv (CSV, …) and items-*.csv, 1 to 5 (CSV, …)` */
const setOf = (members: NonNullable<FileRules['members']>, locale: Locale): string => {
  const texts = members.map((member) => `${member.name}${countOf(member, locale)} (${layoutOf(member, locale)})`);
  return `${locale === 'de' ? 'ein ZIP mit' : 'one ZIP with'} ${texts.join('; ')}`;
};

const countOf = ({ min, max }: NonNullable<FileRules['members']>[number], locale: Locale): string => {
  if (min === 1 && max === 1) return '';
  if (min === max) return `, ${min}×`;
  const optional = { en: ', if there is one', de: ', falls vorhanden' };
  if (min === 0 && max === 1) return optional[locale];
  return locale === 'de' ? `, ${min} bis ${max}` : `, ${min} to ${max}`;
};
