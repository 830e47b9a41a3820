import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { buildSync } from 'esbuild';
import { hasCommand } from '../../test/support/has-command.ts';
import { median, printTable } from '../table.ts';
import { writeFile } from './data.ts';

/*
 * Validation side by side: the same file, the same checks (DuckDB's are predicates), one core, each in a process of its own,
 * in turn. Ratios hold where absolute figures do not. What counts is bytes of the file per second of processor time.
 */
const rounds = 5;
const megabytes = 100;
const core = hasCommand('taskset', '--version') ? ['taskset', '-c', '1'] : [];

const csv = [
  'raw read',
  'SHA-256',
  'Airlock csv',
  'csv-parse + zod',
  'PapaParse + ajv',
  'uDSV + closures',
  'DuckDB csv',
];
const jsonl = ['raw read', 'SHA-256', 'Airlock jsonl', 'readline + zod', 'DuckDB jsonl'];
const gzip = (ours: string, theirs: string) => ['gunzip', ours, theirs];

const folder = mkdtempSync(join(tmpdir(), 'airlock-bench-'));

interface Result {
  readonly seconds: number;
  readonly rows: number;
  readonly bytes: number;
  readonly rssMb: number;
}

/** Bundled as functions are: no process carries what makes TypeScript run. */
const script = join(import.meta.dirname, '../../.build/bench/contestants.mjs');
const build = () =>
  buildSync({
    entryPoints: [join(import.meta.dirname, 'contestants.ts')],
    outfile: script,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });

const run = (name: string, path: string, ...more: string[]): Result => {
  const [command = '', ...args] = [
    ...core,
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    script,
    name,
    path,
    ...more,
  ];
  return JSON.parse(execFileSync(command, args, { encoding: 'utf8' }));
};

const compare = (path: string, names: readonly string[], base: string, rows: number): void => {
  const rates = new Map<string, number[]>(names.map((name) => [name, []]));
  const peaks = new Map<string, number[]>(names.map((name) => [name, []]));
  const valid = new Map<string, number>();
  for (let round = 1; round <= rounds; round += 1) {
    for (const name of names) {
      const { seconds, bytes, rssMb, rows: read } = run(name, path);
      rates.get(name)?.push(bytes / 1e6 / seconds);
      peaks.get(name)?.push(rssMb);
      valid.set(name, read);
      process.stderr.write(`\r\u001b[K${path.split('/').at(-1)}: round ${round} of ${rounds}, ${name}`);
    }
  }
  process.stderr.write('\r\u001b[K');
  printTable(
    `\n${path.split('/').at(-1)}, ${(statSync(path).size / 1e6).toFixed(0)} MB, MB of file per CPU second`,
    rates,
    base,
  );
  for (const [name, peak] of peaks)
    process.stdout.write(`  ${name.padEnd(28)} peak RSS ${median(peak).toFixed(0)} MB\n`);
  for (const [name, read] of valid) {
    if (read !== 0 && read !== rows) process.stdout.write(`  ${name} took ${read} of ${rows} records for valid\n`);
  }
};

const packed = async (path: string): Promise<string> => {
  await pipeline(createReadStream(path), createGzip(), createWriteStream(`${path}.gz`));
  return `${path}.gz`;
};

export const bench = async (): Promise<void> => {
  build();
  try {
    const large = join(folder, 'orders.csv');
    const rows = writeFile(large, 'csv', megabytes * 1e6);
    compare(large, csv, 'SHA-256', rows);
    compare(await packed(large), gzip('Airlock csv', 'csv-parse + zod'), 'gunzip', rows);
    const lines = join(folder, 'orders.jsonl');
    const records = writeFile(lines, 'jsonl', megabytes * 1e6);
    compare(lines, jsonl, 'SHA-256', records);
    compare(await packed(lines), gzip('Airlock jsonl', 'readline + zod'), 'gunzip', records);
    const small = join(folder, 'small.csv');
    writeFile(small, 'csv', 20e6);
    const cold = Array.from({ length: rounds }, () => run('Airlock csv', small)).map((one) => one.bytes / one.seconds);
    const steady = Array.from({ length: rounds }, () => run('Airlock csv', large)).map(
      (one) => one.bytes / one.seconds,
    );
    process.stdout.write(
      `\na cold 20 MB file: ${(median(cold) / median(steady)).toFixed(2)} of the rate of ${megabytes} MB\n`,
    );
    const sizes = { '10 MB': '1e7', '1 GB': '1e9', '10 GB': '1e10', '1 GB of 10,000 columns': '1e9 10000' };
    for (const [label, size] of Object.entries(sizes)) {
      const [bytes = '', columns = '0'] = size.split(' ');
      const { rssMb } = run('repeated', bytes, columns);
      process.stdout.write(`${label}: peak RSS ${rssMb.toFixed(0)} MB\n`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
