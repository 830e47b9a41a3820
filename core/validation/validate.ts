import type { Feed } from '../feed.ts';
import { checkCsv } from './csv.ts';
import { Findings, type Report } from './findings.ts';
import { gunzip } from './gunzip.ts';
import { sniffText } from './sniff.ts';
import { Utf8Checker } from './utf8.ts';

/** A running SHA-256. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  hex(): string;
}

/**
 * Checks one upload in one pass over its bytes: size, kind of content, encoding, structure, columns, cells.
 * Size is looked at first: a file of the wrong size is not read but for its checksum.
 *
 * @param size bytes, as S3 counted them
 */
export const validate = async (
  bytes: AsyncIterable<Uint8Array>,
  size: number,
  file: Feed['file'],
  hasher: Hasher,
): Promise<Report> => {
  const findings = new Findings();
  checkSize(size, file, findings);
  const sizeIsFine = findings.count === 0;
  const raw = shared(tap(bytes, (chunk) => hasher.update(chunk)));
  let rows: number | undefined;
  if (file.format === 'csv' && sizeIsFine) rows = await checkText(await plain(raw, file, findings), file, findings);
  // Whatever stopped early: the checksum is over all of it.
  await drain(raw);
  return {
    version: 1,
    valid: findings.count === 0,
    ...(rows !== undefined && { rows }),
    bytes: size,
    sha256: hasher.hex(),
    findings: findings.kept,
    totals: findings.totals,
  };
};

/** What a file's size alone tells. */
export const checkSize = (size: number, { minBytes, maxBytes }: Feed['file'], findings: Findings): void => {
  const got = `${size.toLocaleString('en-GB')} bytes`;
  if (size === 0) {
    findings.add({ rule: 'size.empty', expected: 'a file with content', got, fix: 'export the file again' });
  } else if (size < minBytes) {
    const expected = `at least ${minBytes.toLocaleString('en-GB')} bytes`;
    findings.add({ rule: 'size.tooSmall', expected, got, fix: 'check that the export was complete' });
  } else if (size > maxBytes) {
    const expected = `at most ${maxBytes.toLocaleString('en-GB')} bytes`;
    findings.add({ rule: 'size.tooLarge', expected, got, fix: 'send less in one file, or ask us to raise the limit' });
  }
};

/** What is in a compressed file, where the feed takes such. */
const plain = async (
  raw: AsyncIterable<Uint8Array>,
  { gzip, maxBytes }: Feed['file'],
  findings: Findings,
): Promise<AsyncIterable<Uint8Array>> => {
  if (!gzip) return raw;
  const { head, all } = await peek(raw, 2);
  return head[0] === 0x1f && head[1] === 0x8b ? gunzip(all, maxBytes, findings) : all;
};

/** Undefined rows when the content is not text at all. */
const checkText = async (
  bytes: AsyncIterable<Uint8Array>,
  file: Feed['file'],
  findings: Findings,
): Promise<number | undefined> => {
  const { head, all } = await peek(bytes, 512);
  if (!sniffText(head, findings)) {
    await drain(all);
    return undefined;
  }
  const utf8 = new Utf8Checker(findings);
  const checked = tap(all, (chunk) => utf8.chunk(chunk));
  const rest = shared(checked);
  const rows = await checkCsv(rest, file.schema, findings);
  await drain(rest);
  utf8.end();
  return rows;
};

/** One iterator for two readers in turn: what the first leaves (it stopped at an error), the second drains. */
const shared = <T>(source: AsyncIterable<T>): AsyncIterable<T> => {
  const iterator = source[Symbol.asyncIterator]();
  const view = { next: () => iterator.next() };
  return { [Symbol.asyncIterator]: () => view };
};

const drain = async (bytes: AsyncIterable<Uint8Array>): Promise<void> => {
  for await (const _ of bytes);
};

async function* tap(bytes: AsyncIterable<Uint8Array>, look: (chunk: Uint8Array) => void): AsyncIterable<Uint8Array> {
  for await (const chunk of bytes) {
    look(chunk);
    yield chunk;
  }
}

/** The first `wanted` bytes, and all of them again. */
const peek = async (
  bytes: AsyncIterable<Uint8Array>,
  wanted: number,
): Promise<{ head: Uint8Array; all: AsyncIterable<Uint8Array> }> => {
  const iterator = bytes[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < wanted) {
    const next = await iterator.next();
    if (next.done) break;
    chunks.push(next.value);
    length += next.value.length;
  }
  const head = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    head.set(chunk, at);
    at += chunk.length;
  }
  async function* all(): AsyncIterable<Uint8Array> {
    yield* chunks;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  return { head, all: all() };
};
