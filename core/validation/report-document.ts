import * as z from 'zod/mini';

/* What is kept of a check: apart from how it is made and said, since most functions only read it. */

/** One thing wrong with an upload. `line` is the physical line, `row` the record (the header is not a row). */
export const finding = z.strictObject({
  rule: z.string(),
  severity: z.enum(['error', 'warning']),
  /** Of a set: the file that it is in. */
  file: z.optional(z.string()),
  line: z.optional(z.int()),
  row: z.optional(z.int()),
  column: z.optional(z.string()),
  expected: z.string(),
  got: z.string(),
  fix: z.string(),
  /** Names the words, and what they are filled with, so that they can be said in another language. */
  message: z.optional(z.string()),
  params: z.optional(z.record(z.string(), z.union([z.string(), z.number()]))),
});
export type Finding = z.infer<typeof finding>;

/** A cell among its neighbours. */
const excerptOfRow = z.strictObject({
  file: z.optional(z.string()),
  line: z.int(),
  rule: z.string(),
  columns: z.array(z.string()),
  cells: z.array(z.string()),
  /** Which of the cells it is about; absent where it is about the row. */
  at: z.optional(z.int()),
});
export type RowExcerpt = z.infer<typeof excerptOfRow>;

/** The result of checking one upload. */
export const report = z.looseObject({
  version: z.literal(1),
  /** No error; there may be warnings. */
  valid: z.boolean(),
  /** Records after the header; absent for formats without rows. */
  rows: z.optional(z.int()),
  bytes: z.int(),
  sha256: z.string(),
  /** When it was checked; older reports do not say it. */
  checkedAt: z.optional(z.string()),
  /** What S3 says of the object: `SHA256 base64`, `CRC64NVME base64`, … */
  storedChecksum: z.optional(z.string()),
  /** The first findings of each rule, in the order of the file. */
  findings: z.array(finding),
  /** How often each rule was broken in all. */
  totals: z.record(z.string(), z.int()),
  excerpts: z.optional(z.array(excerptOfRow)),
});
export type Report = z.infer<typeof report>;

/** Every time that a rule was broken, shown as an example or not. */
export const findingCount = (totals: Report['totals']): number =>
  Object.values(totals).reduce((sum, one) => sum + one, 0);

/** What of a report is about what was found. */
export type Concluded = Pick<Report, 'valid' | 'findings' | 'totals' | 'excerpts'>;
