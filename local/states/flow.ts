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
    state[field] === undefined ? undefined : String(await expressions.template(field, state[field], states));
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
  const until = field === 'Seconds' ? now + Number(value) * 1000 : Date.parse(String(value));
  if (Number.isNaN(until)) throw new StateError('States.Runtime', `${field} is not usable: ${JSON.stringify(value)}`);
  return Math.max(until, now);
};
