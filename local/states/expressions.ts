import { createHash, randomBytes, randomUUID } from 'node:crypto';
import jsonata from 'jsonata';

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

/** Payloads, inputs and outputs: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const maxStateBytes = 262_144;

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
    const value = await this.#walk(field, template, states);
    const text = JSON.stringify(value) ?? 'null';
    if (Buffer.byteLength(text) > maxStateBytes) {
      throw new StateError(
        'States.DataLimitExceeded',
        `The state's ${field} exceeded the maximum number of bytes (262144)`,
      );
    }
    return JSON.parse(text);
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
      this.#addFunctions(compiled);
      const value = await compiled.evaluate(undefined, { ...this.#variables, states });
      if (value !== undefined) return value;
    } catch (error) {
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

  /** What Step Functions adds to JSONata: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html */
  #addFunctions(expression: jsonata.Expression): void {
    expression.registerFunction('now', () => new Date(this.#now()).toISOString());
    expression.registerFunction('millis', () => this.#now());
    expression.registerFunction('parse', (text: string) => JSON.parse(text));
    expression.registerFunction('uuid', () => randomUUID());
    expression.registerFunction('random', (seed?: number) => {
      const bytes = seed === undefined ? randomBytes(4) : createHash('sha256').update(String(seed)).digest();
      return bytes.readUInt32LE() / 2 ** 32;
    });
    expression.registerFunction('hash', (data: unknown, algorithm: string) =>
      createHash(algorithm.replace('-', '').toLowerCase())
        .update(typeof data === 'string' ? data : JSON.stringify(data))
        .digest('hex'),
    );
    expression.registerFunction('range', (first: number, last: number, step: number) =>
      Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step),
    );
    expression.registerFunction('partition', (list: unknown[], size: number) =>
      Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size)),
    );
    expression.registerFunction('eval', () => {
      throw new Error('$eval is not supported by Step Functions; use $parse');
    });
  }
}
