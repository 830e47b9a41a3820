import { namesOf, primaryKeyOf, type TableField, type TableSchema } from '../../table-schema.ts';
import type { MessageId, Params } from '../catalog.ts';
import type { RowCheck } from '../checks.ts';
import type { Findings, ShownRow } from '../findings.ts';
import { Events, eventKinds } from '../kernel/events.ts';
import { Input } from '../kernel/input.ts';
import { Kernel } from '../kernel/kernel.ts';
import { Keys, maxUniqueRows } from '../kernel/keys.ts';
import { TextCheck } from '../kernel/text.ts';
import type { Limits, TextRules } from '../rules.ts';
import { type CellCheck, compileCell } from './cells.ts';
import { columnBytes, describeColumn } from './columns.ts';
import { type Dialect, defaultDialect } from './dialect.ts';
import { checkHeader } from './header.ts';
import { splitRecord } from './record.ts';
import { Totals } from './totals.ts';
import { Watchers } from './watchers.ts';

const BOM = [0xef, 0xbb, 0xbf];
const eventRoom = 16_384;

/** What the rows are told besides the schema. */
export interface TableOptions {
  /** The days that the period column may say, `yyyy-mm-dd`. */
  readonly period?: { readonly column: string; readonly name: string; readonly from: string; readonly to: string };
  /** Sees every record of a table with a header; a feed's own rule. */
  readonly onRow?: RowCheck;
}

/**
 * Checks delimited text against a Table Schema as it comes, in memory that does not grow with it. The kernel tells the
 * records apart and clears the cells that are surely fine; everything else is judged here by the full rules.
 */
export class TableCheck {
  readonly #file: TextRules;
  readonly #findings: Findings;
  readonly #schema: TableSchema | undefined;
  readonly #dialect: Dialect;
  readonly #limits: Limits;
  readonly #options: TableOptions;
  readonly #kernel = new Kernel();
  readonly #input: Input;
  readonly #text: TextCheck;
  readonly #totals: Totals | undefined;
  readonly #events: Events;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #watchers: Watchers;
  #keys: Keys | undefined;
  #keyColumns: readonly (readonly number[])[] = [];
  #columns: readonly string[] = [];
  #checks: readonly (CellCheck | undefined)[] = [];
  #sawStart = false;
  #hasBegun = false;
  #isBroken = false;

  constructor(file: TextRules, limits: Limits, findings: Findings, options: TableOptions = {}) {
    this.#schema = file.schema;
    this.#dialect = { ...defaultDialect, ...file.dialect };
    this.#limits = limits;
    this.#findings = findings;
    this.#options = options;
    this.#input = new Input(this.#kernel, limits);
    this.#events = new Events(this.#kernel, eventRoom + limits.columns * 3, 4);
    this.#text = new TextCheck(this.#kernel, this.#input, findings);
    this.#totals = file.totals && new Totals(file.totals, file.schema, findings);
    this.#watchers = new Watchers([], file, options, findings, this.#totals);
    this.#file = file;
    const { delimiter, quoteChar, escapeChar, commentChar, skipInitialSpace } = this.#dialect;
    const code = (text: string | undefined): number => text?.charCodeAt(0) ?? 0;
    // A byte that UTF-8 never has stands for no quote at all.
    const quote = quoteChar === '' ? 0xff : code(quoteChar);
    const escaping = escapeChar === undefined ? quote : code(escapeChar);
    this.#kernel.exports.setDialect(code(delimiter), quote, escaping, code(commentChar), skipInitialSpace ? 1 : 0);
    this.#kernel.exports.setLimits(limits.recordBytes, limits.fieldBytes);
    this.#kernel.exports.restart(1);
  }
  /** Records after the header so far. */
  get rows(): number {
    return this.#kernel.exports.rows.value;
  }

  /** Nothing more can be read: the rest of the file need not come. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  push(chunk: Uint8Array): void {
    if (this.#isBroken) return;
    this.#input.feed(chunk, () => {
      this.#read(false);
      return !this.#isBroken;
    });
  }

  end(): void {
    if (!this.#isBroken) this.#read(true);
    if (this.#isBroken) return;
    this.#lineEnds();
    this.#watchers.end(this.rows);
    this.#totals?.end(this.rows);
    if (this.rows > 0 || this.#findings.total('csv.structure') > 0) return;
    this.#findings.add(this.#columns.length > 0 && this.#dialect.header ? 'rows.none#onlyHeader' : 'rows.none', {});
  }

  #read(isFinal: boolean): void {
    this.#input.guard();
    if (!this.#sawStart && !this.#start(isFinal)) return;
    this.#text.look(this.#kernel.exports.line.value, isFinal);
    if (!this.#hasBegun && !this.#header(isFinal)) return;
    this.#scan(isFinal);
    this.#input.settle();
    if (!isFinal && this.#input.length > this.#limits.recordBytes) this.#tooLong();
  }

  /** A byte order mark is no part of the first name. */
  #start(isFinal: boolean): boolean {
    if (!isFinal && this.#input.length < BOM.length) return false;
    this.#sawStart = true;
    const { from } = this.#input;
    if (!BOM.every((byte, index) => this.#kernel.bytes[from + index] === byte)) return true;
    this.#findings.add('encoding.bom', {}, { line: 1 });
    this.#input.from += BOM.length;
    return true;
  }

  #scan(isFinal: boolean): void {
    for (let isMore = true; isMore && !this.#isBroken; ) {
      const { from, to } = this.#input;
      isMore = this.#kernel.exports.scan(from, to, isFinal ? 1 : 0) !== 0;
      this.#tell(isFinal);
      this.#advance(this.#kernel.exports.position.value);
    }
  }

  #advance(to: number): void {
    this.#text.leave(to - this.#input.from);
    this.#input.from = to;
  }

  /** False when the first record is not all there yet. */
  #header(isFinal: boolean): boolean {
    const { exports, bytes } = this.#kernel;
    const comment = this.#dialect.commentChar?.charCodeAt(0);
    for (;;) {
      const { from, to } = this.#input;
      if (from >= to && isFinal) break;
      const isUnnamed = !this.#dialect.header && bytes[from] !== comment;
      if (isUnnamed && this.#schema) {
        this.#begin(
          this.#schema.fields.map(({ name }) => name),
          true,
        );
        return true;
      }
      const line = exports.line.value;
      const end = exports.recordEnd(from, to, isFinal ? 1 : 0);
      if (end === 0) {
        this.#input.settle();
        if (this.#input.length > this.#limits.recordBytes) this.#tooLong();
        return false;
      }
      if (isUnnamed) {
        // Without a header and a schema columns have numbers for names. It was only a look: the record is read again.
        exports.restart(line);
        const cells = splitRecord(this.#decode(from, end).replace(/[\r\n]+$/, ''), this.#dialect);
        if (this.#isTooWide(cells.length, line)) return false;
        this.#begin(
          cells.map((_, index) => String(index + 1)),
          true,
        );
        return true;
      }
      const isComment = bytes[from] === comment;
      const text = this.#decode(from, end).replace(/\r?\n$|\r$/, '');
      this.#tell(isFinal);
      this.#advance(end);
      if (text === '' && !isComment) this.#findings.add('line.blank', {}, { line });
      else if (!isComment) {
        this.#names(text, line);
        return !this.#isBroken;
      }
    }
    return false;
  }

  #names(text: string, line: number): void {
    const names = splitRecord(text, this.#dialect);
    if (this.#isTooWide(names.length, line)) return;
    const verdict = checkHeader(text, line, this.#schema, this.#dialect, this.#findings);
    if (verdict === 'unreadable') this.#isBroken = true;
    else this.#begin(names, verdict === 'readable');
  }

  #isTooWide(found: number, line: number): boolean {
    const max = this.#limits.columns;
    if (found <= max) return false;
    this.#findings.add('limit.columns', { max, found }, { line });
    this.#isBroken = true;
    return true;
  }

  /** Now the columns are known: tells the kernel what it may clear. */
  #begin(columns: readonly string[], isKnown: boolean): void {
    this.#columns = columns;
    const schema = isKnown ? this.#schema : undefined;
    const fields = columns.map((name) => schema?.fields.find((one) => one.name === name));
    const keyed = new Set(schema ? primaryKeyOf(schema) : []);
    const missingValues = schema?.missingValues ?? [''];
    this.#checks = fields.map((field) => field && compileCell(field, missingValues, keyed.has(field.name)));
    if (schema) this.#watchers = new Watchers(columns, this.#file, this.#options, this.#findings, this.#totals);
    this.#keyColumns = schema ? keysOf(schema, columns) : [];
    const keyParts = new Set(this.#keyColumns.flat());
    const table = this.#kernel.allocate(columns.length * columnBytes);
    for (const [index, field] of fields.entries()) {
      describeColumn(this.#kernel, table + index * columnBytes, field ?? freeField, {
        missingValues: field ? missingValues : [''],
        isRequired: keyed.has(field?.name ?? '') || field?.constraints?.required === true,
        isKeyPart: keyParts.has(index),
        isWatched: this.#watchers.watches(index),
        checksFormulas: this.#findings.checks('cell.formula'),
        days: this.#options.period?.column === field?.name ? this.#options.period : undefined,
      });
    }
    this.#keys = new Keys(this.#kernel, this.#keyColumns, this.#limits.recordBytes);
    const ranges = this.#kernel.allocate(columns.length * 12);
    this.#kernel.exports.setTable(
      table,
      columns.length,
      this.#keys.address,
      this.#keyColumns.length,
      ranges,
      this.#keys.scratch,
      this.#options.onRow ? 1 : 0,
    );
    this.#totals?.begin(this.#kernel, columns);
    this.#events.tellKernel(columns.length * 2 + this.#keyColumns.length + 4);
    this.#hasBegun = true;
  }

  #tell(isFinal: boolean): void {
    const events = this.#events;
    for (events.rewind(); events.next() && !this.#isBroken; ) this.#one(events, isFinal);
  }

  #one(event: Events, isFinal: boolean): void {
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
        this.#totals?.row(splitRecord(this.#decode(event.start, event.end).trimEnd(), this.#dialect), line, row - 1);
        break;
      case eventKinds.ragged:
        this.#ragged(event, isFinal);
        break;
      case eventKinds.blank:
        this.#findings.add('line.blank', {}, { line });
        break;
      case eventKinds.quoteInField:
        this.#structure(event, 'csv.structure#quoteInField');
        break;
      case eventKinds.textAfterQuote:
        this.#structure(event, 'csv.structure#textAfterQuote');
        break;
      case eventKinds.tooLong:
        this.#findings.add('limit.record', { max: this.#limits.recordBytes }, { line, row });
        break;
      case eventKinds.neverClosed:
        this.#structure(event, 'csv.structure#neverClosed');
        break;
    }
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
    if (this.#keys?.isGivenUp(key)) return;
    const record = this.#record(event);
    const values = (this.#keyColumns[key] ?? []).map((index) => record[index] ?? '');
    if (values.length === 1 && values[0] === '') return;
    const before = this.#keys?.claim(key, values, event.row);
    if (before === undefined) {
      this.#keys?.giveUp(key);
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

  #ragged(event: Events, isFinal: boolean): void {
    const { line, row, column: found } = event;
    const wanted = this.#columns.length;
    const breaksOff = isFinal && event.recordEnd === this.#input.to && found < wanted;
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

  #structure(event: Events, id: MessageId): void {
    const column = this.#columns[event.column];
    if (!this.#hasBegun) {
      this.#findings.add(id, {}, { line: event.line });
      return;
    }
    const place = { line: event.line, row: event.row, ...(column !== undefined && { column }) };
    // A row that is never closed goes on to the end of the file: it is not shown.
    const isShort = event.recordEnd - event.recordStart < 100_000;
    this.#findings.add(id, {}, place, '', isShort ? this.#show(event, event.column) : undefined);
  }

  #tooLong(): void {
    this.#isBroken = true;
    const { from } = this.#input;
    const line = this.#kernel.exports.line.value;
    const text = this.#decode(from, from + 2000);
    const isQuoted = this.#dialect.quoteChar !== '' && text.split(this.#dialect.quoteChar).length % 2 === 0;
    const max = this.#limits.recordBytes;
    if (isQuoted) this.#findings.add('csv.structure#neverClosed', {}, { line, row: this.rows + 1 });
    else this.#findings.add('limit.record', { max }, { line, row: this.rows + 1 });
  }

  #lineEnds(): void {
    const wanted = this.#file.lineEnds;
    if (wanted === undefined) return;
    const { lfEnds, crlfEnds, crEnds } = this.#kernel.exports;
    const counts = { LF: lfEnds.value, 'CR LF': crlfEnds.value, CR: crEnds.value };
    for (const [found, count] of Object.entries(counts)) {
      if (count > 0 && found !== wanted) this.#findings.add('csv.lineEnding', { wanted, found, count });
    }
  }

  #value(event: Events): string {
    const { start, end, recordStart } = event;
    const text = this.#decode(start, end);
    const { quoteChar, escapeChar } = this.#dialect;
    const isQuoted =
      start > recordStart && quoteChar !== '' && this.#kernel.bytes[start - 1] === quoteChar.charCodeAt(0);
    if (!isQuoted) return text;
    if (escapeChar !== undefined) return unescaped(text, escapeChar);
    return text.includes(quoteChar) ? text.replaceAll(quoteChar + quoteChar, quoteChar) : text;
  }

  #record({ recordStart, recordEnd }: Events): string[] {
    return splitRecord(this.#decode(recordStart, recordEnd), this.#dialect);
  }

  /** Made only when it is asked for: the event is another one by then. */
  #show(event: Events, at?: number): () => ShownRow {
    const { recordStart, recordEnd } = event;
    return () => {
      const cells = splitRecord(this.#decode(recordStart, recordEnd), this.#dialect);
      return { columns: this.#columns, cells, ...(at !== undefined && { at }) };
    };
  }

  #decode(from: number, to: number): string {
    return this.#decoder.decode(this.#kernel.bytes.subarray(from, to));
  }
}

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
