import type { Ids, Starter } from '../ports.ts';

interface Deps {
  readonly starter: Starter;
  readonly linkIds: Ids;
}

/**
 * Starts an execution under a name that says what it is for, so that of two calls at once one starts it. Where one of that
 * name began and died before it had claimed its period, another name is taken (Step Functions takes each once in 90 days):
 * the claim keeps the period to one all the same.
 *
 * @returns whether this call started one
 */
export const startAs = async (
  { starter, linkIds }: Deps,
  name: string,
  input: Parameters<Starter['start']>[1],
): Promise<boolean> =>
  (await starter.start(name, input)) || starter.start(`${name}_${linkIds.next().slice(0, suffixLength)}`, input);

/** A name has at most 80 characters: two ids of 24, a period of 20, `_g999`, and this. */
const suffixLength = 4;
