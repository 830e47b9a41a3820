import { randomUUID } from 'node:crypto';
import type { State } from './definition.ts';
import { StateError } from './expressions.ts';

/** Resource of a task as history names it, and whether it waits for its token. */
export const resourceOf = ({ Resource = '' }: State): { resource: string; wantsToken: boolean } => ({
  resource: Resource.split(':').at(-1) ?? '',
  wantsToken: Resource.endsWith('.waitForTaskToken'),
});

/** @throws StateError */
export const wholeSeconds = (field: string, value: unknown): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 99_999_999) return value;
  throw new StateError(
    'States.QueryEvaluationError',
    `${field} must be a whole number from 1 to 99999999, got ${JSON.stringify(value)}`,
  );
};

/** What the optimized integration returns: https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html */
export const lambdaOutput = (payload: string, functionName: string): unknown => ({
  ExecutedVersion: /:function:[^:]+:([^:]+)$/.exec(functionName)?.[1] ?? '$LATEST',
  Payload: JSON.parse(payload),
  SdkHttpMetadata: { HttpStatusCode: 200 },
  SdkResponseMetadata: { RequestId: randomUUID() },
  StatusCode: 200,
});
