import type { Plan } from './plan.ts';
import type { Outcome, PinnedUpload, RequestDocument } from './request.ts';
import { clockTime } from './time.ts';

const number = (value: number): string => value.toLocaleString('en-GB');

/** `1 row`, `2,000 rows`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : many}`;

/** The outcome of a request whose file was accepted. */
export const acceptedOutcome = (
  request: RequestDocument,
  upload: PinnedUpload,
  at: Date,
  details: { acceptedKey: string; rows: number | null; override: boolean },
): Outcome => ({
  kind: 'accepted',
  at: at.toISOString(),
  line: acceptedLine(request, upload, details),
  acceptedKey: details.acceptedKey,
  versionId: upload.versionId,
});

const acceptedLine = (
  { plan, feedConfig }: RequestDocument,
  upload: PinnedUpload,
  { rows, override }: { rows: number | null; override: boolean },
): string => {
  const punctual = Date.parse(upload.arrivedAt) <= Date.parse(plan.dueAt) ? 'on time' : 'late';
  const how = override ? ' by an operator' : '';
  const what = rows === null ? counted(upload.size, 'byte') : counted(rows, 'row');
  const reminders = remindersBefore(plan, upload.arrivedAt);
  const after = reminders > 0 ? `, ${counted(reminders, 'reminder')}` : '';
  return `Accepted${how} ${punctual} at ${clockTime(upload.arrivedAt, feedConfig.schedule.timezone)}: ${what}${after}`;
};

const remindersBefore = (plan: Plan, at: string): number =>
  plan.milestones.filter((one) => one.kind === 'remind' && Date.parse(one.at) <= Date.parse(at)).length;

/** The outcome of a request that ended without an accepted file. */
export const closedOutcome = (
  request: RequestDocument,
  kind: 'missed' | 'rejected' | 'waived',
  at: Date,
  attempt: number,
  reason?: string,
): Outcome => {
  const { plan, feedConfig } = request;
  const zone = feedConfig.schedule.timezone;
  const lines = {
    missed: `Missed: ${attempt > 1 ? 'no valid file' : 'nothing'} arrived by ${clockTime(plan.closesAt, zone)}, due was ${clockTime(plan.dueAt, zone)}`,
    rejected: `Rejected: ${counted(attempt, 'attempt')}, none of them valid`,
    waived: `Waived: ${reason ?? 'no reason given'}`,
  };
  return { kind, at: at.toISOString(), line: lines[kind] };
};
