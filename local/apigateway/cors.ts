import type { AwsRequest, AwsResponse } from '../http/request.ts';
import type { CorsConfiguration } from './http-api-record.ts';

/**
 * The gateway answers preflights itself and adds its headers to every answer; an origin that is not allowed gets none.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export const preflight = (cors: CorsConfiguration, request: AwsRequest): AwsResponse => {
  const headers = corsHeaders(cors, request);
  if (Object.keys(headers).length === 0) return { status: 204 };
  return {
    status: 204,
    headers: {
      ...headers,
      'access-control-allow-methods': cors.methods.join(','),
      'access-control-allow-headers': cors.headers.join(','),
      ...(cors.maxAge !== undefined && { 'access-control-max-age': String(cors.maxAge) }),
    },
  };
};

export const corsHeaders = (cors: CorsConfiguration | undefined, request: AwsRequest): Record<string, string> => {
  const { origin } = request.headers;
  if (!cors || origin === undefined) return {};
  if (cors.origins.includes('*')) return { 'access-control-allow-origin': '*' };
  if (!cors.origins.includes(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    vary: 'origin',
    ...(cors.expose.length > 0 && { 'access-control-expose-headers': cors.expose.join(',') }),
  };
};
