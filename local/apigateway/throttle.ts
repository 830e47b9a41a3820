import type { ProductClock } from '../clock.ts';
import type { Throttling } from './http-api-record.ts';

/**
 * Token buckets, one per name: `burst` at once, refilled at `rate` a second.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
export class Throttle {
  readonly #clock: ProductClock;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(clock: ProductClock) {
    this.#clock = clock;
  }

  /** False when nothing is left: answer 429. */
  take(name: string, { rate, burst }: Throttling): boolean {
    const now = this.#clock.now();
    const { tokens, at } = this.#buckets.get(name) ?? { tokens: burst, at: now };
    const left = Math.min(burst, tokens + ((now - at) / 1000) * rate);
    this.#buckets.set(name, { tokens: left < 1 ? left : left - 1, at: now });
    return left >= 1;
  }
}
