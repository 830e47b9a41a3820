import { parseArgs } from 'node:util';
import { FeedErrors, loadFeeds } from '../../adapters/feed-files.ts';
import { letReadersStop } from '../../cli/early-readers.ts';
import { alarmRows, scheduleAlarmRows } from '../../infra/constructs/alarm-table.ts';
import { deployedFunctions } from '../../infra/constructs/function-table.ts';
import { addUp, type Bill, estimateFeed, fixedBill, gbSecondsPerInvocation, sumOf } from './estimate.ts';
import { designs } from './naive.ts';

const usage = 'npm run cost -- [--feeds DIR] [--file-mb 10] [--measure]';

/** `npm run cost`: what the feeds of a folder cost in a month, by list prices. */
const read = (): { feeds: string; fileMb: number; measure: boolean } | 'help' => {
  try {
    const { values } = parseArgs({
      options: {
        feeds: { type: 'string', default: 'feeds' },
        'file-mb': { type: 'string', default: '10' },
        measure: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return 'help';
    const fileMb = Number(values['file-mb']);
    if (fileMb > 0) return { feeds: values.feeds, fileMb, measure: values.measure };
    throw new Error(`--file-mb: got ${values['file-mb']}, allowed a number above 0`);
  } catch (error) {
    throw new FeedErrors(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
};

const money = (dollars: number): string => `$${dollars.toFixed(dollars < 0.1 ? 4 : 2)}`;
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const row = (first: string, ...rest: string[]): void =>
  print(first.padEnd(34) + rest.map((one) => one.padStart(14)).join(''));

const list = (title: string, one: Bill): void => {
  print(`\n${title}`);
  for (const [what, dollars] of Object.entries(one)) row(`  ${what}`, money(dollars));
};

/** One request whose file comes at the first asking, and what it would be by a design that polls. */
const compare = (): void => {
  print('\none request, Step Functions and Lambda');
  row('  design', 'transitions', 'calls', 'cost');
  for (const { name, transitions, calls, compute } of designs(gbSecondsPerInvocation)) {
    row(`  ${name}`, String(transitions), String(calls), `$${compute.toFixed(5)}`);
  }
};

const tellMeasured = async (): Promise<void> => {
  const { measure } = await import('./measure.ts');
  const { transitions, lambdaMs } = await measure();
  print(
    `\nmeasured, of the history of one request on this machine: ${transitions} transitions, ${lambdaMs} ms of functions`,
  );
};

const main = async (): Promise<void> => {
  const asked = read();
  if (asked === 'help') {
    print(usage);
    return;
  }
  const { feeds, fileMb, measure } = asked;
  const estimates = loadFeeds(feeds).map((feed) => estimateFeed(feed, { from: Date.now(), fileMb }));
  print(`List prices of 2026-11-22 without free tiers; files of ${fileMb} MB, kept for one month.\n`);
  row('feed, per month', 'runs', 'all on time', 'none comes');
  for (const { feed, runsPerMonth, onTime, never } of estimates) {
    row(feed, runsPerMonth.toFixed(1), money(sumOf(onTime)), money(sumOf(never)));
  }
  list('all feeds on time, by service', addUp(estimates.map(({ onTime }) => onTime)));
  const names = {
    stage: '',
    functions: deployedFunctions(),
    stateMachineArn: '',
    functionName: () => '',
    apiId: '',
  };
  // How many there are is all that counts here; what they are called is the deployment's.
  const nameless = (count: number) => Array.from({ length: count }, (_, index) => ({ id: String(index), name: '' }));
  const alarms = alarmRows({ ...names, queues: nameless(3), topics: nameless(2), rules: nameless(3) });
  const fixed = fixedBill(alarms.length + scheduleAlarmRows('').length);
  list('fixed, per deployment', fixed);
  const onTime = sumOf(addUp(estimates.map((one) => one.onTime)));
  print('');
  row('total per month, all on time', money(onTime + sumOf(fixed)));
  compare();
  if (measure) await tellMeasured();
};

letReadersStop();

try {
  await main();
} catch (error) {
  if (!(error instanceof FeedErrors)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
