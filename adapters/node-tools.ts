import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Tools, Undecompressable } from '../core/validation/source.ts';
import { createSha256Hasher } from './system.ts';

/** Large pieces: each costs a turn of the event loop. */
const chunkSize = 256 * 1024;

const zlibCode = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && /^Z_/.test(String(error.code))
    ? String(error.code)
    : undefined;

/** Hashing and decompressing as Node does it best: zlib reads every member of a gzip file, as `gunzip` does. */
export const nodeTools: Tools = {
  createHasher: createSha256Hasher,
  async *gunzip(bytes) {
    const gunzip = createGunzip({ chunkSize });
    const packed = Readable.from(bytes);
    // Why the reading of what is compressed failed: a connection, and none of the file's doing.
    let failed: unknown;
    packed.once('error', (error) => {
      failed = error;
      gunzip.destroy(error);
    });
    try {
      for await (const chunk of packed.pipe(gunzip)) yield chunk;
    } catch (error) {
      const code = zlibCode(error);
      if (failed === undefined && code !== undefined)
        throw new Undecompressable(code === 'Z_BUF_ERROR', { cause: error });
      throw failed ?? error;
    } finally {
      packed.destroy();
    }
  },
};
