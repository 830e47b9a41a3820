import type { Findings, Place } from '../findings.ts';
import { Events, eventKinds } from '../kernel/events.ts';
import { Input } from '../kernel/input.ts';
import { Kernel } from '../kernel/kernel.ts';
import { TextCheck } from '../kernel/text.ts';
import type { Limits, TextRules } from '../rules.ts';
import { DocumentJudge } from './judge.ts';
import { Nodes } from './nodes.ts';
import { isParsed } from './parsed.ts';

const eventRoom = 4096;
const LF = 0x0a;

/** Checks JSON Lines (https://jsonlines.org) against a JSON Schema, line by line, in memory that does not grow. */
export class LinesCheck {
  readonly #kernel = new Kernel();
  readonly #input: Input;
  readonly #text: TextCheck;
  readonly #events: Events;
  readonly #judge: DocumentJudge;
  readonly #findings: Findings;
  readonly #limits: Limits;
  #sawStart = false;
  #isBroken = false;

  constructor({ jsonSchema }: TextRules, limits: Limits, findings: Findings) {
    this.#findings = findings;
    this.#limits = limits;
    this.#judge = new DocumentJudge(jsonSchema, findings);
    this.#input = new Input(this.#kernel, limits);
    this.#text = new TextCheck(this.#kernel, this.#input, findings);
    this.#kernel.exports.setNodes(new Nodes(this.#kernel, jsonSchema).compile(), limits.recordBytes);
    this.#events = new Events(this.#kernel, eventRoom, 2);
  }

  /** Records so far. */
  get rows(): number {
    return this.#kernel.exports.jsonRows.value;
  }

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
    if (!this.#isBroken && this.rows === 0) this.#findings.add('rows.none', {});
  }

  #read(isFinal: boolean): void {
    const { exports } = this.#kernel;
    if (!this.#sawStart) this.#skipMark();
    this.#input.guard();
    this.#text.look(exports.jsonLine.value, isFinal);
    for (let isMore = true; isMore && !this.#isBroken; ) {
      const { from, to } = this.#input;
      isMore = exports.scanLines(from, to, isFinal ? 1 : 0) !== 0;
      const events = this.#events;
      for (events.rewind(); events.next() && !this.#isBroken; ) this.#one(events, isFinal);
      const position = exports.jsonPosition.value;
      this.#text.leave(position - from);
      this.#input.from = position;
    }
    this.#input.settle();
    if (isFinal || this.#input.length <= this.#limits.recordBytes || this.#isBroken) return;
    this.#tooLong(exports.jsonLine.value);
    this.#isBroken = true;
  }

  #tooLong(line: number): void {
    this.#findings.add('limit.record', { max: this.#limits.recordBytes }, { line });
  }

  /** RFC 8259 §8.1 lets a reader ignore a byte order mark. */
  #skipMark(): void {
    this.#sawStart = true;
    const { from } = this.#input;
    const { bytes } = this.#kernel;
    if (bytes[from] !== 0xef || bytes[from + 1] !== 0xbb || bytes[from + 2] !== 0xbf) return;
    this.#findings.add('encoding.bom', {}, { line: 1 });
    this.#input.from += 3;
  }

  #one(event: Events, isFinal: boolean): void {
    const { line, row, start, end } = event;
    if (event.kind === eventKinds.blank) this.#findings.add('line.blank', {}, { line });
    else if (end - start > this.#limits.recordBytes) this.#tooLong(line);
    else if (this.#isJson(event, isFinal)) this.#judge.judge(JSON.parse(this.#decode(start, end)), { line, row });
  }

  /** Says where a line stops to be JSON. */
  #isJson({ line, row, start, end }: Events, isFinal: boolean): boolean {
    const { exports } = this.#kernel;
    const { bytes } = this.#kernel;
    // The parser stops at a line end: behind the last line there is one, and a line ends with one.
    if (exports.parseDocument(start, end, 0) !== 0) return true;
    const at = Math.min(exports.faultAt.value, end);
    if (isParsed(this.#decode(start, end))) return true;
    const breaksOff = this.#decode(at, end).trim() === '';
    const place: Place = { line, row };
    if (breaksOff && isFinal && end === this.#input.to) this.#findings.add('json.truncated', {}, place);
    else if (breaksOff && row === 1 && (bytes[start] === 0x5b || bytes[start] === 0x7b)) {
      this.#findings.add('json.notLines', {}, place);
      this.#isBroken = true;
    } else this.#syntax(start, at, end, place);
    return false;
  }

  #syntax(start: number, at: number, end: number, place: Place): void {
    const found =
      at >= end || this.#kernel.bytes[at] === LF ? '…' : `"${this.#decode(at, Math.min(at + 12, end)).slice(0, 8)}"`;
    this.#findings.add('json.syntax', { found, at: this.#decode(start, at).length + 1 }, place);
  }

  #decode(from: number, to: number): string {
    return new TextDecoder().decode(this.#kernel.bytes.subarray(from, to));
  }
}
