import type { TableSchema } from '../../table-schema.ts';
import type { MessageId, Params } from '../catalog.ts';
import type { Findings } from '../findings.ts';
import { compileCell } from './cells.ts';
import { type Dialect, delimiterName } from './dialect.ts';
import { splitRecord } from './record.ts';

/** How a header can be read. `unreadable`: nothing behind it can be judged. */
export type HeaderVerdict = 'readable' | 'namesUnknown' | 'unreadable';

const likelyDelimiters = [',', ';', '\t', '|'];

/** Checks the names in the first line against the schema, and names the mistakes that people make there. */
export const checkHeader = (
  text: string,
  line: number,
  schema: TableSchema | undefined,
  dialect: Dialect,
  findings: Findings,
): HeaderVerdict => {
  const names = splitRecord(text, dialect);
  const add = (id: MessageId, params: Params, column?: string) =>
    findings.add(id, params, { line, ...(column !== undefined && { column }) });
  const other = betterDelimiter(text, names, schema, dialect);
  if (other !== undefined) {
    add('csv.delimiter', { wanted: delimiterName(dialect.delimiter), found: delimiterName(other) });
    return 'unreadable';
  }
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
    add('header.duplicate', { column: name }, name);
  }
  if (!schema) return 'readable';
  const wanted = schema.fields.map(({ name }) => name);
  const isStrange = !names.some((name) => wanted.some((one) => plain(one) === plain(name)));
  if (isStrange && names.length === wanted.length && names.length > 1) {
    const isData = looksLikeData(names, schema);
    add(isData ? 'header.absent' : 'header.translated', { wanted: list(wanted), found: list(names) });
    return 'namesUnknown';
  }
  compareNames(names, wanted, schema.fieldsMatch ?? 'exact', add);
  return 'readable';
};

const compareNames = (
  names: readonly string[],
  wanted: readonly string[],
  match: NonNullable<TableSchema['fieldsMatch']>,
  add: (id: MessageId, params: Params, column?: string) => void,
): void => {
  const missing = wanted.filter((name) => !names.includes(name));
  const extra = names.filter((name) => !wanted.includes(name));
  const misspelt = new Map(
    missing.flatMap((name) => {
      const found = extra.find((one) => plain(one) === plain(name));
      return found === undefined ? [] : [[name, found] as const];
    }),
  );
  for (const [column, found] of misspelt) add('header.spelling', { column, found }, column);
  if (match === 'exact' || match === 'equal' || match === 'subset') {
    for (const column of missing) {
      if (!misspelt.has(column)) add('header.missing', { column, columns: list(names) }, column);
    }
  }
  if (match === 'exact' || match === 'equal' || match === 'superset') {
    for (const column of extra) {
      if (![...misspelt.values()].includes(column)) add('header.unexpected', { columns: list(wanted), column }, column);
    }
  }
  if (match === 'partial' && missing.length === wanted.length) {
    add('header.missing', { column: list(wanted), columns: list(names) });
  }
  const isSameSet = missing.length === 0 && extra.length === 0;
  if (match === 'exact' && isSameSet && names.join('\n') !== wanted.join('\n')) {
    add('header.order', { wanted: list(wanted), found: list(names) });
  }
};

/** Another separator that makes more sense of the first line. */
const betterDelimiter = (
  text: string,
  names: readonly string[],
  schema: TableSchema | undefined,
  dialect: Dialect,
): string | undefined => {
  const known = (all: readonly string[]): number =>
    schema
      ? schema.fields.filter(({ name }) => all.some((one) => plain(one) === plain(name))).length
      : all.length > 1
        ? all.length
        : 0;
  const best = known(names);
  if (schema ? best * 2 >= schema.fields.length : names.length > 1) return undefined;
  return likelyDelimiters.find(
    (delimiter) => delimiter !== dialect.delimiter && known(splitRecord(text, { ...dialect, delimiter })) > best,
  );
};

/** The first line would pass for a row, and a column tells by its looks that it is one. */
const looksLikeData = (cells: readonly string[], { fields, missingValues }: TableSchema): boolean => {
  const passes = fields.map((field, index) => compileCell(field, missingValues)(cells[index] ?? '') === undefined);
  const telling = fields.filter(
    ({ type, constraints }, index) =>
      passes[index] &&
      cells[index] !== '' &&
      ((type !== 'string' && type !== 'any') || constraints?.pattern || constraints?.enum),
  );
  return telling.length > 0 && passes.filter(Boolean).length * 2 > fields.length;
};

/** A name without what people change when they write it: case, spaces, underscores. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

const list = (names: readonly string[]): string => names.join(', ');
