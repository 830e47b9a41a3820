import { createRequire } from 'node:module';
import type { InvokeMessage, ResultMessage } from './process.ts';

/**
 * Runs inside a function's process: loads the bundle and serves invocations from the parent. `Date` tells product
 * time, so that whatever the function signs, waits for or writes down fits the rest.
 */
const [, , file = '', exportName = ''] = process.argv;
const RealDate = Date;
let offset = 0;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + offset] : args, newTarget),
  apply: () => new RealDate(RealDate.now() + offset).toString(),
  get: (target, name, receiver) =>
    name === 'now' ? () => RealDate.now() + offset : Reflect.get(target, name, receiver),
});

/** Lambda counts all memory, not only the heap. Node itself takes about 60 MB before a handler does anything. */
const watchMemory = (): void => {
  const limit = (Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE) + 60) * 1_048_576;
  setInterval(() => {
    if (process.memoryUsage.rss() > limit) {
      process.stderr.write('Runtime.OutOfMemory: more memory than the function has\n');
      process.exit(137);
    }
  }, 50).unref();
};

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const load = (): Handler => {
  const loaded: Record<string, unknown> = createRequire(import.meta.url)(file);
  const handler = loaded[exportName];
  if (typeof handler !== 'function') throw new TypeError(`${file} exports no function ${exportName}`);
  return async (event, context) => handler(event, context);
};

const failure = (error: unknown): ResultMessage => {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const trace = (stack ?? '').split('\n').slice(0, 6);
  return { ok: false, errorType: name, payload: JSON.stringify({ errorType: name, errorMessage: message, trace }) };
};

const run = async (handler: Handler, message: InvokeMessage): Promise<ResultMessage> => {
  const { functionArn, requestId, deadlineMs } = message;
  const context = {
    awsRequestId: requestId,
    invokedFunctionArn: functionArn,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  try {
    const result = await handler(JSON.parse(message.input), context);
    return { ok: true, payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    return failure(error);
  }
};

let loaded: Handler | undefined;
watchMemory();
process.on('disconnect', () => process.exit(0));
process.on('message', async (message: InvokeMessage) => {
  offset = message.clockOffset;
  let result: ResultMessage;
  try {
    loaded ??= load();
    result = await run(loaded, message);
  } catch (error) {
    result = failure(error);
  }
  process.send?.(result);
});
