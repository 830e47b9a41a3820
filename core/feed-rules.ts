import * as z from 'zod/mini';
import { type Feed, type FeedSource, feedSource, resolvedFeed, sizeInBytes } from './feed.ts';
import type { FeedId } from './names.ts';
import { tableSchema, tableSchemaProblems } from './table-schema.ts';
import { durationSeconds } from './time.ts';

/** One thing wrong with a feed: where, what stands there, what may stand there, how to mend it. */
export interface FeedProblem {
  readonly path: string;
  readonly got: string;
  readonly allowed: string;
  readonly fix: string;
}

/**
 * In direct mode a URL lives as long as the signer's session: at most 1 h, because the signer is reached by role
 * chaining (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining), less 5 minutes
 * of margin. So a new URL must be issued at least this often until the window closes.
 */
const maxDirectGapSeconds = 55 * 60;

/** S3 takes and copies at most 5 GB in one request (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html). */
const maxCopyBytes = 5 * 2 ** 30;

const maxWindowSeconds = 30 * 24 * 3600;

const defaultReminderSeconds = 3600;

/**
 * Reads one feed.
 *
 * @param source the parsed YAML
 * @param schemaFile reads the JSON file named by `file.schema`; undefined when there is none
 * @returns the feed with every default filled in, or everything that is wrong with it
 */
export const readFeed = (
  { partner, feed }: FeedId,
  source: unknown,
  schemaFile: (name: string) => unknown,
): { feed: Feed } | { problems: FeedProblem[] } => {
  const parsed = feedSource.safeParse(source);
  if (!parsed.success) return { problems: parsed.error.issues.map((issue) => describe(issue, source)) };
  const written = parsed.data;
  const schema = readSchema(written, schemaFile);
  if ('problems' in schema) return schema;
  const resolved = resolve({ partner, feed }, written, schema.schema);
  const problems = [
    ...windowProblems(resolved, written),
    ...sizeProblems(resolved),
    ...(resolved.delivery.mode === 'direct' ? directProblems(resolved) : []),
  ];
  return problems.length > 0 ? { problems } : { feed: z.parse(resolvedFeed, resolved) };
};

const resolve = (names: FeedId, written: FeedSource, schema: Feed['file']['schema']): Feed => {
  const dueSeconds = durationSeconds(written.window.due);
  const reminders = written.reminders?.map(durationSeconds) ?? [defaultReminderSeconds].filter((s) => s < dueSeconds);
  return {
    ...names,
    title: written.title,
    schedule: written.schedule,
    period: written.period,
    window: { dueSeconds, closeSeconds: durationSeconds(written.window.close ?? written.window.due) },
    delivery: written.delivery,
    contacts: written.contacts,
    reminders,
    escalation: written.escalation.map(({ at, to }) => ({ afterDueSeconds: durationSeconds(at), to })),
    attempts: written.attempts,
    file: {
      format: written.file.format,
      extension: written.file.extension,
      maxBytes: sizeInBytes(written.file.maxBytes) ?? 0,
      minBytes: sizeInBytes(written.file.minBytes) ?? 0,
      ...(written.file.gzip && { gzip: true }),
      ...(schema && { schema }),
    },
  };
};

const readSchema = (
  written: FeedSource,
  schemaFile: (name: string) => unknown,
): { schema: Feed['file']['schema'] } | { problems: FeedProblem[] } => {
  const name = written.file.schema;
  if (name === undefined) return { schema: undefined };
  const problem = (got: string, allowed: string, fix: string) => ({
    problems: [{ path: 'file.schema', got, allowed, fix }],
  });
  if (written.file.format !== 'csv') return problem(name, 'no schema for an opaque file', 'remove file.schema');
  const content = schemaFile(name);
  if (content === undefined) return problem(name, 'a readable JSON file beside the feed', `write ${name} there`);
  const parsed = tableSchema.safeParse(content);
  if (!parsed.success) {
    return {
      problems: parsed.error.issues.map((issue) => prefixed(`file.schema (${name})`, describe(issue, content))),
    };
  }
  const wrong = tableSchemaProblems(parsed.data);
  if (wrong.length > 0) return problem(wrong.join('; '), 'a consistent Table Schema', `mend ${name}`);
  return { schema: parsed.data };
};

const prefixed = (prefix: string, problem: FeedProblem): FeedProblem => ({
  ...problem,
  path: `${prefix} ${problem.path}`,
});

const windowProblems = (feed: Feed, written: FeedSource): FeedProblem[] => {
  const { dueSeconds, closeSeconds } = feed.window;
  const problems: FeedProblem[] = [];
  const wrong = (path: string, got: unknown, allowed: string, fix: string) =>
    problems.push({ path, got: String(got), allowed, fix });
  if (dueSeconds < 60) wrong('window.due', written.window.due, 'at least PT1M', 'give the partner some time');
  if (closeSeconds > maxWindowSeconds) {
    wrong(
      'window.close',
      written.window.close,
      'at most P30D (the workflow itself ends after 35 days)',
      'close earlier',
    );
  }
  if (closeSeconds < dueSeconds) {
    wrong('window.close', written.window.close, `at least window.due (${written.window.due})`, 'close at or after due');
  }
  for (const [index, seconds] of feed.reminders.entries()) {
    if (seconds <= 0 || seconds >= dueSeconds) {
      wrong(
        `reminders.${index}`,
        written.reminders?.[index],
        `more than PT0S and less than window.due (${written.window.due})`,
        'a reminder falls between opening and due',
      );
    }
  }
  for (const [index, { afterDueSeconds }] of feed.escalation.entries()) {
    if (dueSeconds + afterDueSeconds > closeSeconds) {
      wrong(
        `escalation.${index}.at`,
        written.escalation[index]?.at,
        'no later than window.close',
        'move the rung or window.close',
      );
    }
  }
  if (feed.file.minBytes > feed.file.maxBytes) {
    wrong('file.minBytes', written.file.minBytes, `at most file.maxBytes (${written.file.maxBytes})`, 'lower it');
  }
  return problems;
};

const directProblems = (feed: Feed): FeedProblem[] => {
  const problems: FeedProblem[] = [];
  const { dueSeconds, closeSeconds } = feed.window;
  const points = [
    0,
    ...feed.reminders.map((before) => dueSeconds - before),
    ...feed.escalation.map(({ afterDueSeconds }) => dueSeconds + afterDueSeconds),
    closeSeconds,
  ].sort((a, b) => a - b);
  const gap = Math.max(...points.slice(1).map((point, index) => point - (points[index] ?? 0)));
  if (gap > maxDirectGapSeconds) {
    problems.push({
      path: 'window',
      got: `${Math.ceil(gap / 60)} minutes without a new URL`,
      allowed: "at most 55 in direct mode (role chaining ends the signer's session after 1 hour)",
      fix: 'use delivery.mode: link, add reminders or escalation rungs in between, or shorten the window',
    });
  }
  if (feed.delivery.nothingToDeliver) {
    problems.push({
      path: 'delivery.nothingToDeliver',
      got: 'true',
      allowed: 'false in direct mode (the partner has no page to say it on)',
      fix: 'use delivery.mode: link',
    });
  }
  return problems;
};

const sizeProblems = ({ file }: Feed): FeedProblem[] =>
  file.maxBytes > maxCopyBytes
    ? [
        {
          path: 'file.maxBytes',
          got: `${file.maxBytes} bytes`,
          allowed: 'at most 5GiB (the accepted file is one copy)',
          fix: 'lower file.maxBytes',
        },
      ]
    : [];

const describe = (issue: z.core.$ZodIssue, source: unknown): FeedProblem => {
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
