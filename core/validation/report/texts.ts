import type { Locale } from '../../locales.ts';

/** The words of a report around its findings. */
interface ReportTexts {
  readonly title: (what: string, period: string) => string;
  readonly valid: string;
  readonly validWithWarnings: (count: string) => string;
  readonly invalid: (count: string) => string;
  readonly facts: Readonly<Record<'request' | 'attempt' | 'size' | 'rows' | 'sha256' | 'stored' | 'bytes', string>>;
  readonly rules: string;
  readonly rule: string;
  readonly count: string;
  readonly findings: string;
  readonly severity: Readonly<Record<'error' | 'warning', string>>;
  readonly where: string;
  readonly line: (line: string) => string;
  readonly row: (row: string) => string;
  readonly got: string;
  readonly expected: string;
  readonly fix: string;
  readonly more: (count: string) => string;
  readonly excerpts: string;
  readonly excerptsMore: string;
  readonly columns: readonly string[];
  /** Over the column of a set's file names. */
  readonly file: string;
}

export const reportTexts: Readonly<Record<Locale, ReportTexts>> = {
  en: {
    title: (what, period) => `Findings: ${what} for ${period}`,
    valid: 'The file is valid. Nothing was found.',
    validWithWarnings: (count) => `The file is valid. ${count} to look at.`,
    invalid: (count) => `The file cannot be used as it is: ${count}.`,
    facts: {
      request: 'Request',
      attempt: 'Attempt',
      size: 'Size',
      rows: 'Rows',
      sha256: 'SHA-256',
      stored: 'Checksum kept by S3',
      bytes: 'bytes',
    },
    rules: 'What was found, and how often',
    rule: 'Rule',
    count: 'How often',
    findings: 'Where, and what to do',
    severity: { error: 'error', warning: 'warning' },
    where: 'Where',
    line: (line) => `line ${line}`,
    row: (row) => `row ${row}`,
    got: 'What is there',
    expected: 'What is expected',
    fix: 'What to do',
    more: (count) => `The first of each kind are listed; there are ${count} more.`,
    excerpts: 'The rows',
    excerptsMore: 'Each row is shown around the cell that it is about.',
    file: 'file',
    columns: ['severity', 'rule', 'line', 'row', 'column', 'expected', 'got', 'cure'],
  },
  de: {
    title: (what, period) => `Prüfbericht: ${what} für ${period}`,
    valid: 'Die Datei ist in Ordnung. Es wurde nichts gefunden.',
    validWithWarnings: (count) => `Die Datei ist in Ordnung. ${count} zum Ansehen.`,
    invalid: (count) => `Die Datei ist so nicht verwendbar: ${count}.`,
    facts: {
      request: 'Anforderung',
      attempt: 'Versuch',
      size: 'Größe',
      rows: 'Datensätze',
      sha256: 'SHA-256',
      stored: 'Prüfsumme bei S3',
      bytes: 'Byte',
    },
    rules: 'Was gefunden wurde, und wie oft',
    rule: 'Regel',
    count: 'Wie oft',
    findings: 'Wo, und was zu tun ist',
    severity: { error: 'Fehler', warning: 'Hinweis' },
    where: 'Wo',
    line: (line) => `Zeile ${line}`,
    row: (row) => `Datensatz ${row}`,
    got: 'Was dort steht',
    expected: 'Was erwartet wird',
    fix: 'Was zu tun ist',
    more: (count) => `Aufgeführt sind die ersten jeder Art; es gibt ${count} weitere.`,
    excerpts: 'Die Datensätze',
    excerptsMore: 'Jeder ist um das Feld herum gezeigt, um das es geht.',
    file: 'Datei',
    columns: ['Schwere', 'Regel', 'Zeile', 'Datensatz', 'Spalte', 'erwartet', 'gefunden', 'Abhilfe'],
  },
};

/** `3 problems`, `1 Fehler`. */
export const countOf = (count: number, kind: 'error' | 'warning', locale: Locale): string => {
  const number = formatNumber(count, locale);
  if (locale === 'de') return kind === 'error' ? `${number} Fehler` : count === 1 ? '1 Hinweis' : `${number} Hinweise`;
  const noun = kind === 'error' ? 'problem' : 'thing';
  return `${number} ${noun}${count === 1 ? '' : 's'}`;
};

export const formatNumber = (value: number, locale: Locale): string =>
  new Intl.NumberFormat(locale === 'de' ? 'de-DE' : 'en-GB').format(value);
