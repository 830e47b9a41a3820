import type { Findings } from '../findings.ts';
import type { Limits } from '../rules.ts';
import type { Kernel } from './kernel.ts';

/** Line ends behind the last byte: a search of the kernel always ends. */
const guardBytes = 16;
/** The kernel looks at 64 bytes at once, and so at some behind the end. */
const overreadBytes = 128;
const LF = 0x0a;
const byteOrderMark = [0xef, 0xbb, 0xbf];

/**
 * The part of a file that is in the kernel's memory: what is left of the last scan, and what came since.
 * Its size is that of the longest record that is taken, and some more.
 */
export class Input {
  readonly #kernel: Kernel;
  readonly #base: number;
  readonly #capacity: number;
  readonly #gathered: number;
  /** Bytes that the last scan left. */
  #left = 0;
  #sawStart = false;
  /** First byte that is not dealt with. */
  from: number;
  /** Behind the last byte. */
  to: number;

  constructor(kernel: Kernel, { recordBytes, gatheredBytes }: Pick<Limits, 'recordBytes' | 'gatheredBytes'>) {
    this.#kernel = kernel;
    this.#gathered = gatheredBytes;
    this.#capacity = recordBytes + gatheredBytes;
    this.#base = kernel.allocate(this.#capacity + overreadBytes);
    this.from = this.#base;
    this.to = this.#base;
  }

  /**
   * Takes a chunk, and has it read whenever enough came together.
   *
   * @param read returns false when no more is wanted
   */
  feed(chunk: Uint8Array, read: () => boolean): void {
    for (let at = 0; at < chunk.length; ) {
      at += this.#take(at === 0 ? chunk : chunk.subarray(at));
      if (this.#isWorthIt() && !read()) return;
    }
  }

  /** After a scan: what it left waits for more. */
  settle(): void {
    this.#left = this.length;
  }

  /** Takes as much of a chunk as there is room for; returns how much. */
  #take(chunk: Uint8Array): number {
    if (this.to - this.#base + chunk.length > this.#capacity) this.#makeRoom();
    const count = Math.min(chunk.length, this.#capacity - (this.to - this.#base));
    this.#kernel.bytes.set(count === chunk.length ? chunk : chunk.subarray(0, count), this.to);
    this.to += count;
    return count;
  }

  /** Enough has come to be worth a scan. */
  #isWorthIt(): boolean {
    return this.length - this.#left >= this.#gathered || this.to - this.#base >= this.#capacity;
  }

  get length(): number {
    return this.to - this.from;
  }

  /**
   * A byte order mark is no part of the text.
   *
   * @returns false when there is not enough yet to tell
   */
  skipMark(isFinal: boolean, findings: Findings): boolean {
    if (this.#sawStart) return true;
    if (!isFinal && this.length < byteOrderMark.length) return false;
    this.#sawStart = true;
    const { bytes } = this.#kernel;
    if (byteOrderMark.every((byte, index) => bytes[this.from + index] === byte)) {
      findings.add('encoding.bom', {}, { line: 1 });
      this.from += byteOrderMark.length;
    }
    return true;
  }

  /** Writes what the kernel expects behind the end. */
  guard(): void {
    this.#kernel.bytes.fill(LF, this.to, this.to + guardBytes);
  }

  #makeRoom(): void {
    this.#kernel.bytes.copyWithin(this.#base, this.from, this.to);
    this.to -= this.from - this.#base;
    this.from = this.#base;
  }
}
