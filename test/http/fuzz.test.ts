import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { MiB } from '../../src/base/units.ts';
import { TestWorld } from '../conformance/database-fixtures.ts';
import { type ApiService, startApi } from '../support/api-service.ts';
import { openTestDatabase, type TestDatabase } from '../support/embedded-database.ts';

type Schema = {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
};
type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: Schema;
};
type Operation = {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body?: Schema;
};

/** What people and programs send by mistake, or to see what happens. */
const oddTexts = [
  '',
  ' ',
  'null',
  '../../etc/passwd',
  "' or 1=1 --",
  '<script>alert(1)</script>',
  '=cmd|calc!A0',
  '\u202eesrever',
  '😀'.repeat(30),
  '\u0000',
  '\ud800',
  'a'.repeat(5_000),
  '%',
  '%2e%2e%2f',
  '__proto__',
  'constructor',
  '9'.repeat(400),
  '-1',
  '1e309',
  '2001-02-30',
] as const;

const oddText = fc.oneof(fc.constantFrom(...oddTexts), fc.string({ unit: 'binary', maxLength: 40 }));

/** Every operation of the API's document with values that fit now and then. The time limit is that of a loaded machine. */
const answerMsMax = 20_000;

describe('whatever is sent to the API', () => {
  let store: TestDatabase;
  let api: ApiService;
  let operations: readonly Operation[];
  let known: string;

  before(async () => {
    store = await openTestDatabase();
    api = await startApi({ database: store.database });
    const world = new TestWorld(store.database);
    known = world.dataset;
    const yaml = `dataset: ${known}\nowner: me\nprovider: {type: files, path: "*.csv"}\npartition: {column: date, by: day}\n`;
    await api.call('PUT', '/datasets', { yaml, file: 'f.yaml', baseDirectory: '/srv' });
    await world.ingested('2001-01-01');
    await world.evaluated([world.evaluation('2001-01-01', { results: [world.result('2001-01-01')] })]);
    operations = operationsOf(await (await fetch(`${api.url}/api/openapi.json`)).json());
  });

  after(async () => {
    await api[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });

  /** No answer is a fault of the service, and none tells how it is made. */
  async function judge(what: string, path: string, init: RequestInit): Promise<number> {
    const answer = await fetch(api.url + path, { ...init, signal: AbortSignal.timeout(answerMsMax) });
    const text = await answer.text();
    const said = `${what} ${path.slice(0, 300)}: ${answer.status} ${text.slice(0, 300)}`;
    assert.notEqual(answer.status, 500, said);
    assert.ok(!/\n\s+at |node_modules|\/src\/.*\.ts/.test(text), said);
    if (answer.status >= 400) assert.match(answer.headers.get('content-type') ?? '', /problem\+json/, said);
    return answer.status;
  }

  it('is answered, and never with an error of its own', async () => {
    const seen = new Map<string, Set<number>>();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...operations),
        fc.infiniteStream(
          fc.oneof(fc.constantFrom(known, '2001-01-01', 'row_count', 'quality', '1'), oddText),
        ),
        fc.boolean(),
        fc.infiniteStream(fc.jsonValue({ maxDepth: 3 })),
        async (operation, texts, isFull, values) => {
          const { method, path } = operation;
          const text = (): string => texts.next().value;
          const query = operation.parameters
            .filter((one) => one.in === 'query' && (one.required || isFull))
            .map(({ name, schema }) => `${name}=${encoded(schema.enum?.[0] ?? text())}`);
          const address = path.replaceAll(/\{\w+\}/g, () => encoded(text()));
          const headers: Record<string, string> = {};
          const body =
            operation.body === undefined ? undefined : valueFor(operation.body, () => values.next().value);
          if (body !== undefined) headers['content-type'] = 'application/json';
          const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
          const status = await judge(method, `${address}?${query.join('&')}`, init);
          seen.set(`${method} ${path}`, (seen.get(`${method} ${path}`) ?? new Set()).add(status));
        },
      ),
      { numRuns: 400, endOnFailure: true },
    );
    assert.ok(seen.size > operations.length / 2, 'most operations were met');
  });

  it('is refused at once when it is no JSON, none that fits, or too much of it', async () => {
    const bodies: readonly (readonly [body: string | Buffer<ArrayBuffer>, type: string])[] = [
      ['{"a":', 'application/json'],
      ['', 'application/json'],
      ['[]', 'application/json'],
      ['"text"', 'application/json'],
      ['{"__proto__":{"isAdmin":true}}', 'application/json'],
      [`${'['.repeat(50_000)}`, 'application/json'],
      [Buffer.from([0xff, 0xfe, 0x00]), 'application/json'],
      ['a=b', 'application/x-www-form-urlencoded'],
      ['<a/>', 'text/xml'],
      ['x'.repeat(10 * MiB), 'application/json'],
    ];
    for (const { method, path, body } of operations) {
      if (body === undefined) continue;
      for (const [sent, type] of bodies) {
        const address = path.replaceAll(/\{\w+\}/g, 'none');
        // A refusal may come before all of it was sent: the connection is then cut.
        const answered = judge(method, address, { method, body: sent, headers: { 'content-type': type } });
        const status = await answered.catch((error: unknown) => {
          if (error instanceof TypeError && typeof sent === 'string' && sent.length > MiB) return 413;
          throw error;
        });
        assert.ok(status >= 400 && status < 500, `${method} ${path}: ${status}`);
      }
    }
    assert.equal((await fetch(`${api.url}/healthz`)).status, 200);
  });
});

/** Those of the API proper. Streams end only when their reader goes. */
function operationsOf(document: unknown): Operation[] {
  const { paths } = document as {
    readonly paths: Readonly<
      Record<
        string,
        Record<
          string,
          { parameters: Parameter[]; requestBody?: { content: Record<string, { schema: Schema }> } }
        >
      >
    >;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    path.endsWith('/events')
      ? []
      : Object.entries(methods).map(([method, { parameters, requestBody }]) => {
          const body = requestBody?.content['application/json']?.schema;
          return { method: method.toUpperCase(), path, parameters, ...(body === undefined ? {} : { body }) };
        }),
  );
}

/** A body with the keys that are known, each with a value that fits or one that does not. */
function valueFor(schema: Schema, odd: () => unknown): unknown {
  if (schema.properties === undefined) return odd();
  return Object.fromEntries(
    Object.entries(schema.properties).map(([name, one]) => {
      const value = odd();
      if (one.enum !== undefined) return [name, one.enum[0]];
      if (one.type === 'string') return [name, typeof value === 'string' ? value : JSON.stringify(value)];
      return [name, value];
    }),
  );
}

/** As much of a text as an address can hold. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
