import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { Feed } from '../core/feed.ts';
import type { FeedProblem } from '../core/feed-problem.ts';
import { readFeed } from '../core/feed-rules.ts';
import { idPattern } from '../core/names.ts';
import type { Clock } from '../core/ports.ts';
import type { Calendars } from '../core/schedule/calendar-rules.ts';
import { createCalendars } from './holiday-calendars.ts';
import { systemClock } from './system.ts';

/** Years after this one whose holidays a deployment knows: it should be deployed again before. */
const calendarYears = 3;

/** All that is wrong with the feeds of a folder, in one message. */
export class FeedErrors extends Error {
  override readonly name = 'FeedErrors';
}

/**
 * Reads `<folder>/<partner>/<feed>.yaml`.
 *
 * @param clock says from which year on holidays are looked up
 * @throws FeedErrors with every problem of every file: file, path, got, allowed, fix
 */
export const loadFeeds = (folder: string, clock: Clock = systemClock): Feed[] => {
  const year = clock.now().getUTCFullYear();
  const calendars = createCalendars(year - 1, year + calendarYears);
  if (!existsSync(folder))
    throw new FeedErrors(`no folder of feeds: got ${folder}; make it, or name another (--feeds DIR, -c feeds=DIR)`);
  const results = partnersOf(folder).flatMap((partner) =>
    readdirSync(join(folder, partner))
      .filter(isYaml)
      .sort()
      .map((name) => loadFeed(folder, partner, name, calendars)),
  );
  const feeds = results.flatMap((result) => ('feed' in result ? [result.feed] : []));
  const problems = [
    ...results.flatMap((result) => ('message' in result ? [result.message] : [])),
    ...straysOf(folder),
    ...twiceIn(feeds),
  ];
  if (problems.length > 0) throw new FeedErrors(problems.join('\n'));
  if (feeds.length === 0) throw new FeedErrors(`no feeds in ${folder}: expected <partner>/<feed>.yaml`);
  return feeds;
};

const isYaml = (name: string): boolean => /\.ya?ml$/.test(name);

/** Feeds that nobody would ever ask for, because they lie where none is looked for. */
const straysOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => isYaml(name) && name.split(sep).length !== 2)
    .sort()
    .map((name) => `${relative('.', join(folder, name))}: allowed <partner>/<feed>.yaml; move it there`);

const twiceIn = (feeds: readonly Feed[]): string[] => {
  const names = feeds.map(({ partner, feed }) => `${partner}/${feed}`);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return twice.map((name) => `${name}: there are ${name}.yaml and ${name}.yml, allowed one of them; remove the other`);
};

const partnersOf = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();

const loadFeed = (
  folder: string,
  partner: string,
  name: string,
  calendars: Calendars,
): { feed: Feed } | { message: string } => {
  const path = join(folder, partner, name);
  const file = relative('.', path);
  const feed = name.replace(/\.ya?ml$/, '');
  const badId = [partner, feed].find((id) => !idPattern.test(id));
  if (badId !== undefined) {
    return {
      message: `${file}: got name "${badId}", allowed lower-case letters, digits and hyphens, at most 24; rename it`,
    };
  }
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines, uniqueKeys: true });
  const [syntax] = document.errors;
  if (syntax) return { message: `${file}: not valid YAML: ${syntax.message.split('\n')[0]}; mend this line` };
  const result = readFeed(
    { partner, feed },
    document.toJS(),
    (name) => readText(join(folder, partner, name)),
    calendars,
  );
  if ('feed' in result) return result;
  return { message: result.problems.map((problem) => sentence(file, problem)).join('\n') };
};

const sentence = (file: string, { path, got, allowed, fix }: FeedProblem): string =>
  `${file}: ${path}: got ${got}; allowed: ${allowed}; fix: ${fix}`;

const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};
