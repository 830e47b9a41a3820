import { BlobWriter, configure, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';

configure({ useWebWorkers: false });

/** A file that goes into an archive. */
export interface FileToPack {
  readonly name: string;
  /** Milliseconds. */
  readonly modifiedAt: number;
  readonly stream: () => ReadableStream<Uint8Array>;
}

/** One ZIP of several files, in their order. The same files make the same bytes. */
export const pack = async (files: readonly FileToPack[]): Promise<Blob> => {
  const writer = new ZipWriter(new BlobWriter('application/zip'), { keepOrder: true, extendedTimestamp: false });
  for (const { name, modifiedAt, stream } of files) {
    await writer.add(name, stream(), { lastModDate: new Date(modifiedAt) });
  }
  return writer.close();
};
