import * as z from 'zod/mini';
import {
  columnName,
  encoding,
  extension,
  fileFormats,
  lineEnds,
  memberCount,
  memberFormat,
  memberNames,
  rowCount,
  totals,
} from './feed-file.ts';
import { severities } from './validation/severity.ts';
import { dialectSource } from './validation/table/dialect.ts';

/* `file` of a feed as people write it: see feed-source.ts. */

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
/** A share of 0.001 for `0.1%`; undefined when it is none. */
export const shareOf = (text: string): number | undefined => {
  const [, percent] = /^(\d+(?:\.\d+)?) ?%$/.exec(text) ?? [];
  return percent === undefined || Number(percent) > 100 ? undefined : Number(percent) / 100;
};

const share = z.string().check(z.refine((text) => shareOf(text) !== undefined, 'a share such as 0.1%, at most 100%'));
const ruleName = z.string().check(z.regex(/^[a-z][A-Za-z0-9]*(\.[A-Za-z0-9-]+)?$/, 'a rule of docs/rules.md'));
const besideTheFeed = z.string().check(z.regex(/^[A-Za-z0-9._-]+$/, 'the name of a file beside the feed'));
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
