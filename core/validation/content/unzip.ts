import {
  type CreateReadableOptions,
  type Entry,
  ERR_BAD_FORMAT,
  ERR_EOCDR_NOT_FOUND,
  type FileEntry,
  type Reader,
  ZipReader,
} from '@zip.js/zip.js/lib/zip-core-reader.js';
import type { Findings } from '../findings.ts';
import { type FileSource, type Tools, Undecompressable } from '../source.ts';
import { chunksOf, toStream } from './streams.ts';

/** More entries than anybody sends by mistake: what is behind them is not read. */
export const mostEntries = 1000;

/** Bytes of an archive that are read at once. */
const chunkBytes = 65_536;

/** A file as the library reads it. Its own class for that comes only with all that writes archives: half as much code again. */
class SourceReader implements Reader<FileSource> {
  readonly #source: FileSource;
  readonly size: number;

  constructor(source: FileSource) {
    this.#source = source;
    this.size = source.size;
  }

  /** What reading failed of, if it did: the file's place, not the file. */
  failure: unknown;

  async readUint8Array(index: number, length: number): Promise<Uint8Array> {
    try {
      return await this.#source.slice(index, Math.min(index + length, this.#source.size));
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.createReadable();
  }

  createReadable({ offset = 0, size = this.size - offset }: CreateReadableOptions = {}): ReadableStream<Uint8Array> {
    return toStream(this.#chunks(offset, offset + size));
  }

  async *#chunks(from: number, to: number): AsyncGenerator<Uint8Array> {
    for (let at = from; at < to; at += chunkBytes) yield this.readUint8Array(at, Math.min(chunkBytes, to - at));
  }

  /** Whatever goes wrong but for that is wrong in the file: the library has many words for it. */
  told(error: unknown): unknown {
    if (this.failure !== undefined) return this.failure;
    const isCut = error instanceof Error && [ERR_EOCDR_NOT_FOUND, ERR_BAD_FORMAT].includes(error.message);
    // The directory stands at the end of an archive: without it the end is missing.
    return new Undecompressable(isCut, { cause: error });
  }
}

/**
 * The one file that is in an archive; undefined, with a finding, when it is not one file or cannot be read. Its checksum
 * may lie beside it (`data.csv.sha256`, as `sha256sum` writes it), and is compared.
 */
export const unzip = (
  source: FileSource,
  tools: Tools,
  findings: Findings,
): Promise<AsyncIterable<Uint8Array> | undefined> =>
  opened(source, findings, async (reader, entries) => {
    const files = filesAmong(entries);
    const beside = files.find(({ filename }) => files.some((one) => filename === `${one.filename}.sha256`));
    const file = onlyFile(
      entries,
      files.filter((one) => one !== beside),
      findings,
    );
    if (!file) return undefined;
    const content = read(reader, file);
    return beside ? compared(content, await textOf(reader, beside), tools, findings) : content;
  });

/** A file in an archive of several. */
export interface PackedFile {
  readonly name: string;
  /** @throws Undecompressable */
  readonly read: () => AsyncIterable<Uint8Array>;
}

/** All files in an archive, none in a folder; undefined, with a finding, when they cannot be read. */
export const filesIn = (source: FileSource, findings: Findings): Promise<readonly PackedFile[] | undefined> =>
  opened(source, findings, async (reader, entries) => {
    // A set of which a part was not looked at is not whole.
    if (entries.length > mostEntries) {
      findings.add('archive.many', { most: mostEntries });
      return undefined;
    }
    const files = filesAmong(entries);
    const inFolder = files.find(({ filename }) => /[/\\]/.test(filename));
    if (inFolder) findings.add('archive.folder', { names: inFolder.filename });
    else if (files.some(({ encrypted }) => encrypted)) findings.add('archive.encrypted', {});
    else return files.map((file) => ({ name: file.filename, read: () => read(reader, file) }));
    return undefined;
  });

const filesAmong = (entries: readonly Entry[]): FileEntry[] =>
  entries.filter((entry) => !entry.directory).filter(({ filename }) => !isOfSystem(filename));

/** Undefined, with a finding, for an archive that is damaged or breaks off. */
const opened = async <T>(
  source: FileSource,
  findings: Findings,
  look: (reader: SourceReader, entries: readonly Entry[]) => Promise<T | undefined>,
): Promise<T | undefined> => {
  const reader = new SourceReader(source);
  try {
    return await look(reader, await entriesOf(reader));
  } catch (error) {
    const told = error instanceof Undecompressable ? error : reader.told(error);
    if (!(told instanceof Undecompressable)) throw told;
    findings.add(told.isTruncated ? 'archive.truncated' : 'archive.damaged', { kind: 'zip' });
    return undefined;
  }
};

/** What systems add to an archive, unseen by who makes it. */
const isOfSystem = (name: string): boolean => /^__MACOSX\/|(^|\/)(\.DS_Store|Thumbs\.db)$/.test(name);

const entriesOf = async (reader: SourceReader): Promise<Entry[]> => {
  const entries: Entry[] = [];
  // Everything happens where the engine runs: it is in a worker already, or in a function of its own.
  const archive = new ZipReader(reader, { useWebWorkers: false });
  for await (const entry of archive.getEntriesGenerator()) {
    entries.push(entry);
    if (entries.length > mostEntries) break;
  }
  return entries;
};

/** Undefined, with a finding, when it is not one, in no folder, without a password. */
const onlyFile = (
  entries: readonly Entry[],
  files: readonly FileEntry[],
  findings: Findings,
): FileEntry | undefined => {
  const [file] = files;
  const names = entries.slice(0, 5).map(({ filename }) => filename);
  if (!file || files.length > 1) {
    findings.add('archive.entries', { count: files.length, names: names.length > 0 ? `: ${names.join(', ')}` : '' });
  } else if (/[/\\]/.test(file.filename)) findings.add('archive.folder', { names: file.filename });
  else if (file.encrypted) findings.add('archive.encrypted', {});
  else return file;
  return undefined;
};

/** The bytes of an entry as they come. @throws Undecompressable */
async function* read(reader: SourceReader, file: FileEntry): AsyncGenerator<Uint8Array> {
  try {
    yield* chunksOf(piped((writable) => file.getData(writable, { checkSignature: true })));
  } catch (error) {
    throw reader.told(error);
  }
}

/**
 * What somebody writes, to be read. A writer that fails before its first byte would leave a plain pipe open for ever:
 * here its failure is what the reader meets.
 */
const piped = (write: (writable: WritableStream<Uint8Array>) => Promise<unknown>): ReadableStream<Uint8Array> => {
  let wake = (): void => undefined;
  let isOver = false;
  return new ReadableStream<Uint8Array>({
    start(reader) {
      const writable = new WritableStream<Uint8Array>({
        async write(chunk) {
          if (isOver) throw new Error('nobody reads any more');
          reader.enqueue(chunk);
          if ((reader.desiredSize ?? 0) <= 0) await new Promise<void>((resolve) => (wake = resolve));
        },
      });
      write(writable).then(
        () => isOver || reader.close(),
        (error: unknown) => isOver || reader.error(error),
      );
    },
    pull: () => wake(),
    cancel: () => {
      isOver = true;
      wake();
    },
  });
};

/** Of a file of a line: no more is read. */
const textOf = async (reader: SourceReader, file: FileEntry): Promise<string> => {
  let text = '';
  for await (const chunk of read(reader, file)) {
    text += new TextDecoder('latin1').decode(chunk);
    if (text.length > 1000) break;
  }
  return text;
};

async function* compared(
  content: AsyncIterable<Uint8Array>,
  line: string,
  tools: Tools,
  findings: Findings,
): AsyncGenerator<Uint8Array> {
  const hasher = tools.createHasher();
  for await (const chunk of content) {
    hasher.update(chunk);
    yield chunk;
  }
  const announced = line.trim().split(/\s/)[0]?.toLowerCase() ?? '';
  const sha256 = hasher.hex();
  if (announced !== sha256) findings.add('checksum.mismatch', { announced }, {}, sha256);
}
