import type { Findings } from './findings.ts';

/**
 * Decompresses as it is read, and stops where a file would be larger than the feed takes: a bomb costs no more than that.
 */
export async function* gunzip(
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
  findings: Findings,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  try {
    for await (const chunk of ReadableStream.from(bytes).pipeThrough(new DecompressionStream('gzip'))) {
      size += chunk.length;
      if (size > maxBytes) {
        const expected = `at most ${maxBytes.toLocaleString('en-GB')} bytes once decompressed`;
        findings.add({ rule: 'size.tooLarge', expected, got: 'more', fix: 'send less in one file' });
        return;
      }
      yield chunk;
    }
  } catch (error) {
    // What the decompressor throws at bytes that are none of gzip; a broken connection is no finding.
    if (!(error instanceof TypeError)) throw error;
    findings.add({
      rule: 'content.type',
      expected: 'a whole gzip file',
      got: 'a damaged or truncated one',
      fix: 'compress it again, and send all of it',
    });
  }
}
