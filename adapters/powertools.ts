import { Logger } from '@aws-lambda-powertools/logger';
import { MetricUnit, Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import type { Metrics } from '../core/ports.ts';

/** Structured logs. Service name and level come from the function's environment (POWERTOOLS_*). */
export const logger = new Logger();

/** Embedded metrics (EMF); the namespace comes from POWERTOOLS_METRICS_NAMESPACE. */
export const powertoolsMetrics = new PowertoolsMetrics();

export const metrics: Metrics = {
  count(name, requestId) {
    powertoolsMetrics.addMetric(name, MetricUnit.Count, 1);
    // Not dimensions, which cost by their number: the dashboard reads these from the log line.
    if (requestId !== undefined) powertoolsMetrics.addMetadata('event', name).addMetadata('requestId', requestId);
  },
};
