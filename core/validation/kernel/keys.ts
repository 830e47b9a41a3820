import type { Kernel } from './kernel.ts';

/* Layout of a key: see assembly/keys.ts. */
const keyBytes = 48;
const slotBytes = 16;

/** A table is enlarged eight times at once: what it leaves behind is lost, and stays small beside it. */
const slotSteps = [2 ** 16, 2 ** 19, 2 ** 22];

/** Half of the largest table. */
export const maxUniqueRows = 2 ** 21;

const full = 0xffff_ffff;

/** The keys of a table, as the kernel remembers them: a column that is unique, or several together. */
export class Keys {
  readonly #kernel: Kernel;
  readonly #address: number;
  readonly #scratch: number;
  readonly #step: number[];

  /**
   * @param keys the indexes of each key's columns
   * @param longest bytes of the longest record
   */
  constructor(kernel: Kernel, keys: readonly (readonly number[])[], longest: number) {
    this.#kernel = kernel;
    this.#address = kernel.allocate(Math.max(1, keys.length) * keyBytes);
    this.#scratch = keys.length > 0 ? kernel.allocate(longest * 2) : 0;
    this.#step = keys.map(() => 0);
    for (const [key, columns] of keys.entries()) this.#describe(key, columns, longest);
  }

  get address(): number {
    return this.#address;
  }

  /** Room for the parts of a key: they are no longer than their record. */
  get scratch(): number {
    return this.#scratch;
  }

  #describe(key: number, columns: readonly number[], longest: number): void {
    const [slots = 0] = slotSteps;
    const table = this.#kernel.allocate(slots * slotBytes);
    const last = this.#kernel.allocate(longest * 2);
    const list = this.#kernel.allocate(columns.length * 4);
    this.#kernel.words.set(columns, list >> 2);
    this.#kernel.words.set([table, slots, last, 0, 0, 0, 0, columns.length, list], this.#word(key, 0));
  }

  /**
   * Takes a key that the kernel could not: its table is full, or its text is written with escapes.
   *
   * @returns 0, the row that had it before, or undefined when no table can hold more
   */
  claim(key: number, values: readonly string[], row: number): number | undefined {
    const bytes = keyOf(values);
    this.#kernel.bytes.set(bytes, this.#scratch);
    for (;;) {
      const before = this.#kernel.exports.claim(this.#word(key, 0) * 4, this.#scratch, bytes.length, row) >>> 0;
      if (before !== full) return before;
      if (!this.#enlarge(key)) return undefined;
    }
  }

  /** It is not looked at any more. */
  giveUp(key: number): void {
    this.#kernel.words[this.#word(key, 7)] = 0;
  }

  /** The kernel may have told of it before it was given up. */
  isGivenUp(key: number): boolean {
    return this.#kernel.words[this.#word(key, 7)] === 0;
  }

  #enlarge(key: number): boolean {
    const step = (this.#step[key] ?? 0) + 1;
    const slots = slotSteps[step];
    if (slots === undefined) return false;
    this.#step[key] = step;
    const table = this.#kernel.allocate(slots * slotBytes);
    this.#kernel.exports.enlarge(this.#word(key, 0) * 4, table, slots);
    if (step === slotSteps.length - 1) this.#kernel.words[this.#word(key, 6)] = 1;
    return true;
  }

  #word(key: number, word: number): number {
    return ((this.#address + key * keyBytes) >> 2) + word;
  }
}

/** The parts of a key one after the other, as the kernel puts them together: a byte that UTF-8 never has ends each. */
const keyOf = (values: readonly string[]): Uint8Array => {
  const encoder = new TextEncoder();
  const parts = values.map((value) => encoder.encode(value));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 1, 0)).fill(0xff);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length + 1;
  }
  return bytes;
};
