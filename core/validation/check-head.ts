import type { Feed } from '../feed.ts';
import { checkDeclared, type DeclaredFile } from './before.ts';
import { isGzip, isZip } from './content/unpack.ts';
import { webGunzip } from './content/web-gunzip.ts';
import type { Finding } from './report-document.ts';
import { type Hasher, inMemory } from './source.ts';
import { validate } from './validate.ts';

const noHash: Hasher = { update: () => undefined, hex: () => '' };

/**
 * Checks the first bytes of a file by the same rules as the whole. What only the end could tell is left out.
 *
 * @param head the first bytes; all of them where the file is not longer
 */
export const checkHead = async (declared: DeclaredFile, head: Uint8Array, file: Feed['file']): Promise<Finding[]> => {
  const before = checkDeclared(declared, file);
  if (before.some(({ severity }) => severity === 'error')) return before;
  const isWhole = head.length >= declared.size;
  // An archive is described at its end, and so is Parquet.
  if (!isWhole && (['parquet', 'set'].includes(file.format) || (file.zip && isZip(head)))) return before;
  // Of a line that does not end here nothing can be told.
  if (!isWhole && !isGzip(head) && (file.format === 'json' || !head.includes(0x0a))) return before;
  const bytes = isWhole || isGzip(head) ? head : wholeLines(head);
  // Its size was judged by what the sender declared; what is rare among all rows may not be among the first.
  const { rows: _, totals: __, tolerate: ___, ...rest } = file;
  const rules = { ...(isWhole ? file : rest), minBytes: 0, maxBytes: Number.MAX_SAFE_INTEGER };
  const { findings } = await validate(inMemory(bytes), rules, {}, { createHasher: () => noHash, gunzip: webGunzip });
  return [...before, ...findings.filter((finding) => isWhole || !isAboutTheEnd(finding))];
};

/** Up to the last line break: the line after it may go on. */
const wholeLines = (head: Uint8Array): Uint8Array => {
  const end = head.lastIndexOf(0x0a);
  return end < 0 ? head : head.subarray(0, end + 1);
};

/** Rules that only the end of a file can break. */
const ofTheEnd = new Set([
  'rows.none',
  'csv.truncated',
  'json.truncated',
  'archive.truncated',
  'archive.damaged',
  'json.notLines',
  'encoding.declared',
]);

const isAboutTheEnd = ({ rule, message }: Finding): boolean =>
  ofTheEnd.has(rule) || message === 'csv.structure#neverClosed';
