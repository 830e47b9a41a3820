import { Temporal } from 'temporal-polyfill';
import type { LocalDay } from './cron.ts';

const dayMs = 86_400_000;

/**
 * The clocks of one IANA zone. It remembers the offsets that it looked up: a year of many schedules asks for the same days
 * again and again.
 */
export class Zone {
  readonly #name: string;
  readonly #offsets = new Map<number, number>();

  constructor(name: string) {
    this.#name = name;
  }

  /**
   * The instant at which the clocks first show a local time; undefined for one that they never show, because they were put
   * forward over it.
   */
  instantOf({ year, month, day }: LocalDay, hour: number, minute: number, second = 0): number | undefined {
    const wall = Date.UTC(year, month - 1, day, hour, minute, second);
    // Clocks change by hours: whatever they show around a day is what they show a day before or after it.
    const [before, after] = [this.#offsetAround(wall - dayMs), this.#offsetAround(wall + dayMs)];
    if (before === after) return wall - before;
    const candidates = [...new Set([wall - before, wall - after])].sort((a, b) => a - b);
    return candidates.find((at) => at + this.offsetAt(at) === wall);
  }

  /** The local date at an instant. */
  dayOf(at: number): LocalDay {
    const local = new Date(at + this.offsetAt(at));
    return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() };
  }

  /** Milliseconds ahead of UTC. */
  offsetAt(at: number): number {
    return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(this.#name).offsetNanoseconds / 1e6;
  }

  /** At the middle of the UTC day of an instant. */
  #offsetAround(at: number): number {
    const day = Math.floor(at / dayMs);
    const known = this.#offsets.get(day);
    if (known !== undefined) return known;
    const offset = this.offsetAt(day * dayMs + dayMs / 2);
    this.#offsets.set(day, offset);
    return offset;
  }
}
