import { createHash } from 'node:crypto';
import { nodeTools } from '../../../adapters/node-tools.ts';
import { readFeed } from '../../../core/feed-rules.ts';
import { examplesPerRule } from '../../../core/validation/findings.ts';
import { inMemory } from '../../../core/validation/source.ts';
import { compileCell } from '../../../core/validation/table/cells.ts';
import { validate } from '../../../core/validation/validate.ts';

const schema = {
  fields: [
    { name: 'id', type: 'integer', constraints: { required: true, unique: true } },
    { name: 'day', type: 'date' },
    { name: 'name', constraints: { maxLength: 5, pattern: '[A-Za-zäöü "\\r\\n]*' } },
  ],
} as const;

const fileRules = (changes: object = {}) => {
  const result = readFeed(
    { partner: 'p', feed: 'f' },
    {
      title: 'T',
      schedule: { expression: 'rate(1 day)' },
      window: { due: 'PT30M' },
      contacts: { partner: [{ name: 'A', email: 'a@a.example' }], owner: [{ name: 'B', email: 'b@b.example' }] },
      file: { format: 'csv', extension: 'csv', maxBytes: 1000, schema: 's.json', ...changes },
    },
    () => JSON.stringify(schema),
  );
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.feed.file;
};

/** Checks a document that arrives in chunks of `step` bytes. */
const check = async (
  content: string | Uint8Array,
  { step = 7, ...changes }: { step?: number; [key: string]: unknown } = {},
) => validate(inMemory(new Uint8Array(Buffer.from(content)), step), fileRules(changes), {}, nodeTools);
const lines = async (content: string | Uint8Array, options = {}) =>
  (await check(content, options)).findings.map(({ rule, line, row, column, got }) =>
    [rule, line, row, column, got].filter((one) => one !== undefined).join(' '),
  );

describe('a valid CSV', () => {
  it('passes in chunks of any size, with its rows and checksum', async () => {
    const content = '\ufeffid,day,name\r\n1,2026-11-22,"a ""b"""\r\n2,,\r\n';
    for (const step of [1, 2, 3, 5, 1000]) {
      const report = await check(content, { step });
      expect(report).toMatchObject({ valid: true, rows: 2, findings: [] });
      expect(report.sha256).toBe(createHash('sha256').update(content).digest('hex'));
    }
  });
});

describe('a finding', () => {
  it.each([
    ['a wrong type', 'id,day,name\n1,22.11.2026,a\n', ['cell.type 2 1 day 22.11.2026']],
    ['a date that does not exist', 'id,day,name\n1,2026-02-30,a\n', ['cell.type 2 1 day 2026-02-30']],
    ['a missing value', 'id,day,name\n,2026-02-03,a\n', ['cell.required 2 1 id nothing']],
    ['a repeated value', 'id,day,name\n1,,a\n1,,b\n', ['cell.unique 3 2 id 1']],
    ['a text too long', 'id,day,name\n1,,abcdef\n', ['cell.constraint 2 1 name abcdef']],
    ['a short row', 'id,day,name\n1,2026-11-22\n2,,b\n', ['csv.columnCount 2 1 another number (2)']],
    ['a blank line', 'id,day,name\n\n2,,b\n', ['line.blank 2 a blank line']],
    ['a line behind a quoted line break', 'id,day,name\n1,,"a\nb"\nx,,c\n', ['cell.type 4 2 id x']],
    [
      'a quote that is never closed',
      'id,day,name\n1,,a\n2,,"b\n3,,c\n',
      ['csv.structure 3 2 name a quote that is never closed'],
    ],
    ['a line behind a quoted CRLF', 'id,day,name\r\n1,,"a\r\nb"\r\nx,,c\r\n', ['cell.type 4 2 id x']],
    ['a broken header', 'id,"da"y,name\n1,,a\n', ['csv.structure 1 text after a closing quote']],
    ['a quote inside a field', 'id,day,name\n1,,a"b\n', ['csv.structure 2 1 name a quote inside an unquoted field']],
    ['text behind a quote', 'id,day,name\n1,,"a"b\n', ['csv.structure 2 1 name text after a closing quote']],
    ['a missing column', 'id,name\n1,a\n', ['header.missing 1 day columns id, name']],
    ['an unexpected column', 'id,day,name,x\n1,,a,b\n', ['header.unexpected 1 x a column "x"']],
    ['columns in another order', 'day,id,name\n,1,a\n', ['header.order 1 day, id, name']],
    ['only a header', 'id,day,name\n', ['rows.none only a header']],
    ['an empty file', '', ['size.empty 0 bytes']],
    ['a file over the limit', 'x'.repeat(1001), ['size.tooLarge 1,001 bytes']],
    ['a workbook', 'PK\u0003\u0004xxxx', ['content.type a ZIP archive']],
    [
      'an error page',
      '<!DOCTYPE html><html></html>',
      ['content.type a web page (HTML), perhaps an error page that was saved'],
    ],
    [
      'a form envelope',
      '------WebKitFormBoundaryX\r\nContent-Disposition: form-data; name="f"\r\n\r\nid\n1',
      ['content.type a web form envelope around the file (multipart/form-data)'],
    ],
  ])('names %s with its place', async (_, content, expected) => {
    for (const step of [1, 3, 1000]) expect(await lines(content, { step })).toEqual(expected);
  });

  it('keeps what was found before the structure broke, and names the line where it did', async () => {
    const rows = Array.from({ length: 1500 }, (_, index) => `${index},,a`);
    rows[9] = 'x,,a';
    rows[1200] = '1200,,a"b';
    const found = await lines(`id,day,name\n${rows.join('\n')}\n`, { step: 4096, maxBytes: '1MB' });
    expect(found).toEqual(['cell.type 11 10 id x', 'csv.structure 1202 1201 name a quote inside an unquoted field']);
  });

  it.each(['2026-11-22T07:41:00ZTx', '2026-11-22T07:41:00+99:99', '2026-11-22 07:41:00'])(
    'takes %s for no date and time',
    async (value) => {
      expect(compileCell({ name: 'at', type: 'datetime' }, [''])(value)?.id).toBe('cell.type#datetime');
    },
  );

  it('compares moments by time, not by text', () => {
    const isLate = compileCell({ name: 'at', type: 'datetime', constraints: { minimum: '2026-11-22T07:00:00Z' } }, [
      '',
    ]);
    expect(isLate('2026-11-22T07:30:00+01:00')).toEqual({
      id: 'cell.constraint#minimum',
      params: { bound: '2026-11-22T07:00:00Z' },
    });
    expect(isLate('2026-11-22T08:30:00+01:00')).toBeUndefined();
  });

  it('names text that is not UTF-8 with its line, wherever chunks end', async () => {
    const latin1 = Buffer.from('id,day,name\n1,,ä\n2,,b\n', 'latin1');
    for (const step of [1, 2, 3, 4, 1000])
      expect((await lines(latin1, { step }))[0]).toBe('encoding.utf8 2 bytes in another encoding');
  });

  it('names a cut or impossible last byte, instead of breaking on it', async () => {
    for (const last of [0xfc, 0xc3, 0xff, 0xe2]) {
      const content = Buffer.concat([Buffer.from('id,day,name\n1,,a'), Buffer.from([last])]);
      for (const step of [1, 3, 1000]) {
        expect((await check(content, { step })).totals['encoding.utf8']).toBeGreaterThan(0);
      }
    }
  });

  it('takes multi-byte text for what it is, wherever chunks end', async () => {
    for (const step of [1, 2, 3, 4, 5]) expect(await lines('id,day,name\n1,,äöü\n', { step })).toEqual([]);
  });

  it('shows no control characters of the partner, and not more than 80', async () => {
    const [found] = (await check(`id,day,name\n${'\u202e\u0007x'.repeat(60)},,a\n`)).findings;
    expect(found?.got).toMatch(/^[·x]{79}…$/);
  });

  it('is counted beyond the examples that are kept', async () => {
    const report = await check(`id,day,name\n${'x,,a\n'.repeat(60)}`);
    expect(report.findings.filter(({ rule }) => rule === 'cell.type')).toHaveLength(examplesPerRule);
    expect(report.totals['cell.type']).toBe(60);
  });
});

describe('an opaque file', () => {
  it('is checked by size alone', async () => {
    expect(await check('\u0000\u0001', { format: 'opaque', schema: undefined })).toMatchObject({
      valid: true,
      bytes: 2,
    });
  });
});
