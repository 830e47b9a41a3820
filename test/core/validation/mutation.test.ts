import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type Case, checked, type FileOptions } from '../../corpus/case.ts';
import { cells } from '../../corpus/cells.ts';
import { documents } from '../../corpus/documents.ts';
import { mistakes } from '../../corpus/mistakes.ts';
import { structure } from '../../corpus/structure.ts';
import { zipOf } from '../../corpus/zip.ts';

/** A generator of numbers that is the same in every run: SHA-256 of a counter. */
const numbers = (seed: string) => {
  let count = 0;
  let left = Buffer.alloc(0);
  return (below: number): number => {
    if (left.length < 4) left = createHash('sha256').update(`${seed} ${count++}`).digest();
    const value = left.readUInt32LE(0);
    left = left.subarray(4);
    return value % below;
  };
};

const special = Buffer.from('"",\n\r\t;|\'\\{}[]:=+-@\u0000\u00ff\ufeff0e.');

/** A file with some bytes changed, cut out, put in, or said twice. */
const mutated = (content: Uint8Array, next: (below: number) => number): Buffer => {
  let bytes = Buffer.from(content);
  for (let change = next(4); change >= 0; change -= 1) {
    const at = next(bytes.length + 1);
    const to = Math.min(bytes.length, at + next(20));
    const byte = Buffer.from([next(2) === 0 ? next(256) : (special[next(special.length)] ?? 0)]);
    const parts = [
      [bytes.subarray(0, at), byte, bytes.subarray(at + 1)],
      [bytes.subarray(0, at), bytes.subarray(to)],
      [bytes.subarray(0, at), byte, bytes.subarray(at)],
      [bytes.subarray(0, to), bytes.subarray(at)],
    ][next(4)];
    bytes = Buffer.concat(parts ?? []);
  }
  return bytes;
};

const small = ({ content }: Case): boolean => content.length < 3000;
const packed: Case[] = [
  { name: 'gzip', content: gzipSync('a,b\n1,2\n'), rules: { gzip: true }, found: [] },
  { name: 'zip', content: zipOf({ 'a.csv': 'a,b\n1,2\n' }), rules: { zip: true }, found: [] },
  {
    name: 'parquet',
    content: Buffer.concat([
      Buffer.from('PAR1'),
      Buffer.alloc(40, 7),
      Buffer.from('\u0028\u0000\u0000\u0000PAR1', 'latin1'),
    ]),
    rules: { format: 'parquet', extension: 'parquet' },
    found: [],
  },
];
const seeds = [...structure, ...cells, ...documents, ...mistakes].filter(small);
const inputs = process.env.AIRLOCK_TESTS === 'full' ? 50_000 : 1_000;

/** Whatever comes: a report, in bounds. */
const survives = async (
  content: Uint8Array,
  rules: FileOptions | undefined,
  name: string,
  step: number,
): Promise<void> => {
  const report = await checked({ content, rules: { ...rules, minBytes: 0 } }, step).catch((error: unknown) => {
    throw new Error(`${name}: ${Buffer.from(content).toString('base64')}`, { cause: error });
  });
  expect(report.sha256).toBe(createHash('sha256').update(content).digest('hex'));
  expect(report.findings.length).toBeLessThan(400);
  for (const { expected, got, fix } of report.findings) {
    expect(expected.length + got.length + fix.length).toBeLessThan(3000);
    expect(`${expected}${got}${fix}`).not.toMatch(/\p{Cc}/u);
    // What a message is filled with is there.
    expect(`${expected}${fix}`).not.toMatch(/\{[a-z]+\}/);
  }
};

describe('mutated files', () => {
  it(`are all reported on: ${inputs} of them`, async () => {
    const next = numbers('mutations');
    for (let index = 0; index < inputs; index += 1) {
      const pool = next(10) === 0 ? packed : seeds;
      const seed = pool[next(pool.length)];
      if (!seed) continue;
      await survives(mutated(Buffer.from(seed.content), next), seed.rules, seed.name, [1, 7, 65_536][next(3)] ?? 1);
    }
    // Some 1.5 MB of memory are taken for each; what is left of them is bounded, however late it is collected.
    expect(process.memoryUsage().rss).toBeLessThan(2_500_000_000);
  }, 1_800_000);
});
