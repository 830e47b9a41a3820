import { type ChildProcess, fork } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CloudWatch } from '../cloudwatch/cloudwatch.ts';
import { readEmbeddedMetrics } from '../cloudwatch/embedded-metrics.ts';
import type { Context } from '../context.ts';
import type { Session } from '../identity/identities.ts';
import type { XRay } from '../xray/xray.ts';
import type { FunctionRecord, Invocation } from './function-record.ts';

/** What the process in `bootstrap.mjs` is told. */
export interface InvokeMessage {
  readonly input: string;
  readonly requestId: string;
  readonly functionArn: string;
  readonly deadlineMs: number;
  /** Milliseconds by which product time is ahead of wall time. */
  readonly clockOffset: number;
}

/** Who looks at what functions do: their metrics and their traces. */
export interface Observers {
  readonly cloudwatch: CloudWatch;
  readonly xray: XRay;
}

/** Its answer: JSON text of the result or of `{errorType, errorMessage, trace}`. */
export type ResultMessage = { readonly ok: boolean; readonly errorType?: string; readonly payload: string };

const bootstrap = join(import.meta.dirname, 'bootstrap.mjs');

/** Lambda recycles an environment before its credentials end. */
const recycleBeforeMs = 15 * 60_000;

/** What Lambda answers where the function itself could not. */
export const failed = (errorType: string, errorMessage: string, requestId: string): Invocation => ({
  ok: false,
  errorType,
  payload: JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} Error: ${errorMessage}` }),
});

/** One execution environment: a process with the function's environment and credentials, and nothing else of ours. */
export class FunctionProcess {
  readonly #context: Context;
  readonly #fn: FunctionRecord;
  readonly #identity: string;
  readonly #session: Session;
  readonly #child: ChildProcess;
  readonly #log: WriteStream | undefined;
  readonly #observers: Observers;
  #isAlive = true;
  #running: { readonly requestId: string; logged(): void } | undefined;

  constructor(context: Context, fn: FunctionRecord, session: Session, observers: Observers) {
    this.#context = context;
    this.#fn = fn;
    this.#identity = JSON.stringify(fn);
    this.#session = session;
    this.#observers = observers;
    const [file, exportName] = handlerOf(fn);
    this.#child = fork(bootstrap, [file, exportName, context.codeCache.fileFor(file)], {
      cwd: fn.folder,
      env: this.#environment(),
      // The heap is capped; what lies outside of it (buffers) is watched by the bootstrap.
      execArgv: [`--max-old-space-size=${fn.memoryMb}`],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child.on('exit', () => {
      this.#isAlive = false;
    });
    this.#child.on('error', () => {
      this.#isAlive = false;
    });
    this.#log = this.#openLog();
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (bytes) => void this.#log?.write(bytes));
    }
    if (this.#child.stdout) createInterface({ input: this.#child.stdout }).on('line', (line) => this.#read(line));
  }

  /** A line of the log: metrics count where the function may log at all. */
  #read(line: string): void {
    if (line.startsWith('{') && this.#log) readEmbeddedMetrics(line, this.#observers.cloudwatch);
    const [, requestId] = /END RequestId: ([\w-]+)$/.exec(line) ?? [];
    if (requestId !== undefined && requestId === this.#running?.requestId) this.#running.logged();
  }

  /** Until the log of an invocation is in its file: what was answered is also written down. */
  async #logged(ended: Promise<void>): Promise<void> {
    await ended;
    await new Promise<void>((resolve) => {
      if (this.#log?.writable) this.#log.write('', () => resolve());
      else resolve();
    });
  }

  get functionName(): string {
    return this.#fn.name;
  }

  get accessKeyId(): string {
    return this.#session.accessKeyId;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** True while code, settings and credentials are still those of the deployed function. */
  serves(fn: FunctionRecord): boolean {
    return (
      this.#identity === JSON.stringify(fn) && this.#session.expiresAt - this.#context.clock.now() > recycleBeforeMs
    );
  }

  kill(): void {
    this.#isAlive = false;
    this.#child.kill('SIGKILL');
    this.#log?.end();
  }

  async run(input: string, requestId: string): Promise<Invocation> {
    const timeoutMs = this.#fn.timeoutSeconds * 1000;
    const { promise, resolve } = Promise.withResolvers<Invocation>();
    const fail = (errorType: string, errorMessage: string) => resolve(failed(errorType, errorMessage, requestId));
    const timer = setTimeout(() => {
      this.kill();
      fail('Sandbox.Timedout', `Task timed out after ${this.#fn.timeoutSeconds}.00 seconds`);
    }, timeoutMs);
    const ended = Promise.withResolvers<void>();
    this.#running = { requestId, logged: ended.resolve };
    const onMessage = async ({ ok, payload, errorType = 'Error' }: ResultMessage) => {
      await this.#logged(ended.promise);
      resolve(ok ? { ok, payload } : { ok, errorType, payload });
    };
    const onExit = (code: number | null, signal: string | null) =>
      fail(
        'Runtime.ExitError',
        signal === null ? `Runtime exited with error: exit status ${code}` : `Runtime exited with signal ${signal}`,
      );
    this.#child.once('message', onMessage);
    this.#child.once('exit', onExit);
    const message: InvokeMessage = {
      input,
      requestId,
      functionArn: this.#fn.version === '$LATEST' ? this.#fn.arn : `${this.#fn.arn}:${this.#fn.version}`,
      deadlineMs: this.#context.clock.now() + timeoutMs,
      clockOffset: this.#context.clock.offset,
    };
    this.#child.send(message);
    const startedAt = this.#context.clock.now();
    try {
      const invocation = await promise;
      if (this.#fn.isTraced) this.#trace(startedAt, invocation);
      return invocation;
    } finally {
      clearTimeout(timer);
      this.#child.off('message', onMessage);
      this.#child.off('exit', onExit);
    }
  }

  #trace(startedAt: number, { ok }: Invocation): void {
    this.#observers.xray.record(this.#context.identities.actAs(this.#fn.roleArn, this.#fn.name), {
      name: this.#fn.name,
      origin: 'AWS::Lambda::Function',
      start_time: startedAt / 1000,
      end_time: this.#context.clock.now() / 1000,
      fault: !ok,
    });
  }

  #environment(): Record<string, string> {
    const { endpoint, region } = this.#context;
    return {
      ...this.#fn.environment,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ENDPOINT_URL: endpoint(),
      AWS_ACCESS_KEY_ID: this.#session.accessKeyId,
      AWS_SECRET_ACCESS_KEY: this.#session.secretAccessKey,
      AWS_SESSION_TOKEN: this.#session.sessionToken,
      AWS_LAMBDA_FUNCTION_NAME: this.#fn.name,
      AWS_LAMBDA_FUNCTION_VERSION: this.#fn.version,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(this.#fn.memoryMb),
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${this.#fn.name}`,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      LAMBDA_TASK_ROOT: this.#fn.folder,
      _HANDLER: this.#fn.handler,
      TZ: ':UTC',
      LANG: 'en_US.UTF-8',
    };
  }

  /** Logs are written with the function's role: without the permission there are none, as on AWS. */
  #openLog(): WriteStream | undefined {
    const { authorizer, dataDir, identities } = this.#context;
    const isAllowed = ['logs:CreateLogStream', 'logs:PutLogEvents'].every((action) =>
      authorizer.allows({
        principal: identities.actAs(this.#fn.roleArn, this.#fn.name),
        action,
        resource: this.#fn.logGroupArn,
      }),
    );
    if (!isAllowed) return undefined;
    mkdirSync(join(dataDir, 'logs'), { recursive: true });
    return createWriteStream(join(dataDir, 'logs', `${this.#fn.name}.log`), { flags: 'a' });
  }
}

/** File and export of a handler, looked for as Lambda does: `.js`, `.mjs`, `.cjs`. */
const handlerOf = ({ folder, handler }: FunctionRecord): [file: string, exportName: string] => {
  const [name = '', exportName = ''] = handler.split('.');
  const candidates = ['.js', '.mjs', '.cjs'].map((extension) => join(folder, `${name}${extension}`));
  return [candidates.find((file) => existsSync(file)) ?? join(folder, name), exportName];
};
