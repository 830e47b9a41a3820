import type { Feed } from '../feed.ts';

/** What a feed asks of its files. */
export type FileRules = Feed['file'];

/** What a feed asks of the text in a file. */
export type TextRules = Omit<FileRules, 'extension' | 'minBytes' | 'maxBytes'>;

/** Where a file is too much, whatever it says. */
export interface Limits {
  /** Of one record with its line ends, bytes. */
  readonly recordBytes: number;
  /** Of one field, characters. */
  readonly fieldBytes: number;
  readonly columns: number;
  /** Of everything once decompressed. */
  readonly unpackedBytes: number;
  /** Decompressed to compressed, once that much was read that it tells something. */
  readonly ratio: number;
  /** Gathered before the kernel is asked: a call costs little, and this much stays in the processor's cache. */
  readonly gatheredBytes: number;
}

/** Limits that a feed does not set. */
export const limitsOf = (
  { limits = {}, maxBytes }: Pick<FileRules, 'limits' | 'maxBytes'>,
  gatheredBytes = 256 * 1024,
): Limits => ({
  recordBytes: limits.recordBytes ?? 1_000_000,
  fieldBytes: limits.fieldBytes ?? 100_000,
  columns: limits.columns ?? 10_000,
  unpackedBytes: limits.unpackedBytes ?? maxBytes,
  ratio: limits.ratio ?? 200,
  gatheredBytes,
});
