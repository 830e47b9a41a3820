import { createHash } from 'node:crypto';
import { AwsError } from '../errors.ts';
import { type Authenticated, type AwsRequest, readBody } from '../http/request.ts';
import { type ChecksumName, checksumNames, createChecksum, isChecksumName, type RunningChecksum } from './checksums.ts';
import { decodeChunks } from './chunked.ts';
import type { ObjectStore } from './object-store.ts';
import { notImplemented } from './responses.ts';

/** A body that is on disk and proved to be what the sender meant. */
export interface ReceivedBody {
  readonly blob: string;
  readonly size: number;
  readonly md5: string;
  readonly checksums: Readonly<Record<string, string>>;
}

const streamingPrefix = 'STREAMING-';

/** One PUT takes at most 5 GiB. */
const maxPutBytes = 5 * 2 ** 30;

/**
 * Receives an object's bytes as a stream: unwraps aws-chunked, checks length, payload hash, Content-MD5 and every
 * declared checksum (header or trailer). Nothing is kept of a body that does not fit.
 *
 * @param wanted the checksum that S3 adds when the sender declared none
 */
export const receiveBody = async (
  request: AwsRequest,
  auth: Authenticated,
  store: ObjectStore,
  wanted: ChecksumName = 'crc64nvme',
): Promise<ReceivedBody> => {
  const body = new VerifiedBody(request, auth, wanted);
  const blob = await store.write(body.bytes());
  try {
    const { md5, checksums } = await body.verify();
    return { blob, size: body.size, md5: Buffer.from(md5, 'base64').toString('hex'), checksums };
  } catch (error) {
    store.discard(blob);
    throw error;
  }
};

/** A small body, of XML: checked as an object's is. @throws AwsError */
export const readVerified = async (request: AwsRequest, auth: Authenticated): Promise<Buffer> => {
  const body = new VerifiedBody(request, auth, 'crc32');
  const bytes = await readBody(body.bytes());
  await body.verify();
  return bytes;
};

/** DeleteObjects takes no body whose integrity nobody vouches for. @throws AwsError InvalidRequest */
export const requireIntegrity = ({ headers }: AwsRequest): void => {
  if (Object.keys(headers).some((name) => name === 'content-md5' || /^x-amz-(checksum-|trailer$)/.test(name))) return;
  throw new AwsError('InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
};

/** The bytes of a request, and whether they are what the sender meant. */
class VerifiedBody {
  readonly #request: AwsRequest;
  readonly #auth: Authenticated;
  readonly #declared: Map<ChecksumName, string | undefined>;
  readonly #trailers = new Map<string, string>();
  readonly #running: Map<string, RunningChecksum>;
  #size = 0;

  constructor(request: AwsRequest, auth: Authenticated, wanted: ChecksumName) {
    requirePayloadHash(auth);
    this.#request = request;
    this.#auth = auth;
    this.#declared = declaredChecksums(request);
    this.#running = startChecksums(this.#declared, auth, wanted);
  }

  get size(): number {
    return this.#size;
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    const source = bytesOf(this.#request, this.#auth, (name, value) => this.#trailers.set(name, value));
    for await (const chunk of source) {
      this.#size += chunk.length;
      if (this.#size > maxPutBytes)
        throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
      for (const one of this.#running.values()) one.update(chunk);
      yield chunk;
    }
  }

  /** After the last byte. @returns base64 @throws AwsError */
  async verify(): Promise<{ md5: string; checksums: Record<string, string> }> {
    const results = new Map<string, string>();
    for (const [name, one] of this.#running) results.set(name, await one.base64());
    checkLength(this.#request, this.#size);
    checkPayloadHash(this.#auth, results.get('payload'));
    checkMd5(this.#request, results.get('md5'));
    checkDeclared(this.#declared, this.#trailers, results);
    const kept = [...results].filter(([name]) => isChecksumName(name));
    return { md5: results.get('md5') ?? '', checksums: Object.fromEntries(kept) };
  }
}

/** A body must say how long it is; a form's file does not. @throws AwsError MissingContentLength */
export const requireLength = ({ headers }: AwsRequest): void => {
  if (headers['content-length'] !== undefined || headers['x-amz-decoded-content-length'] !== undefined) return;
  throw new AwsError('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411);
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const payloadHashes =
  /^([0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-UNSIGNED-PAYLOAD-TRAILER|STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?)$/;

const requirePayloadHash = ({ payloadHash }: Authenticated): void => {
  if (payloadHashes.test(payloadHash)) return;
  if (payloadHash === '') {
    throw new AwsError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  }
  throw new AwsError(
    'InvalidArgument',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER), or a valid sha256 value.',
  );
};

const bytesOf = (
  request: AwsRequest,
  auth: Authenticated,
  onTrailer: (name: string, value: string) => void,
): AsyncIterable<Uint8Array> => {
  if (!auth.payloadHash.startsWith(streamingPrefix)) return request.body;
  const isSigned = auth.payloadHash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
  return decodeChunks(request.body, isSigned ? auth.chunkSigning : undefined, onTrailer);
};

/** S3 knows more of them (SHA512, MD5, XXHASH64, …). */
const isUnknownChecksum = (header: string): boolean => {
  const [, name = ''] = /^x-amz-checksum-(.*)$/.exec(header) ?? [];
  return name !== '' && !['algorithm', 'type', 'mode'].includes(name) && !isChecksumName(name);
};

/** Checksums that the sender promised: their value, or undefined where it comes in the trailer. */
const declaredChecksums = (request: AwsRequest): Map<ChecksumName, string | undefined> => {
  const unknown = Object.keys(request.headers).find(isUnknownChecksum);
  // Passed over it would be a promise that nobody checks.
  if (unknown !== undefined) throw notImplemented(unknown);
  const declared = new Map<ChecksumName, string | undefined>();
  for (const name of checksumNames) {
    const value = request.headers[`x-amz-checksum-${name}`];
    if (value === undefined) continue;
    if (Buffer.from(value, 'base64').length !== checksumBytes[name]) {
      throw new AwsError('InvalidRequest', `Value for x-amz-checksum-${name} header is invalid.`);
    }
    declared.set(name, value);
  }
  const trailer = request.headers['x-amz-trailer']?.toLowerCase().replace('x-amz-checksum-', '') ?? '';
  if (isChecksumName(trailer)) declared.set(trailer, undefined);
  if (declared.size > 1) {
    throw new AwsError(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  requireAnnounced(request.headers['x-amz-sdk-checksum-algorithm'], declared);
  return declared;
};

/** What an SDK says that it computes must be there. */
const requireAnnounced = (algorithm: string | undefined, declared: ReadonlyMap<string, unknown>): void => {
  if (algorithm === undefined || declared.has(algorithm.toLowerCase())) return;
  throw new AwsError(
    'InvalidRequest',
    declared.size === 0
      ? 'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.'
      : 'Value for x-amz-sdk-checksum-algorithm header is invalid.',
  );
};

const checksumBytes: Readonly<Record<ChecksumName, number>> = {
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
  sha1: 20,
  sha256: 32,
};

const startChecksums = (
  declared: ReadonlyMap<ChecksumName, unknown>,
  auth: Authenticated,
  wanted: ChecksumName,
): Map<string, RunningChecksum> => {
  const md5 = createHash('md5');
  const running = new Map<string, RunningChecksum>([
    ['md5', { update: (bytes) => void md5.update(bytes), base64: async () => md5.digest('base64') }],
  ]);
  for (const name of declared.keys()) running.set(name, createChecksum(name));
  if (declared.size === 0) running.set(wanted, createChecksum(wanted));
  if (/^[0-9a-f]{64}$/.test(auth.payloadHash)) running.set('payload', createChecksum('sha256'));
  return running;
};

const checkLength = (request: AwsRequest, size: number): void => {
  const expected = request.headers['x-amz-decoded-content-length'] ?? request.headers['content-length'];
  if (expected !== undefined && Number(expected) !== size) {
    throw new AwsError(
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header',
    );
  }
};

const checkPayloadHash = ({ payloadHash }: Authenticated, actual: string | undefined): void => {
  if (actual === undefined) return;
  const hex = Buffer.from(actual, 'base64').toString('hex');
  if (hex === payloadHash) return;
  throw new AwsError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    400,
    {
      ClientComputedContentSHA256: payloadHash,
      S3ComputedContentSHA256: hex,
    },
  );
};

const checkMd5 = (request: AwsRequest, actual: string | undefined): void => {
  const expected = request.headers['content-md5'];
  if (expected === undefined || expected === actual) return;
  if (Buffer.from(expected, 'base64').length !== 16) {
    throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  }
  throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
};

const checkDeclared = (
  declared: ReadonlyMap<ChecksumName, string | undefined>,
  trailers: ReadonlyMap<string, string>,
  results: ReadonlyMap<string, string>,
): void => {
  for (const [name, value] of declared) {
    const expected = value ?? trailers.get(`x-amz-checksum-${name}`);
    if (expected === results.get(name)) continue;
    const label = name.toUpperCase();
    if (expected === undefined)
      throw new AwsError('MalformedTrailerError', `The trailer x-amz-checksum-${name} is missing`);
    throw new AwsError('BadDigest', `The ${label} you specified did not match the calculated checksum.`);
  }
};
