import { rowCheck } from './checks.ts';
import { joined } from './content/bytes.ts';
import { sniffedBytes, sniffText } from './content/sniff.ts';
import { Transcoder } from './content/transcode.ts';
import { isCutShort, unpack } from './content/unpack.ts';
import { type Context, checkContext } from './context.ts';
import { checkDocument } from './documents/document.ts';
import { LinesCheck } from './documents/lines.ts';
import { Findings } from './findings.ts';
import { checkParquet } from './parquet.ts';
import type { Report } from './report-document.ts';
import { type FileRules, type Limits, limitsOf } from './rules.ts';
import { type CheckFile, checkSet } from './set.ts';
import { checkSize } from './size.ts';
import type { FileSource, Tools } from './source.ts';
import type { TableOptions } from './table/options.ts';
import { TableCheck } from './table/table.ts';

/** Checks text as it comes. */
interface TextReader {
  push(chunk: Uint8Array): void;
  end(): void;
  /** Undefined for what has no rows. */
  readonly rows: number | undefined;
  /** Nothing more can be read: the rest of the file need not come. */
  readonly isBroken: boolean;
}

/**
 * Checks one upload: size, kind of content, encoding, structure, columns, cells, and how it fits to what came before. Its
 * bytes are read once, its checksum computed on the way. A file of the wrong size is read for its checksum only.
 */
export const validate = async (
  source: FileSource,
  file: FileRules,
  context: Context,
  tools: Tools,
): Promise<Report> => {
  const findings = new Findings(file);
  const hasher = tools.createHasher();
  checkSize(source.size, file, findings);
  const raw = shared(hashed(source.stream(), hasher));
  const isReadable = !findings.hasErrors && source.size > 0;
  const rows = isReadable ? await checkContent(source, raw, file, context, tools, findings) : undefined;
  // Whatever stopped early: the checksum is over all of it.
  for await (const _ of raw);
  const sha256 = hasher.hex();
  checkContext(context, file, { sha256, rows }, findings);
  return {
    version: 1,
    ...findings.conclude(rows),
    ...(rows !== undefined && { rows }),
    bytes: source.size,
    sha256,
  };
};

/** @returns how many rows there are; undefined where there are none to count, or they could not be read */
const checkContent = async (
  source: FileSource,
  raw: AsyncIterable<Uint8Array>,
  file: FileRules,
  context: Context,
  tools: Tools,
  findings: Findings,
): Promise<number | undefined> => {
  if (file.format === 'opaque') return undefined;
  if (file.format === 'parquet') {
    const rows = await checkParquet(source, file, findings);
    if (rows !== undefined) checkRows(rows, file, findings);
    return rows;
  }
  const limits = limitsOf(file, tools.gatheredBytes);
  const check: CheckFile = (bytes, rules, into) => checkText(bytes, rules, context, limits, into);
  if (file.format === 'set') return checkSet(source, file, limits, findings, check);
  return check(unpack(source, raw, file, limits, tools, findings), file, findings);
};

const checkText = async (
  bytes: AsyncIterable<Uint8Array>,
  file: FileRules,
  context: Context,
  limits: Limits,
  findings: Findings,
): Promise<number | undefined> => {
  if (file.format === 'opaque') {
    for await (const _ of bytes);
    return undefined;
  }
  const reader = await readText(bytes, file, findings, () => readerOf(file, limits, context, findings));
  // What was counted up to a place behind which nothing could be read is no number of rows.
  const rows = reader?.isBroken ? undefined : reader?.rows;
  if (rows !== undefined) checkRows(rows, file, findings);
  return rows;
};

const readerOf = (file: FileRules, limits: Limits, context: Context, findings: Findings): TextReader => {
  if (file.format === 'jsonl') return new LinesCheck(file, limits, findings);
  if (file.format === 'json') return checkDocument(file, findings);
  return new TableCheck(file, limits, findings, tableOptions(file, context, findings));
};

const tableOptions = (file: FileRules, { period, checks }: Context, findings: Findings): TableOptions => ({
  ...(period && file.period && { period: { ...period, column: file.period.column } }),
  ...(checks && { onRow: rowCheck(checks, findings) }),
});

/** Undefined when the content is no text of this kind at all. */
const readText = async (
  bytes: AsyncIterable<Uint8Array>,
  file: FileRules,
  findings: Findings,
  createReader: () => TextReader,
): Promise<TextReader | undefined> => {
  const transcoder = file.encoding === undefined ? undefined : new Transcoder(file.encoding, findings);
  let reader: TextReader | undefined;
  let head: Uint8Array = new Uint8Array();
  const begin = (): boolean => {
    if (!sniffText(head, file.format, findings)) return false;
    reader = createReader();
    reader.push(head);
    return true;
  };
  for await (const chunk of bytes) {
    const text = transcoder ? transcoder.push(chunk) : chunk;
    if (reader) reader.push(text);
    else {
      head = joined(head, text);
      if (head.length >= sniffedBytes && !begin()) return undefined;
    }
    if (reader?.isBroken) return reader;
  }
  if (!reader && head.length === 0 && findings.hasErrors) return undefined;
  if (!reader && !begin()) return undefined;
  if (isCutShort(findings)) return undefined;
  transcoder?.end();
  reader?.end();
  return reader;
};

const checkRows = (rows: number, { rows: bounds = {} }: FileRules, findings: Findings): void => {
  if (bounds.min !== undefined && rows < bounds.min && rows > 0) findings.add('rows.tooFew', { min: bounds.min, rows });
  if (bounds.max !== undefined && rows > bounds.max) findings.add('rows.tooMany', { max: bounds.max, rows });
};

/** One iterator for two readers in turn: what the first leaves (it stopped early), the second drains. */
const shared = <T>(source: AsyncIterable<T>): AsyncIterable<T> => {
  const iterator = source[Symbol.asyncIterator]();
  const view = { next: () => iterator.next() };
  return { [Symbol.asyncIterator]: () => view };
};

async function* hashed(
  bytes: AsyncIterable<Uint8Array>,
  hasher: { update(bytes: Uint8Array): void },
): AsyncIterable<Uint8Array> {
  for await (const chunk of bytes) {
    hasher.update(chunk);
    yield chunk;
  }
}
