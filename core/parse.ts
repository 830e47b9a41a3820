import * as z from 'zod/mini';
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

/** A moment as others tell it: text that is a time. */
export const instant = z
  .string()
  .check(z.refine((text) => !Number.isNaN(Date.parse(text)), 'expected an ISO-8601 time'));

/** The furthest moment that a date can be, in milliseconds (ECMA-262, 21.4.1.1). */
const furthestMs = 8.64e15;

/** A moment in milliseconds since 1970. */
export const epochMs = z.number().check(z.gte(-furthestMs), z.lte(furthestMs));

const explain = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'invalid_type') return `expected ${issue.expected}`;
  if (issue.code === 'unrecognized_keys') return `unknown key ${issue.keys.join(', ')}`;
  return issue.message === 'Invalid input' ? issue.code.replaceAll('_', ' ') : issue.message;
};
