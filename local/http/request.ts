import type { Principal } from '../identity/identities.ts';

/** One HTTP request as the services see it, before its body is read. */
export interface AwsRequest {
  readonly id: string;
  readonly method: string;
  /** As sent on the wire, without the query. */
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly sourceIp: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** A request whose sender is known. */
export interface Authenticated {
  readonly principal: Principal;
  /** `x-amz-content-sha256`, or UNSIGNED-PAYLOAD for presigned URLs. */
  readonly payloadHash: string;
  readonly via: 'header' | 'query' | 'post' | 'none';
  /** What later chunks of a signed stream are checked with. */
  readonly chunkSigning?: ChunkSigning;
  /** Milliseconds since a presigned URL, or the policy of a form, was signed. */
  readonly signatureAge?: number;
  readonly service: string;
}

/** Seed and key of `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`. */
export interface ChunkSigning {
  readonly secret: string;
  readonly scope: { readonly date: string; readonly region: string; readonly service: string };
  readonly amzDate: string;
  readonly seed: string;
}

/** What is answered. A stream or bytes; headers as they are sent. */
export interface AwsResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | NodeJS.ReadableStream;
}

export const queryValue = (request: Pick<AwsRequest, 'query'>, name: string): string | undefined =>
  request.query.find(([key]) => key === name)?.[1];

/** `/a/b?x=1&y` → path and decoded pairs. `+` is a plus: AWS clients send %20. */
export const splitUrl = (url: string): Pick<AwsRequest, 'path' | 'query'> => {
  const at = url.indexOf('?');
  if (at < 0) return { path: url, query: [] };
  const query = url
    .slice(at + 1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? ([decode(pair), ''] as const)
        : ([decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))] as const);
    });
  return { path: url.slice(0, at), query };
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Reads a whole body of at most `limit` bytes; requests of JSON and query services are small. */
export const readBody = async (body: AsyncIterable<Uint8Array>, limit = 2_000_000): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > limit) throw new RangeError(`a request body of more than ${limit} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
};
