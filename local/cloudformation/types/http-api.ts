import { createHash } from 'node:crypto';
import type { CorsConfiguration, RouteRecord, Throttling } from '../../apigateway/http-api-record.ts';
import type { Context } from '../../context.ts';
import { UnsupportedFeatureError } from '../../errors.ts';
import type { ResourceType } from '../deploy.ts';
import type { Properties } from '../properties.ts';
import type { Services } from '../services.ts';

/** HTTP APIs, their routes, integrations, authorizers and the stage `$default`. */
export const httpApiTypes = (context: Context, { httpApis }: Services): Record<string, ResourceType> => ({
  'AWS::ApiGatewayV2::Api': {
    put(properties, { logicalId, physicalId }) {
      // The same address at every start, in the shape that AWS's have.
      const id = BigInt(`0x${createHash('sha256').update(physicalId).digest('hex')}`)
        .toString(36)
        .slice(0, 10);
      if (httpApis.apis.all().some(({ name }) => name !== id)) {
        throw new UnsupportedFeatureError(logicalId, 'a second HTTP API');
      }
      properties.always('ProtocolType', 'HTTP');
      properties.noted('Description', 'DisableExecuteApiEndpoint');
      const cors = properties.has('CorsConfiguration') ? corsOf(properties.nested('CorsConfiguration')) : undefined;
      httpApis.apis.put(id, { id, name: properties.text('Name'), cors });
      return { ref: id, attributes: { ApiEndpoint: context.httpApiEndpoint(), ApiId: id } };
    },
    remove: (id) => httpApis.apis.delete(id),
  },
  'AWS::ApiGatewayV2::Integration': {
    put(properties, { physicalId }) {
      properties.always('IntegrationType', 'AWS_PROXY');
      properties.always('PayloadFormatVersion', '2.0');
      httpApis.integrations.put(physicalId, {
        apiId: properties.text('ApiId'),
        functionArn: properties.text('IntegrationUri'),
        timeoutMs: properties.number('TimeoutInMillis', 30_000),
      });
      return { ref: physicalId, attributes: {} };
    },
    remove: (id) => httpApis.integrations.delete(id),
  },
  'AWS::ApiGatewayV2::Route': {
    put(properties, { logicalId, physicalId }) {
      const authorizerId = properties.optionalText('AuthorizerId');
      httpApis.routes.put(physicalId, {
        apiId: properties.text('ApiId'),
        key: properties.text('RouteKey'),
        integrationId: properties.text('Target').replace('integrations/', ''),
        authorization: authorization(properties.optionalText('AuthorizationType'), logicalId),
        ...(authorizerId !== undefined && { authorizerId }),
        scopes: properties.list('AuthorizationScopes').map(String),
      });
      return { ref: physicalId, attributes: {} };
    },
    remove: (id) => httpApis.routes.delete(id),
  },
  'AWS::ApiGatewayV2::Authorizer': {
    put(properties, { physicalId }) {
      properties.always('AuthorizerType', 'JWT');
      properties.always('IdentitySource', ['$request.header.Authorization']);
      properties.noted('Name');
      const jwt = properties.nested('JwtConfiguration');
      httpApis.authorizers.put(physicalId, {
        apiId: properties.text('ApiId'),
        issuer: jwt.text('Issuer'),
        audience: jwt.list('Audience').map(String),
      });
      jwt.done();
      return { ref: physicalId, attributes: {} };
    },
    remove: (id) => httpApis.authorizers.delete(id),
  },
  'AWS::ApiGatewayV2::Stage': {
    put(properties) {
      const apiId = properties.text('ApiId');
      properties.always('StageName', '$default');
      properties.always('AutoDeploy', true);
      const log = properties.nested('AccessLogSettings');
      const accessLog = log.has('DestinationArn')
        ? {
            logGroup: log.text('DestinationArn').split(':log-group:').at(-1)?.replace(/:\*$/, '') ?? '',
            format: log.text('Format'),
          }
        : undefined;
      log.done();
      const perRoute = Object.entries(
        properties.any<Record<string, Record<string, number>> | null>('RouteSettings') ?? {},
      );
      httpApis.stages.put(apiId, {
        apiId,
        throttling: throttlingOf(properties.nested('DefaultRouteSettings')),
        routeThrottling: Object.fromEntries(
          perRoute.map(([key, { ThrottlingRateLimit = 0, ThrottlingBurstLimit = 0 }]) => [
            key,
            { rate: ThrottlingRateLimit, burst: ThrottlingBurstLimit },
          ]),
        ),
        accessLog,
      });
      return { ref: '$default', attributes: {} };
    },
  },
});

const corsOf = (configuration: Properties): CorsConfiguration => {
  const texts = (name: string) => configuration.list(name).map(String);
  configuration.always('AllowCredentials', false);
  const cors = {
    origins: texts('AllowOrigins'),
    methods: texts('AllowMethods'),
    headers: texts('AllowHeaders'),
    expose: texts('ExposeHeaders'),
    maxAge: configuration.has('MaxAge') ? configuration.number('MaxAge', 0) : undefined,
  };
  configuration.done();
  return cors;
};

const throttlingOf = (settings: Properties): Throttling | undefined => {
  settings.noted('DetailedMetricsEnabled');
  const limits = settings.has('ThrottlingRateLimit')
    ? { rate: settings.number('ThrottlingRateLimit', 0), burst: settings.number('ThrottlingBurstLimit', 0) }
    : undefined;
  settings.noted('ThrottlingBurstLimit');
  settings.done();
  return limits;
};

const authorization = (text = 'NONE', where: string): RouteRecord['authorization'] => {
  if (text === 'NONE' || text === 'AWS_IAM' || text === 'JWT') return text;
  throw new UnsupportedFeatureError(where, `AuthorizationType ${text}`);
};
