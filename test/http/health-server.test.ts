import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FailureError, failure } from '../../src/base/errors.ts';
import { createHealthServer } from '../../src/http/health-server.ts';
import type { HealthProbe } from '../../src/http/routes/health-routes.ts';
import { testKit } from '../support/kit.ts';

/** A server whose probes and readiness the test sets. */
async function startHealth(options: { readonly isBeforeApi?: boolean } = {}) {
  const state: { probes: readonly HealthProbe[]; isReady: boolean } = { probes: [], isReady: false };
  const kit = testKit();
  const server = createHealthServer(
    { kit, probes: () => state.probes, isReady: () => state.isReady, ...options },
    { host: '127.0.0.1', port: 0, version: '1.2.3+build' },
  );
  await server.start();
  const get = async (path: string) => {
    const answer = await fetch(`${server.url()}${path}`);
    return { status: answer.status, body: await answer.text() };
  };
  return { state, kit, get, [Symbol.asyncDispose]: () => server.stop() };
}

describe('the health of a process without an API', () => {
  it('is asked of what there is at that moment', async () => {
    await using health = await startHealth();
    assert.equal((await health.get('/healthz')).status, 200);
    health.state.probes = [
      { name: 'database', check: () => Promise.reject(new Error('db.example.org is away')) },
    ];
    const failing = await health.get('/healthz');
    assert.equal(failing.status, 503);
    assert.deepEqual(JSON.parse(failing.body), {
      status: 'failing',
      version: '1.2.3+build',
      probes: [{ name: 'database', ok: false, detail: 'fails' }],
    });
  });

  it('says what a process waits for, and keeps every other cause for the log', async () => {
    await using health = await startHealth();
    const waits = new FailureError(failure('NOT_READY', 'the process waits for the database'));
    health.state.probes = [{ name: 'database', check: () => Promise.reject(waits) }];
    assert.match((await health.get('/healthz')).body, /"detail":"the process waits for the database"/);
    const away = new FailureError(failure('DATABASE_UNAVAILABLE', 'db.example.org does not answer'));
    health.state.probes = [{ name: 'database', check: () => Promise.reject(away) }];
    assert.doesNotMatch((await health.get('/healthz')).body, /example/);
    assert.match(JSON.stringify(health.kit.log.events), /db\.example\.org does not answer/);
  });

  it('is ready when its process does its work, and not when it stops', async () => {
    await using health = await startHealth();
    assert.equal((await health.get('/readyz')).status, 503);
    health.state.isReady = true;
    assert.equal((await health.get('/readyz')).status, 200);
    health.state.isReady = false;
    assert.equal((await health.get('/readyz')).status, 503);
  });

  it('asks those to come again who are too early for the API, whatever they want of it', async () => {
    await using health = await startHealth({ isBeforeApi: true });
    for (const path of ['/api/v1/datasets', '/api/v1/nothing/of/the/kind']) {
      const early = await health.get(path);
      assert.deepEqual([early.status, JSON.parse(early.body).code], [503, 'NOT_READY']);
    }
    assert.equal((await health.get('/elsewhere')).status, 404);
  });

  it('answers nothing else', async () => {
    await using health = await startHealth();
    assert.equal((await health.get('/api/v1/datasets')).status, 404);
    assert.equal((await health.get('/metrics')).status, 200);
  });
});
