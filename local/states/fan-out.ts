import { createHash } from 'node:crypto';
import type { Context } from '../context.ts';
import type { Registry } from '../registry.ts';
import type { Flow, State } from './definition.ts';
import {
  asBegun,
  type Branch,
  branchArn,
  type ExecutionBody,
  type Executions,
  entryOfBranch,
  freshFrame,
  isRunning,
  type Running,
  type Status,
  whereItStood,
} from './executions.ts';
import { Expressions, StateError } from './expressions.ts';
import type { History } from './history.ts';
import { mapItem, statesVariable } from './views.ts';

type Commit = () => void;

/** Inline Map runs at most so many at once: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const mostAtOnce = 40;

/** States that last, and so can be stopped in the middle. */
export const canBeAborted = (type: State['Type']): boolean => ['Task', 'Wait', 'Parallel', 'Map'].includes(type);

/** What a Map goes over. @throws StateError for what is no list */
export const requireList = (items: unknown): readonly unknown[] => {
  if (Array.isArray(items)) return items;
  throw new StateError('States.QueryEvaluationError', `Items must be an array, got ${JSON.stringify(items)}`);
};

interface Parts {
  readonly context: Context;
  readonly executions: Executions;
  readonly history: History;
  readonly definitions: Registry<string>;
  /** Has a branch begin. */
  readonly enter: (arn: string) => void;
  /** Has a branch go on where it ended. */
  readonly rerun: (arn: string) => void;
  /** Has the state go on whose branches are done. */
  readonly join: (arn: string, how: Joined) => void;
  /** The type of the state that an execution or a branch is at. */
  readonly typeOf: (arn: string) => State['Type'] | undefined;
  /** Forgets the timers of what runs no more. */
  readonly stop: (execution: Running) => void;
}

/** What became of the branches: all well, or the first that failed. */
export type Joined = { readonly failed?: { readonly error: string; readonly cause: string } };

/** What one branch begins with. */
interface Beginning {
  readonly flow: Flow;
  readonly input: unknown;
  readonly item?: unknown;
}

/**
 * Parallel and inline Map: each branch is a thread of its execution, with a frame, jobs and variables of its own; its events
 * are in the one history, each naming the one before it in its thread.
 */
export class FanOut {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Begins all branches, or as many as may run at once. @throws StateError */
  async begin(execution: Running, state: State): Promise<Commit> {
    const { history, executions } = this.#parts;
    const { arn, frame } = execution;
    const kind = state.Type === 'Map' ? 'Map' : 'Parallel';
    const beginnings = kind === 'Map' ? await this.#items(execution, state) : await this.#branches(execution, state);
    const limit = kind === 'Map' ? await this.#concurrency(execution, state) : beginnings.length;
    return () => {
      const started = history.append(
        arn,
        `${kind}StateStarted`,
        kind === 'Map' ? { mapStateStartedEventDetails: { length: beginnings.length } } : {},
      );
      history.follow(arn, started);
      executions.saveFrame(arn, { ...frame, entry: started });
      for (const [index, one] of beginnings.entries()) {
        const around = 'item' in one ? { index, item: one.item } : execution.body.branch?.around;
        const branch: Branch = { parent: arn, index, of: frame.state, kind, ...(around && { around }) };
        this.#insert(execution, branchArn(arn, started, index), one, branch);
        history.follow(branchArn(arn, started, index), started);
        if (index < limit) this.#start(branchArn(arn, started, index), branch);
      }
      if (beginnings.length === 0) this.#parts.join(arn, {});
    };
  }

  /**
   * Runs on the branches and items that failed or were stopped, and only those.
   * https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
   *
   * @throws StateError
   */
  async redrive(execution: Running, state: State): Promise<Commit> {
    const { executions, rerun, join } = this.#parts;
    const { arn, frame, body } = execution;
    const entry = frame.entry ?? 0;
    const limit = state.Type === 'Map' ? await this.#concurrency(execution, state) : Number.POSITIVE_INFINITY;
    return () => {
      const open = executions.branches(arn, entry).filter(({ status }) => status !== 'SUCCEEDED');
      let atOnce = 0;
      for (const one of open.toSorted((a, b) => Number(this.#hasBegun(b.arn)) - Number(this.#hasBegun(a.arn)))) {
        const { branch } = one.body;
        if (!branch || !one.frame) continue;
        const revived = { ...asBegun(one.body), ...(body.redrives && { redrives: body.redrives }) };
        executions.revive({ arn: one.arn, frame: one.frame, body: revived });
        atOnce += 1;
        if (this.#hasBegun(one.arn)) rerun(one.arn);
        else if (atOnce <= limit) this.#start(one.arn, branch);
      }
      if (open.length === 0) join(arn, {});
    };
  }

  /** One that has not still follows the event that made it. */
  #hasBegun(branch: string): boolean {
    return this.#parts.history.lastOf(branch) !== entryOfBranch(branch);
  }

  async #branches(execution: Running, state: State): Promise<Beginning[]> {
    const { frame } = execution;
    const input =
      state.Arguments === undefined
        ? frame.input
        : await this.#expressions(execution).template('Arguments', state.Arguments, statesVariable(execution));
    return (state.Branches ?? []).map((flow) => ({ flow, input }));
  }

  async #items(execution: Running, state: State): Promise<Beginning[]> {
    const { ItemProcessor: flow, ItemSelector } = state;
    const expressions = this.#expressions(execution);
    const states = statesVariable(execution);
    const items =
      state.Items === undefined ? execution.frame.input : await expressions.template('Items', state.Items, states);
    if (!flow) return [];
    return Promise.all(
      requireList(items).map(async (item: unknown, index) => {
        if (ItemSelector === undefined) return { flow, input: item, item };
        const context = { ...Object(states.context), Map: { Item: mapItem({ index, item }) } };
        return { flow, item, input: await expressions.template('ItemSelector', ItemSelector, { ...states, context }) };
      }),
    );
  }

  async #concurrency(execution: Running, { MaxConcurrency = 0 }: State): Promise<number> {
    const asked = await this.#expressions(execution).template(
      'MaxConcurrency',
      MaxConcurrency,
      statesVariable(execution),
    );
    if (typeof asked !== 'number' || !Number.isInteger(asked) || asked < 0) {
      throw new StateError(
        'States.QueryEvaluationError',
        `MaxConcurrency must be a whole number from 0 on, got ${JSON.stringify(asked)}`,
      );
    }
    return asked === 0 ? mostAtOnce : Math.min(asked, mostAtOnce);
  }

  #insert(execution: Running, arn: string, { flow, input }: Beginning, branch: Branch): void {
    const { definitions, executions, context } = this.#parts;
    const text = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: flow.StartAt, States: flow.States });
    const definition = createHash('sha256').update(text).digest('hex');
    definitions.put(definition, text);
    const { body, frame } = execution;
    executions.insert({
      ...execution,
      arn,
      body: {
        input: body.input,
        roleArn: body.roleArn,
        definition,
        branch,
        ...(body.redrives && { redrives: body.redrives }),
      },
      frame: freshFrame(flow.StartAt, input, frame.variables, context.clock.now()),
    });
  }

  #start(arn: string, { kind, of, index }: Branch): void {
    if (kind === 'Map') {
      this.#parts.history.append(arn, 'MapIterationStarted', { mapIterationStartedEventDetails: { name: of, index } });
    }
    this.#parts.enter(arn);
  }

  /** A branch has come to its end. */
  ended(execution: Running, branch: Branch, status: Status, result: Partial<ExecutionBody>): void {
    const { executions, history, context, join } = this.#parts;
    const { arn, body } = execution;
    const { parent, index, of, kind } = branch;
    const last = history.lastOf(arn) ?? 0;
    const how = status === 'SUCCEEDED' ? 'Succeeded' : 'Failed';
    const told =
      kind === 'Map'
        ? history.append(arn, `MapIteration${how}`, { [`mapIteration${how}EventDetails`]: { name: of, index } })
        : last;
    const frame = status === 'SUCCEEDED' ? undefined : whereItStood(execution);
    executions.end({ arn, body: { ...body, ...result }, frame }, { status, at: context.clock.now() });
    const owner = executions.get(parent);
    if (!isRunning(owner) || owner.frame.entry === undefined) return;
    // What AWS has events follow: a failure the last event inside, the end of all the word that the last was done.
    history.follow(parent, status === 'SUCCEEDED' ? told : last);
    if (status !== 'SUCCEEDED') {
      this.stopBelow(parent);
      join(parent, { failed: { error: result.error ?? '', cause: result.cause ?? '' } });
      return;
    }
    const next = kind === 'Map' ? executions.notBegun(parent, owner.frame.entry) : undefined;
    if (next?.body.branch) {
      // It follows the event that made room for it.
      history.follow(next.arn, last);
      this.#start(next.arn, next.body.branch);
    }
    if (executions.countOpen(parent, owner.frame.entry) === 0) join(parent, {});
  }

  /** What all branches made, in their order. */
  results(arn: string, entry: number): unknown[] {
    return this.#parts.executions.branches(arn, entry).map(({ body }) => JSON.parse(body.output ?? 'null'));
  }

  /** Ends whatever still runs below: its state failed, or its execution has ended. */
  stopBelow(arn: string): void {
    const { executions, context, stop } = this.#parts;
    for (const one of executions.runningBelow(arn)) {
      if (isRunning(one)) {
        stop(one);
        this.#recordAborted(one);
      }
      executions.end(
        { arn: one.arn, body: one.body, frame: isRunning(one) ? whereItStood(one) : undefined },
        { status: 'ABORTED', at: context.clock.now() },
      );
    }
  }

  /** A branch that had begun is told: the state that it was at, and the item that it was. */
  #recordAborted({ arn, body: { branch } }: Running): void {
    const { history, typeOf } = this.#parts;
    if (!branch || !this.#hasBegun(arn)) return;
    const type = typeOf(arn);
    if (type !== undefined && canBeAborted(type)) history.append(arn, `${type}StateAborted`);
    if (branch.kind === 'Map') {
      const mapIterationAbortedEventDetails = { name: branch.of, index: branch.index };
      history.append(arn, 'MapIterationAborted', { mapIterationAbortedEventDetails });
    }
  }

  #expressions({ frame }: Running): Expressions {
    return new Expressions(frame.variables, () => this.#parts.context.clock.now());
  }
}
