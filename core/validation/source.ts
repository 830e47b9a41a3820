/** A file to be checked: wherever it lies, it can be read from its beginning and in pieces. */
export interface FileSource {
  /** Bytes. */
  readonly size: number;
  /** All of it, from the beginning. Whoever stops early lets it go. */
  stream(): AsyncIterable<Uint8Array>;
  /** The bytes from `from` up to, not including, `to`. */
  slice(from: number, to: number): Promise<Uint8Array>;
}

/** A file that is in memory. @param step bytes that come at once; all of them by default */
export const inMemory = (bytes: Uint8Array, step = Math.max(1, bytes.length)): FileSource => ({
  size: bytes.length,
  stream: async function* () {
    for (let at = 0; at < bytes.length; at += step) yield bytes.slice(at, at + step);
  },
  slice: async (from, to) => bytes.slice(from, to),
});

/** A running SHA-256. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  hex(): string;
}

/** What the engine does not do itself, because every place does it best in its own way. */
export interface Tools {
  createHasher(): Hasher;
  /** Decompresses gzip as it comes. @throws Undecompressable when the bytes are none, or break off */
  gunzip(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** See `Limits.gatheredBytes`. */
  readonly gatheredBytes?: number;
}

/** Compressed bytes that cannot be decompressed; a broken connection is none of these. */
export class Undecompressable extends Error {
  override readonly name = 'Undecompressable';
  readonly isTruncated: boolean;

  constructor(isTruncated: boolean, options?: ErrorOptions) {
    super(isTruncated ? 'the compressed file breaks off' : 'the compressed file is damaged', options);
    this.isTruncated = isTruncated;
  }
}
