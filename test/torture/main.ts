import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ProgressBar } from '../../cli/progress.ts';
import { synthesizeForTests } from '../support/synthesize-once.mjs';
import { asMarkdown } from './report.ts';
import { failures, torture } from './torture.ts';

/** `npm run torture`: everything that can be done to the app; writes docs/reliability.md. Exit code 1 when a promise was broken. */
const usage = `npm run torture -- [--every 1] [--kills 200] [--seed torture]

  --every   one of so many trials; all of them write docs/reliability.md, a sample only says what it found
  --kills   how often the runtime is killed at random
  --seed    chooses the moments of these`;

const read = (): { every: number; kills: number; seed: string } => {
  const { values } = parseArgs({
    options: {
      every: { type: 'string', default: '1' },
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: 'torture' },
    },
  });
  const whole = (flag: 'every' | 'kills', least: number): number => {
    const value = Number(values[flag]);
    if (Number.isInteger(value) && value >= least) return value;
    throw new Error(`--${flag}: got ${values[flag]}, allowed a whole number from ${least} on`);
  };
  return { every: whole('every', 1), kills: whole('kills', 1), seed: values.seed };
};

const run = async ({ every, kills, seed }: ReturnType<typeof read>): Promise<void> => {
  const startedAt = performance.now();
  const bar = new ProgressBar(process.stderr, 'torture', (done, all) => `${done} of ${all} trials and kills`);
  synthesizeForTests();
  const findings = await torture({ every, kills, seed, onProgress: (done, all) => bar.show(done, all) });
  bar.end();
  const minutes = Math.round((performance.now() - startedAt) / 60_000);
  if (every === 1) {
    const path = join(import.meta.dirname, '../../docs/reliability.md');
    writeFileSync(path, asMarkdown(findings, { minutes, seed }));
  }
  const broken = failures(findings);
  for (const { trial, broken: promises } of broken) process.stdout.write(`${trial}: ${promises.join('; ')}\n`);
  const trials = findings.faults.length + findings.writes.length + 1;
  process.stdout.write(`${trials} trials in ${minutes} minutes, ${broken.length} of them broke a promise\n`);
  process.exitCode = broken.length === 0 ? 0 : 1;
};

try {
  await run(read());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}\n`);
  process.exitCode = 1;
}
