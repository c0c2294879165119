import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { createRandom } from '../../src/adapters/system/random.ts';
import { openZooKeeperCoordination } from '../../src/adapters/zookeeper/coordination/open.ts';
import type { Coordination } from '../../src/ports/coordination.ts';
import { eventually } from '../support/eventually.ts';
import { createRecordingLog } from '../support/kit.ts';
import { type PostgresServer, password, startPostgres } from '../support/postgres-server.ts';
import { startRole } from '../support/role-process.ts';
import { runAssay } from '../support/service-process.ts';
import { type Ensemble, startEnsemble } from '../support/zookeeper/ensemble.ts';

const patienceMs = 60_000;
const manager = ['manager', '--cluster', 'quality'];
const node = ['node', '--cluster', 'quality', '--slots', '1'];

describe('a process with one role', () => {
  let postgres: PostgresServer;
  let ensemble: Ensemble;
  let env: Record<string, string>;

  before(async () => {
    [postgres, ensemble] = await Promise.all([startPostgres(), startEnsemble({ servers: 1, tickMs: 3_000 })]);
    env = {
      ASSAY_DATABASE_URL: await postgres.createDatabase(),
      ASSAY_ZOOKEEPER: `127.0.0.1:${ensemble.servers[0]?.port}/roles`,
      // Longer than any wait here: what vanishes was ended and has not expired.
      ASSAY_SESSION_TIMEOUT_MS: '60000',
    };
  });
  after(async () => {
    await ensemble?.[Symbol.asyncDispose]();
    await postgres?.[Symbol.asyncDispose]();
  });

  it('waits for a database and an ensemble that are away, says so, and begins when they come', async () => {
    await postgres.kill();
    await ensemble.servers[0]?.kill();
    await using role = startRole(manager, env);
    const url = await role.healthUrl();
    const seen = await health(url);
    assert.equal(seen.status, 503);
    assert.match(seen.body, /the process waits for the database/);
    await eventually('it tells for what', () => /waits for the database/.test(role.log()), patienceMs);
    await postgres.restart();
    await eventually('it waits for the next', () => /waits for the ensemble/.test(role.log()), patienceMs);
    assert.match((await health(url)).body, /there is no session on the quality cluster/);
    assert.equal((await fetch(`${url}/readyz`)).status, 503);
    await ensemble.servers[0]?.restart();
    await role.ready();
    assert.equal((await health(url)).status, 200);
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    assert.match(await (await fetch(`${url}/metrics`)).text(), /assay_manager_leader/);
    assert.equal(await role.end('SIGTERM'), 0);
    assert.ok(!role.log().includes(password));
  });

  it('ends in good order when it is told to while it waits', async () => {
    const nowhere = { ...env, ASSAY_DATABASE_URL: `postgres://assay:${password}@127.0.0.1:1/assay` };
    await using role = startRole(manager, nowhere);
    await eventually('it waits', () => /waits for the database/.test(role.log()), patienceMs);
    assert.equal(await role.end('SIGTERM'), 0);
    assert.ok(!role.log().includes(password));
  });

  it('says at once what no waiting can heal', async () => {
    const wrong = (env['ASSAY_DATABASE_URL'] ?? '').replace(password, 'mistyped-secret');
    for (const [url, told] of [
      [wrong, /DATABASE_UNREADABLE.*\n.*password authentication failed/],
      [`${env['ASSAY_DATABASE_URL']}_missing`, /DATABASE_UNREADABLE.*\n.*does not exist/],
    ] as const) {
      const { code, out, err } = await runAssay(manager, { ...env, ASSAY_DATABASE_URL: url });
      assert.equal(code, 3);
      assert.match(err, told);
      assert.ok(!`${out}${err}`.includes(password) && !`${out}${err}`.includes('mistyped-secret'));
    }
  });

  it('does not take a share that is not mounted for an empty one', async () => {
    const { code, err } = await runAssay([...node, '--batches', 'directory:/nowhere/batches'], env);
    assert.equal(code, 3);
    assert.match(err, /the directory of batches \/nowhere\/batches does not exist/);
  });

  it('leaves the cluster with its process: told to stop, broken or killed', async () => {
    await using watcher = await watch(env);
    for (const [signal, code] of [
      ['SIGTERM', 0],
      // A rejection that nobody waits for.
      ['SIGUSR2', 70],
      ['SIGKILL', null],
    ] as const) {
      await using role = startRole(node, { ...env, NODE_OPTIONS: `--import=${rejecting}` });
      await role.ready();
      // The watcher's server of the ensemble may hear of it later than the node's.
      await eventually('the node is a member', async () => (await watcher.session.view()).nodes.length === 1);
      assert.equal(await role.end(signal), code, role.log());
      await eventually(
        `none is left after ${signal}`,
        async () => (await watcher.session.view()).nodes.length === 0,
      );
    }
  });

  it('hands the leadership over when it is told to stop', async () => {
    await using watcher = await watch(env);
    await using first = startRole([...manager, '--name', 'first'], env);
    await first.ready();
    await using second = startRole([...manager, '--name', 'second'], env);
    await second.ready();
    assert.match(String((await watcher.session.leader())?.leader), /^first-/);
    assert.equal(await first.end('SIGTERM'), 0);
    await eventually(
      'the second leads',
      async () => (await watcher.session.leader())?.leader.startsWith('second-') === true,
    );
    assert.equal(await second.end('SIGTERM'), 0);
  });

  it('answers the requests under way when an API is told to stop', async () => {
    await using role = startRole(['api', '--port', '0'], env);
    const url = await role.healthUrl();
    await role.ready();
    const yaml =
      'dataset: late\nowner: o@example.org\nprovider: {type: files, path: "late/*.csv"}\npartition: {file: true}\n';
    const body = JSON.stringify({ yaml, file: 'late.yaml', baseDirectory: '/data' });
    const half = request(`${url}/api/v1/datasets`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    const answered = once(half, 'response') as Promise<[IncomingMessage]>;
    half.write(body.slice(0, 10));
    await once(half, 'socket');
    await eventually('the request has begun', async () => (await fetch(`${url}/readyz`)).ok);
    const ended = role.end('SIGTERM');
    await eventually('nobody else is let in', async () => {
      return await fetch(`${url}/readyz`).then(
        () => false,
        () => true,
      );
    });
    half.end(body.slice(10));
    const [answer] = await answered;
    assert.equal(answer.statusCode, 200, await text(answer));
    assert.equal(await ended, 0);
  });

  it('stands by as a scheduler until the one that leads is killed', async () => {
    const leads = /this process leads from now on/;
    await using first = startRole(['scheduler', '--name', 'first'], env);
    await first.ready();
    await eventually('the first leads', () => leads.test(first.log()));
    await using second = startRole(['scheduler', '--name', 'second'], env);
    await second.ready();
    assert.doesNotMatch(second.log(), leads);
    await first.end('SIGKILL');
    await eventually('the second leads', () => leads.test(second.log()), patienceMs);
    assert.equal(await second.end('SIGTERM'), 0);
  });
});

const rejecting = join(import.meta.dirname, '../support/reject-at-signal.ts');

async function health(url: string): Promise<{ status: number; body: string }> {
  const answer = await fetch(`${url}/healthz`);
  return { status: answer.status, body: await answer.text() };
}

/** A session that only looks. */
async function watch(
  env: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly session: Coordination }> {
  const session = await openZooKeeperCoordination({
    clock: systemClock,
    random: createRandom(),
    log: createRecordingLog(),
    cluster: 'quality',
    connectString: env['ASSAY_ZOOKEEPER'] ?? '',
  });
  return { session, [Symbol.asyncDispose]: () => session.close() };
}
