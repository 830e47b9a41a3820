import aws4 from 'aws4';
import { createClients } from './clients.ts';
import { CliError, findDeployment } from './deployment.ts';
import type { Invocation } from './invocation.ts';

/** The operators' routes of a deployment: what a command may do is what its caller may call. */
export interface OperatorApi {
  readonly pageUrl: string;
  /** @throws CliError with what the API says when it refuses */
  ask<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T>;
}

/** Signs with the caller's own AWS credentials, or sends the token of `--token`. */
export const operatorApi = async ({ stack, settings, flags }: Invocation): Promise<OperatorApi> => {
  const clients = createClients(settings);
  const { pageUrl } = await findDeployment(clients.cloudformation, stack);
  const region = String(await clients.sfn.config.region());
  return {
    pageUrl,
    async ask<T>(method: 'GET' | 'POST', path: string, content?: unknown): Promise<T> {
      const body = content === undefined ? undefined : JSON.stringify(content);
      const url = new URL(path, pageUrl);
      const plain = { ...(body !== undefined && { 'content-type': 'application/json' }) };
      const headers =
        flags.token === undefined
          ? signed({ method, url, region, headers: plain, body }, await clients.sfn.config.credentials())
          : { ...plain, authorization: `Bearer ${flags.token}` };
      const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
      const text = await response.text();
      if (!response.ok) throw new CliError(reasonOf(response.status, text));
      return JSON.parse(text);
    },
  };
};

interface Unsigned {
  readonly method: string;
  readonly url: URL;
  readonly region: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };

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
