import { randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { Invocation } from '../lambda/function-record.ts';
import type { Lambda } from '../lambda/lambda.ts';
import { StateError } from './expressions.ts';

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

/** Calls of functions with a machine's role. */
export class FunctionCalls {
  readonly #context: Context;
  readonly #lambda: Lambda;

  constructor(context: Context, lambda: Lambda) {
    this.#context = context;
    this.#lambda = lambda;
  }

  /** @param session whose name the role acts under */
  async call(roleArn: string, session: string, functionName: string, payload: unknown): Promise<Invocation> {
    try {
      const principal = this.#context.identities.actAs(roleArn, session);
      return await this.#lambda.invoke({ principal }, functionName, JSON.stringify(payload));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const cause = `${error.message} (Service: Lambda, Status Code: ${error.status})`;
      const isThrottled = error.code === 'TooManyRequestsException';
      return { ok: false, errorType: `Lambda.${isThrottled ? error.code : 'AWSLambdaException'}`, payload: cause };
    }
  }
}
