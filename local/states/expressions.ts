import jsonata from 'jsonata';
import { addFunctions } from './functions.ts';
import { maxDataBytes } from './inputs.ts';

/** What expressions see as `$states`. */
export interface StatesVariable {
  readonly input: unknown;
  readonly context: unknown;
  readonly result?: unknown;
  readonly errorOutput?: unknown;
}

/** A failure inside a state that has a Step Functions name. */
export class StateError extends Error {
  readonly error: string;
  override readonly cause: string;
  /** The field of the state that it is about: `Arguments/Payload/n`. */
  readonly location: string | undefined;

  constructor(error: string, cause: string, location?: string) {
    super(`${error}: ${cause}`);
    this.name = 'StateError';
    this.error = error;
    this.cause = cause;
    this.location = location;
  }
}

/** A value as it is handed on. @throws StateError States.DataLimitExceeded */
export const limited = (field: string, value: unknown): unknown => {
  const text = JSON.stringify(value) ?? 'null';
  if (Buffer.byteLength(text) <= maxDataBytes) return JSON.parse(text);
  throw new StateError(
    'States.DataLimitExceeded',
    `The state's ${field} exceeded the maximum number of bytes (${maxDataBytes})`,
  );
};

/** Without these an endless recursion would hang the process. */
const guard = { timeout: 5000, stack: 500 };

/** Evaluates the JSONata of one execution at one moment. */
export class Expressions {
  readonly #variables: Readonly<Record<string, unknown>>;
  readonly #now: () => number;

  constructor(variables: Readonly<Record<string, unknown>>, now: () => number) {
    this.#variables = variables;
    this.#now = now;
  }

  /**
   * Evaluates every `{% … %}` in a template of any shape.
   *
   * @throws StateError States.QueryEvaluationError, States.DataLimitExceeded
   */
  async template(field: string, template: unknown, states: StatesVariable): Promise<unknown> {
    return limited(field, await this.#walk(field, template, states));
  }

  async #walk(field: string, template: unknown, states: StatesVariable): Promise<unknown> {
    if (typeof template === 'string') {
      const [, expression] = /^\{%([\s\S]*)%\}$/.exec(template) ?? [];
      return expression === undefined ? template : this.#evaluate(field, expression.trim(), states);
    }
    if (Array.isArray(template)) {
      return Promise.all(template.map((one, index) => this.#walk(`${field}[${index}]`, one, states)));
    }
    if (typeof template !== 'object' || template === null) return template;
    const entries = Object.entries(template).map(
      async ([name, one]) => [name, await this.#walk(`${field}/${name}`, one, states)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }

  async #evaluate(field: string, expression: string, states: StatesVariable): Promise<unknown> {
    try {
      const compiled = jsonata(expression, guard);
      addFunctions(compiled, this.#now);
      const value = await compiled.evaluate(undefined, { ...this.#variables, states });
      requireJson(field, value);
      if (value !== undefined) return value;
    } catch (error) {
      if (error instanceof StateError) throw error;
      const reason =
        error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)
          ? error.message
          : String(error);
      throw new StateError(
        'States.QueryEvaluationError',
        `The JSONata expression '${expression}' specified for the field '${field}' threw an error during evaluation. ${reason}`,
        field,
      );
    }
    throw new StateError(
      'States.QueryEvaluationError',
      `The JSONata expression '${expression}' specified for the field '${field}' returned nothing (undefined).`,
      field,
    );
  }
}

/** @throws StateError for what is no JSON: a function, a pattern, what goes round in circles */
const requireJson = (field: string, value: unknown): void => {
  const refuse = (what: string): never => {
    const cause = `The value of the field '${field}' is ${what}, which is no JSON.`;
    throw new StateError('States.QueryEvaluationError', cause, field);
  };
  const walk = (one: unknown, above: readonly unknown[]): void => {
    if (typeof one === 'function' || one instanceof RegExp) refuse('a function');
    if (typeof one === 'number' && !Number.isFinite(one)) refuse(`the number ${one}`);
    if (typeof one !== 'object' || one === null) return;
    if ('_jsonata_function' in one || '_jsonata_lambda' in one) refuse('a function');
    if (above.includes(one)) refuse('a circle');
    for (const inner of Object.values(one)) walk(inner, [...above, one]);
  };
  walk(value, []);
};
