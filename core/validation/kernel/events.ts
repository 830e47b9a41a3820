import type { Kernel } from './kernel.ts';

/* What the kernel tells of records; see assembly/events.ts. */
export const eventKinds = {
  cell: 1,
  repeated: 2,
  keyIsEscaped: 3,
  keysAreFull: 4,
  row: 5,
  totals: 6,
  line: 7,
  ragged: 16,
  blank: 17,
  quoteInField: 18,
  textAfterQuote: 19,
  neverClosed: 20,
  tooLong: 21,
} as const;

const eventWords = 8;

/** Reads the events of one scan, one after the other, without an object for each. */
export class Events {
  readonly #kernel: Kernel;
  readonly #address: number;
  readonly #capacity: number;
  #words: Uint32Array = new Uint32Array();
  #at = 0;
  #left = 0;

  /** @param most events that one record may have */
  constructor(kernel: Kernel, capacity: number, most: number) {
    this.#kernel = kernel;
    this.#capacity = capacity;
    this.#address = kernel.allocate(capacity * eventWords * 4);
    this.tellKernel(most);
  }

  /** Once more when the columns are known: there must be room for all that one record may tell. */
  tellKernel(most: number): void {
    this.#kernel.exports.setEvents(this.#address, this.#capacity, most);
  }

  /** To the first of what the last scan told. */
  rewind(): void {
    this.#words = this.#kernel.words;
    this.#at = (this.#address >> 2) - eventWords;
    this.#left = this.#kernel.exports.eventCount();
  }

  /** False when there are no more. */
  next(): boolean {
    this.#at += eventWords;
    this.#left -= 1;
    return this.#left >= 0;
  }

  get kind(): number {
    return this.#word(0);
  }
  /** Index of a column, of a key, or a count of fields. */
  get column(): number {
    return this.#word(1);
  }
  get row(): number {
    return this.#word(2);
  }
  get line(): number {
    return this.#word(3);
  }
  get start(): number {
    return this.#word(4);
  }
  /** Of the cell; of `repeated`, the row that had the key first. */
  get end(): number {
    return this.#word(5);
  }
  get recordStart(): number {
    return this.#word(6);
  }
  get recordEnd(): number {
    return this.#word(7);
  }

  #word(index: number): number {
    // Memory that was added meanwhile (a table of keys grew) has left the old view empty.
    if (this.#words.length === 0) this.#words = this.#kernel.words;
    return this.#words[this.#at + index] ?? 0;
  }
}
