import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { GetExecutionHistoryCommand, paginateListExecutions } from '@aws-sdk/client-sfn';
import { ProgressBar } from '../cli/progress.ts';
import { inParallel } from '../core/parallel.ts';
import { Airlock, curlLineOf, goodCsv } from '../test/support/airlock.ts';
import { assemblyWith } from '../test/support/assembly.ts';
import { synthesizeForTests } from '../test/support/synthesize-once.mjs';
import { tortureFeeds } from '../test/torture/feeds.ts';
import { median } from './table.ts';

/**
 * Many requests in the same minute, on one machine: opened, waiting, uploaded, settled, restarted over. Each function runs in a
 * process of its own, so this machine's processors are what is measured, not the design's.
 */
const { values } = parseArgs({ options: { requests: { type: 'string', default: '1000' } }, allowPositionals: true });
const requests = Number(values.requests);
if (!(Number.isInteger(requests) && requests > 0)) {
  throw new Error(`--requests: got ${values.requests}, allowed a whole number above 0`);
}

const withProgress = async <T>(all: readonly T[], label: string, work: (one: T) => Promise<unknown>): Promise<void> => {
  const bar = new ProgressBar(process.stderr, label, (done, of) => `${done} of ${of}`);
  let done = 0;
  await inParallel(all, async (one) => {
    await work(one);
    bar.show(++done, all.length);
  });
  bar.end();
};

const rssMb = (pid = 0): number => {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const seconds = (from: number): number => (performance.now() - from) / 1000;
const share = (all: readonly number[], part: number): number =>
  all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * part))] ?? 0;

/** When an execution began, and when it came to its first wait, in milliseconds of product time. */
const queueTimes = async (airlock: Airlock): Promise<number[]> => {
  const times: number[] = [];
  await withProgress(await executionsOf(airlock), 'reading histories', async (executionArn) => {
    const { events = [] } = await airlock.sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    const waits = events.find(({ type }) => type === 'TaskSubmitted')?.timestamp;
    const began = events[0]?.timestamp;
    if (waits && began) times.push(waits.getTime() - began.getTime());
  });
  return times;
};

const executionsOf = async ({ sfn, status }: Airlock): Promise<string[]> => {
  const arns: string[] = [];
  const ofMachine = { stateMachineArn: status.outputs.StateMachineArn, maxResults: 1000 };
  for await (const { executions = [] } of paginateListExecutions({ client: sfn }, ofMachine)) {
    arns.push(...executions.flatMap(({ executionArn }) => executionArn ?? []));
  }
  return arns;
};

const eventsOf = async (airlock: Airlock): Promise<number> => {
  let events = 0;
  await withProgress(await executionsOf(airlock), 'counting events', async (executionArn) => {
    const page = await airlock.sfn.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1, reverseOrder: true }),
    );
    events += page.events?.[0]?.id ?? 0;
  });
  return events;
};

const feeds = tortureFeeds();
synthesizeForTests();
let airlock = await Airlock.start({ assembly: assemblyWith({ feeds }) });
const before = rssMb(airlock.pid);
const now = Math.ceil((await airlock.now()) / 3_600_000) * 3_600_000;
// Each has an hour of its own for its period; all of them fire now.
const starts = Array.from({ length: requests }, (_, index) => ({
  feed: `acme/${feeds[index % feeds.length]?.feed}`,
  at: new Date(now + (1 + Math.floor(index / feeds.length)) * 3_600_000).toISOString(),
}));

say(`${requests} requests on ${availableParallelism()} processors`);
let start = performance.now();
await withProgress(starts, 'firing', ({ feed, at }) => airlock.run(feed, at));
say(`fired in ${seconds(start).toFixed(1)} s`);
await airlock.settle();
const opened = seconds(start);
say(`all wait for their file after ${opened.toFixed(1)} s: ${(requests / opened).toFixed(1)} requests a second`);
const times = await queueTimes(airlock);
say(
  `from the start of an execution to its wait: median ${(median(times) / 1000).toFixed(1)} s, 95 % within ${(share(times, 0.95) / 1000).toFixed(1)} s, all within ${(Math.max(...times) / 1000).toFixed(1)} s`,
);
say(
  `the runtime holds ${before.toFixed(0)} MB without them and ${rssMb(airlock.pid).toFixed(0)} MB with them: ${(((rssMb(airlock.pid) - before) * 1024) / requests).toFixed(1)} kB for each that waits`,
);

const links = (await airlock.emails()).filter(({ text }) => text.includes('curl ')).map((mail) => curlLineOf(mail));
start = performance.now();
await withProgress(links, 'uploading', async ({ url, headers }) => {
  const { status } = await fetch(url, { method: 'PUT', headers, body: goodCsv });
  if (status !== 200) throw new Error(`an upload was answered ${status}`);
});
say(`uploaded in ${seconds(start).toFixed(1)} s`);
await airlock.settle();
const settled = seconds(start);
const accepted = (await airlock.keys('Accepted')).length;
say(
  `${accepted} of ${requests} accepted, and archived, after ${settled.toFixed(1)} s: ${(requests / settled).toFixed(1)} a second`,
);
// Ends of one feed that met wait for Lambda's next tries, a minute and two more.
await airlock.advance('PT5M');
const packs = (await airlock.keys('Archive')).filter((key) => key.endsWith('evidence.json')).length;
say(`${packs} of ${requests} have their pack of evidence`);

const events = await eventsOf(airlock);
start = performance.now();
airlock = await airlock.restart({ signal: 'SIGKILL' });
say(
  `started again after kill -9, over ${events.toLocaleString('en-GB')} events of history, in ${seconds(start).toFixed(1)} s`,
);
await airlock.stop();
