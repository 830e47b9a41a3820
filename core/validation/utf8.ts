import type { Findings } from './findings.ts';

const LF = 0x0a;

/**
 * Finds text that is not UTF-8, and NUL bytes, with the physical line. Works chunk by chunk in constant memory:
 * a sequence cut by a chunk's end is carried over (a UTF-8 sequence never contains a line feed).
 */
export class Utf8Checker {
  readonly #findings: Findings;
  #decoder = new TextDecoder('utf-8', { fatal: true });
  #carried: Uint8Array = new Uint8Array(0);
  #line = 1;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  chunk(bytes: Uint8Array): void {
    if (this.#isSound(bytes)) {
      for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) this.#line += 1;
    } else {
      this.#lineByLine(concat(this.#carried, bytes));
    }
    this.#carried = incompleteTail(bytes);
  }

  /** Call once after the last chunk: a sequence may have been cut by the end of the file. */
  end(): void {
    if (this.#carried.length > 0) this.#report();
  }

  #isSound(bytes: Uint8Array): boolean {
    if (bytes.indexOf(0) >= 0) return false;
    try {
      this.#decoder.decode(bytes, { stream: true });
      return true;
    } catch {
      this.#decoder = new TextDecoder('utf-8', { fatal: true });
      return false;
    }
  }

  #lineByLine(bytes: Uint8Array): void {
    const tail = incompleteTail(bytes);
    const whole = bytes.subarray(0, bytes.length - tail.length);
    for (let start = 0; start < whole.length; ) {
      const next = whole.indexOf(LF, start);
      const end = next < 0 ? whole.length : next;
      this.#checkLine(whole.subarray(start, end));
      if (next >= 0) this.#line += 1;
      start = end + 1;
    }
    this.#decoder = new TextDecoder('utf-8', { fatal: true });
    // What was found wrong by its first bytes stays wrong, whatever follows.
    if (!this.#isSound(tail)) this.#report();
  }

  #checkLine(bytes: Uint8Array): void {
    if (bytes.indexOf(0) >= 0) {
      this.#findings.add({
        rule: 'encoding.nul',
        line: this.#line,
        expected: 'text',
        got: 'a NUL byte',
        fix: 'export the file again as text; it is damaged or binary',
      });
    }
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      this.#report();
    }
  }

  #report(): void {
    this.#findings.add({
      rule: 'encoding.utf8',
      line: this.#line,
      expected: 'UTF-8 text',
      got: 'bytes in another encoding',
      fix: 'save the file as UTF-8 (in Excel: "CSV UTF-8")',
    });
  }
}

/** The start of a multi-byte sequence that the end of `bytes` cuts off; at most 3 bytes. */
const incompleteTail = (bytes: Uint8Array): Uint8Array => {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    // Not every high byte can start a sequence (RFC 3629 §4): these never do, so nothing is to be waited for.
    if (byte < 0xc2 || byte > 0xf4) break;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < needed ? bytes.slice(-back) : new Uint8Array(0);
  }
  return new Uint8Array(0);
};

const concat = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
};
