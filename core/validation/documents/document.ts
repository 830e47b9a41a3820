import type { Findings } from '../findings.ts';
import { Kernel } from '../kernel/kernel.ts';
import type { TextRules } from '../rules.ts';
import { DocumentJudge } from './judge.ts';
import { isParsed } from './parsed.ts';

const guardBytes = 128;

/** Checks one JSON document (RFC 8259). It is read whole: `core/validation/ceiling.ts` says how large it may be. */
export const checkDocument = ({ jsonSchema }: TextRules, findings: Findings) => {
  const chunks: Uint8Array[] = [];
  return {
    rows: undefined,
    isBroken: false,
    push: (chunk: Uint8Array): void => {
      chunks.push(chunk.slice());
    },
    end: (): void => {
      const text = readText(chunks, findings);
      if (text !== undefined) new DocumentJudge(jsonSchema, findings).judge(JSON.parse(text), {});
    },
  };
};

/** The document's text; undefined, with a finding, when it is no JSON. */
const readText = (chunks: readonly Uint8Array[], findings: Findings): string | undefined => {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const kernel = new Kernel();
  const from = kernel.allocate(size + guardBytes);
  const { bytes } = kernel;
  let to = from;
  for (const chunk of chunks) {
    bytes.set(chunk, to);
    to += chunk.length;
  }
  bytes.fill(0x0a, to, to + guardBytes);
  const decode = (start: number, end: number) =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(start, end));
  const lineOf = (at: number): number => 1 + [...decode(from, at).matchAll(/\r\n|\n|\r/g)].length;
  const soundTo = kernel.exports.checkText(from, to);
  if (soundTo < to) {
    findings.add(kernel.exports.fault.value === 2 ? 'encoding.nul' : 'encoding.utf8', {}, { line: lineOf(soundTo) });
    return undefined;
  }
  const start = bytes[from] === 0xef && bytes[from + 1] === 0xbb ? from + 3 : from;
  if (kernel.exports.parseDocument(start, to, 1) !== 0) return decode(start, to);
  const text = decode(start, to);
  if (isParsed(text)) return text;
  const at = Math.min(kernel.exports.faultAt.value, to);
  const line = lineOf(at);
  if (decode(at, to).trim() === '') findings.add('json.truncated', {}, { line });
  else {
    const before = decode(start, at);
    const found = `"${decode(at, Math.min(at + 12, to)).slice(0, 8)}"`;
    findings.add(
      'json.syntax',
      { found, at: before.length - Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) },
      { line },
    );
  }
  return undefined;
};
