import type * as z from 'zod/mini';
import { InvalidInput } from './errors.ts';

/**
 * Parses `value` once, at the edge. What comes back can be trusted.
 *
 * @param what names the thing in the error ("input of open-request")
 * @throws InvalidInput naming path and expectation; the value itself is not repeated, it may hold a secret
 */
export const parse = <T>(schema: z.ZodMiniType<T>, value: unknown, what: string): T => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || '(whole)'}: ${explain(issue)}`);
  throw new InvalidInput(`${what} is not as agreed: ${problems.join('; ')}`);
};

const explain = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'invalid_type') return `expected ${issue.expected}`;
  if (issue.code === 'unrecognized_keys') return `unknown key ${issue.keys.join(', ')}`;
  return issue.message === 'Invalid input' ? issue.code.replaceAll('_', ' ') : issue.message;
};
