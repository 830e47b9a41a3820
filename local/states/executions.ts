import { integer, type Journal, type Row, text } from '../journal.ts';

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** Where a running execution stands. */
export interface Frame {
  readonly state: string;
  readonly input: unknown;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly enteredAt: number;
  readonly retryCount: number;
  /** Tries so far, by index of the retrier. */
  readonly retriesUsed: readonly number[];
  /** Names this try of a task; timers and answers of earlier tries do not fit it. */
  readonly taskId: string | undefined;
  readonly token: string | undefined;
  /** Evaluated arguments of the task. */
  readonly parameters: unknown;
  readonly heartbeatSeconds: number | undefined;
  /** The execution that a task started and waits for. */
  readonly nested?: string;
  /** Tells the entry into a Parallel or Map from others: what its branches are found by. */
  readonly entry?: number;
}

/** What is fixed when an execution starts, and what it ends with. */
export interface ExecutionBody {
  readonly input: string;
  readonly roleArn: string;
  /** Hash of the definition that it started with. */
  readonly definition: string;
  /** Of the machine: since when, in milliseconds, and its id. */
  readonly revision?: { readonly at: number; readonly id?: string };
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  /** How often it was redriven, and when last. */
  readonly redrives?: { readonly count: number; readonly at: number };
  /** The version and the alias that it was started by. */
  readonly versionArn?: string;
  readonly aliasArn?: string;
  /** Of one that tasks wait for: these tasks. */
  readonly awaitedBy?: readonly Waiter[];
  /** Of a branch: whose it is, and which. */
  readonly branch?: Branch;
}

/** A task that waits until an execution has ended. */
export interface Waiter {
  readonly execution: string;
  readonly task: string;
}

/** What an item of a Map is. */
export interface MapItem {
  readonly index: number;
  readonly item: unknown;
}

/** One branch of a Parallel, or one item of a Map, of the execution (or branch) that is at that state. */
export interface Branch {
  readonly parent: string;
  readonly index: number;
  /** Name of the state. */
  readonly of: string;
  /** The item that it is about: of a Map its own, of a Parallel that of the Map around it. */
  readonly around?: MapItem;
  readonly kind: 'Parallel' | 'Map';
}

export interface Execution {
  readonly arn: string;
  readonly machine: string;
  readonly name: string;
  readonly status: Status;
  readonly startedAt: number;
  readonly stoppedAt: number | undefined;
  readonly body: ExecutionBody;
  /** Where it stands; where it stood, for one that can be redriven; undefined for one that succeeded. */
  readonly frame: Frame | undefined;
}

/** An execution that is at a state. */
export interface Running extends Execution {
  readonly frame: Frame;
}

/** Between the name of an execution and of its branches: no name has it. */
const branchMark = '|';

/** The execution that a branch is of; itself, for an execution. */
export const rootOf = (arn: string): string => arn.split(branchMark)[0] ?? arn;

/** @param entry tells this entry into the state from others */
export const branchArn = (parent: string, entry: number, index: number): string =>
  `${parent}${branchMark}${entry}.${index}`;

/** The entry that a branch was made by. */
export const entryOfBranch = (branch: string): number =>
  Number(branch.slice(branch.lastIndexOf(branchMark) + 1).split('.')[0]);

export const isRunning = (execution: Execution | undefined): execution is Running =>
  execution?.status === 'RUNNING' && execution.frame !== undefined;

/** Where an execution stands when it comes to a state. */
export const freshFrame = (state: string, input: unknown, variables: Frame['variables'], now: number): Frame => ({
  state,
  input,
  variables,
  enteredAt: now,
  retryCount: 0,
  retriesUsed: [],
  taskId: undefined,
  token: undefined,
  parameters: undefined,
  heartbeatSeconds: undefined,
});

/** Where one that ended would go on: the state anew, without tokens; branches that it had are found again. */
export const whereItStood = ({ frame }: Running): Frame => {
  const { state, input, variables, enteredAt, entry } = frame;
  return { ...freshFrame(state, input, variables, enteredAt), ...(entry !== undefined && { entry }) };
};

/** As an execution began: what it ended with is left out. */
export const asBegun = ({ output: _, error: __, cause: ___, ...body }: ExecutionBody): ExecutionBody => body;

/** Executions and their task tokens. */
export class Executions {
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get(arn: string): Execution | undefined {
    const row = this.#journal.get('select * from executions where arn = ?', arn);
    return row && toExecution(row);
  }

  insert(execution: Execution): void {
    this.#journal.run(
      'insert into executions values (?, ?, ?, ?, ?, ?, ?, ?)',
      execution.arn,
      execution.machine,
      execution.name,
      execution.status,
      execution.startedAt,
      null,
      JSON.stringify(execution.body),
      JSON.stringify(execution.frame ?? null),
    );
  }

  saveBody(arn: string, body: ExecutionBody): void {
    this.#journal.run('update executions set body = ? where arn = ?', JSON.stringify(body), arn);
  }

  saveFrame(arn: string, frame: Frame): void {
    this.#journal.run('update executions set frame = ? where arn = ?', JSON.stringify(frame), arn);
  }

  /** @param frame where a redrive would go on */
  end(
    { arn, body, frame }: Pick<Execution, 'arn' | 'body' | 'frame'>,
    { status, at }: { readonly status: Status; readonly at: number },
  ): void {
    this.#journal.run(
      'update executions set status = ?, stopped_at = ?, body = ?, frame = ? where arn = ?',
      status,
      at,
      JSON.stringify(body),
      JSON.stringify(frame ?? null),
      arn,
    );
  }

  /** An execution that had ended runs again. */
  revive({ arn, body, frame }: Pick<Running, 'arn' | 'body' | 'frame'>): void {
    this.#journal.run(
      "update executions set status = 'RUNNING', stopped_at = null, body = ?, frame = ? where arn = ?",
      JSON.stringify(body),
      JSON.stringify(frame),
      arn,
    );
  }

  /** Newest first. @param by the version or alias that they were started by */
  list(machine: string, { status, by }: { status?: string; by?: string }, offset: number, limit: number): Execution[] {
    return this.#journal
      .all(
        `select * from executions where machine = ?1 and (?2 is null or status = ?2)
         and (?3 is null or ?3 in (json_extract(body, '$.versionArn'), json_extract(body, '$.aliasArn')))
         and instr(arn, '${branchMark}') = 0 order by started_at desc, rowid desc limit ?4 offset ?5`,
        machine,
        status ?? null,
        by ?? null,
        limit,
        offset,
      )
      .map(toExecution);
  }

  /** The branches of one entry into a state, in the order of their index. */
  branches(parent: string, entry: number): Execution[] {
    return this.#below(branchArn(parent, entry, 0).slice(0, -1))
      .filter(({ body }) => body.branch?.parent === parent)
      .sort((a, b) => (a.body.branch?.index ?? 0) - (b.body.branch?.index ?? 0));
  }

  /** How many of them have not succeeded. */
  countOpen(parent: string, entry: number): number {
    const prefix = branchArn(parent, entry, 0).slice(0, -1);
    const row = this.#journal.get(
      `select count(*) as n from executions where arn >= ? and arn < ? and status <> 'SUCCEEDED'
       and instr(substr(arn, ?), '${branchMark}') = 0`,
      prefix,
      `${prefix}\u{10ffff}`,
      prefix.length + 1,
    );
    return integer(row, 'n');
  }

  /** The first of them that has not begun: it still follows the event that made it. */
  notBegun(parent: string, entry: number): Execution | undefined {
    const prefix = branchArn(parent, entry, 0).slice(0, -1);
    const row = this.#journal.get(
      `select e.* from executions e join threads t on t.arn = e.arn where e.arn >= ? and e.arn < ?
       and e.status = 'RUNNING' and t.last = ? order by e.rowid limit 1`,
      prefix,
      `${prefix}\u{10ffff}`,
      entry,
    );
    return row && toExecution(row);
  }

  /** All that run below, of whatever depth. */
  runningBelow(arn: string): Execution[] {
    return this.#below(`${arn}${branchMark}`).filter(({ status }) => status === 'RUNNING');
  }

  #below(prefix: string): Execution[] {
    return this.#journal
      .all('select * from executions where arn >= ? and arn < ?', prefix, `${prefix}\u{10ffff}`)
      .map(toExecution);
  }

  running(machine: string): Execution[] {
    return this.list(machine, { status: 'RUNNING' }, 0, Number.MAX_SAFE_INTEGER);
  }

  addToken(token: string, execution: string, task: string): void {
    this.#journal.run('insert into tokens values (?, ?, ?)', token, execution, task);
  }

  /** Undefined for a token that was never given out. */
  token(token: string): { execution: string; task: string } | undefined {
    const row = this.#journal.get('select execution, task from tokens where token = ?', token);
    return row && { execution: text(row, 'execution'), task: text(row, 'task') };
  }
}

const toExecution = (row: Row): Execution => {
  const status: Status = JSON.parse(`"${text(row, 'status')}"`);
  return {
    arn: text(row, 'arn'),
    machine: text(row, 'machine'),
    name: text(row, 'name'),
    status,
    startedAt: integer(row, 'started_at'),
    stoppedAt: row.stopped_at === null ? undefined : integer(row, 'stopped_at'),
    body: JSON.parse(text(row, 'body')),
    frame: JSON.parse(text(row, 'frame') || 'null') ?? undefined,
  };
};
