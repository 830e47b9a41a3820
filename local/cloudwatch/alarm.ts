/** What an alarm watches: one metric with exactly these dimensions. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** An alarm of the template and where it stands. */
export interface AlarmRecord {
  readonly arn: string;
  readonly name: string;
  readonly description: string;
  readonly metric: MetricId;
  readonly statistic: 'Sum' | 'Maximum' | 'Minimum' | 'Average' | 'SampleCount';
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: keyof typeof comparisons;
  readonly missingData: 'breaching' | 'notBreaching' | 'ignore' | 'missing';
  readonly actions: { readonly [state in AlarmState]: readonly string[] };
  readonly state: AlarmState;
  readonly reason: string;
  readonly changedAt: number;
}

export const comparisons = {
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
} as const;

export const statistics: { readonly [name in AlarmRecord['statistic']]: (values: readonly number[]) => number } = {
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  Maximum: (values) => Math.max(...values),
  Minimum: (values) => Math.min(...values),
  Average: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  SampleCount: (values) => values.length,
};

/** Name of a metric in the journal: dimensions in their order of names. */
export const metricKey = ({ namespace, name, dimensions }: MetricId): string =>
  [namespace, name, ...Object.entries(dimensions).sort().flat()].join('|');

/**
 * Where an alarm stands, from the values of its periods (newest first, undefined without data).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarm-evaluation
 */
export const evaluate = (alarm: AlarmRecord, values: readonly (number | undefined)[]): AlarmState => {
  const breaches = values.map((value) => {
    if (value !== undefined) return comparisons[alarm.comparison](value, alarm.threshold);
    return alarm.missingData === 'breaching' ? true : alarm.missingData === 'notBreaching' ? false : undefined;
  });
  const known = breaches.filter((one) => one !== undefined);
  if (known.length === 0) return alarm.missingData === 'ignore' ? alarm.state : 'INSUFFICIENT_DATA';
  return known.filter(Boolean).length >= alarm.datapointsToAlarm ? 'ALARM' : 'OK';
};
