import type { ExecutionEvent } from '../ports.ts';

const removed = '(removed: a bearer secret)';

/** Fields of an event that hold JSON as text. */
const carriers = ['input', 'output', 'parameters'];

/**
 * A history without its secrets: task tokens, which Step Functions records in the parameters of a wait. URLs and the
 * secrets of links are in no history.
 */
export const withoutSecrets = (events: readonly ExecutionEvent[]): unknown[] => events.map((event) => cleaned(event));

const cleaned = (value: unknown, name = ''): unknown => {
  if (name === 'token') return removed;
  if (typeof value === 'string' && carriers.includes(name)) return cleanedText(value);
  if (Array.isArray(value)) return value.map((one) => cleaned(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cleaned(member, key)]));
};

const cleanedText = (text: string): string => {
  try {
    return JSON.stringify(cleaned(JSON.parse(text)));
  } catch {
    // Nobody can tell what is in it.
    return removed;
  }
};
