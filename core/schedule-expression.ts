const field = String.raw`[0-9A-Z,\-*/?#]+`;
const cron = new RegExp(`^cron\\(${field}( ${field}){5}\\)$`);
const rate = /^rate\(([1-9]\d*) (minute|minutes|hour|hours|day|days)\)$/;
const at = /^at\(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\)$/;

/**
 * What EventBridge Scheduler would refuse about an expression; undefined when it is well formed.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export const scheduleExpressionProblem = (expression: string): string | undefined => {
  if (rate.test(expression)) return undefined;
  if (at.test(expression)) return Number.isNaN(Date.parse(`${expression.slice(3, -1)}Z`)) ? 'no such date' : undefined;
  if (!cron.test(expression)) return 'neither cron(six fields) nor rate(value unit) nor at(yyyy-mm-ddThh:mm:ss)';
  const [, , dayOfMonth, , dayOfWeek] = expression.slice(5, -1).split(' ');
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return 'exactly one of day-of-month and day-of-week must be ?';
  return undefined;
};
