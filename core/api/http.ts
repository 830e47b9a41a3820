import * as z from 'zod/mini';
import type { Visitor } from '../link.ts';
import { parse } from '../parse.ts';
import { printable } from '../user-agent.ts';
import { Problem, problems, problemType } from './problems.ts';

/** API Gateway's payload 2.0, what we use of it: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
const proxyEvent = z.object({
  routeKey: z.string(),
  headers: z._default(z.record(z.string(), z.string()), {}),
  pathParameters: z._default(z.record(z.string(), z.string()), {}),
  queryStringParameters: z._default(z.record(z.string(), z.string()), {}),
  body: z.optional(z.string()),
  isBase64Encoded: z._default(z.boolean(), false),
  requestContext: z.object({
    http: z.optional(z.object({ sourceIp: z.optional(z.string()), userAgent: z.optional(z.string()) })),
    authorizer: z.optional(
      z.object({
        iam: z.optional(z.object({ userArn: z.string() })),
        jwt: z.optional(z.object({ claims: z.record(z.string(), z.string()) })),
      }),
    ),
  }),
});

/** One request to the API, parsed at the edge. */
export interface ApiRequest {
  /** `POST /links/{linkId}/uploads` */
  readonly route: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Of `Authorization: Bearer …`; a secret. */
  readonly bearer: string | undefined;
  /** Whom the authorizer let in: an ARN, or the subject of a token. */
  readonly caller: string | undefined;
  readonly visitor: Visitor;
  /** The JSON body; null when there is none. @throws Problem bad-request */
  json(): unknown;
}

/** What API Gateway makes an answer of. */
export interface ApiResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** @throws InvalidInput for what API Gateway never sends */
export const readRequest = (event: unknown): ApiRequest => {
  const { routeKey, headers, pathParameters, queryStringParameters, body, isBase64Encoded, requestContext } = parse(
    proxyEvent,
    event,
    'event of the API',
  );
  const { iam, jwt } = requestContext.authorizer ?? {};
  const { sourceIp, userAgent } = requestContext.http ?? {};
  return {
    route: routeKey,
    parameters: pathParameters,
    query: queryStringParameters,
    bearer: /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1],
    caller: iam?.userArn ?? jwt?.claims.sub,
    visitor: { sourceIp, userAgent: userAgent && printable(userAgent) },
    json: () => readJson(body, isBase64Encoded),
  };
};

const readJson = (body: string | undefined, isBase64: boolean): unknown => {
  if (body === undefined) return null;
  try {
    const bytes = isBase64 ? Uint8Array.from(atob(body), (one) => one.charCodeAt(0)) : undefined;
    return JSON.parse(bytes ? new TextDecoder().decode(bytes) : body);
  } catch {
    throw new Problem('bad-request', 'the body is no JSON; send a JSON object as docs/openapi.json describes');
  }
};

const always = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

export const jsonAnswer = (statusCode: number, content: unknown): ApiResponse => ({
  statusCode,
  headers: { ...always, 'content-type': 'application/json' },
  body: JSON.stringify(content),
});

/** RFC 9457. */
export const problemAnswer = ({ problem, message, members }: Problem): ApiResponse => {
  const { status, title } = problems[problem];
  const { retryAfterSeconds, ...told } = members;
  return {
    statusCode: status,
    headers: {
      ...always,
      'content-type': 'application/problem+json',
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    },
    body: JSON.stringify({ type: problemType(problem), title, status, detail: message, ...told }),
  };
};
