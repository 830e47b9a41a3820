import { randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { EventBuses } from '../events/buses.ts';
import type { Job } from '../jobs.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { Registry } from '../registry.ts';
import type { Catcher, Definition, State } from './definition.ts';
import {
  asBegun,
  type Execution,
  type ExecutionBody,
  type Executions,
  freshFrame,
  isRunning,
  type Running,
  rootOf,
  type Status,
  whereItStood,
} from './executions.ts';
import { Expressions, limited, StateError, type StatesVariable } from './expressions.ts';
import { canBeAborted, FanOut, type Joined } from './fan-out.ts';
import { chosenWay, failure, waitingTime } from './flow.ts';
import { dataDetails, History } from './history.ts';
import { FunctionCalls } from './lambda-task.ts';
import type { Observation } from './observation.ts';
import { notRedrivable } from './redrive.ts';
import { findCatcher, nextRetry } from './retry.ts';
import type { Beginning, Starting } from './starting.ts';
import { type CallPayload, Tasks, taskJobs } from './tasks.ts';
import { foundBy, statesVariable, statusChange } from './views.ts';

/** What a step changes: collected while expressions are evaluated, committed at once. */
type Commit = () => void;

const nothing: Commit = () => undefined;

/** Kinds of this engine's jobs. Subjects: the execution; of a retry the task's id. */
const jobKinds = {
  enter: 'states.enter',
  retry: 'states.retry',
  wake: 'states.wake',
  redrive: 'states.redrive',
  join: 'states.join',
  machineTimeout: 'states.machine-timeout',
} as const;

/** What the engine works with. */
export interface EngineServices {
  readonly lambda: Lambda;
  readonly buses: EventBuses;
  readonly observation: Observation;
  readonly executions: Executions;
  readonly definitions: Registry<string>;
  readonly starting: Starting;
  /** For the jitter of retries: a number in [0, 1). */
  readonly random: () => number;
}

/**
 * Executes JSONata state machines. Every transition is one transaction over history, frame and jobs, so a crash
 * resumes exactly where it was; a task whose call was under way is called again.
 */
export class Engine {
  readonly executions: Executions;
  readonly history: History;
  /** What is looked at before an execution begins. */
  readonly starting: Starting;
  readonly #context: Context;
  readonly #definitions: Registry<string>;
  /** Calls functions as tasks do. */
  readonly calls: FunctionCalls;
  readonly #tasks: Tasks;
  readonly #buses: EventBuses;
  readonly #observation: Observation;
  readonly #random: () => number;
  readonly #fanOut: FanOut;
  /** Definitions never change under their hash. */
  readonly #parsed = new Map<string, Definition>();

  constructor(context: Context, services: EngineServices) {
    const { lambda, buses, observation, random, executions, definitions, starting } = services;
    this.#context = context;
    this.calls = new FunctionCalls(context, lambda);
    this.#buses = buses;
    this.#observation = observation;
    this.#random = random;
    this.executions = executions;
    this.starting = starting;
    this.#definitions = definitions;
    this.history = new History(
      context.journal,
      () => context.clock.now(),
      (arn, event) => observation.event(arn, event),
    );
    const { jobs } = context;
    this.#tasks = new Tasks({
      context,
      executions,
      history: this.history,
      calls: this.calls,
      starting,
      state: (execution) => this.#state(execution),
      leave: (execution, state, result) => this.#leaveOrFail(execution, state, result),
      handleError: (...what) => this.#handleError(...what),
      fail: (arn, error, cause) => this.#fail(arn, { error, cause }),
      start: (beginning) => this.start(beginning),
      abort: (arn, cause) => this.abort(arn, undefined, cause),
      notRedrivable: (execution) => this.notRedrivable(execution),
    });
    this.#fanOut = new FanOut({
      context,
      executions,
      history: this.history,
      definitions,
      enter: (arn) => jobs.add(jobKinds.enter, arn, {}),
      rerun: (arn) => jobs.add(jobKinds.redrive, arn, {}),
      join: (arn, how) => jobs.add(jobKinds.join, arn, how),
      typeOf: (arn) => {
        const execution = this.executions.get(arn);
        return isRunning(execution) ? this.#state(execution).Type : undefined;
      },
      stop: (execution) => this.#stop(execution),
    });
    jobs.handle(jobKinds.join, (job) =>
      this.#atState(job, (execution, state) => this.#join(execution, state, job.payload as Joined)),
    );
    jobs.handle(jobKinds.enter, (job) => this.#atState(job, (execution, state) => this.#enter(execution, state)));
    jobs.handle(jobKinds.wake, (job) => this.#atState(job, (execution, state) => this.#leave(execution, state, {})));
    jobs.handle(jobKinds.redrive, (job) => this.#atState(job, (execution, state) => this.#rerun(execution, state)));
    jobs.handle(jobKinds.retry, (job) => this.#atTask(job, (execution, state) => this.#tryAgain(execution, state)));
    const tasks = this.#tasks;
    const atTask = (kind: string, step: (execution: Running, state: State, job: Job) => Promise<Commit>): void =>
      jobs.handle(kind, (job) => this.#atTask(job, (execution, state) => step(execution, state, job)));
    atTask(taskJobs.call, (execution, state, { payload }) => tasks.call(execution, state, payload as CallPayload));
    atTask(taskJobs.timeout, (execution, state) => tasks.timedOut(execution, state, 'States.Timeout'));
    atTask(taskJobs.heartbeat, (execution, state) => tasks.timedOut(execution, state, 'States.HeartbeatTimeout'));
    atTask(taskJobs.nestedEnded, (execution, state, { payload }) =>
      tasks.nestedEnded(execution, state, (payload as { nested: string }).nested),
    );
    jobs.handle(
      jobKinds.machineTimeout,
      async ({ subject }) =>
        () =>
          this.#end(subject, 'TIMED_OUT', {}, 'ExecutionTimedOut'),
    );
  }

  /** Starts an execution; joins the caller's transaction. */
  start(execution: Beginning): Execution {
    const { clock, jobs } = this.#context;
    const definition = this.#definition(execution.body.definition);
    const started: Execution = {
      ...execution,
      status: 'RUNNING',
      stoppedAt: undefined,
      frame: freshFrame(definition.StartAt, JSON.parse(execution.body.input), {}, clock.now()),
    };
    this.executions.insert(started);
    this.history.append(started.arn, 'ExecutionStarted', {
      executionStartedEventDetails: {
        input: started.body.input,
        inputDetails: dataDetails,
        roleArn: started.body.roleArn,
        ...foundBy(started.body),
      },
    });
    this.#announce(started);
    jobs.add(jobKinds.enter, started.arn, {});
    this.#limitTime(started);
    return started;
  }

  #limitTime({ arn, body }: Execution): void {
    const { TimeoutSeconds } = this.#definition(body.definition);
    const { clock, jobs } = this.#context;
    if (TimeoutSeconds !== undefined) {
      jobs.add(jobKinds.machineTimeout, arn, {}, clock.now() + TimeoutSeconds * 1000);
    }
  }

  /**
   * Runs an execution on from the state where it ended; joins the caller's transaction. The machine's timeout begins anew.
   *
   * @returns when, in milliseconds
   * @throws AwsError ExecutionNotRedrivable
   */
  redrive(arn: string): number {
    const execution = this.executions.get(arn);
    const reason = execution && this.notRedrivable(execution);
    if (!execution?.frame || reason !== undefined) {
      throw new AwsError('ExecutionNotRedrivable', reason ?? 'Execution cannot be redriven.');
    }
    const [count, at] = [(execution.body.redrives?.count ?? 0) + 1, this.#context.clock.now()];
    const body = { ...asBegun(execution.body), redrives: { count, at } };
    const revived: Running = { ...execution, status: 'RUNNING', stoppedAt: undefined, body, frame: execution.frame };
    this.executions.revive(revived);
    this.history.append(arn, 'ExecutionRedriven', { executionRedrivenEventDetails: { redriveCount: count } });
    this.#announce(revived);
    this.#context.jobs.add(jobKinds.redrive, arn, {});
    this.#limitTime(revived);
    return at;
  }

  get tasks(): Pick<Tasks, 'complete' | 'heartbeat' | 'knowsToken'> {
    return this.#tasks;
  }

  /** Why an execution cannot be redriven; undefined when it can. */
  notRedrivable(execution: Execution): string | undefined {
    return notRedrivable(execution, this.history.length(execution.arn), this.#context.clock.now());
  }

  /** A task that is redriven is scheduled again, with all its retries; its state is not entered again. */
  #rerun(execution: Running, state: State): Promise<Commit> {
    if (execution.frame.entry !== undefined) return this.#fanOut.redrive(execution, state);
    return state.Type === 'Task' ? this.#tasks.schedule(execution, state) : this.#enter(execution, state);
  }

  /** StopExecution. False when it had already ended. */
  abort(arn: string, error: string | undefined, cause: string | undefined): boolean {
    const execution = this.executions.get(arn);
    if (execution?.status !== 'RUNNING') return false;
    const details = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
    this.#end(arn, 'ABORTED', details, 'ExecutionAborted');
    return true;
  }

  #definition(hash: string): Definition {
    const known = this.#parsed.get(hash);
    if (known) return known;
    const definition: Definition = JSON.parse(this.#definitions.get(hash) ?? '');
    this.#parsed.set(hash, definition);
    return definition;
  }

  #state(execution: Running): State {
    const state = this.#definition(execution.body.definition).States[execution.frame.state];
    if (!state) throw new Error(`${execution.arn} is at a state that its definition does not have`);
    return state;
  }

  /** Runs a step of an execution, if it is still running. Its errors end the execution with their name. */
  async #atState({ subject }: Job, step: (execution: Running, state: State) => Promise<Commit>): Promise<Commit> {
    const commit = await this.#guarded(subject, step);
    // It may have been stopped while the step was under way.
    return () => {
      if (isRunning(this.executions.get(subject))) commit();
    };
  }

  /** Runs a step of a task, if that very try is still what the execution waits for. */
  async #atTask(
    { subject, payload }: Job,
    step: (execution: Running, state: State) => Promise<Commit>,
  ): Promise<Commit> {
    const { arn } = payload as { arn: string };
    return this.#guarded(arn, async (execution, state) => {
      if (execution.frame.taskId !== subject) return nothing;
      const commit = await step(execution, state);
      // A token may have been used while the step was under way.
      return () => {
        if (this.executions.get(arn)?.frame?.taskId === subject) commit();
      };
    });
  }

  async #guarded(arn: string, step: (execution: Running, state: State) => Promise<Commit>): Promise<Commit> {
    const execution = this.executions.get(arn);
    if (!isRunning(execution)) return nothing;
    const state = this.#state(execution);
    try {
      return await step(execution, state);
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      return this.#evaluationFailed(execution, state, error);
    }
  }

  /** @param entered id of the event that the state was entered by, where it is not in the history yet */
  async #evaluationFailed(
    execution: Running,
    state: State,
    { error, cause, location }: StateError,
    entered = this.history.entryOf(execution.arn, execution.frame.state),
  ): Promise<Commit> {
    const told = `${whereIn(execution, entered)} ${cause}`;
    const handled = await this.#handleError(execution, state, error, told);
    return () => {
      this.#recordFailure(execution, error, told, location);
      if (handled) handled();
      else this.#fail(execution.arn, { error, cause: told });
    };
  }

  #recordFailure({ arn, frame }: Running, error: string, cause: string, location: string | undefined): void {
    this.history.append(arn, 'EvaluationFailed', {
      evaluationFailedEventDetails: {
        ...{ error, cause, state: frame.state },
        ...(location !== undefined && { location }),
      },
    });
  }

  /** Ends an execution at an expression whose failure nothing handles. */
  #breakOff(execution: Running, { error, cause, location }: StateError): void {
    const told = `${whereIn(execution, this.history.entryOf(execution.arn, execution.frame.state))} ${cause}`;
    this.#recordFailure(execution, error, told, location);
    this.#fail(execution.arn, { error, cause: told });
  }

  async #enter(execution: Running, state: State): Promise<Commit> {
    const { arn, frame } = execution;
    const then = await this.#onEntry(execution, state).catch((error: unknown) => {
      if (!(error instanceof StateError)) throw error;
      return this.#evaluationFailed(execution, state, error, this.history.length(rootOf(arn)) + 1);
    });
    return () => {
      this.history.append(arn, `${state.Type}StateEntered`, {
        stateEnteredEventDetails: { name: frame.state, input: JSON.stringify(frame.input), inputDetails: dataDetails },
      });
      then();
    };
  }

  #onEntry(execution: Running, state: State): Promise<Commit> {
    switch (state.Type) {
      case 'Task':
        return this.#tasks.schedule(execution, state);
      case 'Choice':
        return this.#choose(execution, state);
      case 'Wait':
        return this.#sleep(execution, state);
      case 'Pass':
      case 'Succeed':
        return this.#leave(execution, state, {});
      case 'Fail':
        return this.#failHere(execution, state);
      case 'Parallel':
      case 'Map':
        return this.#fanOut.begin(execution, state);
    }
  }

  async #choose(execution: Running, state: State): Promise<Commit> {
    const { how, next } = await chosenWay(state, this.#expressions(execution), statesVariable(execution));
    return this.#exit(execution, state, how, next, {});
  }

  async #sleep(execution: Running, state: State): Promise<Commit> {
    const { clock, jobs } = this.#context;
    const until = await waitingTime(state, this.#expressions(execution), statesVariable(execution), clock.now());
    return () => jobs.add(jobKinds.wake, execution.arn, {}, until);
  }

  async #failHere(execution: Running, state: State): Promise<Commit> {
    const details = await failure(state, this.#expressions(execution), statesVariable(execution));
    return () => this.#fail(execution.arn, details);
  }

  #tryAgain(execution: Running, state: State): Promise<Commit> {
    return state.Type === 'Task' ? this.#tasks.schedule(execution, state) : this.#fanOut.begin(execution, state);
  }

  /** All branches of a state are done, or one of them failed. */
  async #join(execution: Running, state: State, { failed }: Joined): Promise<Commit> {
    const { arn, frame } = execution;
    if (!failed) {
      const leave = await this.#leaveOrFail(execution, state, this.#fanOut.results(arn, frame.entry ?? 0));
      return () => {
        // As on AWS: what comes next follows the last branch, and not this event.
        const last = this.history.lastOf(arn) ?? 0;
        this.history.append(arn, `${state.Type}StateSucceeded`);
        this.history.follow(arn, last);
        leave();
      };
    }
    const { error, cause } = failed;
    const handled = await this.#handleError(execution, state, error, cause);
    return () => {
      this.history.append(arn, `${state.Type}StateFailed`);
      if (handled) handled();
      else this.#fail(arn, { error, cause });
    };
  }

  async #leaveOrFail(execution: Running, state: State, result: unknown): Promise<Commit> {
    try {
      return await this.#leave(execution, state, { result });
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      return this.#evaluationFailed(execution, state, error);
    }
  }

  /** Undefined when nothing handles the error. */
  async #handleError(execution: Running, state: State, error: string, cause: string): Promise<Commit | undefined> {
    const { arn, frame } = execution;
    const retry = nextRetry(state.Retry, error, frame.retriesUsed, this.#random);
    if (retry) {
      const retriesUsed = Object.assign([...frame.retriesUsed], {
        [retry.index]: (frame.retriesUsed[retry.index] ?? 0) + 1,
      });
      const { clock, jobs } = this.#context;
      const taskId = randomUUID();
      return () => {
        const filled = Array.from(retriesUsed, (count) => count ?? 0);
        this.executions.saveFrame(arn, {
          ...frame,
          retriesUsed: filled,
          retryCount: frame.retryCount + 1,
          taskId,
          token: undefined,
        });
        jobs.add(jobKinds.retry, taskId, { arn }, clock.now() + retry.pauseMs);
      };
    }
    const catcher = findCatcher(state.Catch, error);
    if (!catcher) return undefined;
    const errorOutput = { Error: error, Cause: cause };
    return this.#exit(execution, state, catcher, catcher.Next, { errorOutput }).catch((broken: unknown) => {
      // What a catcher itself breaks at is caught by nobody.
      if (!(broken instanceof StateError)) throw broken;
      return () => this.#breakOff(execution, broken);
    });
  }

  /** Leaves a state in the ordinary way. */
  #leave(execution: Running, state: State, more: Partial<StatesVariable>): Promise<Commit> {
    return this.#exit(execution, state, state, state.Next, more);
  }

  /** Evaluates Assign and Output of a state, a rule or a catcher, and moves on; without a next state, ends. */
  async #exit(
    execution: Running,
    state: State,
    how: Pick<Catcher, 'Assign' | 'Output'>,
    next: string | undefined,
    more: Partial<StatesVariable>,
  ): Promise<Commit> {
    const { arn, frame } = execution;
    const expressions = this.#expressions(execution);
    const states = statesVariable(execution, more);
    const assigned = how.Assign === undefined ? {} : await expressions.template('Assign', how.Assign, states);
    const fallback = more.errorOutput ?? more.result ?? frame.input;
    const output =
      how.Output === undefined ? limited('Output', fallback) : await expressions.template('Output', how.Output, states);
    const variables = { ...frame.variables, ...(assigned as Record<string, unknown>) };
    return () => {
      this.history.append(arn, `${state.Type}StateExited`, {
        stateExitedEventDetails: {
          name: frame.state,
          output: JSON.stringify(output),
          outputDetails: dataDetails,
          ...(how.Assign !== undefined && {
            assignedVariables: asTexts(assigned),
            assignedVariablesDetails: dataDetails,
          }),
        },
      });
      if (next === undefined) {
        this.#end(arn, 'SUCCEEDED', { output: JSON.stringify(output) }, 'ExecutionSucceeded');
        return;
      }
      this.executions.saveFrame(arn, freshFrame(next, output, variables, this.#context.clock.now()));
      this.#context.jobs.add(jobKinds.enter, arn, {});
    };
  }

  #fail(arn: string, { error, cause }: { readonly error?: string; readonly cause?: string }): void {
    const details = { ...(error !== undefined && { error }), ...(cause && { cause }) };
    this.#end(arn, 'FAILED', details, 'ExecutionFailed');
  }

  /** Nothing of where an execution stands goes on by itself. */
  #stop(execution: Running): void {
    this.#context.jobs.cancel(jobKinds.wake, execution.arn);
    this.#tasks.stop(execution);
  }

  #end(arn: string, status: Status, result: Partial<ExecutionBody>, eventType: string): void {
    const execution = this.executions.get(arn);
    if (!isRunning(execution)) return;
    const state = this.#state(execution);
    const { jobs, clock } = this.#context;
    this.#stop(execution);
    this.#fanOut.stopBelow(arn);
    if (execution.body.branch) {
      this.#fanOut.ended(execution, execution.body.branch, status, result);
      return;
    }
    jobs.cancel(jobKinds.machineTimeout, arn);
    if (status === 'ABORTED' && canBeAborted(state.Type)) this.history.append(arn, `${state.Type}StateAborted`);
    const detailsName = `${eventType.charAt(0).toLowerCase()}${eventType.slice(1)}EventDetails`;
    const details = result.output === undefined ? result : { output: result.output, outputDetails: dataDetails };
    this.history.append(arn, eventType, { [detailsName]: details });
    const frame = status === 'SUCCEEDED' ? undefined : whereItStood(execution);
    this.executions.end({ arn, body: { ...execution.body, ...result }, frame }, { status, at: clock.now() });
    const ended = this.executions.get(arn);
    if (!ended) return;
    this.#announce(ended);
    this.#tasks.announceEnd(ended);
  }

  #announce(execution: Execution): void {
    this.#buses.publish('default', statusChange(execution, this.notRedrivable(execution)));
    this.#observation.status(execution);
  }

  #expressions({ frame }: Running): Expressions {
    return new Expressions(frame.variables, () => this.#context.clock.now());
  }
}

/** @param entered id of the event by which the state was entered */
const whereIn = ({ frame }: Running, entered: number): string =>
  `An error occurred while executing the state '${frame.state}' (entered at the event id #${entered}).`;

const asTexts = (assigned: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(assigned ?? {}).map(([name, value]) => [name, JSON.stringify(value)]));
