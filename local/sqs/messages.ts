import { createHash, randomUUID } from 'node:crypto';
import type { ProductClock } from '../clock.ts';
import { integer, type Journal, type Row, text } from '../journal.ts';

/** Of a queue, what decides when and how often its messages are given out. */
export interface QueueTimes {
  readonly name: string;
  readonly visibilitySeconds: number;
  readonly delaySeconds: number;
  /** Where a message goes that was given out so often and never deleted. */
  readonly deadLetter?: { readonly queue: string; readonly maxReceives: number };
}

/** A message as somebody received it. */
export interface Received {
  readonly id: string;
  readonly receipt: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  /** This time included. */
  readonly receives: number;
}

/** What is kept of a message in one column; messages of older data were never counted. */
interface Content {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly receives?: number;
  readonly firstReceivedAt?: number;
}

/** The messages of all queues. Calls join the caller's transaction. */
export class Messages {
  readonly #journal: Journal;
  readonly #clock: ProductClock;

  constructor(journal: Journal, clock: ProductClock) {
    this.#journal = journal;
    this.#clock = clock;
  }

  /** @returns its id, and when it can be received (milliseconds) */
  add(
    queue: QueueTimes,
    body: string,
    attributes: Readonly<Record<string, string>>,
    delaySeconds = queue.delaySeconds,
  ): { readonly id: string; readonly visibleAt: number } {
    const id = randomUUID();
    const now = this.#clock.now();
    const visibleAt = now + delaySeconds * 1000;
    const content: Content = { body, attributes };
    this.#journal.run(
      'insert into messages values (?, ?, ?, ?, null, ?)',
      id,
      queue.name,
      now,
      visibleAt,
      JSON.stringify(content),
    );
    return { id, visibleAt };
  }

  /** Gives out what is visible, oldest first; what was given out too often is `dead`: it goes to that queue instead. */
  receive(
    queue: QueueTimes,
    limit: number,
    visibilitySeconds = queue.visibilitySeconds,
  ): { readonly received: readonly Received[]; readonly dead: number } {
    const rows = this.#journal.all(
      'select * from messages where queue = ? and visible_at <= ? order by at limit ?',
      queue.name,
      this.#clock.now(),
      limit,
    );
    const received = rows.flatMap((row) => this.#give(row, queue, visibilitySeconds));
    return { received, dead: rows.length - received.length };
  }

  #give(row: Row, { deadLetter }: QueueTimes, visibilitySeconds: number): Received[] {
    const now = this.#clock.now();
    const id = text(row, 'id');
    const { body, attributes, receives = 0, firstReceivedAt = now }: Content = JSON.parse(text(row, 'body'));
    if (deadLetter && receives >= deadLetter.maxReceives) {
      this.#journal.run(
        'update messages set queue = ?, visible_at = ?, receipt = null where id = ?',
        deadLetter.queue,
        now,
        id,
      );
      return [];
    }
    const receipt = randomUUID();
    const content: Content = { body, attributes, receives: receives + 1, firstReceivedAt };
    this.#journal.run(
      'update messages set receipt = ?, visible_at = ?, body = ? where id = ?',
      receipt,
      now + visibilitySeconds * 1000,
      JSON.stringify(content),
      id,
    );
    return [{ id, receipt, body, attributes, sentAt: integer(row, 'at'), firstReceivedAt, receives: receives + 1 }];
  }

  delete(queue: string, receipt: string): void {
    this.#journal.run('delete from messages where queue = ? and receipt = ?', queue, receipt);
  }

  /** As SQS counts them: what can be received, what somebody has, what waits for its first time. */
  count(queue: string): { readonly visible: number; readonly inFlight: number; readonly delayed: number } {
    const now = this.#clock.now();
    const row = this.#journal.get(
      `select count(*) filter (where visible_at <= ?) as visible,
        count(*) filter (where visible_at > ? and receipt is not null) as held,
        count(*) filter (where visible_at > ? and receipt is null) as delayed from messages where queue = ?`,
      now,
      now,
      now,
      queue,
    );
    return { visible: integer(row, 'visible'), inFlight: integer(row, 'held'), delayed: integer(row, 'delayed') };
  }
}

export const md5 = (content: string): string => createHash('md5').update(content).digest('hex');
