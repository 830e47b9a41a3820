import { loadFeeds } from '../../adapters/feed-files.ts';
import { csvOf } from '../../core/csv.ts';
import type { Feed } from '../../core/feed.ts';
import { asIcs } from '../../core/schedule/ics.ts';
import { type SimulatedMoment, simulatedKinds, simulate as simulateFeed } from '../../core/schedule/simulate.ts';
import { Zone } from '../../core/schedule/zone.ts';
import { fullTime } from '../../core/time.ts';
import { CliError } from '../deployment.ts';
import { writeOutput } from '../files.ts';
import { type Flags, type Invocation, print } from '../invocation.ts';

/** A year of the feeds of a folder, without any deployment: what would be asked for, when, and who would be told. */
export const simulate = async ({ flags, asJson }: Invocation): Promise<boolean> => {
  const year = yearOf(flags);
  const feeds = feedsOf(flags, year);
  const moments = feeds.flatMap((feed) => simulateFeed(feed, yearIn(feed.schedule.timezone, year)));
  moments.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  if (flags.csv !== undefined) await writeOutput(flags.csv, asCsv(moments));
  if (flags.ics !== undefined)
    await writeOutput(flags.ics, asIcs(moments, new Date(Date.UTC(year, 0, 1)).toISOString()));
  if (asJson) print(JSON.stringify(moments));
  else if (flags.feed !== undefined) for (const moment of moments) print(line(moment, feeds[0]));
  else summary(feeds, moments);
  for (const { feed, detail } of moments.filter(({ kind }) => kind === 'gap')) {
    process.stderr.write(`warning: ${feed}: ${detail}\n`);
  }
  return true;
};

/** From the first midnight of a year to that of the next, on the clocks of a zone. */
const yearIn = (timezone: string, year: number): { from: number; to: number } => {
  const zone = new Zone(timezone);
  const start = (of: number) => zone.instantOf({ year: of, month: 1, day: 1 }, 0, 0) ?? Date.UTC(of, 0, 1);
  return { from: start(year), to: start(year + 1) };
};

const yearOf = ({ year }: Flags): number => {
  if (year !== undefined && /^20\d{2}$/.test(year)) return Number(year);
  throw new CliError(`--year: got ${year ?? 'nothing'}, allowed 2000 to 2099; say simulate --year 2027`);
};

const feedsOf = ({ feed: wanted, feeds: folder }: Flags, year: number): Feed[] => {
  // Holidays are looked up around the year that is asked for.
  const all = loadFeeds(folder, { now: () => new Date(Date.UTC(year, 6)) }).filter(({ schedule }) => schedule.enabled);
  const found = wanted === undefined ? all : all.filter(({ partner, feed }) => `${partner}/${feed}` === wanted);
  if (found.length > 0) return found;
  const names = all.map(({ partner, feed }) => `${partner}/${feed}`).join(', ');
  throw new CliError(`--feed: got ${wanted ?? 'none'}, allowed one that is enabled in ${folder}: ${names}`);
};

const line = ({ at, kind, request, feed, detail }: SimulatedMoment, about: Feed | undefined): string =>
  `${fullTime(at, about?.schedule.timezone ?? 'UTC').padEnd(56)}  ${kind.padEnd(8)}  ${request ?? feed}${detail === '' ? '' : `  (${detail})`}`;

const summary = (feeds: readonly Feed[], moments: readonly SimulatedMoment[]): void => {
  const counts = new Map<string, number>();
  for (const { feed, kind } of moments) counts.set(`${feed} ${kind}`, (counts.get(`${feed} ${kind}`) ?? 0) + 1);
  const names = feeds.map(({ partner, feed }) => `${partner}/${feed}`);
  const width = Math.max(4, ...names.map(({ length }) => length));
  print(`${'feed'.padEnd(width)}${simulatedKinds.map((kind) => kind.padStart(10)).join('')}`);
  for (const name of names) {
    print(
      `${name.padEnd(width)}${simulatedKinds.map((kind) => String(counts.get(`${name} ${kind}`) ?? 0).padStart(10)).join('')}`,
    );
  }
  print('\nEach moment of one feed: --feed partner/feed. Of all: --csv FILE, --ics FILE, --json.');
};

const asCsv = (moments: readonly SimulatedMoment[]): string =>
  csvOf([
    ['at', 'kind', 'feed', 'request', 'detail'],
    ...moments.map(({ at, kind, feed, request = '', detail }) => [at, kind, feed, request, detail]),
  ]);
