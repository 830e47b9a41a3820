import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudWatch } from '../cloudwatch/cloudwatch.ts';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import { type AwsRequest, type AwsResponse, readBody } from '../http/request.ts';
import type { Authenticator } from '../identity/authenticate.ts';
import { sha256Hex } from '../identity/sigv4.ts';
import type { Lambda } from '../lambda/lambda.ts';
import { Registry } from '../registry.ts';
import { corsHeaders, preflight } from './cors.ts';
import type {
  HttpApiRecord,
  IntegrationRecord,
  JwtAuthorizerRecord,
  RouteRecord,
  StageRecord,
} from './http-api-record.ts';
import { JwtRefusal, JwtVerifier } from './jwt.ts';
import { proxyEvent, proxyResponse } from './proxy-event.ts';
import { findRoute, type Match } from './routing.ts';
import { Throttle } from './throttle.ts';

const maxBodyBytes = 10 * 2 ** 20;

/** An answer of the gateway itself. */
class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/**
 * API Gateway's HTTP APIs: routes to functions, with IAM and JWT authorizers, CORS, throttling and access logs. One API
 * per app, on a port of its own: it is another origin than S3, as on AWS.
 */
export class HttpApis {
  readonly apis: Registry<HttpApiRecord>;
  readonly integrations: Registry<IntegrationRecord>;
  readonly routes: Registry<RouteRecord>;
  readonly authorizers: Registry<JwtAuthorizerRecord>;
  readonly stages: Registry<StageRecord>;
  readonly #context: Context;
  readonly #lambda: Lambda;
  readonly #cloudwatch: CloudWatch;
  readonly #authenticator: Authenticator;
  readonly #jwt: JwtVerifier;
  readonly #throttle: Throttle;

  constructor(
    context: Context,
    { lambda, cloudwatch }: { lambda: Lambda; cloudwatch: CloudWatch },
    authenticator: Authenticator,
  ) {
    this.#context = context;
    this.#lambda = lambda;
    this.#cloudwatch = cloudwatch;
    this.#authenticator = authenticator;
    this.#jwt = new JwtVerifier(() => context.clock.now());
    this.#throttle = new Throttle(context.clock);
    this.apis = new Registry(context.journal, 'http-api');
    this.integrations = new Registry(context.journal, 'http-integration');
    this.routes = new Registry(context.journal, 'http-route');
    this.authorizers = new Registry(context.journal, 'http-authorizer');
    this.stages = new Registry(context.journal, 'http-stage');
  }

  async handle(request: AwsRequest): Promise<AwsResponse> {
    const [api] = this.apis.all();
    if (!api) return refused(404, 'Not Found');
    const { body: record } = api;
    if (request.method === 'OPTIONS' && record.cors) return preflight(record.cors, request);
    const started = this.#context.clock.now();
    const path = decodedPath(request.path);
    const match = findRoute(this.#routesOf(record.id), request.method, path);
    const answer = await this.#answer(record, request, path, match);
    const headers = { ...answer.headers, 'apigw-requestid': request.id, ...corsHeaders(record.cors, request) };
    this.#observe(record.id, request, match, answer, this.#context.clock.now() - started);
    return { ...answer, headers };
  }

  async #answer(api: HttpApiRecord, request: AwsRequest, path: string, match: Match | undefined): Promise<AwsResponse> {
    try {
      if (!match) throw new Refusal(404, 'Not Found');
      this.#requireCapacity(api.id, match.route);
      const body = await readBody(request.body, maxBodyBytes);
      const authorizer = await this.#authorize(api, request, path, match.route, body);
      return await this.#invoke(api, request, path, match, body, authorizer);
    } catch (error) {
      if (error instanceof Refusal) return refused(error.status, error.message, error.headers);
      if (error instanceof RangeError) return refused(413, 'Request Entity Too Large', { connection: 'close' });
      throw error;
    }
  }

  #requireCapacity(apiId: string, { key }: RouteRecord): void {
    const stage = this.stages.get(apiId);
    const own = stage?.routeThrottling[key];
    const limits = own ?? stage?.throttling;
    // Routes without limits of their own share the stage's.
    const name = own ? `${apiId} ${key}` : apiId;
    if (limits && !this.#throttle.take(name, limits)) throw new Refusal(429, 'Too Many Requests');
  }

  async #authorize(
    api: HttpApiRecord,
    request: AwsRequest,
    path: string,
    route: RouteRecord,
    body: Buffer,
  ): Promise<Record<string, unknown> | undefined> {
    switch (route.authorization) {
      case 'NONE':
        return undefined;
      case 'AWS_IAM':
        return this.#byIam(api, request, path, body);
      case 'JWT':
        return this.#byToken(request, route);
    }
  }

  #byIam(api: HttpApiRecord, request: AwsRequest, path: string, body: Buffer): Record<string, unknown> {
    const { authorizer, accountId } = this.#context;
    try {
      const { principal, service } = this.#authenticator.authenticate(request, sha256Hex(body));
      if (service !== 'execute-api') throw new Refusal(403, 'Forbidden');
      authorizer.require({
        principal,
        action: 'execute-api:Invoke',
        resource: this.#arn(api.id, `$default/${request.method}${path}`),
      });
      const userArn = authorizer.nameOf(principal);
      return { iam: { accountId, userArn, userId: userArn.split('/').at(-1), accessKey: null, callerId: null } };
    } catch (error) {
      if (error instanceof AwsError) throw new Refusal(403, 'Forbidden');
      throw error;
    }
  }

  async #byToken(request: AwsRequest, route: RouteRecord): Promise<Record<string, unknown>> {
    const authorizer = this.authorizers.get(route.authorizerId ?? '');
    const [, token] = /^(?:Bearer )?(.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (!authorizer || token === undefined) throw new Refusal(401, 'Unauthorized', { 'www-authenticate': 'Bearer' });
    try {
      const { claims, scopes } = await this.#jwt.verify(token, authorizer, route);
      return { jwt: { claims, scopes } };
    } catch (error) {
      if (!(error instanceof JwtRefusal)) throw error;
      const name = error.status === 403 ? 'insufficient_scope' : 'invalid_token';
      throw new Refusal(error.status, error.status === 403 ? 'Forbidden' : 'Unauthorized', {
        'www-authenticate': `Bearer scope="${route.scopes.join(' ')}" error="${name}" error_description="${error.message}"`,
      });
    }
  }

  async #invoke(
    api: HttpApiRecord,
    request: AwsRequest,
    path: string,
    match: Match,
    body: Buffer,
    authorizer: Record<string, unknown> | undefined,
  ): Promise<AwsResponse> {
    const integration = this.integrations.get(match.route.integrationId);
    if (!integration) throw new Refusal(500, 'Internal Server Error');
    const { accountId, clock } = this.#context;
    const event = proxyEvent(request, { apiId: api.id, accountId, match, path, body, at: clock.now(), authorizer });
    const [method = '', pattern = ''] = match.route.key.split(' ');
    const sender = {
      principal: { kind: 'service', name: 'apigateway.amazonaws.com' } as const,
      sourceArn: this.#arn(api.id, `$default/${method}${pattern}`),
    };
    try {
      const result = await withTimeout(
        this.#lambda.invoke(sender, integration.functionArn, JSON.stringify(event)),
        integration.timeoutMs,
      );
      const answer = result.ok ? proxyResponse(result.payload) : undefined;
      if (answer) return answer;
    } catch (error) {
      if (error instanceof AwsError && error.status === 429) throw new Refusal(503, 'Service Unavailable');
      if (!(error instanceof AwsError)) throw error;
    }
    throw new Refusal(500, 'Internal Server Error');
  }

  #routesOf(apiId: string): RouteRecord[] {
    return this.routes
      .all()
      .map(({ body }) => body)
      .filter((route) => route.apiId === apiId);
  }

  #arn(apiId: string, rest: string): string {
    const { region, accountId } = this.#context;
    return `arn:aws:execute-api:${region}:${accountId}:${apiId}/${rest}`;
  }

  /** Metrics and the access log. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
  #observe(apiId: string, request: AwsRequest, match: Match | undefined, answer: AwsResponse, tookMs: number): void {
    const put = (name: string, value: number) =>
      this.#cloudwatch.put({ namespace: 'AWS/ApiGateway', name, dimensions: { ApiId: apiId } }, value);
    put('Count', 1);
    put('Latency', tookMs);
    if (answer.status >= 500) put('5xx', 1);
    else if (answer.status >= 400) put('4xx', 1);
    const log = this.stages.get(apiId)?.accessLog;
    if (!log) return;
    const values: Record<string, string> = {
      requestId: request.id,
      'identity.sourceIp': request.sourceIp,
      requestTime: this.#context.clock.iso(),
      requestTimeEpoch: String(this.#context.clock.now()),
      httpMethod: request.method,
      routeKey: match?.route.key ?? '-',
      status: String(answer.status),
      responseLatency: String(tookMs),
    };
    const line = log.format.replaceAll(/\$context\.([\w.]+)/g, (_, name: string) => values[name] ?? '-');
    const folder = join(this.#context.dataDir, 'logs');
    mkdirSync(folder, { recursive: true });
    appendFileSync(join(folder, `http-${log.logGroup.split('/').at(-1)}.log`), `${line}\n`);
  }
}

const refused = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): AwsResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ message }),
});

const decodedPath = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

const withTimeout = async <T>(work: Promise<T>, ms: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Refusal(503, 'Service Unavailable')), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};
