import * as z from 'zod/mini';
import { problemAnswerBody } from '../core/api/bodies.ts';
import { type ProblemName, problems, problemType } from '../core/api/problems.ts';
import { type Route, routeKeys, routes, scopeOf } from '../core/api/routes.ts';

/** Media type of a route that answers no JSON. */
const pages: Readonly<Record<string, string>> = { showPage: 'text/html', showAsset: 'text/javascript' };

/** The OpenAPI 3.1 document of the API, made of the very table that the handlers and the deployment are made of. */
export const openApiDocument = (): string => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const key of routeKeys) {
    const [method = '', path = ''] = key.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(routes[key], path, scopeOf(key)) };
  }
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Airlock',
      version: '1',
      description:
        'Routes behind a link take the link’s secret (what follows # in it) as a bearer token. Routes of operators take IAM signatures for execute-api, or tokens of the OIDC issuer that the deployment names. Errors are problem details (RFC 9457) with a stable type; whatever may pass comes with retry-after.',
    },
    paths,
    components: {
      securitySchemes: {
        link: { type: 'http', scheme: 'bearer', description: 'The secret of the link.' },
        iam: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'AWS Signature Version 4, service execute-api.',
        },
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
      schemas: { Problem: schemaOf(problemAnswerBody, 'output') },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
};

const operationOf = (route: Route, path: string, scope: string) => ({
  operationId: route.operation,
  summary: route.summary,
  ...(route.audience !== 'anybody' && {
    security: route.audience === 'partner' ? [{ link: [] }] : [{ iam: [] }, { token: [scope] }],
  }),
  parameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  })),
  ...(route.body && {
    requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } },
  }),
  responses: {
    [route.status]: {
      description: 'As asked',
      content: route.answer
        ? { 'application/json': { schema: schemaOf(route.answer, 'output') } }
        : { [pages[route.operation] ?? 'text/plain']: {} },
    },
    ...problemResponses(route.problems),
  },
});

const problemResponses = (names: readonly ProblemName[]) => {
  const byStatus = Map.groupBy(names, (name) => problems[name].status);
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [
      status,
      {
        description: some.map((name) => `\`${problemType(name)}\`: ${problems[name].title}`).join('; '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
};

const schemaOf = (schema: z.ZodMiniType, io: 'input' | 'output'): unknown => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
};
