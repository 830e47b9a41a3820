import { type AlarmRecord, comparisons, statistics } from '../../cloudwatch/alarm.ts';
import type { Context } from '../../context.ts';
import { UnsupportedFeatureError } from '../../errors.ts';
import type { ResourceType } from '../deploy.ts';
import type { Properties } from '../properties.ts';
import type { Services } from '../services.ts';
import { arnOf } from './shared.ts';

/** Log groups, alarms and dashboards. */
export const observabilityTypes = (context: Context, { cloudwatch }: Services): Record<string, ResourceType> => ({
  'AWS::Logs::LogGroup': {
    put(properties) {
      const name = properties.text('LogGroupName');
      properties.noted('RetentionInDays');
      return { ref: name, attributes: { Arn: `${arnOf(context, 'logs', `log-group:${name}`)}:*` } };
    },
  },
  'AWS::CloudWatch::Alarm': {
    put(properties, { logicalId }) {
      const name = properties.text('AlarmName');
      const arn = arnOf(context, 'cloudwatch', `alarm:${name}`);
      cloudwatch.putAlarm({ arn, name, ...alarmOf(properties, logicalId) });
      return { ref: name, attributes: { Arn: arn } };
    },
    remove: (name) => cloudwatch.alarms.delete(name),
  },
  'AWS::CloudWatch::Dashboard': {
    put(properties, { logicalId }) {
      const name = properties.text('DashboardName');
      const body = properties.text('DashboardBody');
      if (!isObject(body)) throw new UnsupportedFeatureError(logicalId, 'a DashboardBody that is no JSON object');
      cloudwatch.dashboards.put(name, { body });
      return { ref: name, attributes: {} };
    },
    remove: (name) => cloudwatch.dashboards.delete(name),
  },
});

type AlarmSettings = Omit<AlarmRecord, 'arn' | 'name' | 'state' | 'reason' | 'changedAt'>;

const alarmOf = (properties: Properties, where: string): AlarmSettings => {
  const dimensions = properties.items('Dimensions').map((one) => {
    const pair = [one.text('Name'), one.text('Value')] as const;
    one.done();
    return pair;
  });
  properties.noted('Unit');
  properties.always('ActionsEnabled', true);
  // Nothing looks at an alarm here while its metric is silent, so silence cannot be what it waits for.
  properties.always('TreatMissingData', 'notBreaching', 'ignore', 'missing');
  const evaluationPeriods = properties.number('EvaluationPeriods', 1);
  const actions = (name: string) => properties.list(name).map(String);
  return {
    description: properties.optionalText('AlarmDescription') ?? '',
    metric: {
      namespace: properties.text('Namespace'),
      name: properties.text('MetricName'),
      dimensions: Object.fromEntries(dimensions),
    },
    statistic: oneOf(statistics, properties.text('Statistic'), where),
    periodSeconds: properties.number('Period', 60),
    evaluationPeriods,
    datapointsToAlarm: properties.number('DatapointsToAlarm', evaluationPeriods),
    threshold: properties.number('Threshold', 0),
    comparison: oneOf(comparisons, properties.text('ComparisonOperator'), where),
    missingData: missingData(properties.optionalText('TreatMissingData')),
    actions: {
      ALARM: actions('AlarmActions'),
      OK: actions('OKActions'),
      INSUFFICIENT_DATA: actions('InsufficientDataActions'),
    },
  };
};

const missingData = (text: string | undefined): AlarmRecord['missingData'] =>
  text === 'notBreaching' || text === 'ignore' ? text : 'missing';

const oneOf = <T extends object>(known: T, text: string, where: string): keyof T => {
  const isKnown = (name: string): name is Extract<keyof T, string> => name in known;
  if (isKnown(text)) return text;
  throw new UnsupportedFeatureError(where, text);
};

const isObject = (text: string): boolean => {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
};
