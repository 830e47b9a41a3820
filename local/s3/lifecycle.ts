import type { ProductClock } from '../clock.ts';
import type { BucketRecord, LifecycleRule } from './buckets.ts';
import type { Multipart } from './multipart.ts';
import type { ObjectStore, StoredVersion } from './object-store.ts';
import { isLocked } from './retention.ts';

const dayMs = 86_400_000;

/** Days are counted to the next midnight UTC: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html */
const overAt = (since: number, days: number): number => Math.ceil(since / dayMs + days) * dayMs;

/**
 * Applies lifecycle rules to what is there. Called before a bucket is looked at, once per day of product time: what
 * should be gone by then is gone, and nothing has to run in between.
 */
export class Lifecycle {
  readonly #store: ObjectStore;
  readonly #multipart: Multipart;
  readonly #clock: ProductClock;
  readonly #doneFor = new Map<string, number>();

  constructor(store: ObjectStore, multipart: Multipart, clock: ProductClock) {
    this.#store = store;
    this.#multipart = multipart;
    this.#clock = clock;
  }

  apply({ name, lifecycle }: BucketRecord): void {
    const now = this.#clock.now();
    const today = Math.floor(now / dayMs);
    if (lifecycle.length === 0 || this.#doneFor.get(name) === today) return;
    this.#doneFor.set(name, today);
    for (const rule of lifecycle) this.#applyRule(name, rule, now);
  }

  #applyRule(bucket: string, rule: LifecycleRule, now: number): void {
    const { prefix, expirationDays, noncurrentDays, removesLoneMarkers, abortDays } = rule;
    if (abortDays !== undefined) this.#multipart.abortOlder(bucket, prefix, abortDays, now);
    for (const key of new Set(this.#store.versions(bucket, prefix).map((one) => one.key))) {
      if (expirationDays !== undefined) this.#expire(bucket, key, expirationDays, now);
      const [latest, ...older] = this.#store.versions(bucket, key).filter((one) => one.key === key);
      if (!latest) continue;
      if (noncurrentDays !== undefined) this.#removeNoncurrent(older, latest, noncurrentDays, now);
      if (removesLoneMarkers && latest.isMarker && older.length === 0) this.#store.remove(latest);
    }
  }

  /** A marker as of the day when it was due, however long nobody looked. */
  #expire(bucket: string, key: string, days: number, now: number): void {
    const latest = this.#store.latest(bucket, key);
    if (!latest) return;
    const due = overAt(latest.modifiedAt, days);
    if (due <= now) this.#store.mark(bucket, key, due);
  }

  /** A version is noncurrent since the one after it was written. */
  #removeNoncurrent(older: readonly StoredVersion[], latest: StoredVersion, days: number, now: number): void {
    for (const [index, version] of older.entries()) {
      const successor = older[index - 1] ?? latest;
      if (overAt(successor.modifiedAt, days) <= now && !isLocked(version, now)) this.#store.remove(version);
    }
  }
}
