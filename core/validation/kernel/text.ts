import type { Findings } from '../findings.ts';
import type { Input } from './input.ts';
import type { Kernel } from './kernel.ts';

const LF = 0x0a;
const CR = 0x0d;

/* What the kernel says of text; see assembly/text.ts. */
const nul = 2;
const cut = 3;

/** Finds what is not UTF-8, and NUL bytes, with the physical line. At most one finding a line. */
export class TextCheck {
  readonly #kernel: Kernel;
  readonly #input: Input;
  readonly #findings: Findings;
  /** How much of what is left in the input was looked at. */
  #looked = 0;
  /** Up to where lines were counted, from the input's first byte, and how many there were. */
  #counted = 0;
  #lines = 0;
  /** Line of the last finding: one finding a line. */
  #told = 0;

  constructor(kernel: Kernel, input: Input, findings: Findings) {
    this.#kernel = kernel;
    this.#input = input;
    this.#findings = findings;
  }

  /** Looks at what came since. Call it before the scan, and `leave` after it. @param line that of the input's first byte */
  look(line: number, isFinal: boolean): void {
    const { from, to } = this.#input;
    for (let at = from + this.#looked; at < to; ) {
      at = this.#kernel.exports.checkText(at, to);
      const fault = at < to ? this.#kernel.exports.fault.value : 0;
      this.#looked = at - from;
      if (fault === 0 || (fault === cut && !isFinal)) return;
      const place = line + this.#linesUntil(at);
      if (place > this.#told) this.#findings.add(fault === nul ? 'encoding.nul' : 'encoding.utf8', {}, { line: place });
      this.#told = place;
      const next = this.#kernel.bytes.subarray(0, to).indexOf(LF, at);
      at = next < 0 ? to : next;
      this.#looked = at - from;
    }
  }

  /** After a scan: so many bytes are dealt with. */
  leave(bytes: number): void {
    this.#looked -= bytes;
    this.#counted = 0;
    this.#lines = 0;
  }

  /** From where the last count ended: a file that is wrong in every line is counted once. */
  #linesUntil(at: number): number {
    const { from } = this.#input;
    const { bytes } = this.#kernel;
    for (let index = from + this.#counted; index < at; index += 1) {
      const byte = bytes[index];
      if (byte === LF || (byte === CR && bytes[index + 1] !== LF)) this.#lines += 1;
    }
    this.#counted = at - from;
    return this.#lines;
  }
}
