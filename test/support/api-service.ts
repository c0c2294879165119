import assert from 'node:assert/strict';
import Fastify, { type FastifyInstance } from 'fastify';
import type { HealthProbe } from '../../src/http/routes/health-routes.ts';
import { createHttpServer, type HttpOptions, type HttpServer } from '../../src/http/server.ts';
import type { Database } from '../../src/ports/database.ts';
import { type TestKit, testKit } from './kit.ts';
import { createMemoryDatabase, type MemoryContents } from './memory-database.ts';

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  // Tests look into answers of every shape; a wrong look fails the test.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
};

export type ApiService = AsyncDisposable & {
  readonly url: string;
  readonly kit: TestKit;
  readonly contents: MemoryContents;
  readonly server: HttpServer;
  /** Sends a request below `/api/v1` and compares the answer with the API's own document. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
};

/** A real server on a free port of this machine, over a database in memory, with a clock that the test moves. */
export async function startApi(
  options: Partial<HttpOptions> & {
    readonly probes?: readonly HealthProbe[];
    readonly database?: Database;
  } = {},
): Promise<ApiService> {
  const kit = testKit();
  const { database, contents } = createMemoryDatabase();
  const { probes = [], database: other, ...rest } = options;
  const server = createHttpServer(
    { kit, database: other ?? database, probes },
    { host: '127.0.0.1', port: 0, version: '0.0.0-test', ...rest },
  );
  await server.start();
  const url = server.url();
  const contract = await readContract(url);
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(
      `${url}${path.startsWith('/api') || !path.startsWith('/') ? '' : '/api/v1'}${path}`,
      {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
    );
    const text = await response.text();
    const answer = {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
    await contract.check({ method, path: path.split('?', 1)[0] ?? path, answer });
    return answer;
  };
  return { url, kit, contents, server, call, [Symbol.asyncDispose]: () => server.stop() };
}

type Contract = { check(what: { method: string; path: string; answer: Answer }): Promise<void> };

type Document = {
  readonly paths: Record<string, Record<string, { responses: Record<string, OperationAnswer> }>>;
  readonly components: { readonly schemas: { readonly Problem: object } };
};
type OperationAnswer = { readonly content?: Record<string, { readonly schema: object }> };

/** The API's document, as a judge of its own answers. */
async function readContract(url: string): Promise<Contract> {
  const document = (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as Document;
  const judge = schemaJudge();
  return {
    check: async ({ method, path, answer }) => {
      if (answer.status >= 400) return judge('problem', document.components.schemas.Problem, answer.body);
      const template = Object.keys(document.paths).find((one) => pathPattern(one).test(`/api/v1${path}`));
      if (template === undefined) return;
      const operation = document.paths[template]?.[method.toLowerCase()];
      const promised = operation?.responses[String(answer.status)];
      assert.ok(promised, `${method} ${template} does not promise status ${answer.status}`);
      const schema = promised.content?.['application/json']?.schema;
      if (schema !== undefined) await judge(`${method} ${template} ${answer.status}`, schema, answer.body);
    },
  };
}

function pathPattern(template: string): RegExp {
  return new RegExp(`^${template.replaceAll(/\{[a-z]+\}/gi, '[^/]+')}$`);
}

/** Checks values with the validator that the server itself checks requests with. */
function schemaJudge(): (name: string, schema: object, value: unknown) => Promise<void> {
  const judges = new Map<string, FastifyInstance>();
  return async (name, schema, value) => {
    let judge = judges.get(name);
    if (judge === undefined) {
      judge = Fastify({ ajv: { customOptions: { removeAdditional: false, coerceTypes: false } } });
      judge.post('/', { schema: { body: schema } }, () => ({}));
      judges.set(name, judge);
    }
    const verdict = await judge.inject({ method: 'POST', url: '/', payload: value as object });
    assert.equal(verdict.statusCode, 200, `${name}: ${verdict.body} ${JSON.stringify(value)}`);
  };
}
