import { CsvError, parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { TableField } from '../../../core/table-schema.ts';
import { Findings } from '../../../core/validation/findings.ts';
import { compileExpression } from '../../../core/validation/kernel/automaton.ts';
import { limitsOf } from '../../../core/validation/rules.ts';
import { compileCell } from '../../../core/validation/table/cells.ts';
import { TableCheck } from '../../../core/validation/table/table.ts';

const isFull = process.env.AIRLOCK_TESTS === 'full';
const documents = isFull ? 100_000 : 1_000;

interface Read {
  readonly rows: readonly (readonly string[])[];
  /** The first flaw: what, and in which record (0 is the header). */
  readonly flaw: string | undefined;
}

/** What the strict oracle reads, up to its first error. Blank lines are no records, but where there is one column. */
const byCsvParse = (text: string): Read => {
  const all = parsed(text, false);
  return all.rows[0]?.length === 1 ? all : parsed(text, true);
};

const parsed = (text: string, skipsBlank: boolean): Read => {
  const rows: string[][] = [];
  try {
    parse(text, {
      bom: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: skipsBlank,
      on_record: (record: string[]) => {
        rows.push(record);
        return record;
      },
    });
    return { rows, flaw: undefined };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { rows, flaw: `${flaws[error.code]} ${rows.length}` };
  }
};

const flaws: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'neverClosed',
  CSV_INVALID_CLOSING_QUOTE: 'textAfterQuote',
  INVALID_OPENING_QUOTE: 'quoteInField',
  CSV_INVALID_OPENING_QUOTE: 'quoteInField',
};

const limits = { ...limitsOf({ maxBytes: 1e6, limits: { recordBytes: 2000, columns: 60 } }), gatheredBytes: 1 };

/** What the kernel reads, in pieces. */
const byKernel = (bytes: Uint8Array, pieces: readonly number[]): Read => {
  const rows: string[][] = [];
  const findings = new Findings({ severity: { 'cell.formula': 'off' } });
  const table = new TableCheck(
    { format: 'csv', dialect: { delimiter: ',', quoteChar: '"', skipInitialSpace: false, header: false } },
    limits,
    findings,
    {
      onRow: (cells) => void rows.push([...cells]),
    },
  );
  let at = 0;
  for (const to of [...pieces, bytes.length]) {
    table.push(bytes.subarray(at, to));
    at = to;
  }
  table.end();
  const found = findings.conclude(undefined).findings.find(({ rule }) => rule === 'csv.structure');
  return { rows, flaw: found && `${found.message?.split('#')[1]} ${(found.row ?? 1) - 1}` };
};

/** Documents of few letters, so that all that is special meets often. */
const document = fc
  .array(fc.constantFrom('a', '1', ',', ',', '"', '"', '""', '\n', '\r\n', '\r', ' ', 'ä', '🙂', '"a"', ',"', '",'), {
    maxLength: 24,
  })
  .map((parts) => parts.join(''));

describe('the kernel and csv-parse', () => {
  it(`read the same of ${documents} documents, wherever they are cut`, () => {
    fc.assert(
      fc.property(document, (text) => {
        const expected = byCsvParse(text);
        const bytes = new TextEncoder().encode(text);
        const cuts = [[], ...Array.from({ length: Math.max(0, bytes.length - 1) }, (_, index) => [index + 1])];
        for (const cut of cuts) same(expected, byKernel(bytes, cut), text);
      }),
      { numRuns: documents, seed: 7 },
    );
  });
});

/** Rows count where every one has as many fields as the first: others have no names, and are told of. */
const same = (expected: Read, got: Read, text: string): void => {
  if (expected.flaw !== got.flaw) throw new Error(`${JSON.stringify(text)}: ${expected.flaw} is ${got.flaw}`);
  if (expected.flaw !== undefined) return;
  const width = expected.rows[0]?.length ?? 0;
  const rows = expected.rows.filter((row) => row.length === width);
  if (JSON.stringify(rows) !== JSON.stringify(got.rows)) {
    throw new Error(`${JSON.stringify(text)}: ${JSON.stringify(rows)} is ${JSON.stringify(got.rows)}`);
  }
};

const cell = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1.5',
    '1e3',
    '2026-11-22',
    '2026-02-29',
    '2024-02-29',
    'true',
    '12:30:00',
    'A-12',
    '2026-11-22T07:00:00Z',
    '007',
    '1.',
    '.5',
    '+',
  ),
  fc.string({ maxLength: 12 }),
  fc
    .array(fc.constantFrom('0', '1', '2', '3', '9', '-', ':', '.', 'T', 'Z', '+', 'e'), { maxLength: 24 })
    .map((all) => all.join('')),
);

const fields: TableField[] = [
  { name: 'v', type: 'integer', constraints: { minimum: -5, maximum: 1e6 } },
  { name: 'v', type: 'number', constraints: { required: true, minimum: 0 } },
  { name: 'v', type: 'boolean' },
  { name: 'v', type: 'date', constraints: { minimum: '2000-01-01' } },
  { name: 'v', type: 'datetime' },
  { name: 'v', type: 'time' },
  { name: 'v', type: 'yearmonth' },
  { name: 'v', type: 'date', format: '%d.%m.%Y' },
  { name: 'v', type: 'string', constraints: { pattern: '[A-Z]-[0-9]{1,3}|(ab)*', maxLength: 6 } },
  { name: 'v', type: 'string', constraints: { enum: ['DE', 'AT', '', 'A-12'], required: true } },
  { name: 'v', type: 'string', constraints: { minLength: 2, maxLength: 5 } },
  { name: 'v', type: 'string', format: 'email' },
  { name: 'v', type: 'number', decimalChar: ',', groupChar: '.' },
];

describe('a cell that the kernel clears', () => {
  it.each(fields.map((field) => [JSON.stringify(field), field] as const))('is fine by the rules: %s', (_, field) => {
    const judge = compileCell(field, ['']);
    fc.assert(
      fc.property(cell, (value) => {
        const quoted = `"${value.replaceAll('"', '""')}"`;
        const findings = new Findings({
          severity: { 'cell.formula': 'off', 'encoding.nul': 'off', 'encoding.utf8': 'off' },
        });
        const table = new TableCheck(
          { format: 'csv', schema: { fields: [field, { name: 'w', type: 'string' }], missingValues: [''] } },
          limits,
          findings,
        );
        for (const written of [quoted, ...(/[",\r\n]/.test(value) || value === '' ? [] : [value])]) {
          table.push(new TextEncoder().encode(`v,w\n${written},x\n`.slice(table.rows === 0 ? 0 : 4)));
        }
        table.end();
        const isFine = judge(new TextDecoder().decode(new TextEncoder().encode(value))) === undefined;
        if (isFine !== (findings.conclude(undefined).findings.length === 0))
          throw new Error(`${JSON.stringify(value)} is ${isFine}`);
      }),
      { numRuns: isFull ? 20_000 : 1_000, seed: 11 },
    );
  });
});

describe('an automaton', () => {
  it('takes nothing that its expression does not', () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      '[ab]',
      '[^a]',
      '\\d',
      '\\w',
      '.',
      '(a|b)',
      '(?:ab)',
      '\\.',
      '[0-9a-c]',
      '\\s',
    );
    const quantified = fc
      .tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,2}', '{0,}'))
      .map((all) => all.join(''));
    const expression = fc.array(quantified, { minLength: 1, maxLength: 5 }).map((all) => all.join(''));
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', '1', '.', ' ', '\n', 'z'), { maxLength: 8 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(fc.tuple(expression, expression), text, ([a, b], value) => {
        const source = `${a}|${b}`;
        const automaton = compileExpression(source);
        if (!automaton) throw new Error(`${source} is not compiled`);
        let state = 1;
        for (const character of value) state = automaton.next[state * 256 + character.charCodeAt(0)] ?? 0;
        const isTaken = automaton.ends[state] === 1;
        if (isTaken !== new RegExp(`^(?:${source})$`, 'u').test(value))
          throw new Error(`${source} of ${JSON.stringify(value)}`);
      }),
      { numRuns: isFull ? 50_000 : 3_000, seed: 13 },
    );
  });
});
