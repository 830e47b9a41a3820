import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { evidence } from '../../core/evidence/pack.ts';
import { quarterAsCsv } from '../../core/evidence/report/csv.ts';
import { deliveriesOf, deliveryKinds, type StoredPack } from '../../core/evidence/report/deliveries.ts';
import { type Figures, type QuarterReport, quarterOf, reportOf } from '../../core/evidence/report/figures.ts';
import { quarterAsHtml } from '../../core/evidence/report/page.ts';
import { aroundDue, kindWords, percent, summaryLine } from '../../core/evidence/report/words.ts';
import { idPattern } from '../../core/names.ts';
import { inParallel } from '../../core/parallel.ts';
import { parse } from '../../core/parse.ts';
import { createClients } from '../clients.ts';
import { CliError, findDeployment } from '../deployment.ts';
import { writeOutput } from '../files.ts';
import { type Flags, type Invocation, print } from '../invocation.ts';
import { partnersIn, requireKnown } from '../partners.ts';
import { ProgressBar } from '../progress.ts';

/** How deliveries of a quarter went, of one partner or of all, as the archive proves it. */
export const auditReport = async (invocation: Invocation): Promise<boolean> => {
  const { flags, asJson } = invocation;
  const { partner } = flags;
  if (partner !== undefined && !idPattern.test(partner)) {
    throw new CliError(`--partner: got ${partner}, allowed the id of a partner, as in partner/feed`);
  }
  const quarter = quarterIn(flags);
  const { packs, linkTo, partners } = await packsOf(invocation, quarter);
  if (partner !== undefined && packs.length === 0) requireKnown(partner, await partners());
  const report = reportOf(deliveriesOf(packs), { quarter, partner });
  if (flags.html !== undefined) await writeOutput(flags.html, quarterAsHtml(report, linkTo));
  if (flags.csv !== undefined) await writeOutput(flags.csv, quarterAsCsv(report));
  if (asJson) print(JSON.stringify(report));
  else show(report);
  return true;
};

const quarterIn = ({ quarter = 'nothing' }: Flags): ReturnType<typeof quarterOf> => {
  try {
    return quarterOf(quarter);
  } catch {
    throw new CliError(`--quarter: got ${quarter}, allowed a year and a quarter; say audit report --quarter 2026Q3`);
  }
};

interface Source {
  readonly packs: readonly StoredPack[];
  /** Whom there is any evidence of. */
  readonly partners: () => Promise<readonly string[]>;
  readonly linkTo: (key: string) => string | undefined;
}

const packsOf = async (
  { command, flags, stack, settings }: Invocation,
  quarter: ReturnType<typeof quarterOf>,
): Promise<Source> => {
  const folder = command[2];
  if (folder !== undefined) return fromCopy(folder, flags.partner);
  const { cloudformation, s3 } = createClients(settings);
  const { buckets } = await findDeployment(cloudformation, stack);
  const { Archive } = buckets;
  const console = (key: string) =>
    `https://s3.console.aws.amazon.com/s3/object/${Archive}?prefix=${encodeURIComponent(pageBeside(key))}`;
  return {
    packs: await fromBucket(s3, Archive, { partner: flags.partner, quarter }),
    partners: () => partnersIn(s3, Archive),
    linkTo: flags.local ? () => undefined : console,
  };
};

/** The pack as people read it. */
const pageBeside = (key: string): string => key.replace(/\.json$/, '.html');

const isPack = (key: string): boolean => key.endsWith('/evidence.json');
const asPack = (key: string, text: string): StoredPack => ({ key, pack: parse(evidence, JSON.parse(text), key) });

const fromCopy = async (folder: string, partner: string | undefined): Promise<Source> => {
  try {
    const all = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => name.replaceAll('\\', '/'))
      .filter(isPack);
    const keys = all.filter((key) => partner === undefined || key.startsWith(`${partner}/`));
    const packs = await readAll(keys, async (key) => asPack(key, await readFile(join(folder, key), 'utf8')));
    const partners = async () => [...new Set(all.map((key) => key.split('/')[0] ?? ''))].sort();
    return { packs, partners, linkTo: (key) => pathToFileURL(resolve(folder, pageBeside(key))).href };
  } catch (error) {
    throw new CliError(
      `audit report: got ${folder}, allowed a copy of the archive bucket, or none: ${error instanceof Error ? error.message : error}`,
    );
  }
};

const dayMs = 86_400_000;

/** A run ends at most 35 days after it began, can be redriven for 14 more, and is archived within days. */
const keptWithinMs = 90 * dayMs;

const fromBucket = async (
  s3: S3Client,
  Bucket: string,
  { partner, quarter }: { partner: string | undefined; quarter: ReturnType<typeof quarterOf> },
): Promise<readonly StoredPack[]> => {
  const [from, to] = [Date.parse(quarter.from) - dayMs, Date.parse(quarter.to) + keptWithinMs];
  const keys: string[] = [];
  const Prefix = partner === undefined ? '' : `${partner}/`;
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix })) {
    for (const { Key = '', LastModified } of Contents) {
      const at = LastModified?.getTime() ?? from;
      if (isPack(Key) && at >= from && at <= to) keys.push(Key);
    }
  }
  return readAll(keys, async (Key) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return asPack(Key, (await Body?.transformToString()) ?? '');
  });
};

const readAll = async (
  keys: readonly string[],
  read: (key: string) => Promise<StoredPack>,
): Promise<readonly StoredPack[]> => {
  const progress = new ProgressBar(process.stderr, 'reading evidence', (done, all) => `${done} of ${all} packs`);
  let done = 0;
  const packs = await inParallel(keys, async (key) => {
    const pack = await read(key);
    progress.show(++done, keys.length);
    return pack;
  });
  progress.end();
  return packs;
};

const show = (report: QuarterReport): void => {
  const { partner, quarter, partners, feeds } = report;
  const rows = partner === undefined ? partners : feeds;
  print(`${partner ?? 'All partners'}, ${quarter}: ${summaryLine(report)}${rows.length === 0 ? '' : '\n'}`);
  if (rows.length === 0) return;
  const width = Math.max(8, ...rows.map(({ name }) => name.length));
  const kinds = deliveryKinds.filter((kind) => report.counts[kind] > 0);
  const row = (name: string, ...cells: readonly string[]) =>
    print(name.padEnd(width) + cells.map((cell) => cell.padStart(10)).join(''));
  row(
    partner === undefined ? 'partner' : 'feed',
    '% on time',
    ...kinds.map((kind) => kindWords[kind]),
    '   median arrival',
  );
  const line = ({ counts, shareOnTime, medianEarlySeconds }: Figures) => [
    percent(shareOnTime),
    ...kinds.map((kind) => String(counts[kind])),
    `   ${aroundDue(medianEarlySeconds)}`,
  ];
  for (const one of rows) row(one.name, ...line(one));
};
