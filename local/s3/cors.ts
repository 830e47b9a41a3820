import type { AwsRequest, AwsResponse } from '../http/request.ts';
import { xmlDocument } from '../http/xml.ts';
import { matches } from '../identity/wildcards.ts';
import type { BucketRecord, CorsRule } from './buckets.ts';

const find = (bucket: BucketRecord | undefined, origin: string | undefined, method: string): CorsRule | undefined =>
  origin === undefined
    ? undefined
    : bucket?.cors.find(
        ({ origins, methods }) => methods.includes(method) && origins.some((one) => matches(one, origin)),
      );

const headersOf = (rule: CorsRule, origin: string): Record<string, string> => ({
  'access-control-allow-origin': rule.origins.includes('*') ? '*' : origin,
  'access-control-allow-methods': rule.methods.join(', '),
  ...(rule.expose.length > 0 && { 'access-control-expose-headers': rule.expose.join(', ') }),
  ...(rule.maxAge !== undefined && { 'access-control-max-age': String(rule.maxAge) }),
  vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
});

/** Headers for an ordinary answer; none when no rule fits. */
export const corsHeaders = (bucket: BucketRecord | undefined, request: AwsRequest): Record<string, string> => {
  const { origin } = request.headers;
  const rule = find(bucket, origin, request.method);
  return rule && origin ? headersOf(rule, origin) : {};
};

/** The answer to a browser's OPTIONS. */
export const preflight = (bucket: BucketRecord | undefined, request: AwsRequest): AwsResponse => {
  const { origin, 'access-control-request-method': method = '' } = request.headers;
  const wanted = (request.headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .filter(Boolean);
  const rule = find(bucket, origin, method);
  const isAllowed = rule && wanted.every((name) => rule.headers.some((one) => matches(one, name, true)));
  if (!isAllowed || !origin) {
    const Message = bucket?.cors.length
      ? 'CORSResponse: This CORS request is not allowed.'
      : 'CORSResponse: CORS is not enabled for this bucket.';
    return {
      status: 403,
      headers: { 'content-type': 'application/xml' },
      body: xmlDocument('Error', {
        Code: 'AccessForbidden',
        Message,
        Method: method,
        ResourceType: 'OBJECT',
        RequestId: request.id,
      }),
    };
  }
  return {
    status: 200,
    headers: {
      ...headersOf(rule, origin),
      ...(wanted.length > 0 && { 'access-control-allow-headers': wanted.join(', ') }),
    },
  };
};
