import * as z from 'zod/mini';

/** Rules that a file can break, by the name that appears in findings. */
export const rules = [
  'size.empty',
  'size.tooSmall',
  'size.tooLarge',
  'name.extension',
  'content.type',
  'encoding.utf8',
  'encoding.nul',
  'csv.structure',
  'csv.columnCount',
  'header.missing',
  'header.unexpected',
  'header.order',
  'header.duplicate',
  'rows.none',
  'cell.required',
  'cell.type',
  'cell.constraint',
  'cell.unique',
  'limit.unique',
] as const;
export type Rule = (typeof rules)[number];

/** One thing wrong with an upload. `line` is the physical line, `row` the record (the header is not a row). */
export const finding = z.strictObject({
  rule: z.enum(rules),
  severity: z.enum(['error', 'warning']),
  line: z.optional(z.int()),
  row: z.optional(z.int()),
  column: z.optional(z.string()),
  expected: z.string(),
  got: z.string(),
  fix: z.string(),
});
export type Finding = z.infer<typeof finding>;

/** The result of checking one upload. */
export const report = z.looseObject({
  version: z.literal(1),
  valid: z.boolean(),
  /** Records after the header; absent for formats without rows. */
  rows: z.optional(z.int()),
  bytes: z.int(),
  sha256: z.string(),
  /** The first findings of each rule, in the order of the file. */
  findings: z.array(finding),
  /** How often each rule was broken in all. */
  totals: z.record(z.string(), z.int()),
});
export type Report = z.infer<typeof report>;

/** Every time that a rule was broken, shown as an example or not. */
export const findingCount = (totals: Report['totals']): number =>
  Object.values(totals).reduce((sum, one) => sum + one, 0);

/** Examples kept per rule; beyond that only the total grows. */
export const examplesPerRule = 20;

/** Collects findings in bounded memory. */
export class Findings {
  readonly kept: Finding[] = [];
  readonly totals: Record<string, number> = {};

  add(found: Omit<Finding, 'severity'> & { readonly severity?: Finding['severity'] }): void {
    const total = (this.totals[found.rule] ?? 0) + 1;
    this.totals[found.rule] = total;
    if (total <= examplesPerRule) this.kept.push({ severity: 'error', ...found, got: excerpt(found.got) });
  }

  get count(): number {
    return findingCount(this.totals);
  }
}

/** A partner's bytes, made safe to show: no control characters, at most 80 characters. */
const excerpt = (text: string): string => {
  const visible = text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '·');
  return visible.length > 80 ? `${visible.slice(0, 79)}…` : visible;
};
