import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { canonicalJson } from '../core/evidence/canonical.ts';
import { quarterOfPacks } from '../test/support/packs.ts';
import { printTable } from './table.ts';

/** `audit report` over a copy of an archive: a quarter of 10,000 requests, as a whole process. */
const rounds = 5;
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'airlock-bench-'));
const packs = quarterOfPacks(109);
for (const { key, pack } of packs) {
  mkdirSync(dirname(join(folder, key)), { recursive: true });
  writeFileSync(join(folder, key), canonicalJson(pack));
}
const html = join(folder, 'report.html');
const command = [
  '--disable-warning=ExperimentalWarning',
  'cli/main.ts',
  'audit',
  'report',
  folder,
  '--quarter',
  '2026Q3',
];
const contestants: Readonly<Record<string, readonly string[]>> = {
  'one partner': ['--partner', 'partner-1', '--html', html],
  'all partners': ['--html', html, '--csv', join(folder, 'report.csv')],
};
const seconds = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]));
try {
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, flags] of Object.entries(contestants)) {
      const start = performance.now();
      await run(process.execPath, [...command, ...flags]);
      seconds.get(name)?.push((performance.now() - start) / 1000);
    }
  }
  printTable(`report of ${packs.length} requests from a copy of the archive, seconds`, seconds, 'all partners');
  process.stdout.write(`its page has ${Math.round(statSync(html).size / 1000)} kB\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
