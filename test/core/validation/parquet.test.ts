import { readFileSync } from 'node:fs';
import { checked, type FileOptions, summaryOf } from '../../corpus/case.ts';

/** Three rows, written by DuckDB: id (text), day (date), amount (double), n (bigint), at (timestamp), ok (boolean), list. */
const parquet = readFileSync('test/corpus/orders.parquet');

const fields = [
  { name: 'id', type: 'string' },
  { name: 'day', type: 'date' },
  { name: 'amount', type: 'number' },
  { name: 'n', type: 'integer' },
  { name: 'at', type: 'datetime' },
  { name: 'ok', type: 'boolean' },
  { name: 'list', type: 'array' },
];
const rules = (schemaContent: object, more: object = {}): FileOptions => ({
  format: 'parquet',
  extension: 'parquet',
  schemaContent,
  ...more,
});

describe('a Parquet file', () => {
  it('is checked by its columns, their types, and its rows', async () => {
    const report = await checked({ content: parquet, rules: rules({ fields }) });
    expect(summaryOf(report)).toEqual([]);
    expect(report.rows).toBe(3);
  });

  it('with another type, a missing and an unexpected column says so', async () => {
    const others = [{ name: 'id', type: 'integer' }, { name: 'gone' }, ...fields.slice(2)];
    expect(summaryOf(await checked({ content: parquet, rules: rules({ fields: others }) }))).toEqual([
      expect.stringMatching(/^parquet\.schema :id (STRING|UTF8)$/),
      'header.missing :gone columns id, day, amount, n, at, ok, list',
      'header.unexpected :day a column "day"',
    ]);
  });

  it('with too few rows says so', async () => {
    const report = await checked({ content: parquet, rules: rules({ fields }, { rows: { min: 4 } }) });
    expect(summaryOf(report)).toEqual(['rows.tooFew 3 rows']);
  });

  it('that is cut, or none, is told apart from what was asked for', async () => {
    for (const content of [
      parquet.subarray(0, 200),
      Buffer.from('id,day\n1,2\n'),
      Buffer.concat([parquet, parquet.subarray(0, 9)]),
    ]) {
      expect(summaryOf(await checked({ content, rules: rules({ fields }) }))).toEqual([
        'content.type#notParquet a file without the beginning and the end of one',
      ]);
    }
  });
});
