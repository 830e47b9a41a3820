import type { FileRules } from './rules.ts';

/*
 * What one function can check within its 15 minutes (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
 * `npm run bench -- validation` measures what the engine does on one core; a function of 1,769 MB has one
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). Half of the time is kept back: for a slower
 * core, for the network, and for files that are wrong everywhere, which take longer than those that are right.
 */
const usableSeconds = 15 * 60 * 0.5;

/** Bytes a second on one core, rounded down from what the bench measures. Those of a set are checked as what they are. */
const checkedPerSecond = 100e6;
const isRead = (format: FileRules['format']): boolean => ['csv', 'jsonl', 'set'].includes(format);

/** A document is read whole, and takes some ten times its size in memory. */
const maxDocumentBytes = 50e6;

/** Only the checksum is computed of these. S3's limit on one object is 5 TB; the clock's is nearer. */
const hashedPerSecond = 200e6;

/** The largest file that a feed may ask for. */
export const maxFileBytes = ({
  format,
}: Pick<FileRules, 'format'>): { readonly bytes: number; readonly why: string } => {
  if (format === 'json') return { bytes: maxDocumentBytes, why: 'a JSON document is read whole; use jsonl for more' };
  const rate = isRead(format) ? checkedPerSecond : hashedPerSecond;
  return { bytes: rate * usableSeconds, why: 'one function checks no more within its 15 minutes' };
};
