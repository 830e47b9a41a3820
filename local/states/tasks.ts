import { randomBytes, randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { State } from './definition.ts';
import { type Execution, type Executions, isRunning, type Running, type Waiter } from './executions.ts';
import { Expressions } from './expressions.ts';
import { dataDetails, type History } from './history.ts';
import { requireIntegration } from './integration.ts';
import { type FunctionCalls, lambdaOutput, wholeSeconds } from './lambda-task.ts';
import { endOutput, startFailure, startInput, startOutput } from './nested.ts';
import type { Beginning, Starting } from './starting.ts';
import { statesVariable } from './views.ts';

type Commit = () => void;

/** Kinds of the jobs of tasks; their subject is the task's id, and `arn` in them the execution. */
export const taskJobs = {
  call: 'states.task',
  timeout: 'states.task-timeout',
  heartbeat: 'states.heartbeat',
  nestedEnded: 'states.nested-ended',
} as const;

/** When a call was scheduled, in milliseconds, and how long it may last, in seconds. */
export interface CallPayload {
  readonly at: number;
  readonly timeout?: number;
}

/** A call that begins so soon has waited for nobody. */
const promptMs = 1000;

/** What happened to a task, and what its state does about it. */
export type TaskEnd =
  | { readonly kind: 'succeeded'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: string; readonly cause: string; readonly eventType?: string };

/** What tasks need of the engine that runs their states. */
interface Parts {
  readonly context: Context;
  readonly executions: Executions;
  readonly history: History;
  readonly calls: FunctionCalls;
  readonly starting: Starting;
  readonly state: (execution: Running) => State;
  /** Leaves the state with what the task gave. */
  readonly leave: (execution: Running, state: State, result: unknown) => Promise<Commit>;
  /** Another try, a catcher, or undefined: nothing handles the error. */
  readonly handleError: (execution: Running, state: State, error: string, cause: string) => Promise<Commit | undefined>;
  readonly fail: (arn: string, error: string, cause: string) => void;
  readonly start: (beginning: Beginning) => Execution;
  readonly abort: (arn: string, cause: string) => void;
  readonly notRedrivable: (execution: Execution) => string | undefined;
}

/** Tasks: what they call or start, what they wait for, and how they end. */
export class Tasks {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Puts a task on its way: a try of its own, with its own token and its own deadline. */
  async schedule(execution: Running, state: State): Promise<Commit> {
    const { arn, frame } = execution;
    const { context, history, executions } = this.#parts;
    const { clock, jobs, region } = context;
    const taskId = randomUUID();
    const { resourceType, resource, pattern } = requireIntegration(state);
    const token = pattern === 'token' ? randomBytes(384).toString('base64') : undefined;
    const { nested: _, ...rest } = frame;
    const attempt: Running = { ...execution, frame: { ...rest, token, taskId } };
    const expressions = new Expressions(frame.variables, () => clock.now());
    const states = statesVariable(attempt);
    const parameters = await expressions.template('Arguments', state.Arguments ?? {}, states);
    const seconds = async (field: 'TimeoutSeconds' | 'HeartbeatSeconds') =>
      state[field] === undefined
        ? undefined
        : wholeSeconds(field, await expressions.template(field, state[field], states));
    const timeout = await seconds('TimeoutSeconds');
    const heartbeat = await seconds('HeartbeatSeconds');
    return () => {
      history.append(arn, 'TaskScheduled', {
        taskScheduledEventDetails: {
          resourceType,
          resource,
          region,
          parameters: JSON.stringify(parameters),
          ...(timeout !== undefined && { timeoutInSeconds: timeout }),
          ...(heartbeat !== undefined && { heartbeatInSeconds: heartbeat }),
        },
      });
      history.append(arn, 'TaskStarted', { taskStartedEventDetails: { resourceType, resource } });
      if (token) executions.addToken(token, arn, taskId);
      executions.saveFrame(arn, { ...attempt.frame, parameters, heartbeatSeconds: heartbeat });
      jobs.add(taskJobs.call, taskId, { arn, at: clock.now(), timeout });
      const after = (kind: string, limit: number | undefined) => {
        if (limit !== undefined) jobs.add(kind, taskId, { arn }, clock.now() + limit * 1000);
      };
      after(taskJobs.timeout, timeout);
      after(taskJobs.heartbeat, heartbeat);
    };
  }

  /** Calls the task's resource with the machine's role. */
  call(execution: Running, state: State, { at, timeout }: CallPayload): Promise<Commit> {
    const { clock } = this.#parts.context;
    if (timeout !== undefined && clock.now() - at > promptMs) this.#beginTime(execution, state, timeout);
    return requireIntegration(state).resourceType === 'lambda'
      ? this.#invoke(execution, state)
      : this.#startNested(execution, state);
  }

  /** The time of a call begins when the call does: on AWS none waits until a processor of this machine is free. */
  #beginTime({ arn, frame: { taskId = '' } }: Running, state: State, timeout: number): void {
    if (requireIntegration(state).pattern !== 'response') return;
    const { jobs, clock, journal } = this.#parts.context;
    journal.transaction(() => {
      jobs.cancel(taskJobs.timeout, taskId);
      jobs.add(taskJobs.timeout, taskId, { arn }, clock.now() + timeout * 1000);
    });
  }

  async #invoke(execution: Running, state: State): Promise<Commit> {
    const { body, name, frame } = execution;
    const { FunctionName, Payload = {} }: { FunctionName?: unknown; Payload?: unknown } = Object(frame.parameters);
    if (typeof FunctionName !== 'string') return this.#unusable(execution, state, 'FunctionName');
    const answer = await this.#parts.calls.call(body.roleArn, name, FunctionName, Payload);
    if (!answer.ok) {
      return this.ended(execution, state, { kind: 'failed', error: answer.errorType, cause: answer.payload });
    }
    const output = lambdaOutput(answer.payload, FunctionName);
    if (requireIntegration(state).pattern === 'token') return () => this.#submitted(execution, state, output);
    return this.ended(execution, state, { kind: 'succeeded', result: output });
  }

  /** What cannot be asked for: in the words of Step Functions. */
  #unusable(execution: Running, state: State, field: string): Promise<Commit> {
    const { parameters } = execution.frame;
    const isMissing = Object(parameters)[field] === undefined;
    const why = isMissing
      ? `The field '${field}' is required but was missing`
      : `The value for the field '${field}' must be a STRING`;
    const cause = `The Parameters '${JSON.stringify(parameters)}' could not be used to start the Task: [${why}]`;
    return this.ended(execution, state, { kind: 'failed', error: 'States.Runtime', cause });
  }

  /** Begins an execution in the same step as the task learns of it: a crash leaves both, or none. */
  async #startNested(execution: Running, state: State): Promise<Commit> {
    const { starting, context } = this.#parts;
    const { arn, body, name, frame } = execution;
    if (typeof Object(frame.parameters).StateMachineArn !== 'string')
      return this.#unusable(execution, state, 'StateMachineArn');
    const principal = context.identities.actAs(body.roleArn, name);
    let prepared: Execution | Beginning;
    try {
      prepared = starting.prepare({ principal }, startInput(frame.parameters));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return this.ended(execution, state, { kind: 'failed', ...startFailure(error) });
    }
    const { pattern } = requireIntegration(state);
    if (pattern === 'response') return this.#startAndGoOn(execution, state, prepared);
    const waiter = { execution: arn, task: frame.taskId ?? '' };
    return () => {
      const started = this.#begin(prepared, pattern === 'sync' ? waiter : undefined);
      if (pattern === 'sync') this.#parts.executions.saveFrame(arn, { ...frame, nested: started.arn });
      this.#submitted(execution, state, startOutput(started));
    };
  }

  async #startAndGoOn(execution: Running, state: State, prepared: Execution | Beginning): Promise<Commit> {
    const goOn = await this.ended(execution, state, { kind: 'succeeded', result: startOutput(prepared) });
    return () => {
      this.#begin(prepared, undefined);
      goOn();
    };
  }

  /** The execution that is there already, maybe since a moment, or a new one; and who waits for its end. */
  #begin(prepared: Beginning, waiter: Waiter | undefined): Execution {
    const { executions, start } = this.#parts;
    const there = executions.get(prepared.arn);
    if (!there) return start({ ...prepared, body: { ...prepared.body, ...(waiter && { awaitedBy: [waiter] }) } });
    if (!waiter) return there;
    const awaited = { ...there, body: { ...there.body, awaitedBy: [...(there.body.awaitedBy ?? []), waiter] } };
    executions.saveBody(there.arn, awaited.body);
    if (there.status !== 'RUNNING') this.#tell(there.arn, waiter);
    return awaited;
  }

  #submitted({ arn }: Running, state: State, output: unknown): void {
    const { resourceType, resource } = requireIntegration(state);
    this.#parts.history.append(arn, 'TaskSubmitted', {
      taskSubmittedEventDetails: { resourceType, resource, output: JSON.stringify(output), outputDetails: dataDetails },
    });
  }

  /** Has the tasks go on that wait for an execution; joins the caller's transaction. */
  announceEnd({ arn, body: { awaitedBy = [] } }: Execution): void {
    for (const waiter of awaitedBy) this.#tell(arn, waiter);
  }

  #tell(nested: string, { execution, task }: Waiter): void {
    this.#parts.context.jobs.add(taskJobs.nestedEnded, task, { arn: execution, nested });
  }

  /** An execution that a task waited for has ended. */
  nestedEnded(execution: Running, state: State, arn: string): Promise<Commit> {
    const nested = this.#parts.executions.get(arn);
    if (!nested) throw new Error(`${execution.arn} waits for an execution that there is not: ${arn}`);
    const isParsed = requireIntegration(state).resource.endsWith(':2');
    const result = endOutput(nested, this.#parts.notRedrivable(nested), isParsed);
    if (nested.status === 'SUCCEEDED') return this.ended(execution, state, { kind: 'succeeded', result });
    return this.ended(execution, state, { kind: 'failed', error: 'States.TaskFailed', cause: JSON.stringify(result) });
  }

  timedOut(execution: Running, state: State, error: string): Promise<Commit> {
    return this.ended(execution, state, { kind: 'failed', error, cause: '', eventType: 'TaskTimedOut' });
  }

  /** Records how a task ended and goes on: next state, another try, a catcher, or the end. */
  async ended(execution: Running, state: State, end: TaskEnd): Promise<Commit> {
    const { history, leave, handleError, fail } = this.#parts;
    const { resourceType, resource } = requireIntegration(state);
    const base = { resourceType, resource };
    if (end.kind === 'succeeded') {
      const goOn = await leave(execution, state, end.result);
      return () => {
        this.stop(execution);
        history.append(execution.arn, 'TaskSucceeded', {
          taskSucceededEventDetails: { ...base, output: JSON.stringify(end.result), outputDetails: dataDetails },
        });
        goOn();
      };
    }
    const { error, cause, eventType = 'TaskFailed' } = end;
    const handled = await handleError(execution, state, error, cause);
    return () => {
      this.stop(execution);
      const detailsName = eventType === 'TaskTimedOut' ? 'taskTimedOutEventDetails' : 'taskFailedEventDetails';
      // A missed heartbeat is caught by its own name, and told as any other time that has passed.
      const told = error === 'States.HeartbeatTimeout' ? 'States.Timeout' : error;
      history.append(execution.arn, eventType, { [detailsName]: { ...base, error: told, ...(cause && { cause }) } });
      if (handled) handled();
      else fail(execution.arn, told, cause);
    };
  }

  /**
   * Ends a waiting task from outside.
   *
   * @throws AwsError InvalidToken, TaskTimedOut
   */
  async complete(token: string, end: TaskEnd): Promise<void> {
    const execution = this.#waiting(token);
    // The answer is computed first, then it is checked once more that the task is still the one that waits.
    const commit = await this.ended(execution, this.#parts.state(execution), end);
    this.#parts.context.journal.transaction(() => {
      this.#waiting(token);
      commit();
    });
  }

  /** @throws AwsError InvalidToken, TaskTimedOut */
  heartbeat(token: string): void {
    const { arn, frame } = this.#waiting(token);
    const { heartbeatSeconds, taskId = '' } = frame;
    if (heartbeatSeconds === undefined) return;
    const { clock, jobs } = this.#parts.context;
    jobs.cancel(taskJobs.heartbeat, taskId);
    jobs.add(taskJobs.heartbeat, taskId, { arn }, clock.now() + heartbeatSeconds * 1000);
  }

  /** False for a token that was never given out. */
  knowsToken(token: string): boolean {
    return this.#parts.executions.token(token) !== undefined;
  }

  #waiting(token: string): Running {
    const known = this.#parts.executions.token(token);
    if (!known) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
    const execution = this.#parts.executions.get(known.execution);
    if (!isRunning(execution) || execution.frame.taskId !== known.task || execution.frame.token !== token) {
      throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    }
    return execution;
  }

  /** Forgets a task's timers. What it waited for and is still running is stopped, if the role may. */
  stop({ body, name, frame: { taskId = '', nested } }: Running): void {
    const { context, executions, abort } = this.#parts;
    context.jobs.cancel(taskJobs.timeout, taskId);
    context.jobs.cancel(taskJobs.heartbeat, taskId);
    if (nested === undefined || executions.get(nested)?.status !== 'RUNNING') return;
    const principal = context.identities.actAs(body.roleArn, name);
    const mayStop = context.authorizer.allows({ principal, action: 'states:StopExecution', resource: nested });
    if (mayStop) abort(nested, 'Execution was aborted by its parent');
  }
}
