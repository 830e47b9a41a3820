import type { MessageId } from '../catalog.ts';
import type { Findings } from '../findings.ts';
import type { FileRules } from '../rules.ts';

/** A look at this much tells what a file is. */
export const sniffedBytes = 4096;

type ContentId = Extract<MessageId, `content.type#${string}` | 'encoding.utf16'>;

interface Sniffer {
  readonly looksLike: (head: Uint8Array, text: string) => boolean;
  readonly id: ContentId;
  /** Formats that this may well be. */
  readonly unless?: readonly FileRules['format'][];
}

const startsWith =
  (...bytes: number[]) =>
  (head: Uint8Array): boolean =>
    bytes.every((byte, index) => head[index] === byte);

const isZip = startsWith(0x50, 0x4b, 0x03, 0x04);

/** PNG, JPEG, GIF, and TIFF of either byte order. */
const pictures = [
  startsWith(0x89, 0x50, 0x4e, 0x47),
  startsWith(0xff, 0xd8, 0xff),
  startsWith(0x47, 0x49, 0x46, 0x38),
  startsWith(0x49, 0x49, 0x2a, 0x00),
  startsWith(0x4d, 0x4d, 0x00, 0x2a),
];

/** Files that are often sent by mistake where text was asked for, most specific first. */
const sniffers: readonly Sniffer[] = [
  { id: 'content.type#form', looksLike: (_, text) => /^-{2,}[\w-]+\r?\nContent-Disposition: form-data/i.test(text) },
  // An office document is a ZIP archive; its first entries say which.
  {
    id: 'content.type#excel',
    looksLike: (head, text) => isZip(head) && /\[Content_Types\]\.xml|xl\/|mimetypeapplication\/vnd\.oasis/.test(text),
  },
  { id: 'content.type#zip', looksLike: isZip },
  { id: 'content.type#excel', looksLike: startsWith(0xd0, 0xcf, 0x11, 0xe0) },
  { id: 'content.type#gzip', looksLike: startsWith(0x1f, 0x8b) },
  { id: 'content.type#pdf', looksLike: startsWith(0x25, 0x50, 0x44, 0x46) },
  { id: 'content.type#parquet', looksLike: startsWith(0x50, 0x41, 0x52, 0x31) },
  { id: 'encoding.utf16', looksLike: startsWith(0xff, 0xfe) },
  { id: 'encoding.utf16', looksLike: startsWith(0xfe, 0xff) },
  { id: 'encoding.utf16', looksLike: isUnmarkedUtf16 },
  { id: 'content.type#image', looksLike: (head) => pictures.some((beginsLike) => beginsLike(head)) },
  { id: 'content.type#binary', looksLike: isBinary },
  {
    id: 'content.type#html',
    looksLike: (_, text) => /^\s*(<!--.*?-->\s*)?<(!doctype html|html|head|body)\b/is.test(text),
  },
  { id: 'content.type#xml', looksLike: (_, text) => /^\s*<(\?xml|Error|soap)\b/i.test(text) },
  { id: 'content.type#json', looksLike: (_, text) => /^\s*[[{]\s*["[{]/.test(text), unless: ['json', 'jsonl'] },
];

/** ASCII in sixteen bits: every second byte is zero. */
function isUnmarkedUtf16(head: Uint8Array): boolean {
  const length = Math.min(head.length, 64) & ~1;
  if (length < 8) return false;
  const zeros = (from: number): number => {
    let count = 0;
    for (let at = from; at < length; at += 2) if (head[at] === 0) count += 1;
    return count;
  };
  const half = length / 2;
  return (zeros(0) >= half * 0.9 && zeros(1) === 0) || (zeros(1) >= half * 0.9 && zeros(0) === 0);
}

/** Of text a NUL here and there is damage, and told by its line; so many are no text. */
function isBinary(head: Uint8Array): boolean {
  const looked = head.subarray(0, sniffedBytes);
  return looked.filter((byte) => byte === 0).length > Math.max(8, looked.length / 20);
}

/** Adds a finding when the first bytes of a file that should be text say that it is something else. */
export const sniffText = (head: Uint8Array, format: FileRules['format'], findings: Findings): boolean => {
  const text = new TextDecoder('latin1').decode(head.subarray(0, sniffedBytes)).replace(/^\xef\xbb\xbf/, '');
  const match = sniffers.find(({ looksLike, unless = [] }) => !unless.includes(format) && looksLike(head, text));
  if (!match) return true;
  findings.add(match.id, { format: formatName(format) });
  return false;
};

/** A format by the name that people know. */
export const formatName = (format: FileRules['format']): string =>
  ({ csv: 'CSV', jsonl: 'JSON Lines', json: 'JSON', parquet: 'Parquet', opaque: 'file', set: 'ZIP' })[format];
