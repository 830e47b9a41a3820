import { type Cron, CronError, parseCron } from './cron.ts';

/** A schedule expression, read. */
export type Expression =
  | { readonly kind: 'cron'; readonly cron: Cron }
  | { readonly kind: 'rate'; readonly everyMs: number }
  /** Local date and time, once. */
  | { readonly kind: 'at'; readonly local: string };

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const rate = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/;
const at = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$/;

/**
 * Reads an expression as EventBridge Scheduler takes it.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 *
 * @throws CronError
 */
export const parseExpression = (expression: string): Expression => {
  const [, count, unit] = rate.exec(expression) ?? [];
  if (count !== undefined) return { kind: 'rate', everyMs: Number(count) * (units[unit ?? ''] ?? 0) };
  const [, local] = at.exec(expression) ?? [];
  if (local !== undefined && !Number.isNaN(Date.parse(`${local}Z`))) return { kind: 'at', local };
  const [, body] = /^cron\((.*)\)$/.exec(expression) ?? [];
  if (body !== undefined) return { kind: 'cron', cron: parseCron(body) };
  throw new CronError(
    'neither cron(six fields) nor rate(value unit) nor at(yyyy-mm-ddThh:mm:ss) of a date that exists',
  );
};

/** What EventBridge Scheduler would refuse about an expression; undefined when it is well formed. */
export const scheduleExpressionProblem = (expression: string): string | undefined => {
  try {
    parseExpression(expression);
    return undefined;
  } catch (error) {
    if (error instanceof CronError) return error.message;
    throw error;
  }
};
