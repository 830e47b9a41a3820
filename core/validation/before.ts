import type { Feed } from '../feed.ts';
import { type Finding, Findings } from './findings.ts';
import { checkSize, type Hasher, validate } from './validate.ts';

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
const mediaTypes = {
  csv: /^(text\/(csv|plain|x-csv|comma-separated-values)|application\/(csv|vnd\.ms-excel|octet-stream))$/,
  opaque: /^/,
} as const;

/** What the object is stored as. */
export const storedType = ({ format }: Feed['file']): string =>
  format === 'csv' ? 'text/csv' : 'application/octet-stream';

/** What can be said of a file without a look into it: its size and its type are binding, its name is a hint. */
export const checkDeclared = ({ name, size, type, encoding }: DeclaredFile, file: Feed['file']): Finding[] => {
  const findings = new Findings();
  checkSize(size, file, findings);
  const media = type.split(';')[0]?.trim().toLowerCase() ?? '';
  if (media !== '' && !mediaTypes[file.format].test(media)) {
    const expected = `a ${file.format} file`;
    findings.add({ rule: 'content.type', expected, got: media, fix: `send the ${file.format} file itself` });
  }
  if (encoding === 'gzip' && !file.gzip) {
    findings.add({
      rule: 'content.type',
      expected: 'a file that is not compressed',
      got: 'gzip',
      fix: 'send it as it is',
    });
  }
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase();
  if (extension !== undefined && extension !== file.extension) {
    findings.add({
      rule: 'name.extension',
      severity: 'warning',
      expected: `.${file.extension}`,
      got: `.${extension}`,
      fix: 'check that this is the right file',
    });
  }
  return findings.kept;
};

/** A look at this much of a file tells most mistakes. */
export const headBytes = 64 * 1024;

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
  const lines = isWhole ? head : wholeLines(head);
  // Its size was judged by what the sender declared.
  const anySize = { ...file, minBytes: 0, maxBytes: Number.MAX_SAFE_INTEGER };
  const { findings } = await validate(once(lines), Math.max(1, lines.length), anySize, noHash);
  return [...before, ...findings.filter((finding) => isWhole || !isAboutTheEnd(finding))];
};

/** Up to the last line break: the line after it may go on. */
const wholeLines = (head: Uint8Array): Uint8Array => {
  const end = head.lastIndexOf(0x0a);
  return end < 0 ? head : head.subarray(0, end + 1);
};

const isAboutTheEnd = ({ rule, got }: Finding): boolean =>
  rule === 'rows.none' || (rule === 'csv.structure' && got.includes('never closed'));

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}
