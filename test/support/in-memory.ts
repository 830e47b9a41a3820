import type { FileSource } from '../../core/validation/source.ts';

/** A file in memory that comes in chunks of `step` bytes. */
export const inMemory = (bytes: Uint8Array, step = 65_536): FileSource => ({
  size: bytes.length,
  stream: async function* () {
    for (let at = 0; at < bytes.length; at += step) yield new Uint8Array(bytes.subarray(at, at + step));
  },
  slice: async (from, to) => new Uint8Array(bytes.subarray(from, to)),
});
