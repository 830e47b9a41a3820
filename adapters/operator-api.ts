import aws4 from 'aws4';
import type { RequestsAnswer } from '../core/api/bodies.ts';

/** What the operators' routes are called with: AWS credentials, or a token where the API takes those. */
export type OperatorIdentity =
  | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
  | { readonly token: string };

/** What the API refused, in its own words. */
export class OperatorApiError extends Error {
  override readonly name = 'OperatorApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface OperatorApi {
  /** @throws OperatorApiError */
  ask<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T>;
}

/** The operators' routes of a deployment: whoever calls may do what its identity may call. @param origin of the API */
export const createOperatorApi = (origin: string, region: string, identity: OperatorIdentity): OperatorApi => ({
  async ask<T>(method: 'GET' | 'POST', path: string, content?: unknown): Promise<T> {
    const body = content === undefined ? undefined : JSON.stringify(content);
    const url = new URL(path, origin);
    const plain = { ...(body !== undefined && { 'content-type': 'application/json' }) };
    const headers =
      'token' in identity
        ? { ...plain, authorization: `Bearer ${identity.token}` }
        : signed({ method, url, region, headers: plain, body }, identity);
    const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
    const text = await response.text();
    if (!response.ok) throw new OperatorApiError(response.status, reasonOf(response.status, text));
    return JSON.parse(text);
  },
});

/** All requests that are due on a date, page by page. @param date UTC, as `2026-11-25` @throws OperatorApiError */
export const requestsDueOn = async (api: OperatorApi, date: string): Promise<RequestsAnswer['requests']> => {
  const found: RequestsAnswer['requests'] = [];
  const query = new URLSearchParams({ dueOn: date });
  for (;;) {
    const { requests, next } = await api.ask<RequestsAnswer>('GET', `/requests?${query}`);
    found.push(...requests);
    if (next === undefined) return found;
    query.set('after', next);
  }
};

interface Unsigned {
  readonly method: string;
  readonly url: URL;
  readonly region: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

type Credentials = Exclude<OperatorIdentity, { token: string }>;

const signed = ({ method, url, region, headers, body }: Unsigned, credentials: Credentials): Record<string, string> => {
  const request = aws4.sign(
    { service: 'execute-api', region, method, host: url.host, path: url.pathname + url.search, headers, body },
    credentials,
  );
  const all = Object.entries(request.headers ?? {}).map(([name, value]) => [name, String(value)] as const);
  // The platform sets these itself.
  return Object.fromEntries(all.filter(([name]) => !/^(host|content-length)$/i.test(name)));
};

/** Problem details (RFC 9457), or what API Gateway says itself. */
const reasonOf = (status: number, text: string): string => {
  try {
    const { detail, title, message } = JSON.parse(text);
    if (typeof detail === 'string') return `refused: ${title}: ${detail}`;
    if (typeof message === 'string') {
      return `refused by API Gateway (${status}): ${message}; you need execute-api:Invoke on this route, or --token`;
    }
  } catch {
    // Not one of ours.
  }
  return `the API answered ${status}: ${text.slice(0, 200)}`;
};
