import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TestWorld } from '../conformance/database-fixtures.ts';
import { type ApiService, startApi } from '../support/api-service.ts';
import { openTestDatabase, type TestDatabase } from '../support/embedded-database.ts';

type Parameter = { readonly name: string; readonly in: string; readonly required: boolean };
type Operation = {
  readonly summary: string;
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: object;
  readonly responses: Record<string, { readonly description: string }>;
};

describe("the API's document", () => {
  let store: TestDatabase;
  let api: ApiService;
  let operations: { method: string; path: string; operation: Operation }[];

  before(async () => {
    store = await openTestDatabase();
    api = await startApi({ database: store.database });
    const document = (await (await fetch(`${api.url}/api/openapi.json`)).json()) as {
      readonly openapi: string;
      readonly paths: Record<string, Record<string, Operation>>;
    };
    assert.match(document.openapi, /^3\.1/);
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
    );
  });

  after(async () => {
    await api[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });

  it('stands under both of its addresses', async () => {
    const [one, other] = await Promise.all(
      ['/api/openapi.json', '/api/v1/openapi.json'].map(async (path) => (await fetch(api.url + path)).text()),
    );
    assert.equal(one, other);
  });

  it('can be read by people, as a page without any script', async () => {
    const answer = await fetch(`${api.url}/api/docs`);
    const html = await answer.text();
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.doesNotMatch(html, /<script|javascript:/i);
    for (const { path, operation } of operations) {
      assert.ok(html.includes(`<code>${path}</code>`), path);
      assert.ok(html.includes(`id="${operation.operationId}"`), path);
    }
    assert.ok(html.includes('nextCursor?: text'));
  });

  it('says of every route what it does, takes, answers and refuses', () => {
    assert.ok(operations.length > 30);
    const ids = operations.map(({ operation }) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length);
    for (const { method, path, operation } of operations) {
      const name = `${method} ${path}`;
      assert.ok(operation.summary.length > 10, name);
      const inPath = operation.parameters.filter((one) => one.in === 'path').map((one) => one.name);
      assert.deepEqual(
        inPath,
        [...path.matchAll(/\{(\w+)\}/g)].map(([, one]) => one),
        name,
      );
      const statuses = Object.keys(operation.responses);
      assert.ok(
        statuses.some((status) => status.startsWith('2')),
        name,
      );
      assert.ok(statuses.includes('500') && statuses.includes('503'), name);
      if (path.includes('{') || operation.requestBody !== undefined)
        assert.ok(statuses.includes('400'), name);
    }
  });

  it('holds for what each route really answers, found or not, asked well or badly', async () => {
    const world = new TestWorld(store.database);
    const yaml = `dataset: ${world.dataset}\nowner: me\nprovider: {type: files, path: "*.csv"}\npartition: {column: date, by: day}\n`;
    await api.call('PUT', '/datasets', { yaml, file: 'f.yaml', baseDirectory: '/srv' });
    await world.ingested('2001-01-01');
    await world.evaluated([world.evaluation('2001-01-01', { results: [world.result('2001-01-01')] })]);
    const asked: string[] = [];
    for (const dataset of [world.dataset, 'nobodys']) {
      const names: Record<string, string> = { dataset, cluster: 'quality', metric: 'row_count' };
      const given: Record<string, string> = { partition: '2001-01-01', check: 'row_count' };
      // What removes comes last.
      const ordered = operations.toSorted(
        (a, b) => Number(a.method === 'delete') - Number(b.method === 'delete'),
      );
      for (const { method, path, operation } of ordered) {
        if (!path.startsWith('/api/v1/') || path.endsWith('/events')) continue;
        const address = path
          .slice('/api/v1'.length)
          .replaceAll(/\{(\w+)\}/g, (_, name) => names[name] ?? 'none');
        const required = operation.parameters.filter((one) => one.in === 'query' && one.required);
        const query = required.map(({ name }) => `${name}=${given[name]}`).join('&');
        const bodies = operation.requestBody === undefined ? [undefined] : [{}, { dataset }, { nonsense: 1 }];
        for (const body of bodies) {
          const answer = await api.call(method.toUpperCase(), `${address}?${query}`, body);
          assert.ok(answer.status < 500, `${method} ${path}: ${JSON.stringify(answer.body)}`);
          asked.push(`${method} ${path} ${answer.status}`);
        }
        const bad = await api.call(method.toUpperCase(), `${address}?limit=-1&${query}`, bodies[1]);
        assert.ok(bad.status < 500);
      }
    }
    const succeeded = asked.filter((one) => /2\d\d$/.test(one));
    assert.ok(succeeded.length > 15, succeeded.join('\n'));
    await world.finish();
  });
});
