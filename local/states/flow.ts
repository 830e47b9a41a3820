import type { State } from './definition.ts';
import { type Expressions, StateError, type StatesVariable } from './expressions.ts';

/** What a rule of a Choice says. @throws StateError for anything but true and false */
export const requireBoolean = (rule: number, holds: unknown): boolean => {
  if (typeof holds === 'boolean') return holds;
  throw new StateError(
    'States.QueryEvaluationError',
    `The Condition of rule ${rule} must be a boolean, got ${JSON.stringify(holds)}`,
  );
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
