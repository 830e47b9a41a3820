import type { Case } from './case.ts';
import { zipOf } from './zip.ts';

/* Files that a stranger tried, and what was wrong about what was said of them. */
const table = (
  name: string,
  content: string | Uint8Array,
  fields: readonly object[],
  found: readonly string[],
  more: object = {},
): Case => ({
  name,
  content,
  found,
  rules: { schemaContent: { fields }, ...more },
});
const amount = { name: 'amount', type: 'number', decimalChar: ',', groupChar: '.' };
const totals = { totals: { marker: 'TOTAL', sums: ['amount'] } };
const plain = [{ name: 'id' }, { name: 'amount', type: 'number' }];
const jsonl = { format: 'jsonl', extension: 'jsonl' };
const closed = { type: 'object', properties: { a: { type: 'integer' } }, additionalProperties: false };
const referring = { $defs: { n: { type: 'integer' } }, properties: { a: { $ref: '#/$defs/n' } } };

export const reviewed: readonly Case[] = [
  {
    name: 'Latin-1 in every line of two megabytes',
    content: Buffer.from(`id,name\n${'12345,Müller\n'.repeat(150_000)}`, 'latin1'),
    found: Array.from({ length: 20 }, (_, index) => `encoding.utf8 ${index + 2} bytes in another encoding`),
  },
  {
    name: 'a first row of too many fields, without a header',
    content: `${','.repeat(30_000)}\n`,
    rules: { dialect: { header: false } },
    found: ['limit.columns 1 30,001 columns'],
  },
  {
    name: 'half a character for a name',
    content: '{"a":2,"\\ud800":1}\n',
    rules: { ...jsonl, schemaContent: closed },
    found: ['json.schema#other 1 {"a":2,"\\ud800":1}'],
  },
  {
    name: 'JSON of 300 levels',
    content: `${'['.repeat(300)}${']'.repeat(300)}`,
    rules: { format: 'json', extension: 'json' },
    found: [],
  },
  { name: 'a line of 300 levels', content: `${'['.repeat(300)}${']'.repeat(300)}\n`, rules: jsonl, rows: 1, found: [] },
  {
    name: 'a wrong type behind a reference',
    content: '{"a":"x"}\n',
    rules: { ...jsonl, schemaContent: referring },
    found: ['json.schema#type 1:a x'],
  },
  table(
    'dates with hyphens',
    'd,x\n22-11-2026,1\n',
    [{ name: 'd', type: 'date', format: '%d-%m-%Y' }, { name: 'x' }],
    [],
  ),
  table(
    'bounds of numbers with a decimal comma',
    'amount;x\n12,5;1\n0,2;1\n',
    [{ ...amount, constraints: { minimum: 0.5, maximum: 99.5 } }, { name: 'x' }],
    ['cell.constraint#minimum 3:amount 0,2'],
    { dialect: { delimiter: ';' } },
  ),
  table(
    'bounds of dates in another form',
    'd,x\n22.11.2026,1\n01.01.2027,1\n',
    [{ name: 'd', type: 'date', format: '%d.%m.%Y', constraints: { maximum: '2026-12-31' } }, { name: 'x' }],
    ['cell.constraint#maximum 3:d 01.01.2027'],
  ),
  table(
    'a whole number below a broken bound',
    'n,x\n0,1\n',
    [{ name: 'n', type: 'integer', constraints: { minimum: 0.5 } }, { name: 'x' }],
    ['cell.constraint#minimum 2:n 0'],
  ),
  table(
    'totals with a decimal comma',
    'id;amount\na;12,50\nb;1.001,50\nTOTAL;1.014,00\n',
    [{ name: 'id' }, amount],
    [],
    { dialect: { delimiter: ';' }, ...totals },
  ),
  table('totals with an exponent', 'id,amount\na,1e3\nb,1.5\nTOTAL,1001.5\n', plain, [], totals),
  table(
    'a row that only begins like totals',
    'id,amount\nTOTALLY,x\nTOTAL,1\n',
    plain,
    ['totals.sum 3:amount 1, by the last row of the file', 'cell.type#number 2:amount x'].sort(),
    totals,
  ),
  table('totals in the middle', 'id,amount\na,1\nTOTAL,1\nb,2\n', plain, ['totals.missing TOTAL'], totals),
  table('totals twice', 'id,amount\na,1\nTOTAL,1\nTOTAL,1\n', plain, ['totals.missing TOTAL'], totals),
  table(
    'a quote never closed is an error, whatever is tolerated',
    `id,amount\n${'a,1\n'.repeat(500)}"a,1\n`,
    plain,
    ['csv.structure#neverClosed 502:id a quote that is never closed'],
    { tolerate: { 'csv.structure': '1%' }, severity: { 'csv.structure': 'warning' } },
  ),
  table(
    'a wrong separator is an error, whatever is said of it',
    'id;amount\na;1\n',
    plain,
    ['csv.delimiter 1 fields separated by ;'],
    { severity: { 'csv.delimiter': 'off' } },
  ),
  table(
    'a letter that is two bytes',
    'p,x\né,1\n',
    [{ name: 'p', constraints: { pattern: 'Ã©' } }, { name: 'x' }],
    ['cell.constraint#pattern 2:p é'],
  ),
  {
    name: 'missing values of a unique column',
    content: 'a,b\nNA,1\nNA,2\n',
    rules: {
      schemaContent: { fields: [{ name: 'a', constraints: { unique: true } }, { name: 'b' }], missingValues: ['NA'] },
    },
    found: [],
  },
  {
    name: 'a ZIP as macOS makes it',
    content: zipOf({ 'd.csv': 'a,b\n1,2\n', '__MACOSX/._d.csv': 'x' }),
    rules: { zip: true },
    found: [],
  },
];
