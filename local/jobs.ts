import { setTimeout as pause } from 'node:timers/promises';
import type { ProductClock } from './clock.ts';
import { integer, type Journal, text } from './journal.ts';

/** Something to do at an instant. Kept until its effect is committed, so a crash repeats it and loses nothing. */
export interface Job {
  readonly id: number;
  readonly kind: string;
  /** What it is about; jobs are cancelled by kind and subject. */
  readonly subject: string;
  readonly payload: unknown;
  readonly dueAt: number;
}

/** Does the work and returns what to commit: it runs in one transaction with the job's deletion. */
export type JobHandler = (job: Job) => Promise<() => void>;

/** setTimeout overflows beyond 2^31 ms and fires at once. */
const longestSleepMs = 3_600_000;

/**
 * Jobs under way at the same moment. However many are due, no more are read: thousands that wait would be read again with
 * each that ends.
 */
const mostAtOnce = 128;

/** Pause before a job whose handler broke is tried again: a fault of the runtime itself, told on stderr. */
const faultPauseMs = 5_000;

/** The durable to-do list of the runtime: timers, deliveries and steps of executions alike. */
export class JobQueue {
  /** Whether of jobs that are due at the same millisecond the newest is begun first. Set by a test; forgotten with the process. */
  newestFirst = false;
  readonly #journal: Journal;
  readonly #clock: ProductClock;
  readonly #report: (message: string) => void;
  readonly #handlers = new Map<string, JobHandler>();
  readonly #running = new Set<number>();
  #timer: NodeJS.Timeout | undefined;
  #isOpen = false;
  #whenSettled: (() => void)[] = [];
  #advancing: Promise<void> = Promise.resolve();

  constructor(journal: Journal, clock: ProductClock, report: (message: string) => void) {
    this.#journal = journal;
    this.#clock = clock;
    this.#report = report;
  }

  handle(kind: string, handler: JobHandler): void {
    this.#handlers.set(kind, handler);
  }

  /** @param dueAt product time in milliseconds; now when absent */
  add(kind: string, subject: string, payload: unknown, dueAt = this.#clock.now()): void {
    this.#journal.run(
      'insert into jobs (due_at, kind, subject, payload) values (?, ?, ?, ?)',
      Math.ceil(dueAt),
      kind,
      subject,
      JSON.stringify(payload),
    );
    this.#wake();
  }

  cancel(kind: string, subject: string): void {
    this.#journal.run('delete from jobs where kind = ? and subject = ?', kind, subject);
  }

  /** Starts working: jobs left by an earlier life run first. */
  open(): void {
    this.#isOpen = true;
    this.#pump();
  }

  close(): void {
    this.#isOpen = false;
    clearTimeout(this.#timer);
  }

  /** When the next thing is due; undefined when nothing is planned. */
  nextDue(): number | undefined {
    const row = this.#journal.get('select min(due_at) as due from jobs');
    return row?.due === null || row?.due === undefined ? undefined : integer(row, 'due');
  }

  /** Resolves when everything that is due has run to its next wait. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenSettled.push(resolve);
      this.#wake();
    });
  }

  /** Sets the clock as a machine's is set: what became due meanwhile is due at once, and in no instant of its own. */
  jumpClock(byMs: number): void {
    this.#clock.jump(byMs);
    this.#wake();
  }

  /** Moves product time to `target`, stopping at every due instant in order. Calls queue up behind each other. */
  advance(target: number): Promise<void> {
    const run = this.#advancing.then(() => this.#advanceTo(target));
    this.#advancing = run.catch(() => undefined);
    return run;
  }

  async #advanceTo(target: number): Promise<void> {
    await this.settled();
    for (let due = this.nextDue(); due !== undefined && due <= target; due = this.nextDue()) {
      this.#clock.moveTo(due);
      await this.settled();
    }
    this.#clock.moveTo(target);
    await this.settled();
  }

  #wake(): void {
    if (!this.#isOpen) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#pump(), 0);
  }

  #pump(): void {
    if (!this.#isOpen) return;
    clearTimeout(this.#timer);
    if (this.#running.size < mostAtOnce) this.#begin();
    if (this.#running.size === 0) this.#announceSettled();
    const next = integer(
      this.#journal.get('select min(due_at) as due from jobs where due_at > ?', this.#clock.now()),
      'due',
    );
    const sleep = next === 0 ? longestSleepMs : Math.min(next - this.#clock.now(), longestSleepMs);
    this.#timer = setTimeout(() => this.#pump(), Math.max(sleep, 1));
  }

  /** What is under way is among the first that are due, so as many as there may be hold all that can begin. */
  #begin(): void {
    const order = this.newestFirst ? 'due_at, id desc' : 'due_at, id';
    const sql = `select * from jobs where due_at <= ? order by ${order} limit ${mostAtOnce}`;
    for (const row of this.#journal.all(sql, this.#clock.now())) {
      if (this.#running.size >= mostAtOnce) return;
      if (!this.#running.has(integer(row, 'id'))) void this.#run(toJob(row));
    }
  }

  async #run(job: Job): Promise<void> {
    this.#running.add(job.id);
    try {
      const handler = this.#handlers.get(job.kind);
      if (!handler) throw new Error(`nobody handles jobs of kind ${job.kind}`);
      const commit = await handler(job);
      this.#journal.transaction(() => {
        this.#journal.run('delete from jobs where id = ?', job.id);
        commit();
      });
    } catch (error) {
      if (this.#isOpen) await this.#postpone(job, error);
    } finally {
      this.#running.delete(job.id);
      this.#wake();
    }
  }

  async #postpone(job: Job, error: unknown): Promise<void> {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#report(`job ${job.kind} of ${job.subject} broke, trying again in 5 s: ${reason}`);
    try {
      this.#journal.run('update jobs set due_at = ? where id = ?', this.#clock.now() + faultPauseMs, job.id);
    } catch (broken) {
      // Not even that can be kept: the job stays due, and this process waits.
      this.#report(
        `the journal cannot be written: ${broken instanceof Error ? broken.message : broken}; free its disk`,
      );
      await pause(faultPauseMs);
    }
  }

  #announceSettled(): void {
    const waiting = this.#whenSettled;
    this.#whenSettled = [];
    for (const resolve of waiting) resolve();
  }
}

const toJob = (row: Record<string, unknown>): Job => ({
  id: integer(row, 'id'),
  kind: text(row, 'kind'),
  subject: text(row, 'subject'),
  payload: JSON.parse(text(row, 'payload')),
  dueAt: integer(row, 'due_at'),
});
