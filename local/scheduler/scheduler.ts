import { randomBytes } from 'node:crypto';
import type { CloudWatch } from '../cloudwatch/cloudwatch.ts';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { Sender } from '../identity/sender.ts';
import type { Job } from '../jobs.ts';
import type { Lambda } from '../lambda/lambda.ts';
import { Registry } from '../registry.ts';
import type { Sqs } from '../sqs/sqs.ts';
import type { States } from '../states/states.ts';
import { parseExpression } from './expression.ts';

/** A schedule of the template. */
export interface ScheduleRecord {
  readonly arn: string;
  readonly name: string;
  readonly group: string;
  readonly expression: string;
  readonly timezone: string;
  readonly isEnabled: boolean;
  readonly createdAt: number;
  readonly description: string | undefined;
  readonly target: {
    readonly arn: string;
    readonly roleArn: string;
    readonly input: string;
    readonly maxAgeSeconds: number;
    readonly maxAttempts: number;
    readonly deadLetterArn: string | undefined;
  };
}

interface Firing {
  readonly schedule: string;
  readonly scheduledAt: number;
  readonly attempt: number;
}

/** The universal target that this runtime knows; besides it there are functions. */
export const startExecutionTarget = 'arn:aws:scheduler:::aws-sdk:sfn:startExecution';

/** EventBridge Scheduler: schedules in their zones, started with their own role, tried again, kept when they fail. */
export class Scheduler {
  readonly schedules: Registry<ScheduleRecord>;
  readonly groups: Registry<{ readonly arn: string }>;
  readonly #context: Context;
  readonly #states: States;
  readonly #lambda: Lambda;
  readonly #sqs: Sqs;
  readonly #cloudwatch: CloudWatch;

  constructor(
    context: Context,
    { states, lambda, sqs, cloudwatch }: { states: States; lambda: Lambda; sqs: Sqs; cloudwatch: CloudWatch },
  ) {
    this.#context = context;
    this.#cloudwatch = cloudwatch;
    this.#states = states;
    this.#lambda = lambda;
    this.#sqs = sqs;
    this.schedules = new Registry(context.journal, 'schedule');
    this.groups = new Registry(context.journal, 'schedule-group');
    context.jobs.handle('scheduler.tick', (job) => this.#tick(job));
    context.jobs.handle('scheduler.fire', (job) => this.#fire(job));
  }

  /** Makes or updates a schedule. A change of its times plans anew, from now. */
  put(schedule: ScheduleRecord): void {
    const key = keyOf(schedule);
    const before = this.schedules.get(key);
    this.schedules.put(key, schedule);
    // A time that came while this machine was off is still to be dealt with; replanning would forget it.
    if (before && timesOf(before) === timesOf(schedule)) return;
    this.#context.jobs.cancel('scheduler.tick', key);
    this.#planNext(schedule, this.#context.clock.now());
  }

  delete(key: string): void {
    this.schedules.delete(key);
    this.#context.jobs.cancel('scheduler.tick', key);
  }

  /**
   * Fires a schedule for a time of the caller's choice, exactly as if that time had come.
   *
   * @param name of the schedule, whatever its group
   */
  fire(name: string, scheduledAt: number): { executionArn?: string } {
    const schedule = this.schedules.all().find(({ body }) => body.name === name)?.body;
    if (!schedule) throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
    return this.#context.journal.transaction(() => this.#invoke(schedule, scheduledAt, 1));
  }

  /** REST API: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html */
  handle(sender: Sender, method: string, path: string, group: string | undefined): unknown {
    const [, kind, name] = path.split('/');
    if (method !== 'GET' || kind !== 'schedules') {
      throw new AwsError('ValidationException', `${method} ${path} is not implemented here (see local/README.md)`);
    }
    if (!name) {
      this.#context.authorizer.require({ ...sender, action: 'scheduler:ListSchedules', resource: '*' });
      return {
        Schedules: this.schedules.all().map(({ body }) => ({
          Arn: body.arn,
          Name: body.name,
          GroupName: body.group,
          State: body.isEnabled ? 'ENABLED' : 'DISABLED',
        })),
      };
    }
    const schedule = this.schedules.get(`${group ?? 'default'}/${decodeURIComponent(name)}`);
    if (!schedule) throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
    this.#context.authorizer.require({ ...sender, action: 'scheduler:GetSchedule', resource: schedule.arn });
    return {
      Arn: schedule.arn,
      Name: schedule.name,
      GroupName: schedule.group,
      Description: schedule.description,
      ScheduleExpression: schedule.expression,
      ScheduleExpressionTimezone: schedule.timezone,
      State: schedule.isEnabled ? 'ENABLED' : 'DISABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: schedule.target.arn, RoleArn: schedule.target.roleArn, Input: schedule.target.input },
    };
  }

  #planNext(schedule: ScheduleRecord, after: number): void {
    if (!schedule.isEnabled) return;
    const next = parseExpression(schedule.expression, schedule.timezone, schedule.createdAt)(after);
    if (next !== undefined) this.#context.jobs.add('scheduler.tick', keyOf(schedule), {}, next);
  }

  async #tick({ subject, dueAt }: Job): Promise<() => void> {
    const schedule = this.schedules.get(subject);
    if (!schedule) return () => undefined;
    return () => {
      const firing: Firing = { schedule: subject, scheduledAt: dueAt, attempt: 1 };
      this.#context.jobs.add('scheduler.fire', subject, firing);
      this.#planNext(schedule, Math.max(dueAt, this.#context.clock.now() - 1));
    };
  }

  async #fire({ payload }: Job): Promise<() => void> {
    const firing = payload as Firing;
    const schedule = this.schedules.get(firing.schedule);
    if (!schedule) return () => undefined;
    return () => {
      if (this.#context.clock.now() - firing.scheduledAt > schedule.target.maxAgeSeconds * 1000) {
        this.#keepFailure(
          schedule,
          firing,
          new AwsError('EventAgeExceeded', 'this machine was off when the time came'),
        );
        return;
      }
      try {
        this.#invoke(schedule, firing.scheduledAt, firing.attempt);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        this.#retry(schedule, firing, error);
      }
    };
  }

  /** A start that is refused for good goes to the queue at once; others are tried again while they are young. */
  #retry(schedule: ScheduleRecord, firing: Firing, error: AwsError): void {
    const { clock, jobs } = this.#context;
    const { maxAttempts, maxAgeSeconds } = schedule.target;
    this.#count('TargetErrorCount', schedule);
    const isYoung = clock.now() - firing.scheduledAt < maxAgeSeconds * 1000;
    if (error.code !== 'AccessDenied' && firing.attempt <= maxAttempts && isYoung) {
      const pauseMs = Math.min(1000 * 2 ** firing.attempt, 300_000);
      jobs.add('scheduler.fire', firing.schedule, { ...firing, attempt: firing.attempt + 1 }, clock.now() + pauseMs);
      return;
    }
    this.#keepFailure(schedule, firing, error);
  }

  #keepFailure(schedule: ScheduleRecord, firing: Firing, error: AwsError): void {
    const { deadLetterArn, input, roleArn } = schedule.target;
    this.#count('InvocationDroppedCount', schedule);
    try {
      if (!deadLetterArn) throw new AwsError('AccessDenied', 'the schedule has no dead-letter queue');
      const attributes = {
        ERROR_CODE: error.code,
        ERROR_MESSAGE: error.message,
        SCHEDULE_ARN: schedule.arn,
        SCHEDULED_TIME: isoSeconds(firing.scheduledAt),
      };
      const sender = { principal: this.#context.identities.actAs(roleArn, schedule.name) };
      this.#sqs.sendFrom(sender, deadLetterArn, fill(input, schedule, firing.scheduledAt, firing.attempt), attributes);
    } catch (reason) {
      if (!(reason instanceof AwsError)) throw reason;
      this.#count('InvocationsFailedToBeSentToDeadLetterCount', schedule);
      this.#context.report(
        `a start of ${keyOf(schedule)} is lost: ${error.message}; and it cannot be kept: ${reason.message}`,
      );
    }
  }

  /** https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html */
  #count(name: string, { group }: ScheduleRecord): void {
    this.#cloudwatch.put({ namespace: 'AWS/Scheduler', name, dimensions: { ScheduleGroup: group } }, 1);
  }

  /** @returns the execution, where one was started */
  #invoke(schedule: ScheduleRecord, scheduledAt: number, attempt: number): { executionArn?: string } {
    const { identities, authorizer, accountId, region } = this.#context;
    const { roleArn, input } = schedule.target;
    const role = identities.roleByArn(roleArn);
    authorizer.require({
      principal: { kind: 'service', name: 'scheduler.amazonaws.com' },
      action: 'sts:AssumeRole',
      resource: roleArn,
      resourcePolicy: role?.trust,
      mustBeAllowedByResource: true,
      context: {
        'aws:SourceAccount': accountId,
        'aws:SourceArn': `arn:aws:scheduler:${region}:${accountId}:schedule-group/${schedule.group}`,
      },
    });
    const filled = fill(input, schedule, scheduledAt, attempt);
    const sender = { principal: identities.actAs(roleArn, schedule.name) };
    if (schedule.target.arn !== startExecutionTarget) {
      this.#lambda.invokeLater(sender, schedule.target.arn, filled);
      return {};
    }
    const request: Record<string, unknown> = JSON.parse(filled);
    const started = this.#states.start(sender, {
      stateMachineArn: request.StateMachineArn,
      name: request.Name,
      input: request.Input,
    });
    return { executionArn: String(started.executionArn) };
  }
}

const keyOf = ({ group, name }: Pick<ScheduleRecord, 'group' | 'name'>): string => `${group}/${name}`;

const timesOf = ({ expression, timezone, isEnabled }: ScheduleRecord): string =>
  JSON.stringify([expression, timezone, isEnabled]);

const isoSeconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
const fill = (input: string, schedule: ScheduleRecord, scheduledAt: number, attempt: number): string =>
  input
    .replaceAll('<aws.scheduler.schedule-arn>', schedule.arn)
    .replaceAll('<aws.scheduler.scheduled-time>', isoSeconds(scheduledAt))
    .replaceAll('<aws.scheduler.execution-id>', randomBytes(8).toString('hex'))
    .replaceAll('<aws.scheduler.attempt-number>', String(attempt));
