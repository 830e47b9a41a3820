/**
 * List prices in USD, eu-west-1 and us-east-1 (they agree on these), without free tiers and taxes. Read on 2026-11-22.
 * Look them up again before you promise anybody a sum.
 */
export const prices = {
  /** Per state transition. https://aws.amazon.com/step-functions/pricing/ */
  transition: 0.025 / 1000,
  /** Per mail on the Essentials plan, the default since July 2026; à la carte it is 0.10 per 1,000. https://aws.amazon.com/ses/pricing/ */
  mail: 0.16 / 1000,
  /** Per PUT, COPY or LIST, and per GET. https://aws.amazon.com/s3/pricing/ */
  s3Write: 0.005 / 1000,
  s3Read: 0.0004 / 1000,
  s3GbMonth: 0.023,
  /** Per invocation, and per GB second on arm64. https://aws.amazon.com/lambda/pricing/ */
  invocation: 0.2 / 1e6,
  gbSecond: 0.0000133334,
  /** Per schedule invocation, and per custom event; a notification of SNS costs half of that. https://aws.amazon.com/eventbridge/pricing/ */
  start: 1 / 1e6,
  event: 1 / 1e6,
  /** Per request to an HTTP API. https://aws.amazon.com/api-gateway/pricing/ */
  apiRequest: 1 / 1e6,
  /** Per request to KMS. https://aws.amazon.com/kms/pricing/ */
  keyRequest: 0.03 / 10_000,
  /** Per key and month; with bucket keys its requests are few. https://aws.amazon.com/kms/pricing/ */
  keyMonth: 1,
  /** Per alarm, dashboard and metric and month, and per GB of logs. https://aws.amazon.com/cloudwatch/pricing/ */
  alarmMonth: 0.1,
  dashboardMonth: 3,
  metricMonth: 0.3,
  logGb: 0.5,
  /** Per trace. https://aws.amazon.com/xray/pricing/ */
  trace: 5 / 1e6,
} as const;
