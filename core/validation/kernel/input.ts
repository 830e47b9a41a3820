import type { Kernel } from './kernel.ts';

/** As much is gathered before the kernel is asked: a call costs little, and this much stays in the processor's cache. */
const gatheredBytes = 256 * 1024;

/** The kernel looks at sixteen bytes at a time, and finds a line end behind the last. */
const guardBytes = 16;
const LF = 0x0a;

/**
 * The part of a file that is in the kernel's memory: what is left of the last scan, and what came since.
 * Its size is that of the longest record that is taken, and some more.
 */
export class Input {
  readonly #kernel: Kernel;
  readonly #base: number;
  readonly #capacity: number;
  /** First byte that is not dealt with. */
  from: number;
  /** Behind the last byte. */
  to: number;

  constructor(kernel: Kernel, longestRecord: number) {
    this.#kernel = kernel;
    this.#capacity = longestRecord + gatheredBytes;
    this.#base = kernel.allocate(this.#capacity + guardBytes * 2);
    this.from = this.#base;
    this.to = this.#base;
  }

  /** Takes as much of a chunk as there is room for; returns how much. */
  take(chunk: Uint8Array): number {
    if (this.to - this.#base + chunk.length > this.#capacity) this.#makeRoom();
    const count = Math.min(chunk.length, this.#capacity - (this.to - this.#base));
    this.#kernel.bytes.set(count === chunk.length ? chunk : chunk.subarray(0, count), this.to);
    this.to += count;
    return count;
  }

  /** Enough has come to be worth a scan. @param left bytes that the last scan left */
  isWorthIt(left: number): boolean {
    return this.to - this.from - left >= gatheredBytes || this.to - this.#base >= this.#capacity;
  }

  get length(): number {
    return this.to - this.from;
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
