import type { Findings } from './findings.ts';

interface Sniffer {
  readonly looksLike: (head: Uint8Array, text: string) => boolean;
  readonly got: string;
  readonly fix: string;
}

const startsWith =
  (...bytes: number[]) =>
  (head: Uint8Array): boolean =>
    bytes.every((byte, index) => head[index] === byte);

/** Files that are often sent by mistake where text was asked for, most specific first. */
const sniffers: readonly Sniffer[] = [
  {
    looksLike: (_, text) => /^-{2,}\w+\r?\nContent-Disposition: form-data/i.test(text),
    got: 'a web form envelope around the file (multipart/form-data)',
    fix: 'send the file itself as the body of the PUT, not a form: curl -T FILE, or fetch(url, { body: file })',
  },
  {
    looksLike: startsWith(0x50, 0x4b, 0x03, 0x04),
    got: 'a ZIP archive or Excel workbook',
    fix: 'in Excel choose "Save as" and "CSV UTF-8"; do not compress the file',
  },
  { looksLike: startsWith(0xd0, 0xcf, 0x11, 0xe0), got: 'an old Excel workbook', fix: 'save it as "CSV UTF-8"' },
  { looksLike: startsWith(0x1f, 0x8b), got: 'a gzip file', fix: 'decompress it before sending' },
  { looksLike: startsWith(0x25, 0x50, 0x44, 0x46), got: 'a PDF document', fix: 'export the data as CSV' },
  { looksLike: startsWith(0xff, 0xfe), got: 'UTF-16 text', fix: 'save it as UTF-8' },
  { looksLike: startsWith(0xfe, 0xff), got: 'UTF-16 text', fix: 'save it as UTF-8' },
  {
    looksLike: (_, text) => /^\s*<(!doctype html|html|head|body)\b/i.test(text),
    got: 'a web page (HTML), perhaps an error page that was saved',
    fix: 'open the file, find out what it says, and export the data again',
  },
  { looksLike: (_, text) => /^\s*<\?xml\b/i.test(text), got: 'XML', fix: 'export the data as CSV' },
];

/** Adds a finding when the first bytes of a file that should be text say that it is something else. */
export const sniffText = (head: Uint8Array, findings: Findings): boolean => {
  const text = new TextDecoder('latin1').decode(head.subarray(0, 512));
  const match = sniffers.find(({ looksLike }) => looksLike(head, text));
  if (!match) return true;
  findings.add({ rule: 'content.type', expected: 'CSV text', got: match.got, fix: match.fix });
  return false;
};
