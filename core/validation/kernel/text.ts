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
      this.#findings.add(fault === nul ? 'encoding.nul' : 'encoding.utf8', {}, { line: line + this.#linesUntil(at) });
      const next = this.#kernel.bytes.subarray(0, to).indexOf(LF, at);
      at = next < 0 ? to : next;
      this.#looked = at - from;
    }
  }

  /** After a scan: so many bytes are dealt with. */
  leave(bytes: number): void {
    this.#looked -= bytes;
  }

  #linesUntil(at: number): number {
    const before = this.#kernel.bytes.subarray(this.#input.from, at);
    let count = 0;
    for (const [index, byte] of before.entries()) {
      if (byte === LF || (byte === CR && before[index + 1] !== LF)) count += 1;
    }
    return count;
  }
}
