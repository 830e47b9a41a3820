import type { Findings } from '../findings.ts';
import { Events, eventKinds } from '../kernel/events.ts';
import { Input } from '../kernel/input.ts';
import { Kernel } from '../kernel/kernel.ts';
import { TextCheck } from '../kernel/text.ts';
import type { Limits, TextRules } from '../rules.ts';
import { DocumentJudge } from './judge.ts';
import { Nodes } from './nodes.ts';
import { addSyntax, parseJson } from './parse.ts';

const eventRoom = 4096;
const openBracket = 0x5b;
const openBrace = 0x7b;

/** Checks JSON Lines (https://jsonlines.org) against a JSON Schema, line by line, in memory that does not grow. */
export class LinesCheck {
  readonly #kernel = new Kernel();
  readonly #input: Input;
  readonly #text: TextCheck;
  readonly #events: Events;
  readonly #judge: DocumentJudge;
  readonly #findings: Findings;
  readonly #limits: Limits;
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
    if (!this.#input.skipMark(isFinal, this.#findings)) return;
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

  #one(event: Events, isFinal: boolean): void {
    const { line, start, end } = event;
    if (event.kind === eventKinds.blank) this.#findings.add('line.blank', {}, { line });
    else if (end - start > this.#limits.recordBytes) this.#tooLong(line);
    else this.#line(event, isFinal);
  }

  #line({ line, row, start, end }: Events, isFinal: boolean): void {
    const place = { line, row };
    const parsed = parseJson(this.#kernel, start, end, false);
    if ('document' in parsed) {
      this.#judge.judge(parsed.document, place);
      return;
    }
    const { at, breaksOff } = parsed.fault;
    const first = this.#kernel.bytes[start];
    if (breaksOff && isFinal && end === this.#input.to) this.#findings.add('json.truncated', {}, place);
    else if (breaksOff && row === 1 && (first === openBracket || first === openBrace)) {
      this.#findings.add('json.notLines', {}, place);
      this.#isBroken = true;
    } else addSyntax(this.#kernel, { from: start, at, to: end }, place, this.#findings);
  }
}
