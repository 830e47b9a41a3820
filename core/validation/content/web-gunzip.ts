import { Undecompressable } from '../source.ts';
import { chunksOf, toStream } from './streams.ts';

/** Decompresses with what browsers have, and Node too; it reads one member, as the standard says. */
export async function* webGunzip(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunksOf(toStream(bytes).pipeThrough(new DecompressionStream('gzip')));
  } catch (error) {
    // What it throws at bytes that are none of gzip; a broken connection is nothing of that kind.
    if (!(error instanceof TypeError)) throw error;
    throw new Undecompressable(/truncat|unexpected end/i.test(`${error.message} ${error.cause}`), { cause: error });
  }
}
