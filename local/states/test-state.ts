import { AwsError } from '../errors.ts';
import { type Catcher, type Definition, type State, transitionsOf } from './definition.ts';
import { Expressions, StateError, type StatesVariable } from './expressions.ts';
import { requireList } from './fan-out.ts';
import { chosenWay, failure, waitingTime } from './flow.ts';
import type { Input, Output } from './inputs.ts';
import { requireIntegration } from './integration.ts';
import { parseDefinition } from './read-definition.ts';
import { findCatcher, nextRetry } from './retry.ts';

/** What a state does when it runs: `result` or an error. */
export type Outcome = { readonly result: unknown } | { readonly error: string; readonly cause: string };

interface Surroundings {
  readonly now: () => number;
  /** Calls a task's function for real. */
  readonly call: (functionName: string, payload: unknown) => Promise<Outcome>;
}

/**
 * Runs one state by itself, its work for real or as `mock` says: what it would put out, and where it would go.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
 *
 * @throws AwsError InvalidDefinition, ValidationException
 */
export const testState = async (input: Input, surroundings: Surroundings): Promise<Output> => {
  const state = stateOf(input);
  const states: StatesVariable = { input: json(input.input, 'input', {}), context: json(input.context, 'context', {}) };
  const variables = Object(json(input.variables, 'variables', {}));
  const run = new StateRun(state, states, new Expressions(variables, surroundings.now), input, surroundings);
  const output = await run.run();
  const isInspected = input.inspectionLevel === 'DEBUG' || input.inspectionLevel === 'TRACE';
  if (!isInspected) delete output.inspectionData;
  return output;
};

/** The definition is one state, or a machine of which `stateName` names one. */
const stateOf = ({ definition, stateName }: Input): State => {
  const text = String(definition);
  if (typeof stateName === 'string') {
    const found = parseDefinition('definition', text).States[stateName];
    if (found) return found;
    throw new AwsError('ValidationException', `State '${stateName}' is not in the definition`);
  }
  const { QueryLanguage, ...alone }: Partial<Definition> & Partial<State> = Object(json(text, 'definition', {}));
  const others = Object.fromEntries(transitionsOf(alone).map(({ target }) => [target, { Type: 'Succeed' }]));
  const machine = { QueryLanguage, StartAt: 'State', States: { ...others, State: alone } };
  const parsed = parseDefinition('definition', JSON.stringify(machine)).States.State;
  if (!parsed)
    throw new AwsError('InvalidDefinition', "Invalid State Machine Definition: 'the definition is no state'");
  return parsed;
};

const json = (text: unknown, what: string, fallback: unknown): unknown => {
  if (text === undefined) return fallback;
  try {
    return JSON.parse(String(text));
  } catch {
    throw new AwsError('ValidationException', `${what} is no JSON`);
  }
};

class StateRun {
  readonly #state: State;
  readonly #states: StatesVariable;
  readonly #expressions: Expressions;
  readonly #input: Input;
  readonly #surroundings: Surroundings;
  readonly #inspection: Output;

  constructor(
    state: State,
    states: StatesVariable,
    expressions: Expressions,
    input: Input,
    surroundings: Surroundings,
  ) {
    this.#state = state;
    this.#states = states;
    this.#expressions = expressions;
    this.#input = input;
    this.#surroundings = surroundings;
    this.#inspection = { input: JSON.stringify(states.input) };
  }

  async run(): Promise<Output> {
    try {
      return await this.#byType();
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      return this.#failed(error.error, error.cause);
    }
  }

  async #byType(): Promise<Output> {
    const { Type, Next } = this.#state;
    switch (Type) {
      case 'Choice': {
        const { how, next } = await chosenWay(this.#state, this.#expressions, this.#states);
        return this.#leave(how, next, {});
      }
      case 'Fail': {
        const failed = await failure(this.#state, this.#expressions, this.#states);
        return { status: 'FAILED', ...failed, inspectionData: this.#inspection };
      }
      case 'Pass':
      case 'Succeed':
        return this.#leave(this.#state, Next, {});
      case 'Wait':
        await waitingTime(this.#state, this.#expressions, this.#states, this.#surroundings.now());
        return this.#leave(this.#state, Next, {});
      default:
        return this.#work();
    }
  }

  async #work(): Promise<Output> {
    const { Type, Arguments, Items } = this.#state;
    const template = Type === 'Map' ? Items : Arguments;
    const parameters = await this.#expressions.template(
      Type === 'Map' ? 'Items' : 'Arguments',
      template ?? {},
      this.#states,
    );
    if (Type === 'Map' && template !== undefined) requireList(parameters);
    if (Type !== 'Map') this.#inspection.afterArguments = JSON.stringify(parameters);
    const outcome = this.#mocked() ?? (await this.#called(parameters));
    if ('error' in outcome) return this.#failed(outcome.error, outcome.cause);
    this.#inspection.result = JSON.stringify(outcome.result);
    return this.#leave(this.#state, this.#state.Next, { result: outcome.result });
  }

  #mocked(): Outcome | undefined {
    const { mock } = this.#input;
    if (typeof mock !== 'object' || mock === null) return undefined;
    const { result, errorOutput }: { result?: string; errorOutput?: { error?: string; cause?: string } } = mock;
    if (errorOutput) return { error: errorOutput.error ?? 'States.TaskFailed', cause: errorOutput.cause ?? '' };
    return { result: json(result, 'mock.result', null) };
  }

  async #called(parameters: unknown): Promise<Outcome> {
    const { Type } = this.#state;
    const isCall = Type === 'Task' && requireIntegration(this.#state).resource === 'invoke';
    if (!isCall)
      throw new AwsError('ValidationException', `a ${Type} state that waits or fans out is tested with a mock`);
    const { FunctionName = '', Payload = {} }: { FunctionName?: string; Payload?: unknown } = Object(parameters);
    return this.#surroundings.call(FunctionName, Payload);
  }

  async #failed(error: string, cause: string): Promise<Output> {
    const { Retry, Catch } = this.#state;
    const told = { error, ...(cause && { cause }), inspectionData: this.#inspection };
    const { retrierRetryCount = 0 }: { retrierRetryCount?: number } = Object(this.#input.stateConfiguration);
    const used = (Retry ?? []).map(() => retrierRetryCount);
    const retry = nextRetry(Retry, error, used, () => 1);
    if (retry) {
      const errorDetails = { retryIndex: retry.index, retryBackoffIntervalSeconds: Math.ceil(retry.pauseMs / 1000) };
      this.#inspection.errorDetails = errorDetails;
      return { status: 'RETRIABLE', ...told };
    }
    const catcher = findCatcher(Catch, error);
    if (!catcher) return { status: 'FAILED', ...told };
    this.#inspection.errorDetails = { catchIndex: Catch?.indexOf(catcher) };
    const caught = await this.#leave(catcher, catcher.Next, { errorOutput: { Error: error, Cause: cause } });
    return { ...caught, ...told, status: 'CAUGHT_ERROR' };
  }

  async #leave(
    how: Pick<Catcher, 'Assign' | 'Output'>,
    nextState: string | undefined,
    more: Partial<StatesVariable>,
  ): Promise<Output> {
    const states = { ...this.#states, ...more };
    if (how.Assign !== undefined) {
      this.#inspection.variables = JSON.stringify(await this.#expressions.template('Assign', how.Assign, states));
    }
    const fallback = more.errorOutput ?? more.result ?? this.#states.input;
    const output = how.Output === undefined ? fallback : await this.#expressions.template('Output', how.Output, states);
    return {
      status: 'SUCCEEDED',
      output: JSON.stringify(output),
      ...(nextState !== undefined && { nextState }),
      inspectionData: this.#inspection,
    };
  }
}
