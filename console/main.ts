import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  account,
  checkDataFolder,
  type EmbeddedAws,
  StartError,
  startEmbeddedAws,
  UnsupportedFeatureError,
} from '../local/index.ts';
import { Endpoint } from './endpoint.ts';
import { OptionError, type Options, parseOptions, usage } from './options.ts';
import { createConsole } from './server.ts';
import { SynthError, synthesize } from './synthesize.ts';
import { welcome } from './welcome.ts';

/**
 * `npm start`: synthesizes the app, deploys it to the embedded AWS, serves the console. One process, so that Ctrl-C
 * and kill -9 end all of it at once.
 */
const start = async (options: Options): Promise<void> => {
  const dataDir = resolve(options.dataDir);
  const isFresh = options.fresh || !existsSync(join(dataDir, 'journal.sqlite'));
  requireOwnFolder(dataDir);
  // Before anything in it is touched: another instance may be living there.
  checkDataFolder(dataDir);
  if (options.fresh) forget(dataDir);
  let assembly = options.assembly;
  if (assembly === undefined) {
    say('Synthesizing the app …');
    assembly = join(dataDir, 'cdk.out');
    await synthesize(resolve(options.feeds), options.smoke, assembly);
  }
  say('Deploying it to this machine …');
  const aws = await startEmbeddedAws({
    assembly: resolve(assembly),
    dataDir,
    port: options.port,
    httpApiPort: options.apiPort,
    wall: Date.now,
    random: Math.random,
    codeCache: join(import.meta.dirname, '../.build/code-cache'),
    report: (message) => process.stderr.write(`${message}\n`),
  });
  const endpoint = new Endpoint(aws.endpoint, account.region);
  const url = await serveConsole(endpoint, options.consolePort, aws);
  stopOnSignals(aws);
  const advice = await welcome({ endpoint, url, feeds: options.feeds, isFresh });
  say(`Airlock is ready: ${url}`);
  say(advice);
};

/** What this program keeps in its folder. */
const kept = [
  'journal.sqlite',
  'journal.sqlite-wal',
  'journal.sqlite-shm',
  'objects',
  'code',
  'logs',
  'cdk.out',
  '.build',
];

/** Files of somebody else are neither joined nor, with `--fresh`, forgotten. @throws StartError */
const requireOwnFolder = (dataDir: string): void => {
  const isFolder = statSync(dataDir, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder || existsSync(join(dataDir, 'journal.sqlite'))) return;
  const [strange] = readdirSync(dataDir).filter((name) => !['cdk.out', '.build'].includes(name));
  if (strange === undefined) return;
  throw new StartError(
    `--data: got ${dataDir}, which has ${strange} and no journal of Airlock's; allowed an empty folder, or one of its own`,
  );
};

/** Removes what this program keeps in the folder, and nothing else that may lie there. */
const forget = (dataDir: string): void => {
  for (const name of kept) rmSync(join(dataDir, name), { recursive: true, force: true });
};

const serveConsole = async (endpoint: Endpoint, port: number, aws: EmbeddedAws): Promise<string> => {
  const server = createConsole(endpoint);
  const { promise, resolve: listening, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', listening);
  try {
    await promise;
  } catch (error) {
    await aws.close();
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw isTaken ? new StartError(`port ${port} is in use by another program; choose another --console-port`) : error;
  }
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`;
};

const stopOnSignals = (aws: EmbeddedAws): void => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      await aws.close();
      process.exit(0);
    });
  }
};

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') say(usage);
  else await start(options);
} catch (error) {
  const isKnown = [OptionError, StartError, SynthError, UnsupportedFeatureError].some((one) => error instanceof one);
  process.stderr.write(
    `${isKnown && error instanceof Error ? error.message : error instanceof Error ? error.stack : error}\n`,
  );
  process.exitCode = 1;
}
