/** Namespace of what the functions of a stage count: stages of one account do not call each other's alarms. */
export const metricsNamespace = (stage: string): string => `Airlock/${stage}`;

/** Everything that is counted, once each: alarms and dashboard name these, and nothing else. */
export const metricNames = [
  'RequestOpened',
  'RequestEscalated',
  'RequestMissed',
  'RequestRejected',
  'RequestWaived',
  'UploadValid',
  'UploadInvalid',
  'UploadAccepted',
  'UploadAfterClose',
  'UnexpectedUpload',
  'ThreatFound',
  'StartMissing',
  'StartLate',
  'Unreconciled',
  'MailUndelivered',
  'MailComplained',
] as const;
export type MetricName = (typeof metricNames)[number];
