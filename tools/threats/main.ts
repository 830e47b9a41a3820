import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FeedErrors, loadFeeds } from '../../adapters/feed-files.ts';
import { letReadersStop } from '../../cli/early-readers.ts';
import type { Feed } from '../../core/feed.ts';
import { type StageConfig, withDefaults } from '../../infra/config.ts';
import { SettingError, settingsFromContext } from '../../infra/setting-rules.ts';
import { type Exposure, exposureOf } from './exposure.ts';
import { gravities, type Weakness, weaknessesOf } from './weaknesses.ts';

/** `npm run threats`: what a deployment of these feeds leaves open, with the settings that `cdk deploy` is given. */
const usage = `npm run threats -- [-c KEY=VALUE …, as for cdk deploy] [--json] [--fail-on ${gravities.join('|')}]`;

type Gravity = Weakness['gravity'];

interface Asked {
  readonly feeds: readonly Feed[];
  readonly stage: StageConfig;
  readonly asJson: boolean;
  readonly failOn: Gravity | undefined;
}

const read = (): Asked | 'help' => {
  const { context, json, help, 'fail-on': failOn } = flags();
  if (help) return 'help';
  const merged: Record<string, unknown> = { ...contextOfTheApp(), ...Object.fromEntries(context.map(pair)) };
  const gravity = gravities.find((one) => one === failOn);
  if (failOn !== undefined && !gravity) {
    throw new SettingError(`--fail-on: got ${failOn}, allowed ${gravities.join(', ')}`);
  }
  return {
    feeds: loadFeeds(String(merged.feeds ?? 'feeds')),
    stage: withDefaults(settingsFromContext(merged)),
    asJson: json,
    failOn: gravity,
  };
};

const flags = () => {
  try {
    const options = {
      context: { type: 'string', short: 'c', multiple: true, default: [] as string[] },
      json: { type: 'boolean', default: false },
      'fail-on': { type: 'string' },
      help: { type: 'boolean', default: false },
    } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    throw new SettingError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
};

/** What `cdk` reads beside the command line. */
const contextOfTheApp = (): Record<string, unknown> =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../cdk.json'), 'utf8')).context;

const pair = (text: string): [key: string, value: string] => {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new SettingError(`-c: got ${text}, allowed KEY=VALUE\n\n${usage}`);
};

const print = (line = ''): void => void process.stdout.write(`${line}\n`);

/** The table of exposures, columns as wide as what is in them. */
const table = (rows: readonly (readonly string[])[]): void => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    print(cells.join('  '));
  }
};

const asRow = (one: Exposure): string[] => [
  one.feed,
  one.secret,
  hours(one.worksSeconds),
  `${one.mailboxes}${one.onTopic ? ' + topic' : ''}`,
  one.requestsPerMonth.toFixed(1),
  one.openHoursPerMonth.toFixed(0),
  `${Math.ceil(one.mostBytesPerRequest / 1e6).toLocaleString('en')} MB`,
];

const hours = (seconds: number): string => `${(seconds / 3600).toFixed(1).replace(/\.0$/, '')} h`;

/** So many feeds are named, the others counted: `--json` has them all. */
const named = 5;

const lineWidth = 110;

/** Text in lines that begin where the first does. */
const wrapped = (text: string, indent: string): string => {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && indent.length + last.length + word.length >= lineWidth) lines.push(word);
    else lines.splice(-1, 1, last === '' ? word : `${last} ${word}`);
  }
  return lines.join(`\n${indent}`);
};

const tell = ({ gravity, asset, what, closedBy, feeds }: Weakness): void => {
  print(`\n${gravity.padEnd(8)}${wrapped(`${asset}: ${what}`, ' '.repeat(8))}`);
  print(`        closed by ${closedBy}`);
  if (feeds.length === 0) return;
  const more = feeds.length > named ? ` and ${feeds.length - named} more` : '';
  print(`        in ${feeds.slice(0, named).join(', ')}${more}`);
};

const main = (): void => {
  const asked = read();
  if (asked === 'help') {
    print(usage);
    return;
  }
  const { feeds, stage, asJson, failOn } = asked;
  const exposures = feeds.map((feed) => exposureOf(feed, Date.now()));
  const weaknesses = weaknessesOf(feeds, stage);
  if (asJson) print(JSON.stringify({ stage: stage.stage, exposures, weaknesses }));
  else {
    const partners = new Set(feeds.map(({ partner }) => partner)).size;
    print(`Airlock-${stage.stage}, feeds: ${feeds.length}, partners: ${partners}\n`);
    table([
      [
        'feed',
        'mail holds a',
        'that works',
        'in mailboxes',
        'requests a month',
        'open hours',
        'stored by one, at most',
      ],
      ...exposures.map(asRow),
    ]);
    for (const one of weaknesses) tell(one);
    print('\nWhat stands in the way of each threat, and what no setting closes: docs/security.md');
  }
  const isRefused = weaknesses.some(({ gravity }) => failOn && gravities.indexOf(gravity) <= gravities.indexOf(failOn));
  if (isRefused) process.exitCode = 1;
};

letReadersStop();

try {
  main();
} catch (error) {
  if (!(error instanceof FeedErrors || error instanceof SettingError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
