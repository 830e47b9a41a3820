import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { StartError } from './errors.ts';
import type { FaultAt } from './faults/fault.ts';
import { Faults } from './faults/faults.ts';
import { killThisProcess } from './faults/kill.ts';

/** A row as SQLite gives it. */
export type Row = Record<string, unknown>;

const tables = `
create table if not exists settings (name text primary key, value text not null);
create table if not exists resources (kind text, name text, body text not null, primary key (kind, name));
create table if not exists jobs (id integer primary key autoincrement, due_at integer not null, kind text not null,
  subject text not null, payload text not null);
create index if not exists jobs_due on jobs (due_at, id);
create index if not exists jobs_subject on jobs (kind, subject);
create table if not exists objects (bucket text, key text, version_id text, seq integer primary key autoincrement,
  is_latest integer not null, size integer not null, etag text not null, blob text not null,
  modified_at integer not null, headers text not null, checksums text not null);
create unique index if not exists objects_version on objects (bucket, key, version_id);
create index if not exists objects_latest on objects (bucket, key) where is_latest = 1;
create table if not exists uploads (id text primary key, bucket text not null, key text not null, initiated_at integer
  not null, body text not null);
create table if not exists parts (upload_id text, number integer, blob text not null, body text not null,
  primary key (upload_id, number));
create table if not exists sessions (access_key text primary key, body text not null, expires_at integer not null);
create table if not exists executions (arn text primary key, machine text not null, name text not null,
  status text not null, started_at integer not null, stopped_at integer, body text not null, frame text);
create index if not exists executions_machine on executions (machine, started_at);
create table if not exists history (execution text, id integer, at integer not null, type text not null,
  previous integer not null, details text, primary key (execution, id)) without rowid;
create table if not exists threads (arn text primary key, last integer not null);
create table if not exists tokens (token text primary key, execution text not null, task text not null);
create table if not exists emails (id text primary key, at integer not null, body text not null);
create table if not exists published (id text primary key, at integer not null, body text not null);
create table if not exists traces (id integer primary key autoincrement, body text not null);
create table if not exists datapoints (metric text not null, at integer not null, value real not null);
create index if not exists datapoints_metric on datapoints (metric, at);
create table if not exists messages (id text primary key, queue text not null, at integer not null, visible_at integer
  not null, receipt text, body text not null);
`;

/**
 * The one durable store: every change of the runtime is a transaction here. WAL with `synchronous=normal` survives
 * `kill -9` of the process; a power cut may take back the last moments (said in README.md).
 */
export class Journal {
  readonly #db: DatabaseSync;
  readonly #faults: Faults;
  #depth = 0;

  /** @throws StartError when the folder cannot be written, or another runtime has it open */
  constructor(folder: string, faults = new Faults()) {
    this.#faults = faults;
    try {
      mkdirSync(folder, { recursive: true });
      this.#db = new DatabaseSync(join(folder, 'journal.sqlite'));
      // Exclusive: a second runtime on this folder must fail at once, and a crash leaves no stale lock file.
      this.#db.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal;');
      this.#db.exec(`begin exclusive; ${tables} commit;`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (/locked|busy/i.test(reason)) {
        throw new StartError(
          `${folder} is in use by another running instance; stop that one, or choose another --data`,
        );
      }
      throw new StartError(`${folder} cannot be used for data: ${reason}; choose a writable folder with --data`);
    }
  }

  /** Runs `work` atomically; nested calls join the outer transaction. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.#depth += 1;
    this.#db.exec('begin immediate');
    try {
      const result = work();
      const fault = this.#faults.at('journal');
      strikeBefore(fault);
      this.#db.exec('commit');
      strikeAfter(fault);
      return result;
    } catch (error) {
      this.#db.exec('rollback');
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  run(sql: string, ...values: SQLInputValue[]): { changes: number; lastId: number } {
    // A statement on its own is a change of its own.
    if (this.#depth === 0) return this.transaction(() => this.run(sql, ...values));
    const { changes, lastInsertRowid } = this.#prepare(sql).run(...values);
    return { changes: Number(changes), lastId: Number(lastInsertRowid) };
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values);
  }

  close(): void {
    this.#db.close();
  }

  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();

  #prepare(sql: string) {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

const strikeBefore = (fault: FaultAt<'journal'> | undefined): void => {
  if (fault?.effect === 'full') throw new Error('database or disk is full');
  if (fault?.when === 'before') killThisProcess();
};

const strikeAfter = (fault: FaultAt<'journal'> | undefined): void => {
  if (fault?.when === 'after') killThisProcess();
};

/** Text of a column that holds text. */
export const text = (row: Row | undefined, column: string): string => {
  const value = row?.[column];
  return value === null || value === undefined ? '' : String(value);
};

/** Number of a column that holds an integer. */
export const integer = (row: Row | undefined, column: string): number => Number(row?.[column] ?? 0);
