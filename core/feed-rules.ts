import * as z from 'zod/mini';
import { type Feed, resolvedFeed } from './feed.ts';
import { describe, type FeedProblem } from './feed-problem.ts';
import { type FeedSource, feedSource } from './feed-source.ts';
import { fileProblems } from './file-problems.ts';
import { type BesideTheFeed, readFile } from './file-rules.ts';
import type { FeedId } from './names.ts';
import { type Calendars, readSchedule } from './schedule/calendar-rules.ts';
import { durationSeconds } from './time.ts';

/**
 * In direct mode a URL lives as long as the signer's session: at most 1 h, because the signer is reached by role
 * chaining (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining), less 5 minutes
 * of margin. So a new URL must be issued at least this often until the window closes.
 */
const maxDirectGapSeconds = 55 * 60;

/** S3 takes at most 5 GiB in one request (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html). */
const maxPutBytes = 5 * 2 ** 30;

const maxWindowSeconds = 30 * 24 * 3600;

const defaultReminderSeconds = 3600;

/**
 * Reads one feed.
 *
 * @param source the parsed YAML
 * @param beside reads a file beside the feed; undefined when there is none
 * @param calendars where holidays come from; a feed that names any is refused without
 * @returns the feed with every default filled in, or everything that is wrong with it
 */
export const readFeed = (
  { partner, feed }: FeedId,
  source: unknown,
  beside: BesideTheFeed,
  calendars: Calendars = noCalendars,
): { feed: Feed } | { problems: FeedProblem[] } => {
  const parsed = feedSource.safeParse(source);
  if (!parsed.success) return { problems: parsed.error.issues.map((issue) => describe(issue, source)) };
  const written = parsed.data;
  const file = readFile(written.file, beside);
  const schedule = readSchedule(written.schedule, beside, calendars);
  const early = [...('problems' in schedule ? schedule.problems : []), ...('problems' in file ? file.problems : [])];
  if ('problems' in schedule || 'problems' in file) return { problems: early };
  const resolved = resolve({ partner, feed }, written, schedule.schedule, file.file);
  const problems = [
    ...windowProblems(resolved, written),
    ...periodProblems(resolved.period),
    ...fileProblems(resolved.file, written.file),
    ...(resolved.delivery.mode === 'direct' ? directProblems(resolved) : []),
  ];
  return problems.length > 0 ? { problems } : { feed: z.parse(resolvedFeed, resolved) };
};

const secondsBefore = (reminder: NonNullable<FeedSource['reminders']>[number]): number =>
  durationSeconds(typeof reminder === 'string' ? reminder : reminder.before);

const noCalendars: Calendars = {
  from: '2000-01-01',
  until: '2000-12-31',
  ofCountry: () => undefined,
  ofFile: () => ({}),
};

const resolve = (names: FeedId, written: FeedSource, schedule: Feed['schedule'], file: Feed['file']): Feed => {
  const dueSeconds = durationSeconds(written.window.due);
  const reminders = written.reminders?.map(secondsBefore) ?? [defaultReminderSeconds].filter((s) => s < dueSeconds);
  const ownerReminders = (written.reminders ?? [])
    .filter((one) => typeof one !== 'string' && one.to.includes('owner'))
    .map(secondsBefore);
  return {
    ...names,
    title: written.title,
    schedule,
    period: written.period,
    window: { dueSeconds, closeSeconds: durationSeconds(written.window.close ?? written.window.due) },
    delivery: written.delivery,
    contacts: written.contacts,
    ...(written.brand && { brand: written.brand }),
    reminders,
    ...(ownerReminders.length > 0 && { ownerReminders }),
    escalation: written.escalation.map(({ at, to }) => ({ afterDueSeconds: durationSeconds(at), to })),
    escalateRejectionsSeconds: durationSeconds(written.escalateRejections),
    trendWarning: written.trendWarning,
    attempts: written.attempts,
    file,
  };
};

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
        typeof written.reminders?.[index] === 'string' ? written.reminders[index] : written.reminders?.[index]?.before,
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
  return problems;
};

const periodProblems = ({ unit, named }: Feed['period']): FeedProblem[] => {
  const path = 'period.named';
  if ((unit === 'custom') !== (named !== undefined)) {
    const got = `${named === undefined ? 'no names' : 'names'} with unit ${unit}`;
    return [
      { path, got, allowed: 'names with unit custom, and only there', fix: 'name the periods, or use their unit' },
    ];
  }
  return (named ?? []).flatMap(({ name, from, to }, index, all) => {
    const before = all[index - 1];
    if (from > to)
      return [
        { path: `${path}.${index}`, got: `${from} to ${to}`, allowed: 'from no later than to', fix: 'swap them' },
      ];
    if (before && from <= before.to) {
      return [
        {
          path: `${path}.${index}.from`,
          got: from,
          allowed: `after ${before.to}`,
          fix: 'list periods in order, without overlap',
        },
      ];
    }
    if (all.findIndex((one) => one.name === name) !== index) {
      return [{ path: `${path}.${index}.name`, got: name, allowed: 'a name of its own', fix: 'name each period once' }];
    }
    return [];
  });
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
  if (feed.file.maxBytes > maxPutBytes) {
    problems.push({
      path: 'file.maxBytes',
      got: `${feed.file.maxBytes} bytes`,
      allowed: 'at most 5GiB in direct mode (one PUT takes no more)',
      fix: 'use delivery.mode: link, which sends a file in parts, or lower file.maxBytes',
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
