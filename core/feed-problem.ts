import type * as z from 'zod/mini';

/** One thing wrong with a feed: where, what stands there, what may stand there, how to mend it. */
export interface FeedProblem {
  readonly path: string;
  readonly got: string;
  readonly allowed: string;
  readonly fix: string;
}

/** What a form has to say of a value, in our words. */
export const describe = (issue: z.core.$ZodIssue, source: unknown): FeedProblem => {
  const path = issue.path.join('.') || '(whole file)';
  const found = issue.path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined),
    source,
  );
  const got = found === undefined ? 'nothing' : (JSON.stringify(found) ?? typeof found).slice(0, 120);
  switch (issue.code) {
    case 'unrecognized_keys':
      return {
        path,
        got: `unknown ${issue.keys.join(', ')}`,
        allowed: 'the documented keys',
        fix: 'check the spelling',
      };
    case 'invalid_type':
      return { path, got, allowed: `${found === undefined ? 'required: ' : ''}${issue.expected}`, fix: 'set it' };
    case 'invalid_value':
      return { path, got, allowed: issue.values.join(' | '), fix: 'use one of the allowed values' };
    default:
      return { path, got, allowed: issue.message, fix: 'change the value' };
  }
};

/** The same problem, of a file of a set. @param index of the member */
export const inMember = (problem: FeedProblem, index: number): FeedProblem => ({
  ...problem,
  path: problem.path.replace(/^file\b/, `file.members.${index}`),
});
