import type { Feed } from '../feed.ts';
import { formatName } from './content/sniff.ts';
import { isGzip, isZip } from './content/unpack.ts';
import { webGunzip } from './content/web-gunzip.ts';
import { type Finding, Findings } from './findings.ts';
import { type Hasher, inMemory } from './source.ts';
import { checkSize, validate } from './validate.ts';

/** What a sender says of a file before it is sent. */
export interface DeclaredFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Media type; empty where the sender knows none. */
  readonly type: string;
  readonly encoding?: 'identity' | 'gzip';
}

/** Media types that browsers and systems give to files of a format, besides none at all. */
const mediaTypes: Readonly<Record<Feed['file']['format'], RegExp>> = {
  csv: /^(text\/(csv|plain|x-csv|comma-separated-values|tab-separated-values)|application\/(csv|vnd\.ms-excel|octet-stream))$/,
  json: /^(application\/(json|octet-stream)|text\/(json|plain))$/,
  jsonl: /^(application\/(json|jsonl|x-ndjson|x-jsonlines|octet-stream)|text\/(json|plain))$/,
  parquet: /^application\/(vnd\.apache\.parquet|x-parquet|octet-stream)$/,
  set: /^application\/(zip|x-zip-compressed|octet-stream)$/,
  opaque: /^/,
};
const compressedTypes = /^application\/(gzip|x-gzip|zip|x-zip-compressed)$/;

const storedTypes: Readonly<Record<Feed['file']['format'], string>> = {
  csv: 'text/csv',
  json: 'application/json',
  jsonl: 'application/jsonl',
  parquet: 'application/vnd.apache.parquet',
  set: 'application/zip',
  opaque: 'application/octet-stream',
};

/** What the object is stored as. */
export const storedType = ({ format }: Feed['file']): string => storedTypes[format];

/** What can be said of a file without a look into it: its size and its type are binding, its name is a hint. */
export const checkDeclared = ({ name, size, type, encoding }: DeclaredFile, file: Feed['file']): Finding[] => {
  const findings = new Findings(file);
  checkSize(size, file, findings);
  const media = type.split(';')[0]?.trim().toLowerCase() ?? '';
  const isCompressed = (file.gzip || file.zip) === true && compressedTypes.test(media);
  if (media !== '' && !isCompressed && !mediaTypes[file.format].test(media)) {
    findings.add('content.type', { format: formatName(file.format) }, {}, media);
  }
  if (encoding === 'gzip' && !file.gzip) findings.add('content.type#compressed', { got: 'gzip' });
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase();
  const taken = [file.extension, ...(file.gzip ? ['gz'] : []), ...(file.zip ? ['zip'] : [])];
  if (extension !== undefined && !taken.includes(extension)) {
    findings.add('name.extension', { extension: file.extension }, {}, `.${extension}`);
  }
  return findings.conclude(undefined).findings;
};

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
