import type { Case } from './case.ts';
import { zipOf } from './zip.ts';

/* Several files that come together, in one ZIP. */
const orders = 'id,day\n1,2026-11-22\n2,2026-11-22\n';
const items = 'order,price\n1,1.50\n1,2.50\n';
const note = '{"sent":"2026-11-22"}';
const schema = (...fields: readonly (readonly [name: string, type: string])[]) =>
  JSON.stringify({ fields: fields.map(([name, type]) => ({ name, type })) });

const rules = {
  format: 'set',
  extension: 'zip',
  beside: {
    'orders.json': schema(['id', 'integer'], ['day', 'date']),
    'items.json': schema(['order', 'integer'], ['price', 'number']),
  },
  members: [
    { name: 'orders.csv', format: 'csv', schema: 'orders.json', period: { column: 'day' } },
    { name: 'items-*.csv', format: 'csv', schema: 'items.json', min: 1, max: 2, severity: { 'line.blank': 'error' } },
    { name: 'note.json', format: 'json', min: 0 },
    { name: 'terms.docx', format: 'opaque', min: 0 },
  ],
};
const of = (name: string, content: string | Uint8Array, found: readonly string[], more: Partial<Case> = {}): Case => ({
  name,
  content,
  found,
  rules,
  ...more,
});
const whole = { 'orders.csv': orders, 'items-1.csv': items };
const day = { context: { period: { name: '2026-11-22', from: '2026-11-22', to: '2026-11-22' } } };

export const sets: readonly Case[] = [
  of('all files, each by its own rules', zipOf(whole), [], { rows: 4, ...day }),
  of(
    'files of a pattern, and one that may be missing',
    zipOf({ ...whole, 'items-2.csv': items, 'note.json': note }),
    [],
    { rows: 6 },
  ),
  of('stored as they are', zipOf(whole, { isStored: true }), [], { rows: 4 }),
  of('what systems add is no file of the set', zipOf({ ...whole, '__MACOSX/._orders.csv': 'x', '.DS_Store': 'x' }), []),
  of('a file that is missing', zipOf({ 'items-1.csv': items }), ['set.missing 0 of it']),
  of('none of a pattern', zipOf({ 'orders.csv': orders }), ['set.missing 0 of it']),
  of('too many of a pattern', zipOf({ ...whole, 'items-2.csv': items, 'items-3.csv': items }), ['set.tooMany 3 of it']),
  of('a file that nobody asked for', zipOf({ ...whole, 'Orders.csv': orders, 'readme.txt': '' }), [
    'set.unexpected Orders.csv, readme.txt',
  ]),
  of('an empty archive', zipOf({}), ['set.missing 0 of it', 'set.missing 0 of it']),
  of('one of the files by itself', orders, ['set.notZip a file that is none']),
  of('a file by its wrong columns', zipOf({ ...whole, 'items-1.csv': orders }), [
    'items-1.csv header.translated 1 other names: id, day',
  ]),
  of(
    'mistakes in two files, each with its own line',
    zipOf({ 'orders.csv': 'id,day\nx,2026-11-22\n', 'items-1.csv': `${items}1,much\n` }),
    ['orders.csv cell.type#integer 2:id x', 'items-1.csv cell.type#number 4:price much'],
  ),
  of(
    'severities of a member count for it alone',
    zipOf({ 'orders.csv': 'id,day\n\n1,2026-11-22\n', 'items-1.csv': 'order,price\n\n1,1.50\n' }),
    ['?orders.csv line.blank 2 a blank line', 'items-1.csv line.blank 2 a blank line'],
  ),
  of(
    'the period of a member',
    zipOf({ ...whole, 'orders.csv': 'id,day\n1,2026-11-21\n' }),
    ['orders.csv period.previous 1 rows, and not one of them of 2026-11-22: 2026-11-21 to 2026-11-21'],
    day,
  ),
  of('a file that is another thing', zipOf({ ...whole, 'note.json': '<!doctype html><html></html>' }), [
    'note.json content.type#html a web page (HTML), perhaps an error page that was saved',
  ]),
  of('an archive in the archive', zipOf({ ...whole, 'note.json': zipOf({ 'a.json': note }) }), [
    'note.json archive.nested a compressed file inside a compressed file',
  ]),
  of(
    'a document that is an archive inside, as many are',
    zipOf({ ...whole, 'terms.docx': zipOf({ 'a.xml': '<a/>' }) }),
    [],
  ),
  of('a name that stands there twice', zipOf([...Object.entries(whole), ['orders.csv', orders]]), [
    'set.tooMany 2 of it',
    'set.twice orders.csv twice',
  ]),
  of(
    'so many files that not all are read',
    zipOf([...Object.entries(whole), ...Array.from({ length: 999 }, (_, index) => [`${index}.txt`, ''] as const)]),
    ['archive.many more of them'],
  ),
  of(
    'a document that is too large to be read whole, in an archive that may be larger',
    zipOf({ ...whole, 'note.json': `["${'x'.repeat(51_000_000)}"]` }, { isStored: true }),
    ['note.json limit.unpacked more'],
    { rules: { ...rules, maxBytes: '500MB' } },
  ),
  of('a folder', zipOf({ 'data/orders.csv': orders, 'data/items-1.csv': items }), ['archive.folder data/orders.csv']),
  of('a password', zipOf(whole, { isEncrypted: true }), ['archive.encrypted a password-protected archive']),
  of('an archive that breaks off', zipOf(whole).subarray(0, 80), ['archive.truncated one that breaks off']),
  of(
    'a bomb, all files together',
    zipOf({
      'orders.csv': orders,
      'items-1.csv': `order,price\n${'1,1.50\n'.repeat(3000)}`,
      'items-2.csv': `order,price\n${'1,1.50\n'.repeat(3000)}`,
    }),
    ['items-2.csv limit.unpacked more'],
    { rules: { ...rules, maxBytes: '30KB' } },
  ),
];
