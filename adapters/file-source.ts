import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileSource } from '../core/validation/source.ts';

/** Large enough to be fast; larger ones would only be more memory that waits to be collected. */
const chunkBytes = 256 * 1024;

/**
 * A file on this machine.
 *
 * @param onRead how many bytes were read of it so far
 * @throws Error as Node says it: it is not there, it is a folder, it may not be read
 */
export const fileSource = async (
  path: string,
  onRead: (bytes: number) => void = () => undefined,
): Promise<FileSource> => {
  const { size } = await stat(path);
  return {
    size,
    async *stream() {
      let read = 0;
      for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
        yield chunk;
        read += chunk.length;
        onRead(read);
      }
    },
    async slice(from, to) {
      const handle = await open(path);
      try {
        const bytes = new Uint8Array(Math.max(0, to - from));
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
        return bytes.subarray(0, bytesRead);
      } finally {
        await handle.close();
      }
    },
  };
};
