import * as z from 'zod/mini';
import { tableSchema } from './table-schema.ts';
import { severities } from './validation/severity.ts';
import { dialectSource } from './validation/table/dialect.ts';

export const extension = z
  .string()
  .check(z.regex(/^[a-z0-9]{1,8}$/, 'lower-case letters and digits, at most 8, no dot'));

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
export const encoding = z.enum(encodings);

export const rowCount = z.int().check(z.gte(0, 'a whole number of rows'));
export const columnName = z.string().check(z.minLength(1, 'the name of a column'));
const jsonSchemaDocument = z.union([z.boolean(), z.record(z.string(), z.unknown())]);
export const totals = z.strictObject({
  marker: z.string().check(z.regex(/^[^\p{Cc}"]{1,80}$/u, 'text that the last row begins with, without quotes')),
  rows: z.optional(columnName),
  sums: z.optional(z.array(columnName).check(z.minLength(1), z.maxLength(20))),
});

/** Files of a set: of this name, or of such names. */
export const memberNames = {
  name: z
    .string()
    .check(
      z.regex(/^[A-Za-z0-9._-]*\*?[A-Za-z0-9._-]*$/, 'a file name, or one with a *'),
      z.minLength(1),
      z.maxLength(80),
    ),
};
export const memberFormat = z.enum(['csv', 'jsonl', 'json', 'opaque']);
export const memberCount = z.int().check(z.gte(0, 'a whole number of files'), z.lte(1000, 'at most 1000 files'));

/** What is asked of the content of a file, after defaults. */
const resolvedContent = {
  /** Of a table (csv, parquet). */
  schema: z.optional(tableSchema),
  /** Of documents (json, jsonl): a JSON Schema. */
  jsonSchema: z.optional(jsonSchemaDocument),
  encoding: z.optional(encoding),
  dialect: z.optional(dialectSource),
  lineEnds: z.optional(z.enum(lineEnds)),
  rows: z.optional(z.object({ min: z.optional(rowCount), max: z.optional(rowCount), unusual: z.optional(z.number()) })),
  period: z.optional(z.object({ column: columnName })),
  totals: z.optional(totals),
  severity: z.optional(z.record(z.string(), z.enum(severities))),
  tolerate: z.optional(z.record(z.string(), z.number())),
};

/** Files of a set, after defaults. */
const resolvedMember = z.object({
  ...memberNames,
  min: memberCount,
  max: memberCount,
  format: memberFormat,
  ...resolvedContent,
});
export type SetMember = z.infer<typeof resolvedMember>;

/** `file` of a feed after defaults. */
export const resolvedFile = z.object({
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
    z.object({
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
