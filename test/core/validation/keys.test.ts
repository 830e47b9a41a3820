import { Findings } from '../../../core/validation/findings.ts';
import { maxUniqueRows } from '../../../core/validation/kernel/keys.ts';
import { limitsOf } from '../../../core/validation/rules.ts';
import { TableCheck } from '../../../core/validation/table/table.ts';

const schema = { fields: [{ name: 'a', type: 'string', constraints: { unique: true } }], missingValues: [''] } as const;

/** Checks a column of these values. */
const found = (values: Iterable<number>) => {
  const findings = new Findings();
  const table = new TableCheck(
    { format: 'csv', schema: structuredClone(schema) as never },
    limitsOf({ maxBytes: 1e9 }),
    findings,
  );
  let text = 'a\n';
  for (const value of values) {
    text += `${value}\n`;
    if (text.length < 100_000) continue;
    table.push(Buffer.from(text));
    text = '';
  }
  table.push(Buffer.from(text));
  table.end();
  const { totals, findings: kept } = findings.conclude(table.rows);
  return { rows: table.rows, totals, first: kept[0] };
};

/** Every number below `count` once, in no order that helps. */
function* scattered(count: number): Generator<number> {
  for (let index = 0; index < count; index += 1) yield (index * 7_368_787) % count;
}

function* ascending(count: number): Generator<number> {
  for (let index = 0; index < count; index += 1) yield index;
}

describe('a unique column', () => {
  it('is exact over a million rows in disorder, and names the row that had the value first', () => {
    const twice = [...scattered(1_000_003)];
    expect(found(twice).totals).toEqual({});
    twice.push(twice[500] ?? 0);
    expect(found(twice)).toMatchObject({
      totals: { 'cell.unique': 1 },
      first: { row: 1_000_004, params: { first: 501 } },
    });
  });

  it.each([1000, 33_000, 40_000, 70_000, 300_000])(
    'loses nothing while its table grows: %d values, each twice',
    (count) => {
      const all = [...scattered(count)];
      expect(found([...all, ...all]).totals).toEqual({ 'cell.unique': count });
    },
  );

  it('needs no table where it ascends, however long it is', () => {
    expect(found(ascending(maxUniqueRows + 500_000))).toMatchObject({ rows: maxUniqueRows + 500_000, totals: {} });
  });

  it('is refused once, not waved through, where it is too long for its table', () => {
    expect(found(scattered(maxUniqueRows + 100_003)).totals).toEqual({ 'limit.unique': 1 });
  });
});
