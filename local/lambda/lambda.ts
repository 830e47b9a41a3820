import { randomUUID } from 'node:crypto';
import type { CloudWatch } from '../cloudwatch/cloudwatch.ts';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import { type Sender, sourceContext } from '../identity/sender.ts';
import type { Job } from '../jobs.ts';
import { Registry } from '../registry.ts';
import type { Sqs } from '../sqs/sqs.ts';
import type { XRay } from '../xray/xray.ts';
import { CodeStore } from './code-store.ts';
import { isMeant } from './function-faults.ts';
import { contentOf, type FunctionRecord, type Invocation } from './function-record.ts';
import { FunctionPool } from './pool.ts';

interface AsyncInvocation {
  readonly name: string;
  readonly version?: string;
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
  /** By `<name>:<number>`. */
  readonly versions: Registry<FunctionRecord>;
  readonly code: CodeStore;
  readonly #context: Context;
  readonly #sqs: Sqs;
  readonly pool: FunctionPool;
  readonly #metrics: (name: string, fn: FunctionRecord, value: number) => void;

  constructor(context: Context, sqs: Sqs, observers: { cloudwatch: CloudWatch; xray: XRay }) {
    this.#context = context;
    this.#sqs = sqs;
    this.functions = new Registry(context.journal, 'function');
    this.versions = new Registry(context.journal, 'function-version');
    this.code = new CodeStore(context.dataDir);
    this.pool = new FunctionPool(context, observers);
    this.#metrics = (name, fn, value) =>
      observers.cloudwatch.put({ namespace: 'AWS/Lambda', name, dimensions: { FunctionName: fn.name } }, value);
    context.jobs.handle('lambda.async', (job) => this.#runAsync(job));
  }

  /**
   * Invokes and waits.
   *
   * @throws AwsError when the function is not there, the sender may not, or its concurrency is used up
   */
  async invoke(sender: Sender, arn: string, input: string): Promise<Invocation & { readonly version: string }> {
    const fn = this.#allowed(sender, arn);
    if (this.#isThrottled(fn)) throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
    return { ...(await this.#run(fn, input, randomUUID())), version: fn.version };
  }

  /** What `DryRun` asks. @throws AwsError when there is no such function, or the caller may not */
  requireInvocable(sender: Sender, arn: string): void {
    this.#allowed(sender, arn);
  }

  /** Invokes by an event source, which asks nobody. @returns undefined where its concurrency is used up */
  async invokeForItself(fn: FunctionRecord, input: string): Promise<Invocation | undefined> {
    return this.#isThrottled(fn) ? undefined : this.#run(fn, input, randomUUID());
  }

  /**
   * Freezes a function as it is. Without a change since the last version that one is returned.
   * https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
   */
  publishVersion(name: string): FunctionRecord {
    const fn = this.functions.get(name);
    if (!fn) throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404);
    const last = this.#lastVersionOf(name);
    if (last && contentOf(last) === contentOf(fn)) return last;
    const version = String(Number(last?.version ?? 0) + 1);
    const record = { ...fn, version };
    this.versions.put(`${name}:${version}`, record);
    return record;
  }

  #lastVersionOf(name: string): FunctionRecord | undefined {
    return this.versions
      .all()
      .map(({ body }) => body)
      .filter((one) => one.name === name)
      .sort((a, b) => Number(a.version) - Number(b.version))
      .at(-1);
  }

  #isThrottled(fn: FunctionRecord): boolean {
    // The limit is the function's, whatever version runs.
    const limit = this.functions.get(fn.name)?.reservedConcurrency;
    const isFull = limit !== undefined && this.pool.running(fn.name) >= limit;
    const fault = this.#context.faults.at('function', (one) => one.effect === 'throttle' && isMeant(one, fn.name));
    if (!isFull && !fault) return false;
    this.#metrics('Throttles', fn, 1);
    return true;
  }

  async #run(fn: FunctionRecord, input: string, requestId: string): Promise<Invocation> {
    const started = this.#context.clock.now();
    const result = await this.pool.run(fn, input, requestId);
    this.#metrics('Duration', fn, this.#context.clock.now() - started);
    if (!result.ok) this.#metrics('Errors', fn, 1);
    return result;
  }

  /** Queues an event; joins the caller's transaction. */
  invokeLater(sender: Sender, arn: string, input: string): void {
    const { name, version } = this.#allowed(sender, arn);
    const invocation: AsyncInvocation = {
      name,
      version,
      input,
      requestId: randomUUID(),
      attempt: 1,
      firstAt: this.#context.clock.now(),
    };
    this.#context.jobs.add('lambda.async', invocation.requestId, invocation);
  }

  close(): void {
    this.pool.close();
  }

  #allowed(sender: Sender, arn: string): FunctionRecord {
    // A qualified ARN ends in `:<version>`.
    const [name = '', qualifier] = (arn.split(':function:').at(-1) ?? '').split(':');
    const fn = this.#find(name, qualifier);
    if (!fn) throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
    this.#context.authorizer.require({
      principal: sender.principal,
      action: 'lambda:InvokeFunction',
      resource: qualifier === undefined ? fn.arn : `${fn.arn}:${qualifier}`,
      resourcePolicy: fn.policy,
      context: sourceContext(sender, this.#context.accountId),
    });
    return fn;
  }

  #find(name: string, qualifier = '$LATEST'): FunctionRecord | undefined {
    return qualifier === '$LATEST' ? this.functions.get(name) : this.versions.get(`${name}:${qualifier}`);
  }

  async #runAsync({ payload }: Job): Promise<() => void> {
    const invocation = payload as AsyncInvocation;
    const fn = this.#find(invocation.name, invocation.version);
    if (!fn) return () => undefined;
    if (this.#isThrottled(fn)) return () => this.#later(fn, invocation);
    const result = await this.#run(fn, invocation.input, invocation.requestId);
    return () => {
      if (!result.ok) this.#failed(fn, invocation, result);
    };
  }

  /** A throttled event waits its turn, until it is too old; that is no attempt. */
  #later(fn: FunctionRecord, invocation: AsyncInvocation): void {
    const { jobs, clock } = this.#context;
    if (clock.now() - invocation.firstAt > fn.onFailure.maxAgeSeconds * 1000) {
      if (fn.onFailure.destinationArn === undefined) return;
      const neverRan = { ok: false as const, errorType: '', payload: '{}' };
      this.#sendToDestination(fn, invocation, neverRan, fn.onFailure.destinationArn, 'EventAgeExceeded');
      return;
    }
    jobs.add('lambda.async', invocation.requestId, invocation, clock.now() + 1000);
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
    condition = 'RetriesExhausted',
  ): void {
    const record = {
      version: '1.0',
      timestamp: this.#context.clock.iso(),
      requestContext: {
        requestId: invocation.requestId,
        functionArn: `${fn.arn}:$LATEST`,
        condition,
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
