import assert from 'node:assert/strict';
import Fastify, { type FastifyInstance } from 'fastify';

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  // Tests look into answers of every shape; a wrong look fails the test.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
};

export type ApiCall = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

/** Sends requests below `/api/v1` of a service, and compares each answer with the API's own document. */
export function apiCaller(url: string, contract: Contract): ApiCall {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
    await contract.check({ method, path: path.split('?', 1)[0] ?? path, answer });
    return answer;
  };
}

export type Contract = { check(what: { method: string; path: string; answer: Answer }): Promise<void> };

type Document = {
  readonly paths: Record<string, Record<string, { responses: Record<string, OperationAnswer> }>>;
  readonly components: { readonly schemas: { readonly Problem: object } };
};
type OperationAnswer = {
  readonly content?: Record<
    string,
    { readonly schema: { readonly properties?: { readonly code: { readonly enum: readonly string[] } } } }
  >;
};

/** The API's document, as a judge of its own answers. */
export async function readContract(url: string): Promise<Contract> {
  const document = (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as Document;
  const judge = schemaJudge();
  return {
    check: async ({ method, path, answer }) => {
      if (answer.status >= 400) await judge('problem', document.components.schemas.Problem, answer.body);
      const template = Object.keys(document.paths).find((one) => pathPattern(one).test(`/api/v1${path}`));
      const operation = document.paths[template ?? '']?.[method.toLowerCase()];
      if (template === undefined || operation === undefined) return;
      const promised = operation.responses[String(answer.status)];
      const name = `${method} ${template}`;
      assert.ok(promised, `${name} does not promise ${answer.status} ${JSON.stringify(answer.body)}`);
      if (answer.status >= 400) {
        const codes = promised.content?.['application/problem+json']?.schema.properties?.code.enum ?? [];
        assert.ok(codes.includes(answer.body.code), `${name} does not promise ${answer.body.code}`);
      }
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
