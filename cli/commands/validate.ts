import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { createCheckFiles } from '../../adapters/bundled-checks.ts';
import { loadFeeds } from '../../adapters/feed-files.ts';
import { fileSource } from '../../adapters/file-source.ts';
import { nodeTools } from '../../adapters/node-tools.ts';
import type { Feed } from '../../core/feed.ts';
import { isLocale, type Locale } from '../../core/locales.ts';
import { daysOfPeriod, isPeriodOf, periodExample } from '../../core/period.ts';
import type { Context } from '../../core/validation/context.ts';
import { reportAsCsv } from '../../core/validation/report/csv.ts';
import { reportAsHtml } from '../../core/validation/report/html.ts';
import { reportAsText } from '../../core/validation/report/text.ts';
import { findingCount, type Report } from '../../core/validation/report-document.ts';
import { validate as check } from '../../core/validation/validate.ts';
import { CliError } from '../deployment.ts';
import { writeOutput } from '../files.ts';
import { type Flags, type Invocation, print } from '../invocation.ts';
import { ProgressBar } from '../progress.ts';

/** Checks a file on this machine by the rules of a feed, as the deployment would. False when it would be sent back. */
export const validate = async ({ command, flags, asJson }: Invocation): Promise<boolean> => {
  const file = command.slice(1).join(' ');
  if (file === '') throw new CliError('validate: got no file; say validate FILE --feed partner/feed');
  const feed = feedOf(flags);
  const locale = localeOf(flags);
  const report = await run(file, feed, await contextOf(file, feed, flags));
  const subject = { title: feed.title, partner: feed.partner, period: flags.period ?? basename(file) };
  if (flags.html !== undefined) await writeOutput(flags.html, reportAsHtml(report, subject, locale));
  if (flags.csv !== undefined) await writeOutput(flags.csv, reportAsCsv(report, locale));
  print(asJson ? JSON.stringify(report, undefined, 2) : reportAsText(report, locale));
  if (!asJson && findingCount(report.totals) > 0 && flags.html === undefined) {
    print('--html FILE and --csv FILE write the whole report.');
  }
  return report.valid;
};

const run = async (file: string, feed: Feed, context: Context): Promise<Report> => {
  const bar = new ProgressBar(process.stderr, basename(file));
  try {
    const source = await fileSource(file, (bytes) => bar.show(bytes, source.size));
    return await check(source, feed.file, context, nodeTools);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code !== undefined && 'syscall' in error) {
      throw new CliError(`${file} cannot be read: ${error.message}`);
    }
    throw error;
  } finally {
    bar.end();
  }
};

const feedOf = ({ feed: wanted, feeds: folder }: Flags): Feed => {
  const feeds = loadFeeds(folder);
  const found = feeds.find(({ partner, feed }) => `${partner}/${feed}` === wanted);
  if (found) return found;
  const known = feeds.map(({ partner, feed }) => `${partner}/${feed}`).join(', ');
  throw new CliError(`--feed: got ${wanted ?? 'nothing'}, allowed ${known} (of the folder ${folder})`);
};

const localeOf = ({ locale }: Flags): Locale => {
  if (isLocale(locale)) return locale;
  throw new CliError(`--locale: got ${locale}, allowed en or de`);
};

/** A period makes its rules count; a `.sha256` beside the file is compared. */
const contextOf = async (file: string, feed: Feed, { period, feeds }: Flags): Promise<Context> => {
  if (period !== undefined && !isPeriodOf(feed, period)) {
    throw new CliError(`--period: got ${period}, allowed ${periodExample(feed)}`);
  }
  const announced = /^[0-9a-f]{64}\b/i.exec(await readFile(`${file}.sha256`, 'utf8').catch(() => ''))?.[0];
  const { checks } = feed.file;
  return {
    ...(period !== undefined && { period: { name: period, ...daysOfPeriod(period, feed) } }),
    ...(announced !== undefined && { announcedSha256: announced.toLowerCase() }),
    ...(checks !== undefined && { checks: await createCheckFiles(feeds).load(feed, checks) }),
  };
};
