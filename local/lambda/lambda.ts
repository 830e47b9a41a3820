import { randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import { type Sender, sourceContext } from '../identity/sender.ts';
import type { Job } from '../jobs.ts';
import { Registry } from '../registry.ts';
import type { Sqs } from '../sqs/sqs.ts';
import type { FunctionRecord, Invocation } from './function-record.ts';
import { FunctionPool } from './pool.ts';

interface AsyncInvocation {
  readonly name: string;
  readonly input: string;
  readonly requestId: string;
  readonly attempt: number;
  readonly firstAt: number;
}

/** Pauses before the second and third try. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const retryPausesMs = [60_000, 120_000];

/** Lambda: functions in processes of their own, invoked at once or from a durable queue. */
export class Lambda {
  readonly functions: Registry<FunctionRecord>;
  readonly #context: Context;
  readonly #sqs: Sqs;
  readonly #pool: FunctionPool;

  constructor(context: Context, sqs: Sqs) {
    this.#context = context;
    this.#sqs = sqs;
    this.functions = new Registry(context.journal, 'function');
    this.#pool = new FunctionPool(context);
    context.jobs.handle('lambda.async', (job) => this.#runAsync(job));
  }

  /** Invokes and waits. @throws AwsError when the function is not there, or the sender may not */
  async invoke(sender: Sender, arn: string, input: string): Promise<Invocation> {
    return this.#pool.run(this.#allowed(sender, arn), input, randomUUID());
  }

  /** Queues an event; joins the caller's transaction. */
  invokeLater(sender: Sender, arn: string, input: string): void {
    const { name } = this.#allowed(sender, arn);
    const invocation: AsyncInvocation = {
      name,
      input,
      requestId: randomUUID(),
      attempt: 1,
      firstAt: this.#context.clock.now(),
    };
    this.#context.jobs.add('lambda.async', invocation.requestId, invocation);
  }

  close(): void {
    this.#pool.close();
  }

  #allowed(sender: Sender, arn: string): FunctionRecord {
    // A qualified ARN ends in `:<version>`; there is only $LATEST here.
    const [name = '', qualifier = '$LATEST'] = arn.includes(':function:')
      ? (arn.split(':function:')[1] ?? '').split(':')
      : [arn];
    const fn = qualifier === '$LATEST' ? this.functions.get(name) : undefined;
    if (!fn) throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
    this.#context.authorizer.require({
      principal: sender.principal,
      action: 'lambda:InvokeFunction',
      resource: fn.arn,
      resourcePolicy: fn.policy,
      context: sourceContext(sender, this.#context.accountId),
    });
    return fn;
  }

  async #runAsync({ payload }: Job): Promise<() => void> {
    const invocation = payload as AsyncInvocation;
    const fn = this.functions.get(invocation.name);
    if (!fn) return () => undefined;
    const result = await this.#pool.run(fn, invocation.input, invocation.requestId);
    return () => {
      if (!result.ok) this.#failed(fn, invocation, result);
    };
  }

  #failed(fn: FunctionRecord, invocation: AsyncInvocation, result: Invocation & { ok: false }): void {
    const { clock, jobs } = this.#context;
    const pause = retryPausesMs[invocation.attempt - 1] ?? 120_000;
    const isTooOld = clock.now() + pause - invocation.firstAt > fn.onFailure.maxAgeSeconds * 1000;
    if (invocation.attempt <= fn.onFailure.maxRetries && !isTooOld) {
      jobs.add(
        'lambda.async',
        invocation.requestId,
        { ...invocation, attempt: invocation.attempt + 1 },
        clock.now() + pause,
      );
      return;
    }
    if (fn.onFailure.destinationArn) this.#sendToDestination(fn, invocation, result, fn.onFailure.destinationArn);
  }

  /** The record of https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
  #sendToDestination(
    fn: FunctionRecord,
    invocation: AsyncInvocation,
    result: Invocation & { ok: false },
    arn: string,
  ): void {
    const record = {
      version: '1.0',
      timestamp: this.#context.clock.iso(),
      requestContext: {
        requestId: invocation.requestId,
        functionArn: `${fn.arn}:$LATEST`,
        condition: 'RetriesExhausted',
        approximateInvokeCount: invocation.attempt,
      },
      requestPayload: JSON.parse(invocation.input),
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: JSON.parse(result.payload),
    };
    try {
      this.#sqs.sendFrom(
        { principal: this.#context.identities.actAs(fn.roleArn, fn.name) },
        arn,
        JSON.stringify(record),
      );
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#context.report(`${fn.name}: a failed event is lost, its destination cannot be used: ${error.message}`);
    }
  }
}
