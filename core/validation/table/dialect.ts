import * as z from 'zod/mini';

const oneByte = (what: string) => z.string().check(z.regex(/^[\t\x20-\x7e]$/, `one ASCII character as ${what}`));

/**
 * How fields are told apart, in the words of CSV Dialect (https://specs.frictionlessdata.io/csv-dialect/). Rows end with
 * LF, CR LF or CR, whatever `lineTerminator` would say; `doubleQuote` is what holds without `escapeChar`.
 */
export const dialectSource = z.strictObject({
  delimiter: z._default(oneByte('the delimiter'), ','),
  /** Empty: quotes mean nothing. */
  quoteChar: z._default(z.union([z.literal(''), oneByte('the quote')]), '"'),
  escapeChar: z.optional(oneByte('the escape')),
  commentChar: z.optional(oneByte('the mark of a comment')),
  skipInitialSpace: z._default(z.boolean(), false),
  header: z._default(z.boolean(), true),
});
export type Dialect = z.infer<typeof dialectSource>;

/** RFC 4180 with UTF-8 and a header. */
export const defaultDialect: Dialect = { delimiter: ',', quoteChar: '"', skipInitialSpace: false, header: true };

/** A name for a separator that people know. */
export const delimiterName = (delimiter: string): string => (delimiter === '\t' ? 'TAB' : delimiter);
