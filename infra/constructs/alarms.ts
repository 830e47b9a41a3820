import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { AlarmRow } from './alarm-table.ts';

interface AlarmsProps {
  readonly rows: readonly AlarmRow[];
  /** Begins every name: `airlock-<stage>`. */
  readonly prefix: string;
  readonly operatorsTopicArn: string;
  /** Where the runbook is read. */
  readonly runbook: string;
}

/**
 * Alarms from their table. Each tells the operators when it calls. Only one over a level tells when it is over: of a
 * count that says nothing, and the first deployment would send a mail for each of them.
 */
export class Alarms extends Construct {
  readonly arns: readonly string[];

  constructor(scope: Construct, id: string, { rows, prefix, operatorsTopicArn, runbook }: AlarmsProps) {
    super(scope, id);
    this.arns = rows.map((row) => {
      const alarm = new CfnAlarm(this, row.id, {
        alarmName: `${prefix}-${row.id}`,
        alarmDescription: `At ${row.threshold}, because ${row.reason}. What to do: ${runbook}#${slug(row.section)}`,
        namespace: row.namespace,
        metricName: row.metric,
        dimensions: Object.entries(row.dimensions).map(([name, value]) => ({ name, value })),
        statistic: row.statistic,
        period: row.minutes * 60,
        evaluationPeriods: 1,
        threshold: row.threshold,
        comparisonOperator: 'GreaterThanOrEqualToThreshold',
        // Most of these metrics exist only when something happens.
        treatMissingData: 'notBreaching',
        alarmActions: [operatorsTopicArn],
        ...(row.isLevel && { okActions: [operatorsTopicArn] }),
      });
      return alarm.attrArn;
    });
  }
}

/** Anchor of a section, as Markdown readers make it. */
export const slug = (section: string): string => section.toLowerCase().replaceAll(' ', '-');
