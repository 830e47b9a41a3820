import { Validator } from '@cfworker/json-schema';
import type { Feed } from './feed.ts';
import type { SetMember } from './feed-file.ts';
import { describe, type FeedProblem, inMember } from './feed-problem.ts';
import type { FeedSource } from './feed-source.ts';
import { shareOf, sizeInBytes } from './file-source.ts';
import { type ForeignKey, namesOf, type TableSchema, tableSchema, tableSchemaProblems } from './table-schema.ts';
import { Findings } from './validation/findings.ts';
import { limitsOf } from './validation/rules.ts';
import { TableCheck } from './validation/table/table.ts';

/** Reads a file beside the feed; undefined when there is none. */
export type BesideTheFeed = (name: string) => string | undefined;

type Written = FeedSource['file'];
type WrittenMember = NonNullable<Written['members']>[number];
type WrittenContent = Pick<Written, 'format' | 'schema'>;
type FileOfFeed = Feed['file'];
type Schemas = Pick<FileOfFeed, 'schema' | 'jsonSchema'>;

/** More values of a reference than this would not fit into what a request keeps of its feed. */
const maxReferenceBytes = 128 * 1024;

/** Reads the rules for a file: those in the feed, and those in the schema beside it. */
export const readFile = (
  written: Written,
  beside: BesideTheFeed,
): { file: FileOfFeed } | { problems: FeedProblem[] } => {
  const schemas = readSchema(written, beside);
  if ('problems' in schemas) return schemas;
  const members = readMembers(written.members, beside);
  if (members && 'problems' in members) return members;
  const { checks } = written;
  if (checks !== undefined && beside(checks) === undefined) {
    const fix = `write ${checks} there: export const checks: FeedChecks = { … }`;
    return { problems: [{ path: 'file.checks', got: checks, allowed: 'a TypeScript file beside the feed', fix }] };
  }
  return { file: { ...resolveFile(written, schemas), ...members } };
};

/** Undefined for what is no set. */
const readMembers = (
  written: readonly WrittenMember[] | undefined,
  beside: BesideTheFeed,
): { members: SetMember[] } | { problems: FeedProblem[] } | undefined => {
  if (!written) return undefined;
  const members: SetMember[] = [];
  for (const [index, member] of written.entries()) {
    const schemas = readSchema(member, beside);
    if ('problems' in schemas) return { problems: schemas.problems.map((one) => inMember(one, index)) };
    const { name, min, max, format } = member;
    members.push({ name, min, max, format, ...resolveContent(member, schemas) });
  }
  return { members };
};

const resolveFile = (written: Written, schemas: Schemas): FileOfFeed => {
  const { format, extension, gzip, zip, checks } = written;
  return {
    format,
    extension,
    maxBytes: sizeInBytes(written.maxBytes) ?? 0,
    minBytes: sizeInBytes(written.minBytes) ?? 0,
    ...(gzip && { gzip }),
    ...(zip && { zip }),
    ...resolveContent(written, schemas),
    ...(written.limits && { limits: sizesOf(written.limits) }),
    ...(checks !== undefined && { checks }),
  };
};

/** What is asked of the content of a file, or of those of a set. */
const resolveContent = (
  { encoding, dialect, lineEnds, rows, period, totals, severity, tolerate }: Written | WrittenMember,
  schemas: Schemas,
) => {
  return {
    ...schemas,
    ...(encoding !== undefined && encoding !== 'utf-8' && { encoding }),
    ...(dialect && { dialect: defined(dialect) }),
    ...(lineEnds && { lineEnds }),
    ...(rows && { rows: { ...defined({ min: rows.min, max: rows.max }), ...unusual(rows.unusual) } }),
    ...(period && { period }),
    ...(totals && { totals: defined(totals) }),
    ...(severity && { severity }),
    ...(tolerate && { tolerate: sharesOf(tolerate) }),
  };
};

const unusual = (share: string | undefined): { unusual?: number } =>
  share === undefined ? {} : { unusual: shareOf(share) ?? 0 };

const sharesOf = (shares: Readonly<Record<string, string>>): Record<string, number> =>
  Object.fromEntries(Object.entries(shares).map(([rule, share]) => [rule, shareOf(share) ?? 0]));

const sizesOf = ({ record, field, columns, unpacked, ratio }: NonNullable<Written['limits']>): FileOfFeed['limits'] => {
  const bytes = (size: string | number | undefined) => (size === undefined ? undefined : sizeInBytes(size));
  const limits = {
    recordBytes: bytes(record),
    fieldBytes: bytes(field),
    unpackedBytes: bytes(unpacked),
    columns,
    ratio,
  };
  return defined(limits);
};

/** Without what is undefined: a feed is kept as JSON, and compared as such. */
const defined = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value));

const readSchema = (written: WrittenContent, beside: BesideTheFeed): Schemas | { problems: FeedProblem[] } => {
  const name = written.schema;
  if (name === undefined) return {};
  const problem = (got: string, allowed: string, fix: string) => ({
    problems: [{ path: 'file.schema', got, allowed, fix }],
  });
  if (written.format === 'opaque') return problem(name, 'no schema for an opaque file', 'remove file.schema');
  if (written.format === 'set') return problem(name, 'schemas of members of a set', 'move it to a member');
  const text = beside(name);
  if (text === undefined) return problem(name, 'a readable JSON file beside the feed', `write ${name} there`);
  const content = parsed(text);
  if (content === undefined) return problem(`${name}, which is no JSON`, 'a JSON file', `mend ${name}`);
  if (written.format === 'json' || written.format === 'jsonl') {
    const wrong = jsonSchemaProblem(content);
    if (wrong !== undefined) return problem(wrong, 'a JSON Schema that refers to nothing outside', `mend ${name}`);
    return { jsonSchema: JSON.parse(JSON.stringify(content)) };
  }
  const table = tableSchema.safeParse(content);
  if (!table.success) {
    const problems = table.error.issues.map((issue) => describe(issue, content));
    return { problems: problems.map((one) => ({ ...one, path: `file.schema (${name}) ${one.path}` })) };
  }
  const wrong = tableSchemaProblems(table.data);
  if (wrong.length > 0) return problem(wrong.join('; '), 'a consistent Table Schema', `mend ${name}`);
  return withReferences(table.data, beside, problem);
};

/** Undefined for what is no JSON. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Undefined when it can be used. */
const jsonSchemaProblem = (content: unknown): string | undefined => {
  if (typeof content !== 'boolean' && (typeof content !== 'object' || content === null || Array.isArray(content)))
    return 'no object';
  try {
    // It says of a reference that leads nowhere, or a pattern that is none, when it meets one.
    new Validator(JSON.parse(JSON.stringify(content)), '2020-12').validate({});
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '').slice(0, 200) : 'an unusable schema';
  }
};

const withReferences = (
  schema: TableSchema,
  beside: BesideTheFeed,
  problem: (got: string, allowed: string, fix: string) => { problems: FeedProblem[] },
): Schemas | { problems: FeedProblem[] } => {
  const filled: ForeignKey[] = [];
  for (const key of schema.foreignKeys ?? []) {
    const { resource, fields } = key.reference;
    const text = beside(resource);
    if (text === undefined) return problem(resource, 'a CSV file beside the feed', `write ${resource} there`);
    if (text.length > maxReferenceBytes)
      return problem(`${resource}, ${text.length} bytes`, `at most ${maxReferenceBytes} bytes`, 'check it downstream');
    const values = columnOf(text, namesOf(fields)[0] ?? '');
    if (!values) return problem(resource, `a CSV file with a column ${namesOf(fields)[0]}`, `mend ${resource}`);
    filled.push({ ...key, values });
  }
  return { schema: filled.length > 0 ? { ...schema, foreignKeys: filled } : schema };
};

/** The values of one column of a small CSV file; undefined when it has none such, or is broken. */
const columnOf = (text: string, column: string): string[] | undefined => {
  const findings = new Findings();
  const values = new Set<string>();
  let isThere = false;
  const table = new TableCheck({ format: 'csv' }, limitsOf({ maxBytes: maxReferenceBytes }), findings, {
    onRow: (cells, columns) => {
      const at = columns.indexOf(column);
      isThere ||= at >= 0;
      if (at >= 0) values.add(cells[at] ?? '');
    },
  });
  table.push(new TextEncoder().encode(text));
  table.end();
  return isThere && !findings.hasErrors ? [...values] : undefined;
};
