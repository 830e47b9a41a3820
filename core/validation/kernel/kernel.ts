import type { Automaton } from './automaton.ts';
import { wasm } from './built.ts';

/** What of a WebAssembly module is used here; the same in Node and in browsers. */
interface KernelExports {
  checkText(from: number, to: number): number;
  claim(key: number, from: number, length: number, row: number): number;
  enlarge(key: number, table: number, slots: number): void;
  eventCount(): number;
  recordEnd(from: number, to: number, isFinal: number): number;
  restart(line: number): void;
  scan(from: number, to: number, isFinal: number): number;
  setDialect(delimiter: number, quote: number, escaping: number, comment: number, skipsSpace: number): void;
  setMarker(from: number, length: number): void;
  setEvents(from: number, capacity: number, most: number): void;
  setLimits(record: number, cell: number): void;
  setNodes(root: number, longestLine: number): void;
  scanLines(from: number, to: number, isFinal: number): number;
  parseDocument(from: number, to: number, takesLines: number): number;
  readonly jsonPosition: Cell;
  readonly jsonLine: Cell;
  readonly jsonRows: Cell;
  readonly faultAt: Cell;
  setTable(
    columns: number,
    columnCount: number,
    keys: number,
    keyCount: number,
    ranges: number,
    scratch: number,
    wantsRows: number,
  ): void;
  readonly fault: Cell;
  readonly position: Cell;
  readonly line: Cell;
  readonly rows: Cell;
  readonly lfEnds: Cell;
  readonly crlfEnds: Cell;
  readonly crEnds: Cell;
}

interface Cell {
  readonly value: number;
}

interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { initial: number; maximum: number }) => Memory;
  readonly Instance: new (
    module: object,
    imports: { env: { memory: Memory; abort(): void } },
  ) => { exports: KernelExports };
}

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

declare const WebAssembly: Wasm;

const pageBytes = 65_536;
/** 1 GiB: more than any limit of ours lets it come to. */
const maxPages = 16_384;
/** Where the module keeps what is its own. */
const reservedBytes = 65_536;

/** 128 addresses, and whether it may end there. */
const stateBytes = 528;
/** More are told apart faster by an automaton. */
const mostOfSet = 12;

let compiled: object | undefined;

const compile = (): object => {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(wasm), (one) => one.charCodeAt(0)));
  return compiled;
};

/**
 * One instance of the kernel and its memory. Memory is only ever added: an instance reads one file and is let go.
 * The layouts that are written here are described where the kernel reads them, in `assembly/`.
 */
export class Kernel {
  readonly exports: KernelExports;
  readonly #memory: Memory;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #end = reservedBytes;

  constructor() {
    this.#memory = new WebAssembly.Memory({ initial: 2, maximum: maxPages });
    const abort = (): never => {
      throw new Error('the kernel stopped: it was driven wrongly');
    };
    this.exports = new WebAssembly.Instance(compile(), { env: { memory: this.#memory, abort } }).exports;
  }

  /** Address of fresh memory, all zero. */
  allocate(bytes: number): number {
    const address = this.#end;
    this.#end = (address + bytes + 15) & ~15;
    const missing = this.#end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / pageBytes));
    return address;
  }

  /** Views go stale whenever memory is added: take them anew. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#memory.buffer);
  }

  get words(): Uint32Array {
    return new Uint32Array(this.#memory.buffer);
  }

  get floats(): Float64Array {
    return new Float64Array(this.#memory.buffer);
  }

  /** What stands in memory as text; what is no UTF-8 is replaced. */
  text(from: number, to: number): string {
    return this.#decoder.decode(this.bytes.subarray(from, to));
  }

  /** @returns the address of the automaton's start; see assembly/automaton.ts */
  place({ states, next, ends }: Automaton): number {
    const address = this.allocate(states * stateBytes);
    const words = new Uint32Array(states * (stateBytes / 4));
    for (let state = 0; state < states; state += 1) {
      const row = state * (stateBytes / 4);
      for (let byte = 0; byte < 128; byte += 1) {
        words[row + byte] = address + (next[state * 256 + byte] ?? 0) * stateBytes;
      }
      words[row + 128] = ends[state] ?? 0;
    }
    this.words.set(words, address >> 2);
    // State 0 takes nothing; the start is the one behind it.
    return address + stateBytes;
  }

  /** @returns the address of the ranges of each byte; see assembly/cells.ts */
  placeRanges(ranges: readonly (readonly [number, number])[]): number {
    const address = this.allocate(48);
    this.words[address >> 2] = ranges.length;
    const { bytes } = this;
    for (const [index, [from, to]] of ranges.entries()) {
      bytes[address + 16 + index] = from;
      bytes[address + 32 + index] = to;
    }
    return address;
  }

  /** @returns the address of a set of short texts; undefined when one is too long, or there are many */
  placeSet(texts: readonly string[]): number | undefined {
    const encoded = texts.map((text) => new TextEncoder().encode(text));
    if (encoded.length > mostOfSet || encoded.some(({ length }) => length === 0 || length > 8)) return undefined;
    const address = this.allocate(8 + encoded.length * 8);
    this.words[address >> 2] = encoded.length;
    for (const [index, bytes] of encoded.entries()) this.bytes.set(bytes, address + 8 + index * 8);
    return address;
  }
}
