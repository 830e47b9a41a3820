/** Namespace of what the functions count. */
export const metricsNamespace = 'Airlock';

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
  'MailUndelivered',
  'MailComplained',
] as const;
export type MetricName = (typeof metricNames)[number];
