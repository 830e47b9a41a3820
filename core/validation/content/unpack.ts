import type { Findings } from '../findings.ts';
import type { FileRules, Limits } from '../rules.ts';
import { type FileSource, type Tools, Undecompressable } from '../source.ts';
import { unzip } from './unzip.ts';

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
  const magic = source.size >= 4 ? await source.slice(0, 4) : new Uint8Array();
  if (file.gzip && isGzip(magic)) {
    yield* limited(guarded(tools.gunzip(raw), 'gzip', findings), source.size, limits, findings);
  } else if (file.zip && isZip(magic)) {
    const entry = await unzip(source, findings);
    if (entry) yield* limited(guarded(entry, 'zip', findings), source.size, limits, findings);
  } else yield* raw;
}

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;
export const isZip = (head: Uint8Array): boolean => head[0] === 0x50 && head[1] === 0x4b && (head[2] ?? 9) < 9;

/** A file that was compressed twice is told by its first bytes; one that is damaged, where it breaks. */
async function* guarded(
  bytes: AsyncIterable<Uint8Array>,
  kind: 'gzip' | 'zip',
  findings: Findings,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  try {
    for await (const chunk of bytes) {
      if (isFirst && (isGzip(chunk) || isZip(chunk))) {
        findings.add('archive.nested', {});
        return;
      }
      isFirst = false;
      yield chunk;
    }
  } catch (error) {
    if (!(error instanceof Undecompressable)) throw error;
    findings.add(error.isTruncated ? 'archive.truncated' : 'archive.damaged', { kind });
  }
}

/** Stops a bomb: what comes out is bounded, in itself and by what went in. */
async function* limited(
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
