import { Duration, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  ApiMapping,
  CfnStage,
  CorsHttpMethod,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Audience, routes, routesOf, scopeOf } from '../../core/api/routes.ts';
import { deployedName } from '../../core/deployed-names.ts';
import type { StageConfig } from '../config.ts';
import type { FunctionName } from './function-table.ts';
import type { Functions } from './functions.ts';

/** Who answers whom. */
const answeredBy = {
  anybody: 'answer-page',
  partner: 'answer-partner',
  operator: 'answer-operator',
} as const satisfies Record<Audience, FunctionName>;

/** Of the whole API, beside each route's own. */
const stageLimits = { rateLimit: 200, burstLimit: 400 };

/** As many at once as come in this many seconds: a page asks for several things when it opens. */
const burstSeconds = 4;

/** Ids and results; neither headers (they hold secrets) nor queries. */
const accessLog = {
  requestId: '$context.requestId',
  at: '$context.requestTimeEpoch',
  ip: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  error: '$context.error.message',
};

/**
 * The HTTP API: the partner's page, the routes behind a link, and those of operators and systems. Made in two steps: its
 * address is needed by buckets and functions that are made before its routes can be.
 */
export class Api extends Construct {
  /** `https://…`, without a slash at its end: the page's origin, and what links begin with. */
  readonly url: string;
  readonly id: string;
  readonly #api: HttpApi;
  readonly #config: StageConfig;

  constructor(scope: Construct, id: string, config: StageConfig) {
    super(scope, id);
    const { stage, apiDomain, pageOrigin } = config;
    this.#config = config;
    this.#api = new HttpApi(this, 'HttpApi', {
      apiName: deployedName(stage),
      description: `Airlock ${stage}: the partners' page and the API`,
      createDefaultStage: false,
      // One address: a link must not work under two.
      ...(apiDomain && { disableExecuteApiEndpoint: true }),
      ...(pageOrigin !== undefined && {
        corsPreflight: {
          allowOrigins: [pageOrigin],
          allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST, CorsHttpMethod.DELETE],
          allowHeaders: ['authorization', 'content-type'],
          exposeHeaders: ['retry-after'],
          maxAge: Duration.hours(1),
        },
      }),
    });
    this.id = this.#api.apiId;
    this.url = apiDomain ? `https://${apiDomain.name}` : this.#api.apiEndpoint;
  }

  /** What an operator's policy names to allow routes: `<this>/GET/requests/acme_*`. */
  get executeArn(): string {
    return Stack.of(this).formatArn({ service: 'execute-api', resource: this.id, resourceName: '$default' });
  }

  /** Makes every route of the table. Call once, when the functions are there. */
  addRoutes(functions: Functions): void {
    const authorizer = this.#authorizer();
    for (const audience of ['anybody', 'partner', 'operator'] as const) {
      const integration = new HttpLambdaIntegration(answeredBy[audience], functions.get(answeredBy[audience]), {
        scopePermissionToRoute: false,
        timeout: Duration.seconds(29),
      });
      for (const key of routesOf(audience)) {
        const [method = '', path = ''] = key.split(' ');
        this.#api.addRoutes({
          path,
          methods: [methodOf(method)],
          integration,
          ...(audience === 'operator' && {
            authorizer,
            ...(this.#config.jwt && { authorizationScopes: [scopeOf(key)] }),
          }),
        });
      }
    }
    this.#stage();
  }

  #authorizer(): IHttpRouteAuthorizer {
    const { jwt } = this.#config;
    return jwt
      ? new HttpJwtAuthorizer('Tokens', jwt.issuer, { jwtAudience: [...jwt.audience] })
      : new HttpIamAuthorizer();
  }

  #stage(): void {
    const { stage, logRetention, removalPolicy, apiDomain } = this.#config;
    const logs = new LogGroup(this, 'Logs', {
      // This prefix keeps the account's resource policy for log delivery from growing with every API.
      logGroupName: `/aws/vendedlogs/http/${deployedName(stage)}`,
      retention: logRetention,
      removalPolicy,
    });
    const made = new HttpStage(this, 'Stage', {
      httpApi: this.#api,
      stageName: '$default',
      autoDeploy: true,
      throttle: stageLimits,
      accessLogSettings: {
        destination: new LogGroupLogDestination(logs),
        format: AccessLogFormat.custom(JSON.stringify(accessLog)),
      },
    });
    const { defaultChild } = made.node;
    if (!(defaultChild instanceof CfnStage)) throw new Error('an HttpStage has a CfnStage');
    defaultChild.routeSettings = Object.fromEntries(
      Object.entries(routes).map(([key, { perSecond }]) => [
        key,
        { ThrottlingRateLimit: perSecond, ThrottlingBurstLimit: perSecond * burstSeconds },
      ]),
    );
    // Settings name routes, so the routes must be there.
    for (const route of this.#api.node.findAll().filter((one) => one.node.id.includes('--'))) {
      defaultChild.node.addDependency(route);
    }
    if (!apiDomain) return;
    const domainName = new DomainName(this, 'Domain', {
      domainName: apiDomain.name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', apiDomain.certificateArn),
    });
    new ApiMapping(this, 'Mapping', { api: this.#api, domainName, stage: made });
  }
}

const methodOf = (text: string): HttpMethod => {
  const found = Object.values(HttpMethod).find((one) => one === text);
  if (!found) throw new Error(`${text} is no method of an HTTP API`);
  return found;
};
