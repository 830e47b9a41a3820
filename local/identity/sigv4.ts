import { createHash, createHmac } from 'node:crypto';

/** The parts of a request that a signature covers. `path` is as sent on the wire, without the query. */
export interface SignedParts {
  readonly method: string;
  readonly path: string;
  /** Decoded names and values, in any order, without the signature itself. */
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
}

/** `<date>/<region>/<service>/aws4_request` */
export interface Scope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** Percent-encoding as SigV4 wants it: everything but unreserved characters (RFC 3986 §2.3). */
export const uriEncode = (value: string): string =>
  encodeURIComponent(value).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * The canonical request. S3 encodes the path once and keeps it as it is; every other service normalizes it and encodes
 * it twice. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export const canonicalRequest = (parts: SignedParts, service: string): string => {
  const headers = parts.signedHeaders.map((name) => `${name}:${canonicalValue(parts.headers[name] ?? '')}\n`).join('');
  return [
    parts.method,
    service === 's3' ? encodedOnce(parts.path) : normalizedAndEncodedAgain(parts.path),
    canonicalQuery(parts.query),
    headers,
    parts.signedHeaders.join(';'),
    parts.payloadHash,
  ].join('\n');
};

const canonicalValue = (value: string): string => value.trim().replaceAll(/ +/g, ' ');

const canonicalQuery = (query: SignedParts['query']): string =>
  query
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const encodedOnce = (path: string): string =>
  path
    .split('/')
    .map((part) => uriEncode(decoded(part)))
    .join('/') || '/';

const normalizedAndEncodedAgain = (path: string): string => {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const trailing = parts.length > 0 && /\/(\.{1,2})?$/.test(path) ? '/' : '';
  return `/${parts.map((part) => uriEncode(part)).join('/')}${trailing}`;
};

export const sha256Hex = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

const hmac = (key: string | Uint8Array, data: string): Buffer => createHmac('sha256', key).update(data).digest();

export const scopeText = ({ date, region, service }: Scope): string => `${date}/${region}/${service}/aws4_request`;

export const stringToSign = (canonical: string, amzDate: string, scope: Scope): string =>
  ['AWS4-HMAC-SHA256', amzDate, scopeText(scope), sha256Hex(canonical)].join('\n');

export const signingKey = (secret: string, { date, region, service }: Scope): Buffer =>
  hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), 'aws4_request');

/** Lower-case hex signature of a string to sign (also of each chunk of a signed stream). */
export const signature = (secret: string, scope: Scope, text: string): string =>
  createHmac('sha256', signingKey(secret, scope)).update(text).digest('hex');
