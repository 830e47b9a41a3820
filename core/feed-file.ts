import * as z from 'zod/mini';
import { tableSchema } from './table-schema.ts';
import { severities } from './validation/severity.ts';
import { dialectSource } from './validation/table/dialect.ts';

const sizes: Record<string, number> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** Bytes of `500MB` (decimal) or `500MiB` (binary); undefined when it is no size. */
export const sizeInBytes = (text: string | number): number | undefined => {
  if (typeof text === 'number') return Number.isSafeInteger(text) && text >= 0 ? text : undefined;
  const [, digits, unit] = /^(\d+(?:\.\d+)?) ?(B|KB|MB|GB|KiB|MiB|GiB)$/.exec(text) ?? [];
  const factor = sizes[unit ?? ''];
  return digits && factor ? Math.floor(Number(digits) * factor) : undefined;
};

const size = z
  .union([z.string(), z.number()])
  .check(
    z.refine(
      (value) => sizeInBytes(value) !== undefined,
      'a size such as 500MB (decimal) or 500MiB (binary), or a number of bytes',
    ),
  );
const extension = z.string().check(z.regex(/^[a-z0-9]{1,8}$/, 'lower-case letters and digits, at most 8, no dot'));

export const fileFormats = ['csv', 'jsonl', 'json', 'parquet', 'opaque', 'set'] as const;
export const lineEnds = ['LF', 'CR LF'] as const;

/** Encodings besides UTF-8 that a file may be declared to have (https://encoding.spec.whatwg.org/#names-and-labels). */
export const encodings = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1252',
  'iso-8859-2',
  'iso-8859-15',
  'windows-1250',
  'windows-1251',
] as const;
const encoding = z.enum(encodings);

/** A share of 0.001 for `0.1%`; undefined when it is none. */
export const shareOf = (text: string): number | undefined => {
  const [, percent] = /^(\d+(?:\.\d+)?) ?%$/.exec(text) ?? [];
  return percent === undefined || Number(percent) > 100 ? undefined : Number(percent) / 100;
};

const share = z.string().check(z.refine((text) => shareOf(text) !== undefined, 'a share such as 0.1%, at most 100%'));
const rowCount = z.int().check(z.gte(0, 'a whole number of rows'));
const columnName = z.string().check(z.minLength(1, 'the name of a column'));
const ruleName = z.string().check(z.regex(/^[a-z][A-Za-z0-9]*(\.[A-Za-z0-9-]+)?$/, 'a rule of docs/rules.md'));
const besideTheFeed = z.string().check(z.regex(/^[A-Za-z0-9._-]+$/, 'the name of a file beside the feed'));
const jsonSchemaDocument = z.union([z.boolean(), z.record(z.string(), z.unknown())]);
const totals = z.strictObject({
  marker: z.string().check(z.regex(/^[^\p{Cc}"]{1,80}$/u, 'text that the last row begins with, without quotes')),
  rows: z.optional(columnName),
  sums: z.optional(z.array(columnName).check(z.minLength(1), z.maxLength(20))),
});

/** What can be asked of the content of a file, as written in YAML. */
const contentSource = {
  schema: z.optional(besideTheFeed),
  encoding: z.optional(encoding),
  dialect: z.optional(dialectSource),
  lineEnds: z.optional(z.enum(lineEnds)),
  rows: z.optional(
    z.strictObject({ min: z.optional(rowCount), max: z.optional(rowCount), unusual: z.optional(share) }),
  ),
  period: z.optional(z.strictObject({ column: columnName })),
  totals: z.optional(totals),
  severity: z.optional(z.record(ruleName, z.enum(severities))),
  tolerate: z.optional(z.record(ruleName, share)),
};

/** Files of a set: of this name, or of such names. */
const memberNames = {
  name: z
    .string()
    .check(
      z.regex(/^[A-Za-z0-9._-]*\*?[A-Za-z0-9._-]*$/, 'a file name, or one with a *'),
      z.minLength(1),
      z.maxLength(80),
    ),
};
const memberFormat = z.enum(['csv', 'jsonl', 'json', 'opaque']);
const memberCount = z.int().check(z.gte(0, 'a whole number of files'), z.lte(1000, 'at most 1000 files'));

const memberSource = z.strictObject({
  ...memberNames,
  min: z._default(memberCount, 1),
  max: z._default(memberCount, 1),
  format: memberFormat,
  ...contentSource,
});

/** `file` of a feed as written in YAML. */
export const fileSource = z.strictObject({
  format: z.enum(fileFormats),
  extension,
  maxBytes: size,
  minBytes: z._default(size, 1),
  gzip: z._default(z.boolean(), false),
  zip: z._default(z.boolean(), false),
  /** With `format: set`: the files that come together, in one ZIP. */
  members: z.optional(z.array(memberSource).check(z.minLength(1), z.maxLength(50, 'at most 50 kinds of files'))),
  ...contentSource,
  limits: z.optional(
    z.strictObject({
      record: z.optional(size),
      field: z.optional(size),
      columns: z.optional(z.int().check(z.gte(1), z.lte(100_000))),
      unpacked: z.optional(size),
      ratio: z.optional(z.int().check(z.gte(2), z.lte(1100, 'from 2 to 1100 (deflate cannot do more than 1032)'))),
    }),
  ),
  checks: z.optional(besideTheFeed),
});

/** What is asked of the content of a file, after defaults. */
const resolvedContent = {
  /** Of a table (csv, parquet). */
  schema: z.optional(tableSchema),
  /** Of documents (json, jsonl): a JSON Schema. */
  jsonSchema: z.optional(jsonSchemaDocument),
  encoding: z.optional(encoding),
  dialect: z.optional(dialectSource),
  lineEnds: z.optional(z.enum(lineEnds)),
  rows: z.optional(
    z.strictObject({ min: z.optional(rowCount), max: z.optional(rowCount), unusual: z.optional(z.number()) }),
  ),
  period: z.optional(z.strictObject({ column: columnName })),
  totals: z.optional(totals),
  severity: z.optional(z.record(z.string(), z.enum(severities))),
  tolerate: z.optional(z.record(z.string(), z.number())),
};

/** Files of a set, after defaults. */
const resolvedMember = z.strictObject({
  ...memberNames,
  min: memberCount,
  max: memberCount,
  format: memberFormat,
  ...resolvedContent,
});
export type SetMember = z.infer<typeof resolvedMember>;

/** `file` of a feed after defaults. */
export const resolvedFile = z.strictObject({
  format: z.enum(fileFormats),
  extension,
  maxBytes: z.int(),
  minBytes: z.int(),
  /** It may come compressed; sizes are of what comes, and what is in it is no larger either. */
  gzip: z.optional(z.boolean()),
  zip: z.optional(z.boolean()),
  members: z.optional(z.array(resolvedMember)),
  ...resolvedContent,
  limits: z.optional(
    z.strictObject({
      recordBytes: z.optional(z.int()),
      fieldBytes: z.optional(z.int()),
      columns: z.optional(z.int()),
      unpackedBytes: z.optional(z.int()),
      ratio: z.optional(z.int()),
    }),
  ),
  /** The feed's own rules: a module beside the feed, bundled with the function that validates. */
  checks: z.optional(z.string()),
});
