import type { Feed } from '../../core/feed.ts';
import { metricNames } from '../../core/metrics.ts';
import { parseExpression } from '../../local/scheduler/expression.ts';
import { prices } from './prices.ts';
import { accepting, asking, byLink, closing, escalating, reminding, total, type Usage } from './usage.ts';

/** Dollars by service. */
export type Bill = Readonly<Record<string, number>>;

export interface FeedEstimate {
  readonly feed: string;
  readonly runsPerMonth: number;
  /** A month in which every file comes at the first asking. */
  readonly onTime: Bill;
  /** A month in which none comes. */
  readonly never: Bill;
}

/** A small function (256 MB) takes about this long; logs are about this much. */
export const gbSecondsPerInvocation = 0.25 * 0.3;
const logGbPerInvocation = 2e-6;

/** `validate-upload` has 1769 MB and checks 15 MB a second (npm run bench). */
const gbOfValidation = 1769 / 1024;
const validatedMbPerSecond = 15;

/** @param from counts the runs of the year that begins here, in milliseconds @param fileMb size of a typical file */
export const estimateFeed = (feed: Feed, { from, fileMb }: { from: number; fileMb: number }): FeedEstimate => {
  const runsPerMonth = runsInYear(feed, from) / 12;
  const reminders = feed.reminders.map(() => reminding);
  const rungs = feed.escalation.map(() => escalating);
  const isByLink = feed.delivery.mode === 'link';
  const validation = (fileMb / validatedMbPerSecond) * gbOfValidation;
  return {
    feed: `${feed.partner}/${feed.feed}`,
    runsPerMonth,
    onTime: times(
      runsPerMonth,
      isByLink
        ? {
            ...bill(total(asking, accepting, byLink), { gbSeconds: validation, storedMb: 2 * fileMb }),
            'API, KMS': byLink.apiRequests * prices.apiRequest + byLink.macs * prices.keyRequest,
          }
        : bill(total(asking, accepting), { gbSeconds: validation, storedMb: 2 * fileMb }),
    ),
    never: times(runsPerMonth, bill(total(asking, ...reminders, ...rungs, closing), { gbSeconds: 0, storedMb: 0 })),
  };
};

/** What stands there whatever happens. @param alarms how many there are */
export const fixedBill = (alarms: number): Bill => ({
  'KMS keys': 2 * prices.keyMonth,
  alarms: alarms * prices.alarmMonth,
  dashboard: prices.dashboardMonth,
  metrics: metricNames.length * prices.metricMonth,
});

export const sumOf = (one: Bill): number => Object.values(one).reduce((so, dollars) => so + dollars, 0);

export const addUp = (bills: readonly Bill[]): Bill =>
  Object.fromEntries(
    [...new Set(bills.flatMap((one) => Object.keys(one)))].map((service) => [
      service,
      bills.reduce((so, one) => so + (one[service] ?? 0), 0),
    ]),
  );

const yearMs = 365 * 86_400_000;

const runsInYear = ({ schedule }: Feed, from: number): number => {
  const next = parseExpression(schedule.expression, schedule.timezone, from);
  let runs = 0;
  for (let at = next(from); at !== undefined && at <= from + yearMs; at = next(at)) runs += 1;
  return runs;
};

const bill = (usage: Usage, { gbSeconds, storedMb }: { gbSeconds: number; storedMb: number }): Bill => ({
  'Step Functions': usage.transitions * prices.transition,
  SES: usage.mails * prices.mail,
  S3: usage.s3Writes * prices.s3Write + usage.s3Reads * prices.s3Read + (storedMb / 1024) * prices.s3GbMonth,
  Lambda:
    usage.invocations * (prices.invocation + gbSecondsPerInvocation * prices.gbSecond) + gbSeconds * prices.gbSecond,
  'EventBridge, SNS': prices.start + usage.messages * prices.event,
  'X-Ray': (usage.invocations + 1) * prices.trace,
  Logs: (usage.invocations + usage.transitions) * logGbPerInvocation * prices.logGb,
});

const times = (count: number, one: Bill): Bill =>
  Object.fromEntries(Object.entries(one).map(([service, dollars]) => [service, dollars * count]));
