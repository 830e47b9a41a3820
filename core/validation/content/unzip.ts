import { configure, ERR_BAD_FORMAT, ERR_EOCDR_NOT_FOUND, Reader, ZipReader } from '@zip.js/zip.js';
import type { Findings } from '../findings.ts';
import { type FileSource, Undecompressable } from '../source.ts';

// Everything happens where the engine runs: it is in a worker already, or in a function of its own.
configure({ useWebWorkers: false });

/** More entries than anybody sends by mistake: their names are not read. */
const mostEntries = 1000;

class SourceReader extends Reader<FileSource> {
  readonly #source: FileSource;

  constructor(source: FileSource) {
    super(source);
    this.#source = source;
    this.size = source.size;
  }

  override readUint8Array(index: number, length: number): Promise<Uint8Array> {
    return this.#source.slice(index, Math.min(index + length, this.#source.size));
  }
}

/** The one file that is in an archive; undefined, with a finding, when it is not one file or cannot be read. */
export const unzip = async (source: FileSource, findings: Findings): Promise<AsyncIterable<Uint8Array> | undefined> => {
  const reader = new ZipReader(new SourceReader(source));
  try {
    const entries = [];
    for await (const entry of reader.getEntriesGenerator()) {
      entries.push(entry);
      if (entries.length >= mostEntries) break;
    }
    const files = entries.filter(({ directory }) => !directory);
    const [file] = files;
    const names = entries
      .slice(0, 5)
      .map(({ filename }) => filename)
      .join(', ');
    if (!file || file.directory || files.length > 1) {
      findings.add('archive.entries', { count: files.length, names });
      return undefined;
    }
    if (file.filename.includes('/') || file.filename.includes('\\')) {
      findings.add('archive.folder', { names: file.filename });
      return undefined;
    }
    if (file.encrypted) {
      findings.add('archive.encrypted', {});
      return undefined;
    }
    const pipe = new TransformStream<Uint8Array, Uint8Array>();
    const written = file.getData(pipe.writable, { checkSignature: true });
    return readEntry(pipe.readable, written);
  } catch (error) {
    if (!isFormatError(error)) throw error;
    findings.add(isCut(error) ? 'archive.truncated' : 'archive.damaged', { kind: 'zip' });
    return undefined;
  }
};

async function* readEntry(readable: ReadableStream<Uint8Array>, written: Promise<unknown>): AsyncGenerator<Uint8Array> {
  // Told by the stream as well; a rejection nobody waits for would end the process.
  const failure = written.then(
    () => undefined,
    (error: unknown) => error,
  );
  try {
    yield* readable;
  } catch (error) {
    throw isFormatError(error) ? new Undecompressable(false, { cause: error }) : error;
  }
  const error = await failure;
  if (error !== undefined) throw isFormatError(error) ? new Undecompressable(false, { cause: error }) : error;
}

/** What the library and the platform's decompressor say of bytes that are not as they should be. */
const isFormatError = (error: unknown): error is Error =>
  error instanceof Error &&
  (error instanceof TypeError ||
    error instanceof RangeError ||
    /invalid|corrupt|format|signature|not found|unsupported|incorrect|ambiguous|split zip|data descriptor|size/i.test(
      error.message,
    ));

/** The directory stands at the end of an archive: without it the end is missing. */
const isCut = ({ message }: Error): boolean => message === ERR_EOCDR_NOT_FOUND || message === ERR_BAD_FORMAT;
