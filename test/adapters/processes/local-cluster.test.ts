import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freePorts } from '../../../src/adapters/processes/free-ports.ts';
import {
  type LocalClusterOptions,
  startLocalCluster,
} from '../../../src/adapters/processes/local-cluster.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../src/adapters/system/random.ts';
import { FailureError } from '../../../src/base/errors.ts';
import type { Outcome } from '../../../src/base/outcome.ts';
import type { LocalCluster, LocalProcess } from '../../../src/ports/local-cluster.ts';
import type { ClusterStateView } from '../../../src/services/cluster/cluster-views.ts';
import { eventually } from '../../support/eventually.ts';
import { createRecordingLog } from '../../support/kit.ts';
import { descendantsOf } from '../../support/process-tree.ts';

const soonMs = 90_000;
const small = { nodesPerCluster: 1, managersPerCluster: 1, zooKeepers: 1, slots: 1, zones: ['a', 'b'] };
const directories: string[] = [];
after(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

function start(options: Partial<LocalClusterOptions> = {}): Promise<Outcome<LocalCluster>> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-local-'));
  directories.push(directory);
  const kit = { clock: systemClock, random: createRandom(), log: createRecordingLog() };
  const environment = { ASSAY_ACCESS: 'off', ...options.environment };
  return startLocalCluster(kit, { directory, ...small, ...options, environment });
}

describe('a cluster on this machine', () => {
  let cluster: LocalCluster;
  const changes: LocalProcess[] = [];
  before(async () => {
    cluster = valueOf(await start({ onChange: (change) => changes.push(change), build: 'first' }));
  });
  after(() => cluster[Symbol.asyncDispose]());

  const named = (name: string): LocalProcess => {
    const found = cluster.processes().find((process) => process.name === name);
    assert.ok(found !== undefined, name);
    return found;
  };
  const back = (name: string, pid: number): Promise<LocalProcess | undefined> =>
    eventually(
      `${name} is ready again`,
      () => {
        const now = named(name);
        return now.pid !== pid && now.state === 'ready' && now;
      },
      soonMs,
      20,
    );

  it('is ready as a whole, with each process in its zone, and answers', async () => {
    assert.deepEqual(
      cluster.processes().map(({ name, zone, state, build }) => [name, zone, state, build]),
      [
        ['api-1', 'a', 'ready', 'first'],
        ['manager-ingestion-1', 'a', 'ready', 'first'],
        ['manager-quality-1', 'b', 'ready', 'first'],
        ['node-ingestion-a1', 'a', 'ready', 'first'],
        ['node-quality-a1', 'a', 'ready', 'first'],
        ['postgres', 'a', 'ready', 'first'],
        ['scheduler-1', 'b', 'ready', 'first'],
        ['zookeeper-1', 'a', 'ready', 'first'],
      ],
    );
    assert.deepEqual(await nodesOf(cluster), ['node-ingestion-a1', 'node-quality-a1']);
    for (const { name, url } of cluster.processes()) {
      const isAssays = name !== 'postgres' && name !== 'zookeeper-1';
      assert.equal(url !== undefined, isAssays, name);
      if (url !== undefined) assert.equal((await fetch(`${url}/metrics`)).status, 200, name);
    }
  });

  it('starts again what was killed, on its old address', async () => {
    const killed = ['api-1', 'node-quality-a1'].map(named);
    for (const { name } of killed) cluster.signal(name, 'SIGKILL');
    for (const { name, pid } of killed) await back(name, pid);
    assert.equal(named('api-1').url, cluster.apiUrl);
    assert.deepEqual(
      killed.map(({ name }) => named(name).url),
      killed.map(({ url }) => url),
    );
    await eventually(
      'the node is a member again',
      async () => (await nodesOf(cluster)).length === 2,
      soonMs,
      50,
    );
  });

  it('keeps down what is to stay down', async () => {
    const { name } = named('scheduler-1');
    cluster.signal(name, 'SIGTERM', { restartAfterMs: 'never' });
    await eventually('it is down', () => named(name).state === 'down', soonMs, 20);
    assert.deepEqual(await cluster.start(name, { build: 'second' }), { ok: true, value: undefined });
    assert.deepEqual([named(name).state, named(name).build], ['ready', 'second']);
  });

  it('freezes a node, which the others take for lost, and thaws it', async () => {
    cluster.signal('node-quality-a1', 'SIGSTOP');
    assert.equal(named('node-quality-a1').state, 'frozen');
    const gone = async () => !(await nodesOf(cluster)).includes('node-quality-a1');
    await eventually('its session has expired', gone, soonMs, 50);
    cluster.signal('node-quality-a1', 'SIGCONT');
    await eventually('it is a member anew', async () => !(await gone()), soonMs, 50);
  });

  it('replaces a process by another build', async () => {
    const { pid } = named('node-ingestion-a1');
    assert.deepEqual(await cluster.replace('node-ingestion-a1', 'second'), { ok: true, value: undefined });
    const { url, build, pid: newPid } = named('node-ingestion-a1');
    assert.notEqual(newPid, pid);
    assert.equal(build, 'second');
    const health = (await (await fetch(`${url}/healthz`)).json()) as { version: string };
    assert.match(health.version, /\+second$/);
  });

  it('takes in a node', async () => {
    const added = await cluster.addNode({ cluster: 'quality', zone: 'b' });
    assert.deepEqual(added, { ok: true, value: 'node-quality-b1' });
    await eventually(
      'it is a member',
      async () => (await nodesOf(cluster)).includes('node-quality-b1'),
      soonMs,
      50,
    );
  });

  it('goes on when its database and its ensemble were killed, and with an ensemble that has lost everything', async () => {
    const servers = ['postgres', 'zookeeper-1'].map(named);
    for (const { name } of servers) cluster.signal(name, 'SIGKILL');
    for (const { name, pid } of servers) await back(name, pid);
    const all = ['node-ingestion-a1', 'node-quality-a1', 'node-quality-b1'];
    const whole = async () => (await nodesOf(cluster)).join() === all.join();
    await eventually('all are members', whole, soonMs, 50);
    assert.deepEqual(await cluster.wipeZooKeeper(), { ok: true, value: undefined });
    await eventually('all are members again', whole, soonMs, 50);
  });

  it('tells of each change, in order', () => {
    const states = changes.filter(({ name }) => name === 'scheduler-1').map(({ state }) => state);
    assert.deepEqual(states, ['starting', 'ready', 'down', 'starting', 'ready']);
  });
});

describe('the start of a cluster', () => {
  it('fails when the port that was asked for is taken, and leaves nothing behind', async () => {
    const other = createServer();
    const [port = 0] = await freePorts(1);
    await once(other.listen(port, '127.0.0.1'), 'listening');
    const others = descendantsOf(process.pid);
    const started = await start({ port });
    other.close();
    assert.ok(!started.ok);
    assert.deepEqual(
      [started.error.code, started.error.message],
      ['ADDRESS_UNAVAILABLE', 'another program has the port of api-1'],
    );
    assert.deepEqual(
      descendantsOf(process.pid).filter((pid) => !others.includes(pid)),
      [],
    );
  });

  it('can be ended, and leaves nothing behind', async () => {
    const others = descendantsOf(process.pid);
    const interrupted = new AbortController();
    const started = await start({
      signal: interrupted.signal,
      onChange: ({ name }) => name === 'api-1' && interrupted.abort(),
    });
    assert.equal(started.ok, false);
    assert.deepEqual(
      descendantsOf(process.pid).filter((pid) => !others.includes(pid)),
      [],
    );
  });
});

/** The names of all data nodes that are members now. */
async function nodesOf(cluster: LocalCluster): Promise<readonly string[]> {
  const answer = await fetch(`${cluster.apiUrl}/api/v1/clusters`);
  const { clusters } = (await answer.json()) as { clusters: readonly ClusterStateView[] };
  // An id is the name and chance.
  return clusters.flatMap(({ nodes }) => nodes.map(({ id }) => id.replace(/-[0-9a-z]{26}$/, ''))).toSorted();
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new FailureError(outcome.error);
  return outcome.value;
}
