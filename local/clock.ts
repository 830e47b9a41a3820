import type { Journal } from './journal.ts';
import { text } from './journal.ts';

/**
 * The one product clock: wall time plus an offset that only grows. Everything reads it: timers, signatures,
 * credentials, `$now()`, and `Date` inside the functions.
 */
export class ProductClock {
  readonly #journal: Journal;
  readonly #wall: () => number;
  #offset: number;

  /** @param wall the machine's clock, in milliseconds since 1970 */
  constructor(journal: Journal, wall: () => number) {
    this.#journal = journal;
    this.#wall = wall;
    this.#offset = Number(text(journal.get(`select value from settings where name = 'clock'`), 'value') || 0);
  }

  /** Product time in milliseconds since 1970. */
  now(): number {
    return this.#wall() + this.#offset;
  }

  wall(): number {
    return this.#wall();
  }

  /** Milliseconds by which product time is ahead. */
  get offset(): number {
    return this.#offset;
  }

  iso(): string {
    return new Date(this.now()).toISOString();
  }

  /** Sets it, forward or back, as an administrator or a time server does. */
  jump(byMs: number): void {
    this.#offset += byMs;
    this.#journal.run(`insert or replace into settings values ('clock', ?)`, String(this.#offset));
  }

  /** Moves forward to `instant`; time never goes back. */
  moveTo(instant: number): void {
    if (instant <= this.now()) return;
    this.#offset = instant - this.#wall();
    this.#journal.run(`insert or replace into settings values ('clock', ?)`, String(this.#offset));
  }
}
