import { integer, type Journal, text } from '../journal.ts';
import { rootOf } from './executions.ts';

/** One event as GetExecutionHistory returns it. `timestamp` is in milliseconds here. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  readonly timestamp: number;
  /** `{ taskScheduledEventDetails: { … } }`, or empty. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Said of data in events: nothing is ever cut off here. */
export const dataDetails = { truncated: false };

/** The history of executions: append-only. */
export class History {
  readonly #journal: Journal;
  readonly #now: () => number;
  readonly #observe: (execution: string, event: HistoryEvent) => void;

  constructor(journal: Journal, now: () => number, observe: (execution: string, event: HistoryEvent) => void) {
    this.#journal = journal;
    this.#now = now;
    this.#observe = observe;
  }

  /**
   * Appends an event behind the last one of its thread: an execution, or one of its branches.
   * As on AWS the first state's entry names no previous event, like the start itself.
   */
  append(thread: string, type: string, details: Readonly<Record<string, unknown>> = {}): number {
    const execution = rootOf(thread);
    const last = this.length(execution);
    const own = this.lastOf(thread);
    const previousEventId = own ?? (last <= 1 ? 0 : last);
    const event = { id: last + 1, previousEventId, type, timestamp: this.#now(), details };
    this.#journal.run(
      'insert into history values (?, ?, ?, ?, ?, ?)',
      execution,
      event.id,
      event.timestamp,
      type,
      event.previousEventId,
      JSON.stringify(details),
    );
    if (own !== undefined) this.follow(thread, event.id);
    this.#observe(execution, event);
    return event.id;
  }

  /** The last event of a thread; undefined where its execution never had more than one. */
  lastOf(thread: string): number | undefined {
    const row = this.#journal.get('select last from threads where arn = ?', thread);
    return row && integer(row, 'last');
  }

  /** The event by which a state was entered last. */
  entryOf(thread: string, state: string): number {
    const row = this.#journal.get(
      `select max(id) as id from history where execution = ? and type like '%StateEntered'
       and json_extract(details, '$.stateEnteredEventDetails.name') = ?`,
      rootOf(thread),
      state,
    );
    return row?.id === null || row === undefined ? 0 : integer(row, 'id');
  }

  /** What the next event of a thread follows: branches run beside each other, and each names its own. */
  follow(thread: string, id: number): void {
    this.#journal.run('insert or replace into threads values (?, ?)', thread, id);
  }

  /** How many events there are: the id of the last. */
  length(execution: string): number {
    return integer(this.#journal.get('select max(id) as id from history where execution = ?', execution), 'id');
  }

  /** @param after id of the last event already seen; in reverse order the first one not wanted */
  page(execution: string, after: number, limit: number, reverse: boolean): HistoryEvent[] {
    const sql = reverse
      ? 'select * from history where execution = ? and id < ? order by id desc limit ?'
      : 'select * from history where execution = ? and id > ? order by id limit ?';
    return this.#journal.all(sql, execution, after, limit).map((row) => ({
      id: integer(row, 'id'),
      previousEventId: integer(row, 'previous'),
      type: text(row, 'type'),
      timestamp: integer(row, 'at'),
      details: JSON.parse(text(row, 'details')),
    }));
  }
}

/** Details without the fields that may hold data of the execution. */
export const withoutData = (details: HistoryEvent['details']): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(details).map(([name, fields]) => [
      name,
      Object.fromEntries(
        Object.entries(fields ?? {}).filter(
          ([field]) => !['input', 'output', 'parameters', 'cause', 'assignedVariables'].includes(field),
        ),
      ),
    ]),
  );
