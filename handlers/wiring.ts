import { join } from 'node:path';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { logger, powertoolsMetrics } from '../adapters/powertools.ts';
import { isTransient } from '../adapters/sdk-errors.ts';
import { type ApiResponse, problemAnswer } from '../core/api/http.ts';
import { Problem } from '../core/api/problems.ts';
import { type EnvironmentKey, environmentKeys } from '../core/environment.ts';
import { TransientFault } from '../core/errors.ts';

/**
 * The chain around every function: context in the logs, metrics flushed, and one log line for an error. Events are
 * never logged, they may hold a task token.
 */
export const lambda = <Result>(handle: (event: unknown) => Promise<Result>) =>
  observed()
    .use({
      onError: (request) => {
        const { error } = request;
        const reason = reasonOf(error);
        logger.error('failed', { reason });
        if (isTransient(error)) request.error = new TransientFault(reason);
      },
    })
    .handler((event: unknown) => handle(event));

/** Logs a message of a batch that failed, by its id. */
export const logFailed = (messageId: string, error: unknown): void =>
  logger.error('failed', { reason: reasonOf(error), messageId });

const reasonOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : 'unknown');

/** The chain around a function of the API: a fault is logged, and told as a problem without its reason. */
export const httpLambda = (handle: (event: unknown) => Promise<ApiResponse>) =>
  observed()
    .use({
      onError: (request) => {
        const { error } = request;
        logger.error('failed', { reason: reasonOf(error) });
        request.response = problemAnswer(
          isTransient(error)
            ? new Problem('unavailable', 'a service we need is busy; try again in a moment', { retryAfterSeconds: 2 })
            : new Problem('internal-error', 'it is in our log; try again, or tell those who asked you for the file'),
        );
      },
    })
    .handler((event: unknown) => handle(event));

/** Context in the logs, metrics flushed. */
const observed = () =>
  middy()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use({ after: publishMetrics, onError: publishMetrics });

/** Most invocations count nothing; Powertools' own middleware would warn of each. */
const publishMetrics = (): void => {
  if (powertoolsMetrics.hasStoredMetrics()) powertoolsMetrics.publishStoredMetrics();
};

/** A setting of this function. @throws when the deployment did not set it */
export const setting = (key: EnvironmentKey): string => {
  const value = optionalSetting(key);
  if (!value) throw new Error(`environment variable ${environmentKeys[key]} is not set: the deployment must set it`);
  return value;
};

/** A setting that not every deployment has. */
export const optionalSetting = (key: EnvironmentKey): string | undefined => process.env[environmentKeys[key]];

/** A setting that is `on` in some deployments. */
export const isOn = (key: EnvironmentKey): boolean => optionalSetting(key) === 'on';

/** A folder that was put beside the function's code. */
export const bundledFolder = (name: string): string => join(lambdaVariable('LAMBDA_TASK_ROOT'), name);

/** A variable that Lambda itself sets. */
export const lambdaVariable = (name: 'AWS_REGION' | 'LAMBDA_TASK_ROOT'): string => {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set: Lambda sets it`);
  return value;
};
