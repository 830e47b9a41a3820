import { createHmac } from 'node:crypto';
import { AwsError } from '../errors.ts';
import type { ChunkSigning } from '../http/request.ts';
import { scopeText, sha256Hex, signingKey } from '../identity/sigv4.ts';

/** A chunk's header line may not be longer than this. */
const maxHeaderBytes = 16_384;

const malformed = (what: string): AwsError =>
  new AwsError('IncompleteBody', `The request body is not well-formed aws-chunked: ${what}`);

/**
 * Unwraps `aws-chunked` bodies (signed chunks, unsigned chunks, trailing headers).
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 *
 * @param signing how chunk signatures are checked; undefined for unsigned chunks
 * @param onTrailer receives the trailing headers, lower-case
 */
export async function* decodeChunks(
  body: AsyncIterable<Uint8Array>,
  signing: ChunkSigning | undefined,
  onTrailer: (name: string, value: string) => void,
): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(body);
  const verifier = signing && new ChunkVerifier(signing);
  for (;;) {
    const header = await reader.line();
    const [sizeText = '', extension = ''] = header.split(';');
    if (!/^[0-9a-fA-F]+$/.test(sizeText)) throw malformed('no chunk size');
    const size = Number.parseInt(sizeText, 16);
    if (size === 0) {
      verifier?.check(extension, new Uint8Array(0));
      break;
    }
    if (verifier) {
      // A chunk is checked as a whole before a byte of it is used; clients send at most a few hundred kilobytes.
      const chunk = await reader.exactly(size);
      verifier.check(extension, chunk);
      yield chunk;
    } else {
      yield* reader.upTo(size);
    }
    if ((await reader.line()) !== '') throw malformed('no line break after a chunk');
  }
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const at = line.indexOf(':');
    onTrailer(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim());
  }
}

class ChunkVerifier {
  readonly #signing: ChunkSigning;
  readonly #key: Buffer;
  #previous: string;

  constructor(signing: ChunkSigning) {
    this.#signing = signing;
    this.#key = signingKey(signing.secret, signing.scope);
    this.#previous = signing.seed;
  }

  check(extension: string, chunk: Uint8Array): void {
    const { amzDate, scope } = this.#signing;
    const text = [
      'AWS4-HMAC-SHA256-PAYLOAD',
      amzDate,
      scopeText(scope),
      this.#previous,
      sha256Hex(''),
      sha256Hex(chunk),
    ];
    const expected = createHmac('sha256', this.#key).update(text.join('\n')).digest('hex');
    if (extension !== `chunk-signature=${expected}`) {
      throw new AwsError('SignatureDoesNotMatch', 'The signature of a chunk does not match.', 403);
    }
    this.#previous = expected;
  }
}

/** Lines and byte runs from a stream, without keeping more than one network chunk. */
class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Up to the next CRLF, without it. At the end of the body: the empty line. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#rest.subarray(0, end).toString('latin1');
        this.#rest = this.#rest.subarray(end + 2);
        return line;
      }
      if (this.#rest.length > maxHeaderBytes) throw malformed('a chunk header without end');
      if (!(await this.#more())) {
        if (this.#rest.length > 0) throw malformed('it ends in the middle of a line');
        return '';
      }
    }
  }

  async exactly(size: number): Promise<Uint8Array> {
    while (this.#rest.length < size) if (!(await this.#more())) throw malformed('it ends in the middle of a chunk');
    const bytes = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    return bytes;
  }

  async *upTo(size: number): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#more())) throw malformed('it ends in the middle of a chunk');
      const bytes = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(bytes.length);
      left -= bytes.length;
      yield bytes;
    }
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done) return false;
    this.#rest = this.#rest.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.#rest, next.value]);
    return true;
  }
}
