import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { Sender } from '../identity/sender.ts';
import { Registry } from '../registry.ts';
import type { Sns } from '../sns/sns.ts';
import { type AlarmRecord, type AlarmState, evaluate, type MetricId, metricKey, statistics } from './alarm.ts';

/** How long datapoints are kept: longer than any alarm of a template looks back. */
const keptMs = 2 * 86_400_000;

/**
 * CloudWatch: metrics that the other services and the functions' logs put, and alarms over them. An alarm is looked at
 * when its metric gets a value and at the end of that period, so that nothing runs while nothing happens.
 */
export class CloudWatch {
  readonly alarms: Registry<AlarmRecord>;
  readonly dashboards: Registry<{ readonly body: string }>;
  readonly #context: Context;
  readonly #sns: Sns;

  constructor(context: Context, sns: Sns) {
    this.#context = context;
    this.#sns = sns;
    this.alarms = new Registry(context.journal, 'alarm');
    this.dashboards = new Registry(context.journal, 'dashboard');
    context.jobs.handle(
      'cloudwatch.evaluate',
      async ({ subject }) =>
        () =>
          this.#evaluate(subject),
    );
  }

  /** Records one value; joins the caller's transaction. */
  put(metric: MetricId, value: number): void {
    const { journal, clock } = this.#context;
    const key = metricKey(metric);
    const now = clock.now();
    journal.transaction(() => {
      if (!isLevel(metric)) journal.run('delete from datapoints where metric = ? and at < ?', key, now - keptMs);
      journal.run('insert into datapoints values (?, ?, ?)', key, now, value);
      for (const { name, body } of this.alarms.all()) if (metricKey(body.metric) === key) this.#lookAt(name);
    });
  }

  putAlarm(alarm: Omit<AlarmRecord, 'state' | 'reason' | 'changedAt'>): void {
    const before = this.alarms.get(alarm.name);
    this.alarms.put(alarm.name, {
      ...alarm,
      state: before?.state ?? 'INSUFFICIENT_DATA',
      reason: before?.reason ?? 'Unchecked: Initial alarm creation',
      changedAt: before?.changedAt ?? this.#context.clock.now(),
    });
    this.#lookAt(alarm.name);
  }

  /** JSON protocol. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html */
  handle(sender: Sender, operation: string, input: Readonly<Record<string, unknown>>): Record<string, unknown> {
    if (operation !== 'DescribeAlarms') {
      throw new AwsError('InvalidAction', `CloudWatch ${operation} is not implemented here (see local/README.md)`);
    }
    this.#context.authorizer.require({ ...sender, action: 'cloudwatch:DescribeAlarms', resource: '*' });
    const prefix = String(input.AlarmNamePrefix ?? '');
    const found = this.alarms
      .all()
      .filter(({ name, body }) => name.startsWith(prefix) && (input.StateValue ?? body.state) === body.state)
      .filter(({ name }) => !Array.isArray(input.AlarmNames) || input.AlarmNames.includes(name));
    const from = Number(input.NextToken ?? 0);
    const page = found.slice(from, from + Number(input.MaxRecords ?? 50));
    const next = from + page.length;
    return {
      MetricAlarms: page.map(({ body }) => describe(body)),
      CompositeAlarms: [],
      ...(next < found.length && { NextToken: String(next) }),
    };
  }

  #lookAt(name: string): void {
    this.#context.jobs.cancel('cloudwatch.evaluate', name);
    this.#context.jobs.add('cloudwatch.evaluate', name, {});
  }

  #evaluate(name: string): void {
    const alarm = this.alarms.get(name);
    if (!alarm) return;
    const { clock, jobs } = this.#context;
    const now = clock.now();
    const state = evaluate(alarm, this.#values(alarm, now));
    if (state !== alarm.state) this.#change(alarm, state, now);
    const periodMs = alarm.periodSeconds * 1000;
    // Until the breach has left the window there is something to look for; what is a level changes only by a value.
    if (state === 'ALARM' && !isLevel(alarm.metric))
      jobs.add('cloudwatch.evaluate', name, {}, (Math.floor(now / periodMs) + 1) * periodMs);
  }

  /** Newest first; the running period counts as soon as it has a value. */
  #values({ metric, statistic, periodSeconds, evaluationPeriods }: AlarmRecord, now: number): (number | undefined)[] {
    const { journal } = this.#context;
    const periodMs = periodSeconds * 1000;
    const running = Math.floor(now / periodMs) * periodMs;
    return Array.from({ length: evaluationPeriods }, (_, index) => {
      const from = running - index * periodMs;
      if (isLevel(metric)) return this.#levelBefore(metric, from + periodMs);
      const rows = journal.all(
        'select value from datapoints where metric = ? and at >= ? and at < ?',
        metricKey(metric),
        from,
        from + periodMs,
      );
      return rows.length === 0 ? undefined : statistics[statistic](rows.map(({ value }) => Number(value)));
    });
  }

  #levelBefore(metric: MetricId, until: number): number | undefined {
    const row = this.#context.journal.get(
      'select value from datapoints where metric = ? and at < ? order by at desc, rowid desc limit 1',
      metricKey(metric),
      until,
    );
    return row && Number(row.value);
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html */
  #change(alarm: AlarmRecord, state: AlarmState, now: number): void {
    const reason = `Threshold Crossed: ${alarm.statistic} of ${alarm.metric.name} is${state === 'ALARM' ? '' : ' not'} ${alarm.comparison} ${alarm.threshold}.`;
    const changed: AlarmRecord = { ...alarm, state, reason, changedAt: now };
    this.alarms.put(alarm.name, changed);
    const message = JSON.stringify({
      AlarmName: alarm.name,
      AlarmDescription: alarm.description,
      AlarmArn: alarm.arn,
      NewStateValue: state,
      OldStateValue: alarm.state,
      NewStateReason: reason,
      StateChangeTime: new Date(now).toISOString(),
    });
    const sender = { principal: { kind: 'service' as const, name: 'cloudwatch.amazonaws.com' }, sourceArn: alarm.arn };
    for (const arn of alarm.actions[state]) {
      try {
        this.#sns.publishFrom(
          sender,
          arn,
          message,
          `${state}: "${alarm.name}" in ${this.#context.region}`.slice(0, 100),
        );
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        this.#context.report(`the action of alarm ${alarm.name} failed: ${error.message}`);
      }
    }
  }
}

/** AWS measures these every minute whatever happens; here their last value holds until the next. */
const isLevel = ({ namespace }: MetricId): boolean => namespace === 'AWS/SQS' || namespace === 'AWS/SES';

const describe = (alarm: AlarmRecord): Record<string, unknown> => ({
  AlarmName: alarm.name,
  AlarmArn: alarm.arn,
  AlarmDescription: alarm.description,
  ActionsEnabled: true,
  AlarmActions: alarm.actions.ALARM,
  OKActions: alarm.actions.OK,
  StateValue: alarm.state,
  StateReason: alarm.reason,
  StateUpdatedTimestamp: alarm.changedAt / 1000,
  Namespace: alarm.metric.namespace,
  MetricName: alarm.metric.name,
  Dimensions: Object.entries(alarm.metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
  Statistic: alarm.statistic,
  Period: alarm.periodSeconds,
  EvaluationPeriods: alarm.evaluationPeriods,
  Threshold: alarm.threshold,
  ComparisonOperator: alarm.comparison,
  TreatMissingData: alarm.missingData,
});
