// @ts-check
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import vm from 'node:vm';

/*
 * Runs inside a function's process: loads the bundle and serves invocations from the parent. `Date` tells product time, so
 * that whatever the function signs, waits for or writes down fits the rest. In plain JavaScript, because every cold start
 * would pay for the removal of its types.
 */
/** @typedef {import('./process.ts').InvokeMessage} InvokeMessage */
/** @typedef {import('./process.ts').ResultMessage} ResultMessage */
/** @typedef {(event: unknown, context: unknown) => Promise<unknown>} Handler */

const [, , file = '', exportName = '', cacheFile = ''] = process.argv;
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
const watchMemory = () => {
  const limit = (Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE) + 60) * 1_048_576;
  setInterval(() => {
    if (process.memoryUsage.rss() > limit) {
      process.stderr.write('Runtime.OutOfMemory: more memory than the function has\n');
      process.exit(137);
    }
  }, 50).unref();
};

/**
 * A CommonJS bundle, compiled with what V8 made of it the last time, by any function of the same code.
 *
 * @returns {{ exports: Record<string, unknown>, keep: () => void }}
 */
const loadCompiled = () => {
  const script = new vm.Script(
    `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`,
    {
      filename: file,
      cachedData: readIfThere(cacheFile),
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    },
  );
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
  const isKnown = script.cachedDataRejected === false;
  return { exports: module.exports, keep: () => (isKnown ? undefined : keepCompiled(script)) };
};

/** @param {string} path */
const readIfThere = (path) => {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
};

/** With all that was compiled up to now; a cache is a courtesy. @param {vm.Script} script */
const keepCompiled = (script) => {
  try {
    const partial = `${cacheFile}.${process.pid}`;
    writeFileSync(partial, script.createCachedData());
    renameSync(partial, cacheFile);
  } catch {
    // A folder that cannot be written costs time, and nothing else.
  }
};

/** @returns {{ exports: Record<string, unknown>, keep: () => void }} */
const loadModule = () =>
  file.endsWith('.cjs') && cacheFile !== ''
    ? loadCompiled()
    : { exports: createRequire(import.meta.url)(file), keep: () => undefined };

/** @returns {{ handler: Handler, keep: () => void }} */
const load = () => {
  const { exports, keep } = loadModule();
  const handler = exports[exportName];
  if (typeof handler !== 'function') throw new TypeError(`${file} exports no function ${exportName}`);
  return { handler: async (event, context) => handler(event, context), keep };
};

/** @param {unknown} error @returns {ResultMessage} */
const failure = (error) => {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const trace = (stack ?? '').split('\n').slice(0, 6);
  return { ok: false, errorType: name, payload: JSON.stringify({ errorType: name, errorMessage: message, trace }) };
};

/** @param {Handler} handler @param {InvokeMessage} message @returns {Promise<ResultMessage>} */
const run = async (handler, { functionArn, requestId, deadlineMs, input }) => {
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
    const result = await handler(JSON.parse(input), context);
    return { ok: true, payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    return failure(error);
  }
};

const write = process.stdout.write.bind(process.stdout);

/** Lambda's own line behind what an invocation logged: whoever has read it has read all. @param {string} requestId */
const endLog = (requestId) =>
  new Promise((resolve) => {
    write(`END RequestId: ${requestId}\n`, resolve);
  });

/** @type {{ handler: Handler, keep: () => void } | undefined} */
let loaded;
watchMemory();
process.on('disconnect', () => process.exit(0));
process.on('message', async (/** @type {InvokeMessage} */ message) => {
  offset = message.clockOffset;
  const isFirst = loaded === undefined;
  /** @type {ResultMessage} */
  let result;
  try {
    loaded ??= load();
    result = await run(loaded.handler, message);
  } catch (error) {
    result = failure(error);
  }
  await endLog(message.requestId);
  process.send?.(result);
  if (isFirst) loaded?.keep();
});
