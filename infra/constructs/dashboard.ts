import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  Metric,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { type MetricName, metricsNamespace } from '../../core/metrics.ts';
import type { FunctionName } from './function-table.ts';

interface DashboardProps {
  readonly name: string;
  readonly stage: string;
  readonly stateMachineArn: string;
  readonly alarmArns: readonly string[];
  /** Log group of a function. */
  readonly logGroup: (name: FunctionName) => string;
}

/** Functions that say what became of a request, in their metric lines. */
const tellers: readonly FunctionName[] = [
  'open-request',
  'escalate',
  'validate-upload',
  'accept-upload',
  'close-request',
];

/** The last word on every request of the time that is shown. */
const lastWords = (which: string): string[] => [
  'filter ispresent(requestId) and ispresent(event)',
  'parse requestId "*_*_*" as partner, feed, period',
  'stats latest(event) as state, latest(@timestamp) as since by partner, feed, period',
  `filter ${which}`,
  'sort state asc, partner asc, feed asc',
  'limit 1000',
];

/** A dashboard that answers "is every partner's data here today?" first, and "are we well?" second. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { name, stage, stateMachineArn, alarmArns, logGroup }: DashboardProps) {
    super(scope, id);
    const table = (title: string, which: string, width: number) =>
      new LogQueryWidget({
        title,
        logGroupNames: tellers.map(logGroup),
        view: LogQueryVisualizationType.TABLE,
        queryLines: lastWords(which),
        width,
        height: 9,
      });
    const own = (metricName: MetricName, service: FunctionName): Metric =>
      new Metric({
        namespace: metricsNamespace(stage),
        metricName,
        dimensionsMap: { service },
        statistic: 'Sum',
      });
    const counts = (title: string, metrics: readonly [MetricName, FunctionName][]) =>
      new GraphWidget({
        title,
        width: 12,
        left: metrics.map(([metricName, service]) => own(metricName, service)),
      });
    new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName: name,
      defaultInterval: Duration.days(1),
      widgets: [
        [
          new TextWidget({
            markdown: '# Is every partner’s data here today?\nWhat is missing is on the left; nothing there means yes.',
            width: 24,
            height: 2,
          }),
        ],
        [table('Not here, or not yet', 'state != "UploadAccepted"', 14), table('Here', 'state = "UploadAccepted"', 10)],
        [
          counts('Deliveries', [
            ['RequestOpened', 'open-request'],
            ['UploadAccepted', 'accept-upload'],
            ['RequestMissed', 'close-request'],
            ['RequestRejected', 'close-request'],
            ['RequestWaived', 'close-request'],
          ]),
          counts('Trouble with partners', [
            ['RequestEscalated', 'escalate'],
            ['UploadInvalid', 'validate-upload'],
            ['MailUndelivered', 'receive-bounce'],
            ['UnexpectedUpload', 'receive-upload'],
            ['UploadAfterClose', 'receive-upload'],
          ]),
        ],
        [
          new AlarmStatusWidget({
            title: 'Alarms',
            alarms: alarmArns.map((arn, index) => Alarm.fromAlarmArn(this, `Alarm${index}`, arn)),
            width: 12,
          }),
          new GraphWidget({
            title: 'Executions',
            width: 12,
            left: ['ExecutionsStarted', 'ExecutionsSucceeded', 'ExecutionsFailed'].map(
              (metricName) =>
                new Metric({
                  namespace: 'AWS/States',
                  metricName,
                  dimensionsMap: { StateMachineArn: stateMachineArn },
                  statistic: 'Sum',
                }),
            ),
          }),
        ],
      ],
    });
  }
}
