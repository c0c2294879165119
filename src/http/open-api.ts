import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify';
import { errorCatalogue } from '../base/errors.ts';
import { docsPage, docsPolicy } from './docs-page.ts';
import { errorsOf, takesKey } from './route-errors.ts';
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
 * are checked with, and serves it at `/api/openapi.json` and `/api/v1/openapi.json`, for people at `/api/docs`.
 */
export function addOpenApi(app: FastifyInstance, version: string): void {
  const paths: Record<string, Record<string, Operation>> = {};
  app.addHook('onRoute', (route) => {
    const method = String(route.method).toLowerCase();
    if (route.schema?.summary === undefined || method === 'head') return;
    const path = route.url.replaceAll(/:([a-z]+)/gi, '{$1}');
    paths[path] = { ...paths[path], [method]: operation(route, route.schema) };
  });
  const document = () => ({
    openapi: '3.1.0',
    info: { title: 'Assay', version, description },
    components: { schemas: { Problem: problemSchema }, securitySchemes },
    paths,
  });
  const config = { access: { need: 'nobody' } } as const;
  app.get('/api/openapi.json', { config }, document);
  app.get('/api/v1/openapi.json', { config }, document);
  let page: string | undefined;
  app.get('/api/docs', { config }, (_request, reply) => {
    page ??= docsPage(document());
    const headers = { 'content-security-policy': docsPolicy, 'referrer-policy': 'no-referrer' };
    return reply.headers(headers).type('text/html; charset=utf-8').send(page);
  });
}

function operation(route: RouteOptions, schema: FastifySchema): Operation {
  const { body } = schema;
  return {
    summary: schema.summary,
    operationId: `${String(route.method).toLowerCase()}${route.url.replaceAll(/[^a-z]+/gi, '-')}`,
    ...accessOf(route),
    parameters: [
      ...parameters(schema.params, 'path'),
      ...parameters(schema.querystring, 'query'),
      ...parameters(schema.headers, 'header'),
      ...(takesKey(route) ? [keyParameter] : []),
    ],
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(body) } }),
    responses: { ...answers(route), ...problems(route) },
  };
}

/** A session of the page, or a key of a program. */
const securitySchemes = {
  session: { type: 'apiKey', in: 'cookie', name: 'assay_session' },
  key: { type: 'http', scheme: 'bearer' },
} as const;

/** Who may use a route. */
function accessOf({ config }: RouteOptions): Operation {
  const policy = config?.access;
  if (policy === undefined) return {};
  const security = policy.need === 'nobody' ? [] : [{ session: [] }, { key: [] }];
  return { security, 'x-assay-access': policy.need };
}

function parameters(schema: unknown, place: 'path' | 'query' | 'header'): Operation[] {
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

const keyParameter: Operation = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: {
    type: 'string',
    maxLength: 200,
    description: 'The same for each time that one request is sent: it is done once.',
  },
};

function answers({ schema, config }: RouteOptions): Record<string, Operation> {
  const found: Record<string, Operation> = {};
  for (const [status, one] of Object.entries(isObject(schema?.response) ? schema.response : {})) {
    found[status] =
      status === '204' ? { description: 'Done' } : { description: 'The answer', content: json(one) };
  }
  if (Object.keys(found).length === 0) found['200'] = { description: 'The answer, as text' };
  if (config?.isStream === true) {
    const content = { 'text/event-stream': { schema: { type: 'string' } } };
    found['200'] = { description: 'Server-sent events, until the reader closes the stream', content };
  }
  return found;
}

/** Each status of an error with the codes that it may have. */
function problems(route: RouteOptions): Record<string, Operation> {
  const found: Record<string, Operation> = {};
  for (const [status, codes] of errorsOf(route)) {
    const description = codes.map((code) => `${code}: ${errorCatalogue[code].title}`).join('. ');
    const schema = { $ref: '#/components/schemas/Problem', properties: { code: { enum: codes } } };
    found[status] = { description, content: { 'application/problem+json': { schema } } };
  }
  return found;
}

function json(schema: unknown): Operation {
  return { 'application/json': { schema } };
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
