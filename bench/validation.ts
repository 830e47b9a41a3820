import { createHash } from 'node:crypto';
import { readFeed } from '../core/feed-rules.ts';
import { validate } from '../core/validation/validate.ts';
import { printTable } from './table.ts';

/**
 * Validation side by side with hashing and reading of the same bytes, in one run. Ratios hold where
 * absolute figures do not.
 */
const rounds = 5;
const megabytes = 20;

const fields = ['id', 'day', 'customer', 'amount'];
const schema = {
  fields: [
    { name: 'id', type: 'integer', constraints: { required: true } },
    { name: 'day', type: 'date' },
    { name: 'customer', constraints: { maxLength: 40 } },
    { name: 'amount', type: 'number', constraints: { minimum: 0 } },
  ],
};

const makeFile = (): Buffer => {
  const rows = [fields.join(',')];
  for (let id = 1, length = 0; length < megabytes * 1e6; id += 1) {
    const row = `${id},2026-11-${String((id % 28) + 1).padStart(2, '0')},"Customer, number ${id % 977}",${id % 10_000}.50`;
    rows.push(row);
    length += row.length + 1;
  }
  return Buffer.from(`${rows.join('\n')}\n`);
};

const file = makeFile();

async function* chunks(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += 65_536) yield new Uint8Array(file.subarray(at, at + 65_536));
}

const feed = readFeed(
  { partner: 'bench', feed: 'bench' },
  {
    title: 'Bench',
    schedule: { expression: 'rate(1 day)' },
    window: { due: 'PT30M' },
    contacts: { partner: [{ name: 'A', email: 'a@a.example' }], owner: [{ name: 'B', email: 'b@b.example' }] },
    file: { format: 'csv', extension: 'csv', maxBytes: '1GB', schema: 'schema.json' },
  },
  () => schema,
);
if ('problems' in feed) throw new Error(JSON.stringify(feed.problems));
const rules = feed.feed.file;

const contestants: Record<string, () => Promise<void>> = {
  'read the bytes': async () => {
    for await (const chunk of chunks()) void chunk;
  },
  'SHA-256': async () => {
    const hash = createHash('sha256');
    for await (const chunk of chunks()) hash.update(chunk);
    hash.digest('hex');
  },
  'validate (SHA-256 included)': async () => {
    const hash = createHash('sha256');
    const report = await validate(chunks(), file.length, rules, {
      update: (bytes) => void hash.update(bytes),
      hex: () => hash.digest('hex'),
    });
    if (!report.valid) throw new Error('the file should be valid');
  },
};

const rates = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]));
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, run] of Object.entries(contestants)) {
    const start = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(start);
    // The first round warms up.
    if (round > 0) rates.get(name)?.push(file.length / (user + system));
  }
  process.stderr.write(`round ${round} of ${rounds}\r`);
}

printTable(`${megabytes} MB of CSV, MB per CPU second, ${rounds} rounds`, rates, 'SHA-256');
