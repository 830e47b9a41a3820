import type { Findings } from '../findings.ts';
import type { FileRules, Limits } from '../rules.ts';
import { type FileSource, type Tools, Undecompressable } from '../source.ts';
import { joined } from './bytes.ts';
import { unzip } from './unzip.ts';

/** So many tell gzip and ZIP. */
const magicBytes = 4;

/** Before so much came out a ratio tells nothing: a small file of zeros is no bomb. */
const ratioFrom = 10_000_000;

/** What is in a file, where the feed takes compressed ones; the file itself where it is none. */
export async function* unpack(
  source: FileSource,
  raw: AsyncIterable<Uint8Array>,
  file: FileRules,
  limits: Limits,
  tools: Tools,
  findings: Findings,
): AsyncGenerator<Uint8Array> {
  const magic = source.size >= magicBytes ? await source.slice(0, magicBytes) : new Uint8Array();
  if (file.gzip && isGzip(magic)) {
    yield* limited(guarded(tools.gunzip(raw), 'gzip', file, findings), source.size, limits, findings);
  } else if (file.zip && isZip(magic)) {
    const entry = await unzip(source, tools, findings);
    if (entry) yield* limited(guarded(entry, 'zip', file, findings), source.size, limits, findings);
  } else yield* raw;
}

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;
export const isZip = (head: Uint8Array): boolean => head[0] === 0x50 && head[1] === 0x4b && (head[2] ?? 9) < 9;

/**
 * A file that was compressed twice is told by its first bytes; one that is damaged, where it breaks. What nobody reads
 * may well be an archive: many kinds of documents are.
 */
export async function* guarded(
  bytes: AsyncIterable<Uint8Array>,
  kind: 'gzip' | 'zip',
  { format }: Pick<FileRules, 'format'>,
  findings: Findings,
): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = format === 'opaque' ? undefined : new Uint8Array();
  try {
    for await (const chunk of bytes) {
      if (!head) {
        yield chunk;
        continue;
      }
      head = joined(head, chunk);
      if (head.length < magicBytes) continue;
      if (isGzip(head) || isZip(head)) {
        findings.add('archive.nested', {});
        return;
      }
      yield head;
      head = undefined;
    }
    if (head) yield head;
  } catch (error) {
    if (!(error instanceof Undecompressable)) throw error;
    findings.add(error.isTruncated ? 'archive.truncated' : 'archive.damaged', { kind });
  }
}

/** What came out was not all: what its end looks like tells nothing. */
export const isCutShort = (findings: Findings): boolean =>
  ['limit.unpacked', 'limit.ratio', 'archive.nested', 'archive.truncated', 'archive.damaged'].some(
    (rule) => findings.total(rule) > 0,
  );

/** Stops a bomb: what comes out is bounded, in itself and by what went in. */
export async function* limited(
  bytes: AsyncIterable<Uint8Array>,
  packedBytes: number,
  { unpackedBytes, ratio }: Limits,
  findings: Findings,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > unpackedBytes) {
      findings.add('limit.unpacked', { max: unpackedBytes });
      return;
    }
    if (size > ratioFrom && size > packedBytes * ratio) {
      findings.add('limit.ratio', { max: ratio });
      return;
    }
    yield chunk;
  }
}
