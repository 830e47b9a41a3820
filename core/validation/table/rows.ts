import { namesOf, primaryKeyOf, type TableField, type TableSchema } from '../../table-schema.ts';
import type { MessageId, Params } from '../catalog.ts';
import type { Findings, ShownRow } from '../findings.ts';
import { type Events, eventKinds } from '../kernel/events.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { Keys, maxUniqueRows } from '../kernel/keys.ts';
import type { Limits, TextRules } from '../rules.ts';
import { type CellCheck, compileCell } from './cells.ts';
import { columnBytes, describeColumn } from './columns.ts';
import type { Dialect } from './dialect.ts';
import type { TableOptions } from './options.ts';
import { splitRecord } from './record.ts';
import type { Totals } from './totals.ts';
import { Watchers } from './watchers.ts';

/** What the rows of a file are: its rules, its marks, its columns. */
interface RowRules {
  readonly file: TextRules;
  /** The columns are those of the schema; of others only the structure is judged. */
  readonly isKnown: boolean;
  readonly dialect: Dialect;
  readonly columns: readonly string[];
}

/** What they are judged with. */
interface RowDeps {
  readonly kernel: Kernel;
  readonly limits: Limits;
  readonly findings: Findings;
  readonly options: TableOptions;
  readonly totals: Totals | undefined;
}

/** Flaws of quoting, by the event that tells of them. */
export const structureFlaws: ReadonlyMap<number, MessageId> = new Map([
  [eventKinds.quoteInField, 'csv.structure#quoteInField'],
  [eventKinds.textAfterQuote, 'csv.structure#textAfterQuote'],
  [eventKinds.neverClosed, 'csv.structure#neverClosed'],
]);

/** A row that is longer is not shown: one that is never closed goes on to the end of the file. */
const longestShown = 100_000;

/** Rows of known columns: tells the kernel what it may clear, and judges what it tells by the full rules. */
export class Rows {
  readonly #kernel: Kernel;
  readonly #findings: Findings;
  readonly #schema: TableSchema | undefined;
  readonly #dialect: Dialect;
  readonly #limits: Limits;
  readonly #options: TableOptions;
  readonly #totals: Totals | undefined;
  readonly #watchers: Watchers;
  readonly #keys: Keys;
  readonly #keyColumns: readonly (readonly number[])[];
  readonly #columns: readonly string[];
  readonly #checks: readonly (CellCheck | undefined)[];

  constructor({ file, isKnown, dialect, columns }: RowRules, { kernel, limits, findings, options, totals }: RowDeps) {
    this.#kernel = kernel;
    this.#findings = findings;
    this.#schema = file.schema;
    this.#dialect = dialect;
    this.#limits = limits;
    this.#options = options;
    this.#totals = totals;
    this.#columns = columns;
    const schema = isKnown ? file.schema : undefined;
    const fields = columns.map((name) => schema?.fields.find((one) => one.name === name));
    const keyed = new Set(schema ? primaryKeyOf(schema) : []);
    const missingValues = schema?.missingValues ?? [''];
    this.#checks = fields.map((field) => field && compileCell(field, missingValues, keyed.has(field.name)));
    this.#watchers = new Watchers(columns, schema, options.period, findings, totals);
    this.#keyColumns = schema ? keysOf(schema, columns) : [];
    this.#keys = new Keys(kernel, this.#keyColumns, limits.recordBytes);
    const keyParts = new Set(this.#keyColumns.flat());
    const table = kernel.allocate(columns.length * columnBytes);
    for (const [index, field] of fields.entries()) {
      describeColumn(kernel, table + index * columnBytes, field ?? freeField, {
        missingValues: field ? missingValues : [''],
        isRequired: keyed.has(field?.name ?? '') || field?.constraints?.required === true,
        isKeyPart: keyParts.has(index),
        isWatched: this.#watchers.watches(index),
        checksFormulas: findings.checks('cell.formula'),
        days: options.period?.column === field?.name ? options.period : undefined,
      });
    }
    kernel.exports.setTable(
      table,
      columns.length,
      this.#keys.address,
      this.#keyColumns.length,
      kernel.allocate(columns.length * rangeBytes),
      this.#keys.scratch,
      options.onRow ? 1 : 0,
    );
    totals?.begin(kernel, columns);
  }

  /** Events that one record may have. */
  get mostEvents(): number {
    return this.#columns.length * 2 + this.#keyColumns.length + 4;
  }

  /** @param fileEnd where the file ends, once its last part is there */
  judge(event: Events, fileEnd: number | undefined): void {
    const { line, row } = event;
    switch (event.kind) {
      case eventKinds.cell:
        this.#cell(event);
        break;
      case eventKinds.repeated:
        this.#repeated(event, event.column, event.end);
        break;
      case eventKinds.keyIsEscaped:
      case eventKinds.keysAreFull:
        this.#claim(event);
        break;
      case eventKinds.row:
        this.#options.onRow?.(this.#record(event), this.#columns, { line, row }, this.#show(event));
        break;
      case eventKinds.totals:
        this.#totals?.row(
          splitRecord(this.#kernel.text(event.start, event.end).trimEnd(), this.#dialect),
          line,
          row - 1,
        );
        break;
      case eventKinds.ragged:
        this.#ragged(event, fileEnd);
        break;
      case eventKinds.blank:
        this.#findings.add('line.blank', {}, { line });
        break;
      case eventKinds.tooLong:
        this.#findings.add('limit.record', { max: this.#limits.recordBytes }, { line, row });
        break;
      default:
        this.#structure(event);
    }
  }
  /** @param rows how many there were */
  end(rows: number): void {
    this.#watchers.end(rows);
  }

  #cell(event: Events): void {
    const { column, line, row } = event;
    const value = this.#value(event);
    const name = this.#columns[column] ?? '';
    const place = { line, row, column: name };
    const add = (id: MessageId, params: Params): void =>
      this.#findings.add(id, params, place, value, this.#show(event, column));
    if (value.length > this.#limits.fieldBytes) add('limit.field', { max: this.#limits.fieldBytes });
    const problem = this.#checks[column]?.(value);
    if (problem) {
      add(problem.id, problem.params);
      return;
    }
    this.#watchers.cell(column, value, add);
    if (/^[=+\-@\t\r]/.test(value) && this.#isText(name)) add('cell.formula', {});
  }

  #isText(name: string): boolean {
    const type = this.#schema?.fields.find((one) => one.name === name)?.type ?? 'string';
    return type === 'string' || type === 'any';
  }

  #claim(event: Events): void {
    const key = event.column;
    if (this.#keys.isGivenUp(key)) return;
    const record = this.#record(event);
    const values = (this.#keyColumns[key] ?? []).map((index) => record[index] ?? '');
    if (values.length === 1 && values[0] === '') return;
    const before = this.#keys.claim(key, values, event.row);
    if (before === undefined) {
      this.#keys.giveUp(key);
      this.#findings.add(
        'limit.unique',
        { max: maxUniqueRows },
        { line: event.line, row: event.row, column: this.#keyName(key) },
      );
    } else if (before > 0) this.#repeated(event, key, before);
  }

  #repeated(event: Events, key: number, first: number): void {
    const record = this.#record(event);
    const columns = this.#keyColumns[key] ?? [];
    const [only] = columns;
    // A value that is missing is no key.
    if (columns.length === 1 && this.#schema?.missingValues.includes(record[only ?? 0] ?? '')) return;
    const place = { line: event.line, row: event.row, column: this.#keyName(key) };
    const got = columns.map((index) => record[index] ?? '').join(', ');
    this.#findings.add('cell.unique', { first }, place, got, this.#show(event, columns[0]));
  }

  #keyName(key: number): string {
    return (this.#keyColumns[key] ?? []).map((index) => this.#columns[index] ?? '').join(' + ');
  }

  #ragged(event: Events, fileEnd: number | undefined): void {
    const { line, row, column: found } = event;
    const wanted = this.#columns.length;
    const breaksOff = event.recordEnd === fileEnd && found < wanted;
    const id = breaksOff
      ? 'csv.truncated'
      : this.#hasDecimalComma(event)
        ? 'csv.columnCount#decimalComma'
        : 'csv.columnCount';
    this.#findings.add(id, { wanted, found }, { line, row }, '', this.#show(event));
  }

  /** A number written `12,50` makes two fields of one. */
  #hasDecimalComma(event: Events): boolean {
    if (this.#dialect.delimiter !== ',' || event.column <= this.#columns.length) return false;
    const cells = this.#record(event);
    const numbers = this.#schema?.fields.filter(({ type }) => type === 'number').length ?? 0;
    if (event.column - this.#columns.length > numbers) return false;
    return cells.some((cell, index) => /^-?\d{1,12}$/.test(cell) && /^\d{1,2}$/.test(cells[index + 1] ?? ''));
  }
  #structure(event: Events): void {
    const id = structureFlaws.get(event.kind);
    if (!id) return;
    const column = this.#columns[event.column];
    const place = { line: event.line, row: event.row, ...(column !== undefined && { column }) };
    const isShort = event.recordEnd - event.recordStart < longestShown;
    this.#findings.add(id, {}, place, '', isShort ? this.#show(event, event.column) : undefined);
  }

  #value(event: Events): string {
    const { start, end, recordStart } = event;
    const text = this.#kernel.text(start, end);
    const { quoteChar, escapeChar } = this.#dialect;
    const isQuoted =
      start > recordStart && quoteChar !== '' && this.#kernel.bytes[start - 1] === quoteChar.charCodeAt(0);
    if (!isQuoted) return text;
    if (escapeChar !== undefined) return unescaped(text, escapeChar);
    return text.includes(quoteChar) ? text.replaceAll(quoteChar + quoteChar, quoteChar) : text;
  }

  #record({ recordStart, recordEnd }: Events): string[] {
    return splitRecord(this.#kernel.text(recordStart, recordEnd), this.#dialect);
  }

  /** Made only when it is asked for: the event is another one by then. */
  #show(event: Events, at?: number): () => ShownRow {
    const { recordStart, recordEnd } = event;
    return () => {
      const cells = splitRecord(this.#kernel.text(recordStart, recordEnd), this.#dialect);
      return { columns: this.#columns, cells, ...(at !== undefined && { at }) };
    };
  }
}

/** Where a cell of the record is: from, to, whether it has escapes; u32 each. */
const rangeBytes = 12;

const freeField: TableField = { name: '', type: 'any' };

const unescaped = (text: string, escapeChar: string): string => {
  let plain = '';
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === escapeChar && at + 1 < text.length) at += 1;
    plain += text[at];
  }
  return plain;
};

/** Indexes of the columns that must be unique, alone or together. */
const keysOf = (schema: TableSchema, columns: readonly string[]): number[][] => {
  const key = primaryKeyOf(schema);
  const groups = [
    ...schema.fields.filter(({ constraints }) => constraints?.unique).map(({ name }) => [name]),
    ...(key.length > 0 ? [namesOf(key)] : []),
  ];
  return groups.map((group) => group.map((name) => columns.indexOf(name))).filter((indexes) => !indexes.includes(-1));
};
