import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Tools, Undecompressable } from '../core/validation/source.ts';
import { createSha256Hasher } from './system.ts';

/** Large pieces: each costs a turn of the event loop. */
const chunkSize = 256 * 1024;

const isZlib = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');

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
      if (failed === undefined && isZlib(error))
        throw new Undecompressable(error.code === 'Z_BUF_ERROR', { cause: error });
      throw failed ?? error;
    } finally {
      packed.destroy();
    }
  },
};
