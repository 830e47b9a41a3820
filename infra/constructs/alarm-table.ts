import { type MetricName, metricsNamespace } from '../../core/metrics.ts';
import { type FunctionName, functionTable } from './function-table.ts';

/** One alarm: what it watches, from where on it calls, and why from there. */
export interface AlarmRow {
  /** Ends its name: `airlock-<stage>-<id>`. */
  readonly id: string;
  /** Its section of docs/runbook.md. */
  readonly section: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Sum' | 'Maximum';
  readonly minutes: number;
  /** It calls at this value and above. */
  readonly threshold: number;
  /** It measures a state that stays until somebody mends it, not something that happened. */
  readonly isLevel?: boolean;
  readonly reason: string;
}

/** Names that the rows need. */
export interface AlarmNames {
  readonly stage: string;
  readonly stateMachineArn: string;
  readonly functions: readonly FunctionName[];
  readonly functionName: (name: FunctionName) => string;
  readonly apiId: string;
  readonly queues: readonly { readonly id: string; readonly name: string }[];
  readonly topics: readonly { readonly id: string; readonly name: string }[];
  readonly rules: readonly { readonly id: string; readonly name: string }[];
}

/** Functions whose errors are part of the workflow (a period that is open already, a refused mail). */
const throwsInTheOrdinaryWay: readonly FunctionName[] = ['open-request', 'generate-upload-url', 'email-partner'];

/** A function that takes this much of its time is about to be cut off. */
const durationShare = 0.8;

const counter =
  (stage: string) =>
  (
    metric: MetricName,
    by: FunctionName,
    row: Pick<AlarmRow, 'id' | 'section' | 'minutes' | 'threshold' | 'reason'>,
  ): AlarmRow => ({
    ...row,
    namespace: metricsNamespace(stage),
    metric,
    dimensions: { service: by },
    statistic: 'Sum',
  });

const requests = ({ stage }: AlarmNames): AlarmRow[] => {
  const counted = counter(stage);
  return [
    counted('RequestMissed', 'close-request', {
      id: 'requests-missed',
      section: 'Requests missed',
      minutes: 5,
      threshold: 1,
      reason: 'one missed delivery is a broken promise',
    }),
    counted('RequestRejected', 'close-request', {
      id: 'requests-rejected',
      section: 'Requests rejected',
      minutes: 5,
      threshold: 1,
      reason: 'files came and nobody can use them',
    }),
    counted('RequestEscalated', 'escalate', {
      id: 'requests-escalated',
      section: 'Requests escalated',
      minutes: 60,
      threshold: 5,
      reason: 'one late partner is told to its owner; five in an hour have a cause in common',
    }),
    counted('UnexpectedUpload', 'receive-upload', {
      id: 'uploads-unexpected',
      section: 'Uploads that nobody takes',
      minutes: 5,
      threshold: 1,
      reason: 'nobody but us can make a URL, so such a file has a story',
    }),
    counted('MailUndelivered', 'receive-bounce', {
      id: 'mails-undelivered',
      section: 'Mails not delivered',
      minutes: 5,
      threshold: 1,
      reason: 'whoever does not get the mail cannot send the file',
    }),
    counted('StartMissing', 'watch-starts', {
      id: 'starts-missing',
      section: 'Starts missing',
      minutes: 60,
      threshold: 1,
      reason: 'a request that was never opened alarms nobody else',
    }),
    counted('Unreconciled', 'reconcile', {
      id: 'unreconciled',
      section: 'Unreconciled',
      minutes: 60,
      threshold: 1,
      reason: 'an event that did not come once will not come again: something between two services is broken',
    }),
    counted('StartLate', 'open-request', {
      id: 'starts-late',
      section: 'Starts late',
      minutes: 60,
      threshold: 1,
      reason: 'what a late start takes from the partner, nobody gives back',
    }),
  ];
};

const scans = ({ stage, functions }: AlarmNames): AlarmRow[] =>
  functions.includes('receive-scan')
    ? [
        counter(stage)('ThreatFound', 'receive-scan', {
          id: 'threats-found',
          section: 'Malware found',
          minutes: 5,
          threshold: 1,
          reason: 'a partner sent malware: they do not know, or somebody has their link',
        }),
      ]
    : [];

const executions = ({ stateMachineArn }: AlarmNames): AlarmRow[] =>
  (
    [
      ['ExecutionsFailed', 'executions-failed', 'Executions failed', 'a missed, a rejected, or a fault of ours'],
      [
        'ExecutionsTimedOut',
        'executions-timed-out',
        'Executions timed out',
        'the plan ends long before the machine does',
      ],
      ['ExecutionsAborted', 'executions-aborted', 'Executions aborted', 'somebody stopped a delivery by hand'],
    ] as const
  ).map(([metric, id, section, reason]) => ({
    id,
    section,
    namespace: 'AWS/States',
    metric,
    dimensions: { StateMachineArn: stateMachineArn },
    statistic: 'Sum',
    minutes: 5,
    threshold: 1,
    reason,
  }));

const functions = ({ functions: names, functionName }: AlarmNames): AlarmRow[] =>
  names.flatMap((name) => {
    const base = { namespace: 'AWS/Lambda', dimensions: { FunctionName: functionName(name) }, minutes: 5 } as const;
    const isOrdinary = throwsInTheOrdinaryWay.includes(name);
    const { timeoutSeconds } = functionTable[name];
    return [
      {
        ...base,
        id: `${name}-errors`,
        section: 'Function errors',
        metric: 'Errors',
        statistic: 'Sum' as const,
        threshold: isOrdinary ? 10 : 3,
        reason: isOrdinary
          ? 'it throws in the ordinary way too; ten in five minutes are not ordinary'
          : 'one or two are retried and forgotten, three are a pattern',
      },
      {
        ...base,
        id: `${name}-throttles`,
        section: 'Function throttles',
        metric: 'Throttles',
        statistic: 'Sum' as const,
        threshold: 1,
        reason: 'its reserved concurrency, or the account, is too small for the busiest minute',
      },
      {
        ...base,
        id: `${name}-duration`,
        section: 'Function duration',
        metric: 'Duration',
        statistic: 'Maximum' as const,
        threshold: timeoutSeconds * 1000 * durationShare,
        reason: `${durationShare * 100} % of its ${timeoutSeconds} s: the next one may be cut off`,
      },
    ];
  });

const hops = ({ queues, topics, rules }: AlarmNames): AlarmRow[] => [
  ...queues.map(({ id, name }) => ({
    id: `${id}-waiting`,
    section: `Messages in ${id}`,
    namespace: 'AWS/SQS',
    metric: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: name },
    statistic: 'Maximum' as const,
    minutes: 1,
    threshold: 1,
    isLevel: true,
    reason: 'nothing ever lies here but what failed for good',
  })),
  ...topics.map(({ id, name }) => ({
    id: `${id}-not-delivered`,
    section: 'Notifications not delivered',
    namespace: 'AWS/SNS',
    metric: 'NumberOfNotificationsFailed',
    dimensions: { TopicName: name },
    statistic: 'Sum' as const,
    minutes: 5,
    threshold: 1,
    reason: 'a subscriber that hears nothing does not know that it hears nothing',
  })),
  ...rules.map(({ id, name }) => ({
    id: `${id}-events-lost`,
    section: 'Events lost',
    namespace: 'AWS/Events',
    metric: 'InvocationsFailedToBeSentToDlq',
    dimensions: { RuleName: name },
    statistic: 'Sum' as const,
    minutes: 5,
    threshold: 1,
    reason: 'neither its target nor its queue took the event: it is gone',
  })),
];

const mail = (): AlarmRow[] => [
  {
    id: 'mail-bounce-rate',
    section: 'Mail reputation',
    namespace: 'AWS/SES',
    metric: 'Reputation.BounceRate',
    dimensions: {},
    statistic: 'Maximum',
    minutes: 60,
    threshold: 0.05,
    isLevel: true,
    reason: 'from 5 % on SES puts the account under review, at 10 % it may stop all mail',
  },
  {
    id: 'mail-complaint-rate',
    section: 'Mail reputation',
    namespace: 'AWS/SES',
    metric: 'Reputation.ComplaintRate',
    dimensions: {},
    statistic: 'Maximum',
    minutes: 60,
    threshold: 0.001,
    isLevel: true,
    reason: 'from 0.1 % on SES puts the account under review',
  },
];

const api = ({ apiId }: AlarmNames): AlarmRow[] => [
  {
    id: 'api-faults',
    section: 'API faults',
    namespace: 'AWS/ApiGateway',
    metric: '5xx',
    dimensions: { ApiId: apiId },
    statistic: 'Sum',
    minutes: 5,
    threshold: 3,
    reason: 'a page tries again by itself; three times is a partner who cannot send',
  },
];

/** Every alarm of the main stack. */
export const alarmRows = (names: AlarmNames): AlarmRow[] => [
  ...requests(names),
  ...scans(names),
  ...executions(names),
  ...functions(names),
  ...api(names),
  ...hops(names),
  ...mail(),
];

/** The alarms of one group of schedules: they live beside it. */
export const scheduleAlarmRows = (group: string): AlarmRow[] =>
  (
    [
      ['TargetErrorCount', 'errors', 'the state machine refused a start; it is tried again for an hour'],
      ['InvocationsFailedToBeSentToDeadLetterCount', 'lost', 'a start failed and could not be kept: it is gone'],
    ] as const
  ).map(([metric, id, reason]) => ({
    id: `schedules-${id}`,
    section: 'Schedules failing',
    namespace: 'AWS/Scheduler',
    metric,
    dimensions: { ScheduleGroup: group },
    statistic: 'Sum',
    minutes: 5,
    threshold: 1,
    reason,
  }));
