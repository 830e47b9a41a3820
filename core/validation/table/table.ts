import type { TableSchema } from '../../table-schema.ts';
import type { Findings } from '../findings.ts';
import { Events } from '../kernel/events.ts';
import { Input } from '../kernel/input.ts';
import { Kernel } from '../kernel/kernel.ts';
import { TextCheck } from '../kernel/text.ts';
import type { Limits, TextRules } from '../rules.ts';
import { type Dialect, defaultDialect } from './dialect.ts';
import { checkHeader } from './header.ts';
import type { TableOptions } from './options.ts';
import { splitRecord } from './record.ts';
import { Rows, structureFlaws } from './rows.ts';
import { Totals } from './totals.ts';

const eventRoom = 16_384;

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
  #rows: Rows | undefined;
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
    this.#rows?.end(this.rows);
    this.#totals?.end(this.rows);
    if (this.rows > 0 || this.#findings.total('csv.structure') > 0) return;
    this.#findings.add(this.#rows && this.#dialect.header ? 'rows.none#onlyHeader' : 'rows.none', {});
  }

  #read(isFinal: boolean): void {
    this.#input.guard();
    if (!this.#input.skipMark(isFinal, this.#findings)) return;
    this.#text.look(this.#kernel.exports.line.value, isFinal);
    if (!this.#rows && !this.#header(isFinal)) return;
    this.#scan(isFinal);
    this.#input.settle();
    if (!isFinal && this.#input.length > this.#limits.recordBytes) this.#tooLong();
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
        const cells = splitRecord(this.#kernel.text(from, end).replace(/[\r\n]+$/, ''), this.#dialect);
        if (this.#isTooWide(cells.length, line)) return false;
        this.#begin(
          cells.map((_, index) => String(index + 1)),
          true,
        );
        return true;
      }
      const isComment = bytes[from] === comment;
      const text = this.#kernel.text(from, end).replace(/\r?\n$|\r$/, '');
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

  /** Now the columns are known: the kernel is told what it may clear, and what it tells is judged. */
  #begin(columns: readonly string[], isKnown: boolean): void {
    this.#rows = new Rows(
      { file: this.#file, isKnown, dialect: this.#dialect, columns },
      {
        kernel: this.#kernel,
        limits: this.#limits,
        findings: this.#findings,
        options: this.#options,
        totals: this.#totals,
      },
    );
    this.#events.tellKernel(this.#rows.mostEvents);
  }

  #tell(isFinal: boolean): void {
    const events = this.#events;
    const end = isFinal ? this.#input.to : undefined;
    for (events.rewind(); events.next(); ) {
      if (this.#rows) this.#rows.judge(events, end);
      else this.#structureOfHeader(events);
    }
  }

  /** The first line has no columns yet: its flaws are told by their line. */
  #structureOfHeader({ kind, line }: Events): void {
    const id = structureFlaws.get(kind);
    if (id) this.#findings.add(id, {}, { line });
  }

  #tooLong(): void {
    this.#isBroken = true;
    const { from } = this.#input;
    const line = this.#kernel.exports.line.value;
    const text = this.#kernel.text(from, from + 2000);
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
}
