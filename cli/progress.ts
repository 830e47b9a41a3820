const width = 30;
/** A terminal that is written to more often than that only flickers. */
const everyMs = 100;

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
const inMegabytes = (done: number, all: number): string => `${megabytes(done)} of ${megabytes(all)} MB`;

/** How far a long command is, on a terminal; elsewhere it says nothing. */
export class ProgressBar {
  readonly #stream: NodeJS.WriteStream;
  readonly #label: string;
  readonly #amount: (done: number, all: number) => string;
  #shownAt = 0;
  #isShown = false;

  /** @param amount how much is done, in words; bytes by default */
  constructor(stream: NodeJS.WriteStream, label: string, amount = inMegabytes) {
    this.#stream = stream;
    this.#label = label;
    this.#amount = amount;
  }

  show(done: number, all: number): void {
    const now = performance.now();
    if (!this.#stream.isTTY || now - this.#shownAt < everyMs) return;
    this.#shownAt = now;
    this.#isShown = true;
    const share = all === 0 ? 1 : done / all;
    const full = Math.round(share * width);
    const bar = `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
    this.#stream.write(`\r\u001b[K${this.#label} ${bar} ${Math.floor(share * 100)} %, ${this.#amount(done, all)}`);
  }

  end(): void {
    if (this.#isShown) this.#stream.write('\r\u001b[K');
  }
}
