import type { Findings } from '../findings.ts';

/** Turns text of a declared encoding into UTF-8, as it comes. */
export class Transcoder {
  readonly #decoder: InstanceType<typeof TextDecoder>;
  readonly #encoder = new TextEncoder();
  readonly #encoding: string;
  readonly #findings: Findings;
  #isFaulty = false;

  constructor(encoding: string, findings: Findings) {
    this.#encoding = encoding;
    this.#decoder = new TextDecoder(encoding, { fatal: true });
    this.#findings = findings;
  }

  /** From the first byte that is none of the encoding on there is nothing more. */
  push(chunk: Uint8Array): Uint8Array {
    return this.#encoder.encode(this.#decode(() => this.#decoder.decode(chunk, { stream: true })));
  }

  /** A character may have been cut by the end of the file. */
  end(): void {
    this.#decode(() => this.#decoder.decode());
  }

  #decode(decode: () => string): string {
    if (this.#isFaulty) return '';
    try {
      return decode();
    } catch {
      this.#isFaulty = true;
      this.#findings.add('encoding.declared', { encoding: this.#encoding });
      return '';
    }
  }
}
