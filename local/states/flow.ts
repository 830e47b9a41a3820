import type { ChoiceRule, State } from './definition.ts';
import { type Expressions, StateError, type StatesVariable } from './expressions.ts';

/** Which way a Choice goes: by the first rule that holds, or by its default. @throws StateError */
export const chosenWay = async (
  { Choices = [], Default, ...state }: State,
  expressions: Expressions,
  states: StatesVariable,
): Promise<{ readonly how: Pick<ChoiceRule, 'Assign' | 'Output'>; readonly next: string }> => {
  for (const [index, rule] of Choices.entries()) {
    const holds = await expressions.template(`Choices[${index}]/Condition`, rule.Condition, states);
    if (typeof holds !== 'boolean') {
      throw new StateError(
        'States.QueryEvaluationError',
        `The Condition of rule ${index} must be a boolean, got ${JSON.stringify(holds)}`,
      );
    }
    if (holds) return { how: rule, next: rule.Next };
  }
  if (Default !== undefined) return { how: state, next: Default };
  throw new StateError('States.NoChoiceMatched', 'No choice matched and there is no Default');
};

/** What a Fail says. @throws StateError */
export const failure = async (
  state: State,
  expressions: Expressions,
  states: StatesVariable,
): Promise<{ readonly error?: string; readonly cause?: string }> => {
  const text = async (field: 'Error' | 'Cause') =>
    state[field] === undefined
      ? undefined
      : requireText(field, await expressions.template(field, state[field], states));
  const [error, cause] = [await text('Error'), await text('Cause')];
  return { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
};

/** Until when a Wait lasts, in milliseconds. @throws StateError */
export const waitingTime = async (
  state: State,
  expressions: Expressions,
  states: StatesVariable,
  now: number,
): Promise<number> => {
  const field = state.Seconds === undefined ? 'Timestamp' : 'Seconds';
  const value = await expressions.template(field, state[field], states);
  const until = field === 'Seconds' ? now + requireSeconds(value) * 1000 : requireTime(value);
  return Math.max(until, now);
};

const wrong = (field: string, allowed: string, value: unknown): StateError =>
  new StateError('States.QueryEvaluationError', `${field} must be ${allowed}, got ${JSON.stringify(value)}`, field);

const requireText = (field: string, value: unknown): string => {
  if (typeof value === 'string') return value;
  throw wrong(field, 'a text', value);
};

const requireSeconds = (value: unknown): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 99_999_999) return value;
  throw wrong('Seconds', 'a whole number from 0 to 99999999', value);
};

/** RFC 3339, with a capital T, and a capital Z or an offset. */
export const timestampPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const requireTime = (value: unknown): number => {
  const at = typeof value === 'string' && timestampPattern.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw wrong('Timestamp', 'a time such as 2030-01-01T00:00:00Z', value);
  return at;
};
