import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify';
import { problemSchema } from './schemas/response-schemas.ts';
import type { JsonSchema } from './schemas/schema-kit.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** What the route does, in one line. */
    summary?: string;
  }
}

const description =
  'Times are milliseconds since 1970-01-01T00:00:00Z. Numbers that JSON can not hold, such as the bound of a band that is ' +
  'open on one side, are left out. Errors are problems (RFC 9457) with a stable `code`.';

type Operation = Readonly<Record<string, unknown>>;

/**
 * Describes every route that is added after this call as an OpenAPI 3.1 document, from the very schemas that requests
 * are checked with, and serves it at `/api/v1/openapi.json`.
 */
export function addOpenApi(app: FastifyInstance, version: string): void {
  const paths: Record<string, Record<string, Operation>> = {};
  app.addHook('onRoute', (route) => {
    const method = String(route.method).toLowerCase();
    if (route.schema?.summary === undefined || method === 'head') return;
    const path = route.url.replaceAll(/:([a-z]+)/gi, '{$1}');
    paths[path] = { ...paths[path], [method]: operation(route, route.schema) };
  });
  app.get('/api/v1/openapi.json', () => ({
    openapi: '3.1.0',
    info: { title: 'Assay', version, description },
    components: { schemas: { Problem: problemSchema } },
    paths,
  }));
}

function operation(route: RouteOptions, schema: FastifySchema): Operation {
  const { body } = schema;
  return {
    summary: schema.summary,
    operationId: `${String(route.method).toLowerCase()}${route.url.replaceAll(/[^a-z]+/gi, '-')}`,
    parameters: [...parameters(schema.params, 'path'), ...parameters(schema.querystring, 'query')],
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(body) } }),
    responses: responses(schema.response),
  };
}

function parameters(schema: unknown, place: 'path' | 'query'): Operation[] {
  if (!isObject(schema)) return [];
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  return Object.entries(properties).map(([name, one]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: one,
  }));
}

function responses(schemas: unknown): Record<string, Operation> {
  const answers: Record<string, Operation> = {};
  for (const [status, schema] of Object.entries(isObject(schemas) ? schemas : {})) {
    answers[status] =
      status === '204' ? { description: 'Done' } : { description: 'The answer', content: json(schema) };
  }
  const problem = { $ref: '#/components/schemas/Problem' };
  answers['default'] = {
    description: 'An error: its `code` is stable',
    content: { 'application/problem+json': { schema: problem } },
  };
  return answers;
}

function json(schema: unknown): Operation {
  return { 'application/json': { schema } };
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
