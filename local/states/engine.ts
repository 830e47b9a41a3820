import { randomBytes, randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { EventBuses } from '../events/buses.ts';
import type { Job } from '../jobs.ts';
import type { Invocation } from '../lambda/function-record.ts';
import type { Lambda } from '../lambda/lambda.ts';
import { Registry } from '../registry.ts';
import { type Catcher, type Definition, parseDefinition, type State } from './definition.ts';
import {
  type Execution,
  type ExecutionBody,
  Executions,
  freshFrame,
  isRunning,
  type Running,
  type Status,
} from './executions.ts';
import { Expressions, StateError, type StatesVariable } from './expressions.ts';
import { FanOut, type Joined } from './fan-out.ts';
import { chosenWay, failure, waitingTime } from './flow.ts';
import { History } from './history.ts';
import { FunctionCalls, lambdaOutput, resourceOf, wholeSeconds } from './lambda-task.ts';
import type { Observation } from './observation.ts';
import { notRedrivable } from './redrive.ts';
import { findCatcher, nextRetry } from './retry.ts';
import { statesVariable, statusChange } from './views.ts';

/** What a step changes: collected while expressions are evaluated, committed at once. */
type Commit = () => void;

const nothing: Commit = () => undefined;

/** Kinds of this engine's jobs. Subjects: the execution for the first and last, the task's id for the others. */
const jobKinds = {
  enter: 'states.enter',
  task: 'states.task',
  taskTimeout: 'states.task-timeout',
  heartbeat: 'states.heartbeat',
  retry: 'states.retry',
  wake: 'states.wake',
  redrive: 'states.redrive',
  join: 'states.join',
  machineTimeout: 'states.machine-timeout',
} as const;

/** What happened to a task, and what its state does about it. */
type TaskEnd =
  | { readonly kind: 'succeeded'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: string; readonly cause: string; readonly eventType?: string };

/** What the engine works with. */
export interface EngineServices {
  readonly lambda: Lambda;
  readonly buses: EventBuses;
  readonly observation: Observation;
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
  readonly definitions: Registry<string>;
  readonly #context: Context;
  /** Calls functions as tasks do. */
  readonly calls: FunctionCalls;
  readonly #buses: EventBuses;
  readonly #observation: Observation;
  readonly #random: () => number;
  readonly #fanOut: FanOut;
  /** Definitions never change under their hash. */
  readonly #parsed = new Map<string, Definition>();

  constructor(context: Context, services: EngineServices) {
    const { lambda, buses, observation, random } = services;
    this.#context = context;
    this.calls = new FunctionCalls(context, lambda);
    this.#buses = buses;
    this.#observation = observation;
    this.#random = random;
    this.executions = new Executions(context.journal);
    this.history = new History(
      context.journal,
      () => context.clock.now(),
      (arn, event) => observation.event(arn, event),
    );
    this.definitions = new Registry(context.journal, 'definition');
    const { jobs } = context;
    this.#fanOut = new FanOut({
      context,
      executions: this.executions,
      history: this.history,
      definitions: this.definitions,
      enter: (arn) => jobs.add(jobKinds.enter, arn, {}),
      join: (arn, how) => jobs.add(jobKinds.join, arn, how),
      stop: (execution) => this.#stopTimers(execution),
    });
    jobs.handle(jobKinds.join, (job) =>
      this.#atState(job, (execution, state) => this.#join(execution, state, job.payload as Joined)),
    );
    jobs.handle(jobKinds.enter, (job) => this.#atState(job, (execution, state) => this.#enter(execution, state)));
    jobs.handle(jobKinds.wake, (job) => this.#atState(job, (execution, state) => this.#leave(execution, state, {})));
    jobs.handle(jobKinds.redrive, (job) => this.#atState(job, (execution, state) => this.#rerun(execution, state)));
    jobs.handle(jobKinds.task, (job) => this.#atTask(job, (execution) => this.#call(execution)));
    jobs.handle(jobKinds.retry, (job) => this.#atTask(job, (execution, state) => this.#tryAgain(execution, state)));
    jobs.handle(jobKinds.taskTimeout, (job) =>
      this.#atTask(job, (execution, state) => this.#timedOut(execution, state, 'States.Timeout')),
    );
    jobs.handle(jobKinds.heartbeat, (job) =>
      this.#atTask(job, (execution, state) => this.#timedOut(execution, state, 'States.HeartbeatTimeout')),
    );
    jobs.handle(
      jobKinds.machineTimeout,
      async ({ subject }) =>
        () =>
          this.#end(subject, 'TIMED_OUT', {}, 'ExecutionTimedOut'),
    );
  }

  /** Starts an execution; joins the caller's transaction. */
  start(execution: Omit<Execution, 'status' | 'startedAt' | 'stoppedAt' | 'frame'>): Execution {
    const { clock, jobs } = this.#context;
    const definition = this.#definition(execution.body.definition);
    const started: Execution = {
      ...execution,
      status: 'RUNNING',
      startedAt: clock.now(),
      stoppedAt: undefined,
      frame: freshFrame(definition.StartAt, JSON.parse(execution.body.input), {}, clock.now()),
    };
    this.executions.insert(started);
    this.history.append(started.arn, 'ExecutionStarted', {
      executionStartedEventDetails: { input: started.body.input, inputDetails, roleArn: started.body.roleArn },
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
    const { input, roleArn, definition, redrives } = execution.body;
    const [count, at] = [(redrives?.count ?? 0) + 1, this.#context.clock.now()];
    const body = { input, roleArn, definition, redrives: { count, at } };
    const revived: Running = { ...execution, status: 'RUNNING', stoppedAt: undefined, body, frame: execution.frame };
    this.executions.revive(revived);
    this.history.append(arn, 'ExecutionRedriven', { executionRedrivenEventDetails: { redriveCount: count } });
    this.#announce(revived);
    this.#context.jobs.add(jobKinds.redrive, arn, {});
    this.#limitTime(revived);
    return at;
  }

  /** Why an execution cannot be redriven; undefined when it can. */
  notRedrivable(execution: Execution): string | undefined {
    return notRedrivable(execution, this.history.length(execution.arn), this.#context.clock.now());
  }

  /** A task that is redriven is scheduled again, with all its retries; its state is not entered again. */
  #rerun(execution: Running, state: State): Promise<Commit> {
    return state.Type === 'Task' ? this.#schedule(execution, state) : this.#enter(execution, state);
  }

  /** StopExecution. False when it had already ended. */
  abort(arn: string, error: string | undefined, cause: string | undefined): boolean {
    const execution = this.executions.get(arn);
    if (execution?.status !== 'RUNNING') return false;
    const details = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
    this.#end(arn, 'ABORTED', details, 'ExecutionAborted');
    return true;
  }

  /**
   * Ends a waiting task from outside.
   *
   * @throws AwsError InvalidToken, TaskTimedOut
   */
  async completeTask(token: string, end: TaskEnd): Promise<void> {
    const { execution, state } = this.#waiting(token);
    // The answer is computed first, then it is checked once more that the task is still the one that waits.
    const commit = await this.#taskEnded(execution, state, end);
    this.#context.journal.transaction(() => {
      this.#waiting(token);
      commit();
    });
  }

  /** @throws AwsError InvalidToken, TaskTimedOut */
  heartbeat(token: string): void {
    const { execution } = this.#waiting(token);
    const { heartbeatSeconds, taskId = '' } = execution.frame;
    if (heartbeatSeconds === undefined) return;
    const { clock, jobs } = this.#context;
    jobs.cancel(jobKinds.heartbeat, taskId);
    jobs.add(jobKinds.heartbeat, taskId, { arn: execution.arn }, clock.now() + heartbeatSeconds * 1000);
  }

  /** False for a token that was never given out. */
  knowsToken(token: string): boolean {
    return this.executions.token(token) !== undefined;
  }

  #waiting(token: string): { execution: Running; state: State } {
    const known = this.executions.token(token);
    if (!known) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
    const execution = this.executions.get(known.execution);
    if (!isRunning(execution) || execution.frame.taskId !== known.task || execution.frame.token !== token) {
      throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    }
    return { execution, state: this.#state(execution) };
  }

  #definition(hash: string): Definition {
    const known = this.#parsed.get(hash);
    if (known) return known;
    const definition = parseDefinition('definition', this.definitions.get(hash) ?? '');
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

  async #evaluationFailed(execution: Running, state: State, { error, cause }: StateError): Promise<Commit> {
    const record = () =>
      this.history.append(execution.arn, 'EvaluationFailed', {
        evaluationFailedEventDetails: { error, cause, state: execution.frame.state },
      });
    const handled = await this.#handleError(execution, state, error, cause);
    return () => {
      record();
      if (handled) handled();
      else this.#end(execution.arn, 'FAILED', { error, cause }, 'ExecutionFailed');
    };
  }

  async #enter(execution: Running, state: State): Promise<Commit> {
    const { arn, frame } = execution;
    const enter = () =>
      this.history.append(arn, `${state.Type}StateEntered`, {
        stateEnteredEventDetails: { name: frame.state, input: JSON.stringify(frame.input), inputDetails },
      });
    const then = await this.#onEntry(execution, state);
    return () => {
      enter();
      then();
    };
  }

  #onEntry(execution: Running, state: State): Promise<Commit> {
    switch (state.Type) {
      case 'Task':
        return this.#schedule(execution, state);
      case 'Choice':
        return this.#choose(execution, state);
      case 'Wait':
        return this.#sleep(execution, state);
      case 'Pass':
      case 'Succeed':
        return this.#leave(execution, state, {});
      case 'Fail':
        return this.#fail(execution, state);
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

  async #fail(execution: Running, state: State): Promise<Commit> {
    const details = await failure(state, this.#expressions(execution), statesVariable(execution));
    return () => this.#end(execution.arn, 'FAILED', details, 'ExecutionFailed');
  }

  #tryAgain(execution: Running, state: State): Promise<Commit> {
    return state.Type === 'Task' ? this.#schedule(execution, state) : this.#fanOut.begin(execution, state);
  }

  /** All branches of a state are done, or one of them failed. */
  async #join(execution: Running, state: State, { failed }: Joined): Promise<Commit> {
    const { arn, frame } = execution;
    if (!failed) {
      const leave = await this.#leaveOrFail(execution, state, this.#fanOut.results(arn, frame.entry ?? 0));
      return () => {
        this.history.append(arn, `${state.Type}StateSucceeded`);
        leave();
      };
    }
    const { error, cause } = failed;
    const handled = await this.#handleError(execution, state, error, cause);
    return () => {
      this.history.append(arn, `${state.Type}StateFailed`);
      if (handled) handled();
      else this.#end(arn, 'FAILED', { error, ...(cause && { cause }) }, 'ExecutionFailed');
    };
  }

  /** Puts a task on its way: a try of its own, with its own token and its own deadline. */
  async #schedule(execution: Running, state: State): Promise<Commit> {
    const { arn, frame } = execution;
    const { clock, jobs, region } = this.#context;
    const taskId = randomUUID();
    const { resource, wantsToken } = resourceOf(state);
    const token = wantsToken ? randomBytes(384).toString('base64') : undefined;
    const attempt: Running = { ...execution, frame: { ...frame, token, taskId } };
    const expressions = this.#expressions(attempt);
    const states = statesVariable(attempt);
    const parameters = await expressions.template('Arguments', state.Arguments ?? {}, states);
    const seconds = async (field: 'TimeoutSeconds' | 'HeartbeatSeconds') =>
      state[field] === undefined
        ? undefined
        : wholeSeconds(field, await expressions.template(field, state[field], states));
    const timeout = await seconds('TimeoutSeconds');
    const heartbeat = await seconds('HeartbeatSeconds');
    return () => {
      this.history.append(arn, 'TaskScheduled', {
        taskScheduledEventDetails: {
          resourceType: 'lambda',
          resource,
          region,
          parameters: JSON.stringify(parameters),
          ...(timeout !== undefined && { timeoutInSeconds: timeout }),
          ...(heartbeat !== undefined && { heartbeatInSeconds: heartbeat }),
        },
      });
      this.history.append(arn, 'TaskStarted', { taskStartedEventDetails: { resourceType: 'lambda', resource } });
      if (token) this.executions.addToken(token, arn, taskId);
      this.executions.saveFrame(arn, { ...attempt.frame, parameters, heartbeatSeconds: heartbeat });
      jobs.add(jobKinds.task, taskId, { arn });
      const after = (kind: string, limit: number | undefined) => {
        if (limit !== undefined) jobs.add(kind, taskId, { arn }, clock.now() + limit * 1000);
      };
      after(jobKinds.taskTimeout, timeout);
      after(jobKinds.heartbeat, heartbeat);
    };
  }

  /** Calls the task's resource with the machine's role. */
  async #call(execution: Running): Promise<Commit> {
    const state = this.#state(execution);
    const { resource, wantsToken } = resourceOf(state);
    const answer = await this.#invoke(execution);
    if (!answer.ok)
      return this.#taskEnded(execution, state, { kind: 'failed', error: answer.errorType, cause: answer.payload });
    const output = lambdaOutput(answer.payload, functionNameOf(execution));
    if (!wantsToken) return this.#taskEnded(execution, state, { kind: 'succeeded', result: output });
    return () =>
      this.history.append(execution.arn, 'TaskSubmitted', {
        taskSubmittedEventDetails: {
          resourceType: 'lambda',
          resource,
          output: JSON.stringify(output),
          outputDetails: inputDetails,
        },
      });
  }

  #invoke(execution: Running): Promise<Invocation> {
    const { body, name, frame } = execution;
    const { Payload = {} } = frame.parameters as { Payload?: unknown };
    return this.calls.call(body.roleArn, name, functionNameOf(execution), Payload);
  }

  #timedOut(execution: Running, state: State, error: string): Promise<Commit> {
    return this.#taskEnded(execution, state, { kind: 'failed', error, cause: '', eventType: 'TaskTimedOut' });
  }

  /** Records how a task ended and goes on: next state, another try, a catcher, or the end. */
  async #taskEnded(execution: Running, state: State, end: TaskEnd): Promise<Commit> {
    const { resource } = resourceOf(state);
    const base = { resourceType: 'lambda', resource };
    if (end.kind === 'succeeded') {
      const record = () =>
        this.history.append(execution.arn, 'TaskSucceeded', {
          taskSucceededEventDetails: { ...base, output: JSON.stringify(end.result), outputDetails: inputDetails },
        });
      const leave = await this.#leaveOrFail(execution, state, end.result);
      return () => {
        this.#stopTimers(execution);
        record();
        leave();
      };
    }
    const { error, cause, eventType = 'TaskFailed' } = end;
    const handled = await this.#handleError(execution, state, error, cause);
    return () => {
      this.#stopTimers(execution);
      const detailsName = eventType === 'TaskTimedOut' ? 'taskTimedOutEventDetails' : 'taskFailedEventDetails';
      this.history.append(execution.arn, eventType, { [detailsName]: { ...base, error, ...(cause && { cause }) } });
      if (handled) handled();
      else this.#end(execution.arn, 'FAILED', { error, ...(cause && { cause }) }, 'ExecutionFailed');
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

  #stopTimers({ arn, frame: { taskId = '' } }: Running): void {
    this.#context.jobs.cancel(jobKinds.wake, arn);
    this.#context.jobs.cancel(jobKinds.taskTimeout, taskId);
    this.#context.jobs.cancel(jobKinds.heartbeat, taskId);
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
    return (
      catcher && this.#exit(execution, state, catcher, catcher.Next, { errorOutput: { Error: error, Cause: cause } })
    );
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
    const output = how.Output === undefined ? fallback : await expressions.template('Output', how.Output, states);
    const variables = { ...frame.variables, ...(assigned as Record<string, unknown>) };
    return () => {
      this.history.append(arn, `${state.Type}StateExited`, {
        stateExitedEventDetails: {
          name: frame.state,
          output: JSON.stringify(output),
          outputDetails: inputDetails,
          ...(how.Assign !== undefined && {
            assignedVariables: asTexts(assigned),
            assignedVariablesDetails: inputDetails,
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

  #end(arn: string, status: Status, result: Partial<ExecutionBody>, eventType: string): void {
    const execution = this.executions.get(arn);
    if (!isRunning(execution)) return;
    const state = this.#state(execution);
    const { jobs, clock } = this.#context;
    this.#stopTimers(execution);
    this.#fanOut.stopBelow(arn);
    if (execution.body.branch) {
      this.#fanOut.ended(execution, execution.body.branch, status, result);
      return;
    }
    jobs.cancel(jobKinds.machineTimeout, arn);
    if (status === 'ABORTED' && (state.Type === 'Task' || state.Type === 'Wait'))
      this.history.append(arn, `${state.Type}StateAborted`);
    const detailsName = `${eventType.charAt(0).toLowerCase()}${eventType.slice(1)}EventDetails`;
    const details = result.output === undefined ? result : { output: result.output, outputDetails: inputDetails };
    this.history.append(arn, eventType, { [detailsName]: details });
    const { state: name, input, variables, enteredAt } = execution.frame;
    const frame = status === 'SUCCEEDED' ? undefined : freshFrame(name, input, variables, enteredAt);
    this.executions.end({ arn, body: { ...execution.body, ...result }, frame }, { status, at: clock.now() });
    const ended = this.executions.get(arn);
    if (ended) this.#announce(ended);
  }

  #announce(execution: Execution): void {
    this.#buses.publish('default', statusChange(execution, this.notRedrivable(execution)));
    this.#observation.status(execution);
  }

  #expressions({ frame }: Running): Expressions {
    return new Expressions(frame.variables, () => this.#context.clock.now());
  }
}

const functionNameOf = ({ frame }: Running): string =>
  (frame.parameters as { FunctionName?: string }).FunctionName ?? '';

/** Nothing is ever cut off here. */
const inputDetails = { truncated: false };

const asTexts = (assigned: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(assigned ?? {}).map(([name, value]) => [name, JSON.stringify(value)]));
