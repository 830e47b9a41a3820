import { CsvError, parse as parseCsv } from 'csv-parse/stream';
import { primaryKeyOf, type TableSchema } from '../table-schema.ts';
import { type CellCheck, compileCell } from './cells.ts';
import type { Findings } from './findings.ts';

/** A unique column is checked exactly while its values fit; beyond that the file is refused, not waved through. */
const maxUniqueValues = 2_000_000;

/**
 * Checks CSV (RFC 4180, UTF-8, comma, header in the first line) against a Table Schema.
 * Reads as a stream: memory does not grow with the file, but for the values of unique columns.
 *
 * @returns the number of records after the header
 */
export const checkCsv = async (
  bytes: AsyncIterable<Uint8Array>,
  schema: TableSchema | undefined,
  findings: Findings,
): Promise<number> => {
  const table = new Table(schema, findings);
  const parser = parseCsv({
    bom: true,
    relax_column_count: true,
    max_record_size: 1_000_000,
    // Called while parsing: what a stream has buffered is lost when the parser stops at an error.
    on_record: (record: string[]) => {
      table.record(record);
      return null;
    },
  });
  try {
    for await (const _ of ReadableStream.from(bytes).pipeThrough(parser));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    table.broken(error);
  }
  table.end();
  return table.rows;
};

class Table {
  rows = 0;
  readonly #findings: Findings;
  readonly #schema: TableSchema | undefined;
  #columns: readonly string[] = [];
  #checks: readonly (CellCheck | undefined)[] = [];
  #unique: UniqueColumn[] = [];
  #line = 1;
  #sawHeader = false;
  #isBroken = false;

  constructor(schema: TableSchema | undefined, findings: Findings) {
    this.#schema = schema;
    this.#findings = findings;
  }

  record(record: string[]): void {
    const line = this.#line;
    // csv-parse's own count takes a quoted CRLF for two lines.
    this.#line += 1 + record.reduce((sum, cell) => sum + lineBreaks(cell), 0);
    if (!this.#sawHeader) {
      this.#header(record);
      return;
    }
    this.rows += 1;
    if (record.length === this.#columns.length) this.#cells(record, line);
    else this.#ragged(record, line);
  }

  /** The structure broke: nothing after this place can be read. */
  broken(error: CsvError): void {
    this.#isBroken = true;
    this.#findings.add({
      rule: 'csv.structure',
      line: this.#line,
      ...(this.#sawHeader && { row: this.rows + 1 }),
      expected: 'quotes that open at the start of a field, close at its end, and are doubled inside',
      got: structureWords[error.code] ?? error.code,
      fix: 'look at this line; export the file again with a CSV writer that quotes fields',
    });
  }

  end(): void {
    if (this.#isBroken || this.rows > 0) return;
    this.#findings.add({
      rule: 'rows.none',
      expected: 'at least one row after the header',
      got: this.#sawHeader ? 'only a header' : 'no header and no rows',
      fix: 'send the file with its data',
    });
  }

  #header(names: string[]): void {
    this.#sawHeader = true;
    this.#columns = names;
    for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
      this.#headerFinding('header.duplicate', name, 'each column once', 'the column twice', 'remove one of them');
    }
    const { fields, missingValues } = this.#schema ?? { fields: [], missingValues: [''] };
    if (!this.#schema) return;
    const expected = fields.map(({ name }) => name);
    const missing = expected.filter((name) => !names.includes(name));
    const extra = names.filter((name) => !expected.includes(name));
    for (const name of missing) {
      this.#headerFinding('header.missing', name, `a column ${name}`, `columns ${names.join(', ')}`, 'add the column');
    }
    for (const name of extra) {
      this.#headerFinding('header.unexpected', name, expected.join(', '), `a column "${name}"`, 'remove or rename it');
    }
    if (missing.length === 0 && extra.length === 0 && names.join('\n') !== expected.join('\n')) {
      this.#headerFinding('header.order', undefined, expected.join(', '), names.join(', '), 'put them in this order');
    }
    this.#checks = names.map((name) => {
      const field = fields.find((one) => one.name === name);
      return field && compileCell(field, missingValues);
    });
    this.#unique = uniqueColumns(this.#schema, names, this.#findings);
  }

  #headerFinding(
    rule: 'header.missing' | 'header.unexpected' | 'header.order' | 'header.duplicate',
    column: string | undefined,
    expected: string,
    got: string,
    fix: string,
  ): void {
    this.#findings.add({ rule, line: 1, ...(column !== undefined && { column }), expected, got, fix });
  }

  #ragged(record: string[], line: number): void {
    const blank = record.length === 1 && record[0] === '';
    this.#findings.add({
      rule: 'csv.columnCount',
      line,
      row: this.rows,
      expected: `${this.#columns.length} fields`,
      got: blank ? 'a blank line' : `${record.length} ${record.length === 1 ? 'field' : 'fields'}`,
      fix: blank ? 'remove the blank line' : 'quote fields that contain a comma; leave no field out',
    });
  }

  #cells(record: string[], line: number): void {
    for (const [index, value] of record.entries()) {
      const problem = this.#checks[index]?.(value);
      if (problem) {
        this.#findings.add({ ...problem, line, row: this.rows, column: this.#columns[index] ?? '', got: value });
      }
    }
    for (const column of this.#unique) column.check(record, line, this.rows);
  }
}

/** Physical line breaks inside a quoted cell. */
const lineBreaks = (cell: string): number => cell.match(/\r\n|\n|\r/g)?.length ?? 0;

/** Remembers the values of a column (or of a key of several) that may not repeat. */
class UniqueColumn {
  readonly #seen = new Set<string>();
  readonly #name: string;
  readonly #indexes: readonly number[];
  readonly #findings: Findings;

  constructor(name: string, indexes: readonly number[], findings: Findings) {
    this.#name = name;
    this.#indexes = indexes;
    this.#findings = findings;
  }

  check(record: readonly string[], line: number, row: number): void {
    const value = this.#indexes.map((index) => record[index] ?? '').join('\u0000');
    const place = { line, row, column: this.#name };
    if (this.#seen.has(value)) {
      const got = value.replaceAll('\u0000', ', ');
      const expected = 'a value that no earlier row has';
      this.#findings.add({ rule: 'cell.unique', ...place, expected, got, fix: 'remove the duplicate row' });
    } else if (this.#seen.size < maxUniqueValues) {
      this.#seen.add(value);
    } else {
      const expected = `at most ${maxUniqueValues.toLocaleString('en-GB')} rows in a file with a unique column`;
      const fix = 'send the file in parts, or ask us to drop the uniqueness rule';
      this.#findings.add({ rule: 'limit.unique', ...place, expected, got: 'more', fix });
    }
  }
}

const uniqueColumns = (schema: TableSchema, names: string[], findings: Findings): UniqueColumn[] => {
  const key = primaryKeyOf(schema);
  const groups = [
    ...schema.fields.filter(({ constraints }) => constraints?.unique).map(({ name }) => [name]),
    ...(key.length > 0 ? [[...key]] : []),
  ];
  return groups
    .map((group) => ({ name: group.join(' + '), indexes: group.map((name) => names.indexOf(name)) }))
    .filter(({ indexes }) => !indexes.includes(-1))
    .map(({ name, indexes }) => new UniqueColumn(name, indexes, findings));
};

const structureWords: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote that is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'text after a closing quote',
  INVALID_OPENING_QUOTE: 'a quote inside an unquoted field',
  CSV_INVALID_OPENING_QUOTE: 'a quote inside an unquoted field',
  CSV_MAX_RECORD_SIZE: 'a row of more than 1,000,000 characters',
};
