import type { AwsRequest, AwsResponse } from '../http/request.ts';
import type { Match } from './routing.ts';

/** What the gateway knows of a request besides itself. */
export interface ProxyContext {
  readonly apiId: string;
  readonly accountId: string;
  readonly match: Match;
  readonly path: string;
  readonly body: Buffer;
  readonly at: number;
  /** `{iam: …}`, `{jwt: …}`, or nothing. */
  readonly authorizer: Readonly<Record<string, unknown>> | undefined;
}

const textual = /^(text\/|application\/(json|xml|javascript|problem\+json|x-www-form-urlencoded))/;

/** Payload format 2.0. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
export const proxyEvent = (request: AwsRequest, context: ProxyContext): Record<string, unknown> => {
  const { match, path, body, at, apiId } = context;
  const { cookie, ...headers } = request.headers;
  const isText = body.length === 0 || textual.test(headers['content-type'] ?? 'text/plain');
  return {
    version: '2.0',
    routeKey: match.route.key,
    rawPath: path,
    rawQueryString: request.query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&'),
    ...(cookie !== undefined && { cookies: cookie.split('; ') }),
    headers,
    ...(request.query.length > 0 && { queryStringParameters: queryParameters(request.query) }),
    requestContext: {
      accountId: context.accountId,
      apiId,
      ...(context.authorizer && { authorizer: context.authorizer }),
      domainName: (request.headers.host ?? '').replace(/:\d+$/, ''),
      domainPrefix: (request.headers.host ?? '').split('.')[0],
      http: {
        method: request.method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIp,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: request.id,
      routeKey: match.route.key,
      stage: '$default',
      time: new Date(at).toUTCString(),
      timeEpoch: at,
    },
    ...(Object.keys(match.parameters).length > 0 && { pathParameters: match.parameters }),
    ...(body.length > 0 && { body: isText ? body.toString('utf8') : body.toString('base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
};

const encode = (text: string): string => encodeURIComponent(text);

const queryParameters = (query: AwsRequest['query']): Record<string, string> => {
  const all: Record<string, string> = {};
  for (const [name, value] of query) all[name] = all[name] === undefined ? value : `${all[name]},${value}`;
  return all;
};

/** What a function returned, as an answer. Without a status code the whole is the body of a 200. */
export const proxyResponse = (payload: string): AwsResponse | undefined => {
  const result: unknown = JSON.parse(payload);
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: payload };
  }
  const {
    statusCode,
    headers = {},
    body = '',
    isBase64Encoded = false,
  } = { ...result } as {
    statusCode: unknown;
    headers?: Record<string, unknown>;
    body?: unknown;
    isBase64Encoded?: unknown;
  };
  if (!Number.isInteger(Number(statusCode))) return undefined;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    status: Number(statusCode),
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])),
    },
    body: isBase64Encoded === true ? Buffer.from(text, 'base64') : text,
  };
};
