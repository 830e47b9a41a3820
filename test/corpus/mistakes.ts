import { gzipSync } from 'node:zlib';
import type { Case } from './case.ts';
import { zipOf } from './zip.ts';

/* What people send by mistake, and what is said to them. */
const good = 'id,day,amount\n1,2026-11-22,1.50\n2,2026-11-22,2.50\n';
const schemaContent = {
  fields: [
    { name: 'id', type: 'integer' },
    { name: 'day', type: 'date' },
    { name: 'amount', type: 'number' },
  ],
};
const rules = { schemaContent };
const of = (name: string, content: string | Uint8Array, found: readonly string[], more: object = {}): Case => ({
  name,
  content,
  found,
  rules: { ...rules, ...more },
});

const contents: readonly Case[] = [
  of('an empty file', '', ['size.empty 0 bytes']),
  of('a file below its least size', 'a', ['size.tooSmall 1 bytes'], { minBytes: 10 }),
  of('a file above its largest size', good, [`size.tooLarge ${good.length} bytes`], { maxBytes: 20 }),
  of(
    'a form envelope of a browser',
    `------WebKitFormBoundaryX\r\nContent-Disposition: form-data; name="f"; filename="x.csv"\r\n\r\n${good}`,
    ['content.type#form a web form envelope around the file (multipart/form-data)'],
  ),
  of(
    'a form envelope of curl -F',
    `--------------------------1234\r\nContent-Disposition: form-data; name="f"\r\n\r\n${good}`,
    ['content.type#form a web form envelope around the file (multipart/form-data)'],
  ),
  of('an error page', '<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head></html>', [
    'content.type#html a web page (HTML), perhaps an error page that was saved',
  ]),
  of('an error page without a doctype', '<html><body>login</body></html>', [
    'content.type#html a web page (HTML), perhaps an error page that was saved',
  ]),
  of('an XML error', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', [
    'content.type#xml XML, perhaps an error message that was saved',
  ]),
  of('a bare XML error', '<Error><Code>AccessDenied</Code></Error>', [
    'content.type#xml XML, perhaps an error message that was saved',
  ]),
  of('a PDF', '%PDF-1.7\n', ['content.type#pdf a PDF document']),
  of('a PNG image', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), ['content.type#image an image']),
  of('a JPEG image', Buffer.from('ffd8ffe000104a4649460001', 'hex'), ['content.type#image an image']),
  of('a program', Buffer.concat([Buffer.from('7f454c46020101', 'hex'), Buffer.alloc(20), Buffer.from('\x03>\x01')]), [
    'content.type#binary bytes that are no text',
  ]),
  of('JSON for CSV', '[{"id":1}]', ['content.type#json JSON']),
  of('an Excel workbook, renamed', zipOf({ '[Content_Types].xml': '<Types/>', 'xl/workbook.xml': '<workbook/>' }), [
    'content.type#excel an Excel workbook',
  ]),
  of('an old Excel workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), ['content.type#excel an Excel workbook']),
  of('a ZIP archive where none is taken', zipOf({ 'data.csv': good }), ['content.type#zip a ZIP archive']),
  of('a gzip file where none is taken', gzipSync(good), ['content.type#gzip a gzip file']),
  of('a Parquet file for CSV', 'PAR1xxxxPAR1', ['content.type#parquet a Parquet file']),
  of('UTF-16 with a mark', Buffer.from(`\ufeff${good}`, 'utf16le'), ['encoding.utf16 UTF-16 text']),
  of('UTF-16 without a mark', Buffer.from(good, 'utf16le'), ['encoding.utf16 UTF-16 text']),
  of('Latin-1', Buffer.from('id,day,amount\n1,,1\nä,,1\n', 'latin1'), [
    'encoding.utf8 3 bytes in another encoding',
    'cell.type#integer 3:id \ufffd',
  ]),
  of(
    'yesterday’s dates',
    good,
    ['period.previous 2 rows, and not one of them of 2026-11-23: 2026-11-22 to 2026-11-22'],
    { period: { column: 'day' } },
  ),
  of('a binary file', Buffer.from('0001020304050607', 'hex'), [
    'rows.none#onlyHeader only a header',
    'encoding.nul 1 a NUL byte',
    'header.missing 1:id columns ········',
    'header.missing 1:day columns ········',
    'header.missing 1:amount columns ········',
    'header.unexpected 1:········ a column "········"',
  ]),
].map((one) =>
  one.name === 'yesterday’s dates'
    ? { ...one, context: { period: { name: '2026-11-23', from: '2026-11-23', to: '2026-11-23' } } }
    : one,
);

/** SHA-256 of `a`, LF, `1`, LF. */
const ofA1 = '309b0e45a73d3fc5325e2b6ed0a01ef8b9cde6b05a5633c1f893f970d52bfddc';

const packed = { gzip: true, zip: true };
const archives: readonly Case[] = [
  of('gzip', gzipSync(good), [], packed),
  of('gzip of two members', Buffer.concat([gzipSync(good.slice(0, 20)), gzipSync(good.slice(20))]), [], packed),
  of('a plain file where compressed ones are taken', good, [], packed),
  of('gzip that breaks off', gzipSync(good).subarray(0, 40), ['archive.truncated one that breaks off'], packed),
  of(
    'gzip that is damaged',
    damaged(gzipSync(good), gzipSync(good).length - 6),
    ['archive.damaged a damaged one'],
    packed,
  ),
  of('gzip of gzip', gzipSync(gzipSync(good)), ['archive.nested a compressed file inside a compressed file'], packed),
  of('gzip of nothing', gzipSync(''), ['rows.none no rows'], packed),
  of('gzip of a wrong file', gzipSync('id,day,amount\nx,,1\n'), ['cell.type#integer 2:id x'], packed),
  of(
    'gzip of an error page',
    gzipSync('<!doctype html><html></html>'),
    ['content.type#html a web page (HTML), perhaps an error page that was saved'],
    packed,
  ),
  of('a ZIP of one file', zipOf({ 'data.csv': good }), [], packed),
  of('a ZIP of one stored file', zipOf({ 'data.csv': good }, { isStored: true }), [], packed),
  of('a ZIP of two files', zipOf({ 'a.csv': good, 'b.csv': good }), ['archive.entries 2 files: a.csv, b.csv'], packed),
  of('a ZIP of none', zipOf({}), ['archive.entries 0 files'], packed),
  of('a ZIP of a folder', zipOf({ 'orders/data.csv': good }), ['archive.folder orders/data.csv'], packed),
  of(
    'a ZIP with a password',
    zipOf({ 'data.csv': good }, { isEncrypted: true }),
    ['archive.encrypted a password-protected archive'],
    packed,
  ),
  of(
    'a ZIP that breaks off',
    zipOf({ 'data.csv': good }).subarray(0, 60),
    ['archive.truncated one that breaks off'],
    packed,
  ),
  of(
    'a ZIP that is damaged',
    damaged(zipOf({ 'data.csv': good.repeat(50) }), 60),
    ['archive.damaged a damaged one'],
    packed,
  ),
  of(
    'a ZIP of a ZIP',
    zipOf({ 'data.zip': zipOf({ 'data.csv': good }) }),
    ['archive.nested a compressed file inside a compressed file'],
    packed,
  ),
  of('a ZIP with its checksum beside', zipOf({ 'data.csv': 'a\n1\n', 'data.csv.sha256': `${ofA1}  data.csv\n` }), [], {
    ...packed,
    schemaContent: undefined,
  }),
  of(
    'a ZIP with another checksum beside',
    zipOf({ 'data.csv': 'a\n1\n', 'data.csv.sha256': '0'.repeat(64) }),
    [`checksum.mismatch ${ofA1}`],
    { ...packed, schemaContent: undefined },
  ),
  of('a bomb in bytes', gzipSync(Buffer.alloc(3_000_000, '1,\n')), ['limit.unpacked more'], {
    ...packed,
    schemaContent: undefined,
    limits: { unpacked: '1MB' },
  }),
  of('a bomb by its ratio', gzipSync(Buffer.alloc(30_000_000, '1,2\n')), ['limit.ratio more'], {
    ...packed,
    schemaContent: undefined,
    limits: { ratio: 20 },
  }),
];

/** A byte in the middle is another one. */
function damaged(bytes: Uint8Array, at: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}

const encodings: readonly Case[] = [
  of('Windows-1252, declared', Buffer.from('id,day,amount\n1,,1\n', 'latin1'), [], { encoding: 'windows-1252' }),
  {
    name: 'umlauts in Windows-1252, declared',
    content: Buffer.from('name\nMüller\n', 'latin1'),
    rules: {
      encoding: 'windows-1252',
      schemaContent: { fields: [{ name: 'name', constraints: { enum: ['Müller'] } }] },
    },
    rows: 1,
    found: [],
  },
  {
    name: 'UTF-16, declared',
    content: Buffer.from('\ufeffname\nMüller\n', 'utf16le'),
    rules: { encoding: 'utf-16le', schemaContent: { fields: [{ name: 'name', constraints: { enum: ['Müller'] } }] } },
    rows: 1,
    found: [],
  },
  {
    name: 'UTF-16, declared, with half a character',
    content: Buffer.from('name\nx\n', 'utf16le').subarray(0, 13),
    rules: { encoding: 'utf-16le' },
    found: ['encoding.declared bytes that are none'],
  },
];

const limits: readonly Case[] = [
  of('a line of too many bytes', `a,b\n${'x'.repeat(20_000)},1\n`, ['limit.record 2 a longer one'], {
    schemaContent: undefined,
    limits: { record: 10_000 },
    maxBytes: '1MB',
  }),
  of('a line without end', `a,b\n1,${'x'.repeat(2_000_000)}`, ['limit.record 2 a longer one'], {
    schemaContent: undefined,
  }),
  of(
    'a quote that swallows the rest of a large file',
    `a,b\n1,"x\n${'2,y\n'.repeat(400_000)}`,
    ['csv.structure#neverClosed 2 a quote that is never closed'],
    { schemaContent: undefined },
  ),
  of('a header without end', 'x'.repeat(2_000_000), ['limit.record 1 a longer one'], { schemaContent: undefined }),
  of(
    'too many columns',
    `${Array.from({ length: 12_000 }, (_, index) => `c${index}`).join(',')}\n`,
    ['limit.columns 1 12,000 columns'],
    { schemaContent: undefined },
  ),
  of(
    'as many columns as may be',
    `${Array.from({ length: 10_000 }, (_, index) => `c${index}`).join(',')}\n${'1,'.repeat(9_999)}1\n`,
    [],
    { schemaContent: undefined },
  ),
  of('a JSON line without end', `"${'x'.repeat(2_000_000)}"`, ['limit.record 1 a longer one'], {
    format: 'jsonl',
    extension: 'jsonl',
    schemaContent: undefined,
  }),
  of('a field too long for its feed', `a,b\n${'x'.repeat(50)},1\n`, [`limit.field 2:a ${'x'.repeat(50)}`], {
    schemaContent: undefined,
    limits: { field: 20 },
  }),
];

const ofFeed: readonly Case[] = [
  of('too few rows', good, ['rows.tooFew 2 rows'], { rows: { min: 3 } }),
  of('too many rows', good, ['rows.tooMany 2 rows'], { rows: { max: 1 } }),
  of('as many rows as wanted', good, [], { rows: { min: 2, max: 2 } }),
  {
    ...of('fewer rows than ever before', good, ['?rows.unusual 2 rows'], { rows: { unusual: '50%' } }),
    context: {
      earlier: [90, 100, 110, 95, 105].map((rows, index) => ({
        period: `2026-11-0${index + 1}`,
        sha256: String(index),
        rows,
      })),
    },
  },
  {
    ...of('too little history to compare', good, [], { rows: { unusual: '50%' } }),
    context: {
      earlier: [90, 100].map((rows, index) => ({ period: `2026-11-0${index + 1}`, sha256: String(index), rows })),
    },
  },
  {
    ...of(
      'the file of an earlier period',
      'a\n1\n',
      ['file.repeated exactly the file that was accepted for 2026-11-21'],
      { schemaContent: undefined },
    ),
    context: {
      period: { name: '2026-11-22', from: '2026-11-22', to: '2026-11-22' },
      earlier: [{ period: '2026-11-21', sha256: ofA1 }],
    },
  },
  {
    ...of('another checksum than was announced', 'a\n1\n', [`checksum.mismatch ${ofA1}`], { schemaContent: undefined }),
    context: { announcedSha256: '0'.repeat(64) },
  },
  {
    ...of(
      'one row outside of its period',
      'id,day,amount\n1,2026-11-22,1\n2,2026-11-21,1\n',
      ['period.outside 3:day 2026-11-21'],
      { period: { column: 'day' } },
    ),
    context: { period: { name: '2026-11-22', from: '2026-11-22', to: '2026-11-22' } },
  },
  {
    ...of('rows of their period', good, [], { period: { column: 'day' } }),
    context: { period: { name: '2026-11', from: '2026-11-01', to: '2026-11-30' } },
  },
  of('totals that are right', `${good}TOTAL,2,4.00\n`, [], { totals: { marker: 'TOTAL', sums: ['amount'] } }),
  of('a sum that is wrong', `${good}TOTAL,,4.01\n`, ['totals.sum 4:amount 4.01, by the last row of the file'], {
    totals: { marker: 'TOTAL', sums: ['amount'] },
  }),
  of('a count of rows that is wrong', `${good}TOTAL,3,4\n`, ['totals.rows 4:day 3 rows, by the last row of the file'], {
    totals: { marker: 'TOTAL', rows: 'day', sums: ['amount'] },
  }),
  of('totals that are missing', good, ['totals.missing'], { totals: { marker: 'TOTAL' } }),
  of('a rule that is only a warning', 'id,day,amount\nx,,1\n', ['?cell.type#integer 2:id x'], {
    severity: { 'cell.type': 'warning' },
  }),
  of('a rule that is off', 'id,day,amount\nx,,1\n', [], { severity: { 'cell.type': 'off' } }),
  of(
    'few enough bad rows',
    `id,day,amount\nx,y,1\n${'1,,1\n'.repeat(999)}`,
    ['?cell.type#integer 2:id x', '?cell.type#date 2:day y'],
    { tolerate: { 'cell.type': '0.1%' } },
  ),
  of(
    'too many bad rows',
    `id,day,amount\nx,,1\ny,,1\n${'1,,1\n'.repeat(998)}`,
    ['limit.tolerance 2 of 1,000 rows', 'cell.type#integer 2:id x', 'cell.type#integer 3:id y'],
    { tolerate: { 'cell.type': '0.1%' } },
  ),
];

export const mistakes: readonly Case[] = [...contents, ...archives, ...encodings, ...limits, ...ofFeed];
