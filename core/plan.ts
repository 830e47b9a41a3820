import * as z from 'zod/mini';
import { audiences, type Feed } from './feed.ts';
import { mintedUrlSeconds } from './link.ts';
import { addSeconds } from './time.ts';
import type { UsualArrival } from './trend.ts';

/** A moment in a request's plan. `index` is its place in the plan, `at` an ISO-8601 instant. */
export const milestone = z.object({
  index: z.int(),
  kind: z.enum(['remind', 'warn', 'escalate', 'close']),
  at: z.string(),
  to: z.array(z.enum(audiences)),
});
export type Milestone = z.infer<typeof milestone>;

/** What a request will do and when. Finite and ordered, made once when the request opens. */
export const plan = z.object({
  opensAt: z.string(),
  dueAt: z.string(),
  /** No URL is signed after this moment; in direct mode none outlives it either. */
  closesAt: z.string(),
  /** By when this partner has usually delivered, where there is a milestone that warns. */
  usuallyBy: z.optional(z.string()),
  milestones: z.array(milestone).check(z.minLength(1)),
});
export type Plan = z.infer<typeof plan>;

/** Time that a partner needs at the least to act: less than this before the end nothing is offered any more. */
const leastUsefulMs = 60_000;

/** Whether there is still time to act before `end`. */
export const hasTimeBefore = (end: string, now: Date): boolean => Date.parse(end) - now.getTime() >= leastUsefulMs;

/** Whether a rejection is told to the owner at once: little time is left before the due time, or none. */
export const isUrgent = (
  { plan, feedConfig }: { readonly plan: Plan; readonly feedConfig: Pick<Feed, 'escalateRejectionsSeconds'> },
  now: Date,
): boolean => {
  const { escalateRejectionsSeconds: seconds } = feedConfig;
  return seconds !== undefined && now.getTime() >= Date.parse(plan.dueAt) - seconds * 1000;
};

/** S3 checks a URL's expiry when a transfer starts; one that began in time may take this long to finish. */
const uploadGraceSeconds = 15 * 60;

/** "Can sometimes take a minute or longer" (S3 user guide on EventBridge); five is on the safe side. */
const eventDelaySeconds = 5 * 60;

/** The plan of a request: everything is measured from the scheduled time. @param usual of the feed's own history */
export const makePlan = (
  feed: Pick<Feed, 'window' | 'reminders' | 'ownerReminders' | 'escalation' | 'delivery'>,
  scheduledAt: string,
  usual?: UsualArrival,
): Plan => {
  const dueAt = addSeconds(scheduledAt, feed.window.dueSeconds);
  const closesAt = addSeconds(scheduledAt, feed.window.closeSeconds);
  const moments: Omit<Milestone, 'index'>[] = [
    ...feed.reminders.map((before) => ({
      kind: 'remind' as const,
      at: addSeconds(dueAt, -before),
      to: feed.ownerReminders?.includes(before) ? partnerAndOwner : partnerOnly,
    })),
    ...(usual ? [{ kind: 'warn' as const, at: addSeconds(scheduledAt, usual.warnAfterSeconds), to: ownerOnly }] : []),
    ...rungs(feed).map(({ afterDueSeconds, to }) => ({
      kind: 'escalate' as const,
      at: addSeconds(dueAt, afterDueSeconds),
      to,
    })),
    {
      kind: 'close' as const,
      // URLs are minted until the window closes, and each of them lives a little longer.
      at: addSeconds(
        closesAt,
        (feed.delivery.mode === 'link' ? mintedUrlSeconds : 0) + uploadGraceSeconds + eventDelaySeconds,
      ),
      to: [],
    },
  ];
  const milestones = moments
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .map((moment, index) => ({ index, ...moment }));
  const usually = usual && { usuallyBy: addSeconds(scheduledAt, usual.usuallyAfterSeconds) };
  return { opensAt: scheduledAt, dueAt, closesAt, ...usually, milestones };
};

/** Rungs at the same moment are one: of two milestones at once only the last would speak. */
const rungs = ({ escalation }: Pick<Feed, 'escalation'>): Feed['escalation'] =>
  [...new Set(escalation.map(({ afterDueSeconds }) => afterDueSeconds))].map((afterDueSeconds) => {
    const together = escalation.filter((rung) => rung.afterDueSeconds === afterDueSeconds);
    return { afterDueSeconds, to: [...new Set(together.flatMap(({ to }) => to))] };
  });

/**
 * A plan with another due time: reminders, rungs and the close keep their distance to it, and what was measured from the
 * scheduled time stays. What is usual says nothing of it any more.
 */
export const extendedPlan = (
  feed: Pick<Feed, 'window' | 'reminders' | 'ownerReminders' | 'escalation' | 'delivery'>,
  { opensAt, dueAt: before }: Plan,
  dueAt: string,
): Plan => {
  const laterBy = (Date.parse(dueAt) - Date.parse(before)) / 1000;
  const known = (Date.parse(before) - Date.parse(opensAt)) / 1000;
  const closesAfterDue = feed.window.closeSeconds - feed.window.dueSeconds;
  const dueSeconds = known + laterBy;
  return makePlan({ ...feed, window: { dueSeconds, closeSeconds: dueSeconds + closesAfterDue } }, opensAt);
};

const ownerOnly: Milestone['to'] = ['owner'];
const partnerOnly: Milestone['to'] = ['partner'];
const partnerAndOwner: Milestone['to'] = ['partner', 'owner'];

/** The milestone to wait for next: the first from `from` on that is not past, else the last one (the close). */
export const nextMilestone = (plan: Plan, now: Date, from = 0): Milestone =>
  plan.milestones.find(({ index, at }) => index >= from && Date.parse(at) > now.getTime()) ?? lastOf(plan);

/**
 * The milestone that has just come due, after waiting for `waitedFor`. Where several have passed (a late start, a
 * redrive) the latest one speaks for all: nobody is reminded after the escalation. A warning to the owner does not
 * speak for the partner's reminder.
 */
export const dueMilestone = (plan: Plan, now: Date, waitedFor: number): Milestone => {
  const passed = plan.milestones.filter(({ index, at }) => index <= waitedFor || Date.parse(at) <= now.getTime());
  const toPartner = passed.findLast(({ index, kind }) => index >= waitedFor && kind !== 'warn');
  return toPartner ?? passed.at(-1) ?? lastOf(plan);
};

const lastOf = (plan: Plan): Milestone => {
  const last = plan.milestones.at(-1);
  if (!last) throw new Error('a plan has at least its close');
  return last;
};
