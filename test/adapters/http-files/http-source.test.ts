import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createLocalCopies } from '../../../src/adapters/directory/local-copies.ts';
import { createRemoteFilesProvider } from '../../../src/adapters/files/remote-provider.ts';
import { limits } from '../../../src/base/limits.ts';
import { instant, MiB } from '../../../src/base/units.ts';
import type { PartitionRule } from '../../../src/core/datasets/definition.ts';
import { providerConformance } from '../../conformance/provider.ts';
import { startFileServer } from '../../support/file-server.ts';
import { createFakeEngine } from '../files/fake-engine.ts';
import { defineHttp, fetched, hastyClock, httpSource, listed, told } from './http-world.ts';

const years: Readonly<Record<string, number>> = { a: 2001, b: 2002, c: 2003 };

providerConformance('http', async () => {
  const server = await startFileServer();
  const directory = await mkdtemp(join(tmpdir(), 'assay-http-'));
  const copies = createLocalCopies({ directory: join(directory, 'copies'), bytesMax: MiB });
  const engine = createFakeEngine();
  const provider = createRemoteFilesProvider({ engine, source: httpSource(), copies });
  const path = (name: string) => `/data-${years[name]}.ndjson`;
  return {
    provider,
    define: (partition: PartitionRule) =>
      defineHttp(`${server.url}/data-{yyyy}.ndjson`, { from: '2001', partition }),
    put: async (name: string, rows: readonly unknown[]) =>
      server.put(path(name), rows.map((row) => JSON.stringify(row)).join('\n')),
    remove: async (name: string) => void server.files.delete(path(name)),
    looked: () => {
      const got = server.requests.splice(0).flatMap(({ line }) => /^GET .*-(\d+)/.exec(line)?.[1] ?? []);
      return Object.keys(years).filter((name) => got.includes(String(years[name])));
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
});

describe('files over HTTP', () => {
  it('are found for the days for which there are any, back to the first of the frame', async () => {
    await using server = await startFileServer();
    for (const day of ['02/27', '02/28', '03/02']) server.put(`/2001/${day}.csv`, `of ${day}`);
    const clock = { ...hastyClock, now: () => instant(Date.UTC(2001, 2, 1, 12)) };
    const files = await listed(
      httpSource({ clock }),
      defineHttp(`${server.url}/{yyyy}/{MM}/{dd}.csv`, { from: '2001-02-20' }),
    );
    assert.deepEqual(
      files.map(({ texts, name }) => [texts, name.slice(server.url.length)]),
      [
        [['2001-02-27'], '/2001/02/27.csv'],
        [['2001-02-28'], '/2001/02/28.csv'],
        // Published ahead.
        [['2001-03-02'], '/2001/03/02.csv'],
      ],
    );
    assert.equal(server.requests.length, 11);
    assert.ok(server.requests.every(({ line }) => line.startsWith('HEAD ')));
  });

  it('are looked for back to a long gap, where nobody says when they began, with a bounded number of requests', async () => {
    await using server = await startFileServer();
    const clock = { ...hastyClock, now: () => instant(Date.UTC(2001, 0, 31, 12)) };
    const definition = defineHttp(`${server.url}/{yyyy}-{MM}-{dd}T{HH}.csv`);
    const none = await httpSource({ clock }).list(definition, new AbortController().signal);
    assert.match(told(none), /SOURCE_NOT_FOUND: There is no file for any hour/);
    assert.equal(server.requests.length, 8 * limits.httpMissingTimesMax);
    server.put('/2001-01-31T05.csv', 'x');
    server.put('/2001-01-30T05.csv', 'x');
    const files = await listed(httpSource({ clock }), definition);
    assert.deepEqual(
      files.map(({ texts }) => texts[0]),
      ['2001-01-30T05', '2001-01-31T05'],
    );
  });

  it('have the dates of the place where they are published', async () => {
    await using server = await startFileServer();
    server.put('/2001-01-02.csv', 'x');
    const clock = { ...hastyClock, now: () => instant(Date.UTC(2000, 11, 31, 20)) };
    const definition = defineHttp(`${server.url}/{yyyy}-{MM}-{dd}.csv`, { from: '2000-12-30' });
    assert.equal(
      told(await httpSource({ clock }).list(definition, new AbortController().signal)).slice(0, 16),
      'SOURCE_NOT_FOUND',
    );
    const inTokyo = {
      ...definition,
      publish: { type: 'periodic', cron: '0 6 * * *', timeZone: 'Asia/Tokyo' },
    } as const;
    assert.equal((await listed(httpSource({ clock }), inTokyo)).length, 1);
  });

  it('say by what they can be told from later ones, and are named without what may be secret', async () => {
    await using server = await startFileServer();
    server.put('/data.csv?token=secret', 'a,b\n1,2\n', { etag: 'W/"7"' });
    const definition = defineHttp(`${server.url}/data.csv?token=secret`);
    const source = httpSource();
    const [file] = await listed(source, definition);
    assert.deepEqual(file, {
      name: `${server.url}/data.csv`,
      sizeBytes: 8,
      modifiedAtMs: Date.UTC(2001, 0, 1) + 1_000,
      tag: 'W/"7"',
      texts: [],
    });
    const outcome = await fetched(source, definition, file);
    assert.ok(outcome.ok && outcome.value.toString() === 'a,b\n1,2\n');
    server.files.clear();
    assert.doesNotMatch(told(await fetched(source, definition, file)), /secret/);
  });

  it('may have their time in the query', async () => {
    await using server = await startFileServer();
    server.put('/get?key=secret&y=2002', 'x');
    const definition = defineHttp(`${server.url}/get?key=secret&y={yyyy}`, { from: '2001', format: 'csv' });
    const source = httpSource();
    const [file] = await listed(source, definition);
    assert.deepEqual([file?.name, file?.texts], [`${server.url}/get?y=2002`, ['2002']]);
    assert.ok(file !== undefined);
    assert.equal(told(await fetched(source, definition, file)), 'ok');
  });

  it('are told apart by their content where the server says nothing, as long as they are small', async () => {
    await using server = await startFileServer();
    const silent = { etag: undefined, 'last-modified': undefined };
    server.put('/data.csv', 'first', silent);
    const definition = defineHttp(`${server.url}/data.csv`);
    const source = httpSource();
    const [before] = await listed(source, definition);
    assert.deepEqual((await listed(source, definition))[0], before);
    server.put('/data.csv', 'other', silent);
    const [after] = await listed(source, definition);
    assert.notEqual(after?.tag, before?.tag);
    assert.ok(before !== undefined);
    assert.match(told(await fetched(source, definition, before)), /^SOURCE_CHANGED.*its content is another/);
  });

  it('are found on servers that do not know HEAD', async () => {
    await using server = await startFileServer();
    server.put('/data.csv', '12345');
    server.instead.set('/data.csv', (request, response) => {
      if (request.method === 'HEAD') return void response.writeHead(405).end();
      response
        .writeHead(206, { etag: '"1"', 'content-range': 'bytes 0-0/5', 'content-length': '1' })
        .end('1');
    });
    const [file] = await listed(httpSource(), defineHttp(`${server.url}/data.csv`));
    assert.deepEqual([file?.tag, file?.sizeBytes], ['"1"', 5]);
  });

  it('arrive as they lie there, however the server sends them', async () => {
    await using server = await startFileServer();
    const text = 'a,b\n'.repeat(1_000);
    const packed = gzipSync(text);
    server.put('/plain.csv', packed, { 'content-encoding': 'gzip' });
    server.put('/packed.csv.gz', packed, { 'content-encoding': 'gzip' });
    server.put('/odd.csv', 'x', { 'content-encoding': 'compress' });
    const source = httpSource();
    for (const [name, expected] of [
      ['plain.csv', Buffer.from(text)],
      ['packed.csv.gz', packed],
    ] as const) {
      const definition = defineHttp(`${server.url}/${name}`);
      const [file] = await listed(source, definition);
      assert.ok(file !== undefined);
      const outcome = await fetched(source, definition, file);
      assert.ok(outcome.ok && outcome.value.equals(expected), name);
    }
    const odd = defineHttp(`${server.url}/odd.csv`);
    assert.match(
      told(await fetched(source, odd, { name: `${server.url}/odd.csv` })),
      /the encoding compress/,
    );
  });

  it('are asked for with the headers of their definition, which must be there', async () => {
    await using server = await startFileServer();
    server.put('/data.csv', 'x');
    const headers = { authorization: { from: 'environment', name: 'TOKEN' } } as const;
    await listed(httpSource(), defineHttp(`${server.url}/data.csv`, { headers }));
    assert.equal(server.requests[0]?.headers.authorization, 'value of TOKEN');
    const missing = { authorization: { from: 'environment', name: 'MISSING' } } as const;
    const outcome = await httpSource().list(
      defineHttp(`${server.url}/data.csv`, { headers: missing }),
      new AbortController().signal,
    );
    assert.match(told(outcome), /^SECRET_MISSING/);
  });
});
