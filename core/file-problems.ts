import type { Feed } from './feed.ts';
import { type FeedProblem, inMember } from './feed-problem.ts';
import type { FeedSource } from './feed-source.ts';
import type { TableSchema } from './table-schema.ts';
import { isRule } from './validation/catalog.ts';
import { maxFileBytes } from './validation/ceiling.ts';
import { mostEntries } from './validation/content/unzip.ts';
import { defaultDialect } from './validation/table/dialect.ts';

type Written = FeedSource['file'];
type FileOfFeed = Feed['file'];

/** A record is read again until all of it is there. */
const maxRecordBytes = 16_000_000;

/** The table of a key takes up to 75 MB. */
const maxKeys = 4;

/** What of the rules for a file, or for the files of a set, does not go together. */
export const fileProblems = (file: FileOfFeed, written: Written): FeedProblem[] => [
  ...sizeProblems(file, written),
  ...contentProblems(file, written),
  ...setProblems(file),
  ...(file.members ?? []).flatMap(({ name: _, min: __, max: ___, ...member }, index) => {
    const { extension, minBytes, maxBytes } = file;
    const alone = { extension, minBytes, maxBytes, ...member };
    return contentProblems(alone, written).map((one) => inMember(one, index));
  }),
];

const setProblems = ({ format, members, extension, gzip, zip }: FileOfFeed): FeedProblem[] => {
  const wrong = (path: string, got: string, allowed: string, fix: string): FeedProblem[] => [
    { path: `file.${path}`, got, allowed, fix },
  ];
  if ((format === 'set') !== (members !== undefined)) {
    const got = members === undefined ? 'none with format set' : `some with format ${format}`;
    return wrong('members', got, 'members with format set, and only there', 'name the files, or use their format');
  }
  if (!members) return [];
  if (extension !== 'zip') return wrong('extension', extension, 'zip: a set comes as one archive', 'use zip');
  if (gzip || zip) return wrong(gzip ? 'gzip' : 'zip', 'set', 'nothing: a set is a ZIP', 'remove it');
  const most = members.reduce((sum, { max }) => sum + max, 0);
  if (most > mostEntries) {
    return wrong('members', `up to ${most} files`, `at most ${mostEntries} in one archive`, 'lower their max');
  }
  return members.flatMap(({ name, min, max, rows }, index) => {
    if (rows?.unusual !== undefined) {
      const allowed = 'nothing in a set: its rows are compared with those of no other';
      return wrong(`members.${index}.rows.unusual`, 'set', allowed, 'remove it');
    }
    if (max < 1 || min > max) {
      return wrong(
        `members.${index}.max`,
        String(max),
        `at least 1 and file.members.${index}.min (${min})`,
        'raise it',
      );
    }
    if (!name.includes('*') && max > 1) {
      return wrong(`members.${index}.max`, String(max), '1 of a name without *', 'put a * into the name');
    }
    if (members.findIndex((one) => one.name === name) === index) return [];
    return wrong(`members.${index}.name`, name, 'a name of its own', 'name each once');
  });
};

const sizeProblems = (file: FileOfFeed, written: Written): FeedProblem[] => {
  const problems: FeedProblem[] = [];
  const wrong = (path: string, got: unknown, allowed: string, fix: string) =>
    problems.push({ path: `file.${path}`, got: String(got), allowed, fix });
  if (file.minBytes > file.maxBytes)
    wrong('minBytes', written.minBytes, `at most file.maxBytes (${written.maxBytes})`, 'lower it');
  const ceiling = maxFileBytes(file);
  if (file.maxBytes > ceiling.bytes)
    wrong('maxBytes', written.maxBytes, `at most ${ceiling.bytes} bytes: ${ceiling.why}`, 'lower file.maxBytes');
  if ((file.limits?.unpackedBytes ?? 0) > ceiling.bytes) {
    wrong('limits.unpacked', written.limits?.unpacked, `at most ${ceiling.bytes} bytes: ${ceiling.why}`, 'lower it');
  }
  return problems;
};

const contentProblems = (file: FileOfFeed, written: Written): FeedProblem[] => {
  const problems: FeedProblem[] = [];
  const wrong = (path: string, got: unknown, allowed: string, fix: string) =>
    problems.push({ path: `file.${path}`, got: String(got), allowed, fix });
  if ((file.limits?.recordBytes ?? 0) > maxRecordBytes) {
    wrong(
      'limits.record',
      written.limits?.record,
      `at most ${maxRecordBytes} bytes: a record is held in memory`,
      'lower it',
    );
  }
  const keys = keyCount(file.schema);
  if (keys > maxKeys)
    wrong(
      'schema',
      `${keys} unique columns and keys`,
      `at most ${maxKeys}: each has a table in memory`,
      'ask for fewer',
    );
  for (const mark of clashingMarks(file.dialect)) {
    wrong(
      'dialect',
      `${JSON.stringify(mark)} twice`,
      'another character for each of delimiter, quoteChar, escapeChar, commentChar',
      'change one of them',
    );
  }
  const dated = file.schema?.fields.find(({ name }) => name === file.period?.column);
  if (dated && !((dated.type === 'date' || dated.type === 'datetime') && dated.format !== 'any')) {
    wrong(
      'period.column',
      `a ${dated.type}`,
      'a column of type date or datetime, and not of format any',
      'name another column',
    );
  }
  const isTable = file.format === 'csv';
  for (const key of ['dialect', 'lineEnds', 'totals', 'period', 'checks'] as const) {
    if (file[key] !== undefined && !isTable)
      wrong(key, 'set', `only for csv, not for ${file.format}`, `remove file.${key}`);
  }
  if (file.format === 'parquet' && (file.gzip || file.zip))
    wrong('gzip', 'set', 'nothing for parquet: it is compressed inside', 'remove it');
  if (file.encoding !== undefined && file.format !== 'csv')
    wrong('encoding', file.encoding, `utf-8 for ${file.format}`, 'remove it');
  if (file.rows && (file.format === 'opaque' || file.format === 'json' || file.format === 'set'))
    wrong('rows', 'set', `a format with rows, not ${file.format}`, 'remove it');
  const names = file.schema?.fields.map(({ name }) => name);
  for (const [path, column] of columnsNamed(file)) {
    if (!names?.includes(column))
      wrong(
        path,
        column,
        names ? `one of ${names.join(', ')}` : 'a column of file.schema',
        'name a column of the schema',
      );
  }
  for (const path of ['severity', 'tolerate'] as const) {
    for (const rule of Object.keys(file[path] ?? {})) {
      if (!isRule(rule)) wrong(path, rule, 'a rule of docs/rules.md that a feed may weigh', 'check the spelling');
    }
  }
  return problems;
};

const keyCount = (schema: TableSchema | undefined): number =>
  (schema?.fields.filter(({ constraints }) => constraints?.unique).length ?? 0) +
  (schema?.primaryKey === undefined ? 0 : 1);

const clashingMarks = (dialect: FileOfFeed['dialect']): string[] => {
  const { delimiter, quoteChar, escapeChar, commentChar } = { ...defaultDialect, ...dialect };
  const marks = [delimiter, quoteChar, escapeChar, commentChar].filter((mark) => mark !== undefined && mark !== '');
  return marks.filter((mark, index) => marks.indexOf(mark) !== index).map(String);
};

const columnsNamed = ({ period, totals }: FileOfFeed): (readonly [string, string])[] => [
  ...(period ? [['period.column', period.column] as const] : []),
  ...(totals?.rows === undefined ? [] : [['totals.rows', totals.rows] as const]),
  ...(totals?.sums ?? []).map((name) => ['totals.sums', name] as const),
];
