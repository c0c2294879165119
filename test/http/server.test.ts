import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { describe, it } from 'node:test';
import { createHolidays } from '../../src/adapters/holidays/date-holidays.ts';
import { FailureError } from '../../src/base/errors.ts';
import { jobId } from '../../src/base/ids.ts';
import { limits } from '../../src/base/limits.ts';
import { failureOfRequest } from '../../src/http/problem.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { addJob, applyBody, registerFlights } from '../support/api-fixtures.ts';
import { computingHere, startApi } from '../support/api-service.ts';
import { testKit } from '../support/kit.ts';
import { createMemoryDatabase } from '../support/memory-database.ts';
import { previewsHere } from '../support/previews.ts';

describe('every answer', () => {
  it('carries the request id and the trace that the caller gave', async () => {
    await using api = await startApi();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const answer = await api.call('GET', '/datasets', undefined, {
      'x-request-id': 'my-request-1',
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    });
    assert.equal(answer.headers.get('x-request-id'), 'my-request-1');
    assert.match(
      answer.headers.get('traceparent') ?? '',
      new RegExp(`^00-${traceId}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`),
    );
  });

  it('gets a new id and trace where the caller gave none, or nonsense', async () => {
    await using api = await startApi();
    for (const headers of [
      {},
      { 'x-request-id': 'a b\tc', traceparent: 'nonsense' },
      { 'x-request-id': 'x'.repeat(1_000), traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` },
    ]) {
      const answer = await api.call('GET', '/datasets', undefined, headers);
      assert.match(answer.headers.get('x-request-id') ?? '', /^[a-z0-9]{26}$/);
      assert.match(
        answer.headers.get('traceparent') ?? '',
        /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/,
      );
    }
  });

  it('is observed by route, method and status, never by id', async () => {
    await using api = await startApi();
    await api.call('GET', '/jobs/one-of-many');
    await api.call('GET', '/no/such/path');
    const { telemetry } = api.kit;
    const name = 'assay_http_request_duration_seconds';
    assert.equal(
      telemetry.observations(name, { route: '/api/v1/jobs/:id', method: 'GET', status: '404' }).length,
      1,
    );
    assert.equal(telemetry.observations(name, { route: 'unmatched', status: '404' }).length, 1);
  });
});

describe('errors', () => {
  it('are problems with a stable code', async () => {
    await using api = await startApi();
    const answer = await api.call('GET', '/jobs/none');
    assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8');
    assert.deepEqual(answer.body, {
      type: 'urn:assay:error:JOB_NOT_FOUND',
      title: 'There is no such job',
      status: 404,
      code: 'JOB_NOT_FOUND',
      requestId: answer.headers.get('x-request-id'),
      detail: 'there is no job none',
      hint: 'see `assay jobs`',
    });
    assert.equal((await api.call('GET', '/nowhere')).body.code, 'ROUTE_NOT_FOUND');
  });

  it('of addresses that are too long are problems, too', async () => {
    await using api = await startApi();
    for (const [length, code] of [
      [100, 'JOB_NOT_FOUND'],
      [1_001, 'REQUEST_INVALID'],
      // Beyond what the router takes for a parameter, there is no such route.
      [4_001, 'ROUTE_NOT_FOUND'],
    ] as const) {
      const { body } = await api.call('GET', `/jobs/${'j'.repeat(length)}`);
      assert.deepEqual([length, body.code], [length, code]);
    }
  });

  it('that nobody foresaw are logged with their cause and told without it', async () => {
    await using api = await startApi();
    api.contents.outage = new Error('connection to db-7.internal as assay:hunter2 refused');
    const answer = await api.call('GET', '/jobs/any');
    assert.equal(answer.status, 500);
    assert.equal(answer.body.code, 'INTERNAL');
    assert.doesNotMatch(JSON.stringify(answer.body), /hunter2|db-7/);
    const logged = api.kit.log.events.find(({ message }) => message === 'a request failed');
    assert.equal(logged?.level, 'error');
    assert.equal(logged?.fields['requestId'], answer.body.requestId);
    assert.equal(logged?.fields['error'], api.contents.outage);
  });

  it('name the key of a body or query that is unknown, missing or of the wrong kind', async () => {
    await using api = await startApi();
    const refusals = [
      ['PUT', '/datasets', { ...applyBody, colour: 'red' }, 'body/colour is not known here'],
      ['PUT', '/datasets', { yaml: 'a: 1', file: 'a' }, 'body/baseDirectory is missing'],
      ['PUT', '/datasets', { ...applyBody, dryRun: 'yes' }, 'body/dryRun must be boolean'],
      ['GET', '/jobs?colour=red', undefined, 'querystring/colour is not known here'],
      ['GET', '/jobs?limit=1001', undefined, 'querystring/limit must match pattern'],
      ['POST', '/scans', undefined, 'body must be object'],
    ] as const;
    for (const [method, path, body, detail] of refusals) {
      const answer = await api.call(method, path, body);
      assert.equal(answer.status, 400, detail);
      assert.ok(answer.body.detail.startsWith(detail), answer.body.detail);
    }
  });

  it('answer addresses that are broken or end nowhere', async () => {
    await using api = await startApi();
    for (const [path, status] of [
      ['/jobs/%E0%A4%A', 400],
      [`/jobs/${'x'.repeat(2_000)}`, 400],
      ['/jobs/', 400],
      ['//', 404],
    ] as const) {
      const answer = await api.call('GET', path);
      assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8', path);
      assert.equal(answer.status, status, path.slice(0, 20));
    }
  });

  it('of requests that took too long ask to come back', () => {
    const error = Object.assign(new Error('too long'), { code: 'FST_ERR_HANDLER_TIMEOUT', statusCode: 503 });
    assert.equal(failureOfRequest(error).code, 'REQUEST_TIMEOUT');
  });

  it('answer bodies that are broken, of another kind, or too large', async () => {
    await using api = await startApi();
    const send = (body: string, type: string) =>
      fetch(`${api.url}/api/v1/scans`, { method: 'POST', body, headers: { 'content-type': type } });
    const broken = await send('{"dataset": ', 'application/json');
    assert.equal(broken.status, 400);
    assert.equal(((await broken.json()) as { code: string }).code, 'REQUEST_INVALID');
    const other = await send('dataset=flights', 'text/plain');
    assert.equal(((await other.json()) as { code: string }).code, 'REQUEST_INVALID');
    const large = await send(
      JSON.stringify({ dataset: 'x'.repeat(limits.requestBodyBytesMax) }),
      'application/json',
    );
    assert.equal(large.status, 413);
    assert.equal(((await large.json()) as { code: string }).code, 'REQUEST_TOO_LARGE');
  });
});

describe('a service on loopback', () => {
  it('refuses writes of pages from elsewhere, and takes its own', async () => {
    await using api = await startApi();
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:1' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const refused = await api.call(
        'POST',
        '/scans',
        { dataset: 'flights' },
        headers as Record<string, string>,
      );
      assert.equal(refused.status, 403, JSON.stringify(headers));
      assert.equal(refused.body.code, 'REQUEST_FORBIDDEN');
      assert.equal(refused.headers.get('access-control-allow-origin'), null);
    }
    const own = await api.call('POST', '/scans', { dataset: 'flights' }, { origin: api.url });
    assert.equal(own.body.code, 'DATASET_NOT_FOUND');
  });

  it('does not answer under a name that somebody else points to it', async () => {
    await using api = await startApi({ allowedHosts: ['assay.test'] });
    assert.equal(await statusFor(api.url, 'evil.example'), 403);
    assert.equal(await statusFor(api.url, '127.0.0.1.evil.example:80'), 403);
    for (const host of ['localhost', 'localhost:7420', '127.0.0.1', '[::1]:80', 'assay.test:7420']) {
      assert.equal(await statusFor(api.url, host), 200, host);
    }
  });
});

describe('health', () => {
  it('is what the database and every probe say, without their causes', async () => {
    let stalled = false;
    const probe = {
      name: 'manager ingestion',
      check: () => {
        if (stalled) throw new Error('no tick on node 10.0.0.7 since 09:00');
      },
    };
    await using api = await startApi({ probes: [probe] });
    const well = await fetch(`${api.url}/healthz`);
    assert.equal(well.status, 200);
    assert.deepEqual(await well.json(), {
      status: 'ok',
      version: '0.0.0-test',
      probes: [
        { name: 'database', ok: true },
        { name: 'manager ingestion', ok: true },
      ],
    });
    stalled = true;
    const ill = await fetch(`${api.url}/healthz`);
    assert.equal(ill.status, 503);
    const text = await ill.text();
    assert.match(text, /"manager ingestion","ok":false/);
    assert.doesNotMatch(text, /10\.0\.0\.7/);
  });

  it('fails when the database does not answer in time', async () => {
    const { database } = createMemoryDatabase();
    const silent = { ...database, ping: () => new Promise<void>(() => {}) };
    await using api = await startApi({ database: silent });
    const resting = api.kit.clock.sleepers();
    const asked = fetch(`${api.url}/healthz`);
    await eventually(() => api.kit.clock.sleepers() > resting);
    await api.kit.clock.advance(limits.healthTimeoutMs);
    assert.equal((await asked).status, 503);
  });

  it('is apart from being ready', async () => {
    await using api = await startApi();
    assert.equal((await fetch(`${api.url}/readyz`)).status, 200);
    assert.match(
      (await fetch(`${api.url}/metrics`)).headers.get('content-type') ?? '',
      /^text\/plain; version=0\.0\.4/,
    );
  });
});

describe('the server', () => {
  it('says that its port is taken', async () => {
    await using api = await startApi();
    const port = Number(new URL(api.url).port);
    const second = createHttpServer(
      {
        kit: testKit(),
        database: createMemoryDatabase().database,
        engine: computingHere,
        holidays: createHolidays(),
        clusters: () => undefined,
        previews: previewsHere().previews,
        providerOf: previewsHere().providerOf,
        probes: [],
      },
      { host: '127.0.0.1', port, version: '0' },
    );
    await assert.rejects(second.start(), (error) => {
      assert.ok(error instanceof FailureError);
      assert.equal(error.failure.code, 'ADDRESS_UNAVAILABLE');
      return true;
    });
    await second.stop();
  });

  it('can be stopped twice, and before it was started', async () => {
    const server = createHttpServer(
      {
        kit: testKit(),
        database: createMemoryDatabase().database,
        engine: computingHere,
        holidays: createHolidays(),
        clusters: () => undefined,
        previews: previewsHere().previews,
        providerOf: previewsHere().providerOf,
        probes: [],
      },
      { host: '127.0.0.1', port: 0, version: '0' },
    );
    await server.stop();
    await server.stop();
  });

  it('lets a request end that is under way when it stops', async () => {
    const { database } = createMemoryDatabase();
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<readonly []>();
    const datasets = {
      ...database.datasets,
      page: () => {
        asked.resolve();
        return answer.promise;
      },
    };
    const api = await startApi({ database: { ...database, datasets } });
    const response = fetch(`${api.url}/api/v1/datasets`);
    await asked.promise;
    const stopped = api.server.stop();
    answer.resolve([]);
    assert.equal((await response).status, 200);
    assert.equal((await response).headers.get('connection'), 'close');
    await stopped;
  });

  it('cuts off a request that does not end before the deadline', async () => {
    const { database } = createMemoryDatabase();
    const asked = Promise.withResolvers<void>();
    const datasets = {
      ...database.datasets,
      page: () => {
        asked.resolve();
        return new Promise<never>(() => {});
      },
    };
    const api = await startApi({ database: { ...database, datasets } });
    const response = fetch(`${api.url}/api/v1/datasets`);
    const rejected = assert.rejects(response);
    await asked.promise;
    const stopped = api.server.stop();
    await api.kit.clock.advance(limits.stopDeadlineMs);
    await stopped;
    await rejected;
  });

  it('describes its paths in an OpenAPI document', async () => {
    await using api = await startApi();
    const response = await fetch(`${api.url}/api/v1/openapi.json`);
    const document = (await response.json()) as { openapi: string; paths: Record<string, object> };
    assert.equal(document.openapi, '3.1.0');
    assert.deepEqual(Object.keys(document.paths['/api/v1/backfills'] ?? {}).toSorted(), ['get', 'post']);
    assert.ok(document.paths['/api/v1/datasets/{dataset}/metrics/{metric}']);
  });
});

describe('events of a backfill', () => {
  it('show each change once, at most every 200 ms, and its end', async () => {
    await using api = await startApi();
    await registerFlights(api);
    addJob(api.contents, { id: 'b1', spec: { kind: 'backfill', concurrency: 1 }, group: 'b1' });
    const stream = await openEvents(`${api.url}/api/v1/backfills/b1/events`);
    assert.equal(stream.contentType, 'text/event-stream; charset=utf-8');
    await eventually(() => stream.events().length === 1);
    for (let measured = 1; measured <= 50; measured += 1) {
      api.contents.progress.set(jobId('b1'), {
        state: 'running',
        partitions: 50,
        measured,
        ingested: measured,
      });
    }
    await api.kit.clock.advance(limits.liveSnapshotMs);
    await eventually(() => stream.events().length === 2);
    assert.equal(stream.events()[1]?.data.measured, 50);
    assert.equal(stream.events()[1]?.data.rate.partitionsPerSecond, 250);
    await api.kit.clock.advance(3 * limits.liveSnapshotMs);
    assert.equal(stream.events().length, 2);
    const [backfill] = api.contents.jobs.values();
    assert.ok(backfill);
    api.contents.progress.set(jobId('b1'), { state: 'succeeded', measured: 50 });
    await api.kit.clock.advance(limits.liveSnapshotMs);
    await stream.ended;
    assert.deepEqual(
      stream.events().map(({ event }) => event),
      ['progress', 'progress', 'end'],
    );
    assert.equal(stream.events().at(-1)?.data.state, 'succeeded');
  });

  it('go on for others when a reader goes away, and are read no more when all have', async () => {
    await using api = await startApi();
    // The look at the clusters, and the one that is noted.
    await eventually(() => api.kit.clock.sleepers() === 2);
    addJob(api.contents, { id: 'b1', spec: { kind: 'backfill', concurrency: 1 }, group: 'b1' });
    const address = `${api.url}/api/v1/backfills/b1/events`;
    const [leaving, staying] = [await openEvents(address), await openEvents(address)];
    await eventually(() => leaving.events().length === 1 && staying.events().length === 1);
    leaving.abort();
    await eventually(() => api.kit.clock.sleepers() === 4);
    api.contents.progress.set(jobId('b1'), { measured: 7 });
    await api.kit.clock.advance(limits.liveSnapshotMs);
    await eventually(() => staying.events().length === 2);
    staying.abort();
    await eventually(() => api.kit.clock.sleepers() === 2);
  });

  it('survive a database that is away for a while', async () => {
    await using api = await startApi();
    addJob(api.contents, { id: 'b1', spec: { kind: 'backfill', concurrency: 1 }, group: 'b1' });
    const stream = await openEvents(`${api.url}/api/v1/backfills/b1/events`);
    await eventually(() => stream.events().length === 1);
    api.contents.outage = new Error('away');
    await api.kit.clock.advance(5_000);
    api.contents.outage = undefined;
    api.contents.progress.set(jobId('b1'), { measured: 7 });
    await api.kit.clock.advance(2_000);
    await eventually(() => stream.events().length === 2);
    stream.abort();
  });

  it('show a sign of life while nothing changes', async () => {
    await using api = await startApi();
    addJob(api.contents, { id: 'b1', spec: { kind: 'backfill', concurrency: 1 }, group: 'b1' });
    const stream = await openEvents(`${api.url}/api/v1/backfills/b1/events`);
    await eventually(() => stream.events().length === 1);
    await api.kit.clock.advance(limits.liveHeartbeatMs);
    await eventually(() => stream.text().includes(': still here'));
    stream.abort();
  });

  it('end when the service stops', async () => {
    const api = await startApi();
    addJob(api.contents, { id: 'b1', spec: { kind: 'backfill', concurrency: 1 }, group: 'b1' });
    const stream = await openEvents(`${api.url}/api/v1/backfills/b1/events`);
    await eventually(() => stream.events().length === 1);
    await api.server.stop();
    await stream.ended;
    assert.equal(stream.events().at(-1)?.event, 'end');
  });

  it('are a problem for a backfill that is not there, and above the limit of streams', async () => {
    await using api = await startApi();
    assert.equal((await api.call('GET', '/backfills/none/events')).body.code, 'BACKFILL_NOT_FOUND');
    addJob(api.contents, { id: 'b1', spec: { kind: 'backfill', concurrency: 1 }, group: 'b1' });
    const address = `${api.url}/api/v1/backfills/b1/events`;
    const streams = await Promise.all(
      Array.from({ length: limits.liveStreamsMax }, () => openEvents(address)),
    );
    const refused = await api.call('GET', '/backfills/b1/events');
    assert.equal(refused.status, 503);
    assert.match(refused.headers.get('retry-after') ?? '', /^[1-9]$/);
    for (const stream of streams) stream.abort();
  });
});

/** `fetch` does not let a caller choose the Host header; this does. */
function statusFor(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}/api/v1/datasets`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
    request.end();
  });
}

type Event = {
  readonly event: string;
  readonly data: { state: string; measured: number; rate: { partitionsPerSecond: number } };
};

async function openEvents(address: string): Promise<{
  contentType: string | null;
  events(): Event[];
  text(): string;
  ended: Promise<void>;
  abort(): void;
}> {
  const stop = new AbortController();
  const response = await fetch(address, { signal: stop.signal });
  assert.equal(response.status, 200);
  const { body } = response;
  assert.ok(body);
  let text = '';
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of body) text += decoder.decode(chunk, { stream: true });
  };
  const ended = read().catch(() => undefined);
  return {
    contentType: response.headers.get('content-type'),
    text: () => text,
    events: () =>
      [...text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].map(([, event = '', data = '']) => ({
        event,
        data: JSON.parse(data) as Event['data'],
      })),
    ended,
    abort: () => stop.abort(),
  };
}

/** Waits for real input and output, up to a deadline. */
async function eventually(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, 'it did not happen in time');
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
}
