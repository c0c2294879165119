import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openGivenCluster } from '../../../src/adapters/processes/given-cluster.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { failureOf } from '../../../src/base/errors.ts';
import { possibleFaults } from '../../../src/core/drills/possible-faults.ts';
import type { GivenCommands } from '../../../src/ports/given-cluster.ts';
import { eventually } from '../../support/eventually.ts';

const soonMs = 20_000;

/** A real address that answers as a role does, and commands that really run. */
describe('a given cluster', () => {
  let directory: string;
  let server: Server;
  let url: string;
  const life = { startedAt: 1_000, isReady: true };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'assay-given-'));
    server = createServer((request, response) => {
      if (request.url === '/restart') Object.assign(life, { startedAt: life.startedAt + 1, isReady: true });
      const body =
        request.url === '/metrics'
          ? `process_start_time_seconds ${life.startedAt}\n`
          : JSON.stringify({ status: life.isReady ? 'ready' : 'starting' });
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.close();
    await rm(directory, { recursive: true });
  });

  async function open(commands: GivenCommands) {
    const node = { name: 'node-a', role: 'node', cluster: 'quality', zone: 'a', url } as const;
    const processes = [node, { name: 'postgres', role: 'postgres', zone: 'b' } as const];
    const read = (address: string) =>
      fetch(address).then(
        (answer) => answer.text(),
        () => undefined,
      );
    return openGivenCluster(systemClock, { apiUrl: url, databaseUrl: '', processes, commands, read });
  }

  const stateOf = (cluster: Awaited<ReturnType<typeof open>>, name: string) =>
    cluster.processes().find((process) => process.name === name);

  it('runs its operator’s commands, which are told what they are about', async () => {
    const said = join(directory, 'said');
    await using cluster = await open({
      kill: `echo "$ASSAY_PROCESS $ASSAY_ROLE $ASSAY_CLUSTER $ASSAY_ZONE $ASSAY_URL" >> ${said}`,
    });
    cluster.signal('node-a', 'SIGKILL', { restartAfterMs: 'never' });
    const text = await eventually('it is told', () => readFile(said, 'utf8').catch(() => undefined), soonMs);
    assert.equal(text, `node-a node quality a ${url}\n`);
  });

  it('sees by its start that a process is another one than before', async () => {
    await using cluster = await open({ replace: `node -e 'fetch("${url}/restart")'` });
    const earlier = stateOf(cluster, 'node-a');
    assert.equal(earlier?.state, 'ready');
    life.isReady = false;
    const replaced = await cluster.replace('node-a', 'after');
    assert.ok(replaced.ok, JSON.stringify(replaced));
    const later = stateOf(cluster, 'node-a');
    assert.deepEqual([later?.state, later?.build, later?.pid], ['ready', 'after', (earlier?.pid ?? 0) + 1]);
  });

  it('takes a server that can not be asked to be well after its command', async () => {
    await using cluster = await open({ kill: 'true' });
    cluster.signal('postgres', 'SIGKILL', { restartAfterMs: 1 });
    assert.equal(stateOf(cluster, 'postgres')?.state, 'down');
    await eventually('it is well', () => stateOf(cluster, 'postgres')?.state === 'ready', soonMs);
    assert.equal(stateOf(cluster, 'postgres')?.pid, 1);
  });

  it('tells of a command that failed, with what it said', async () => {
    await using cluster = await open({ pause: 'echo no such unit >&2; exit 5' });
    cluster.signal('node-a', 'SIGSTOP');
    const failed = await eventually('it is told', () => thrownBy(() => cluster.processes()), soonMs);
    const { message, causes } = failureOf(failed);
    assert.equal(message, 'the command to pause node-a ended with 5');
    assert.deepEqual(causes, ['no such unit']);
  });

  it('refuses what it has no command for', async () => {
    await using cluster = await open({});
    const [added, wiped, replaced] = [
      await cluster.addNode({ cluster: 'quality', zone: 'a' }),
      await cluster.wipeZooKeeper(),
      await cluster.replace('postgres', 'x'),
    ];
    for (const outcome of [added, wiped, replaced]) {
      assert.ok(!outcome.ok && outcome.error.code === 'ACTION_NOT_ALLOWED');
    }
  });
});

describe('the faults of a given cluster', () => {
  const processes = [
    { name: 'm1', role: 'manager', cluster: 'quality', zone: 'a' },
    { name: 'n1', role: 'node', cluster: 'quality', zone: 'a' },
    { name: 'z1', role: 'zookeeper', zone: 'a' },
  ] as const;

  it('are those that there are commands and processes for', () => {
    const allows = possibleFaults(processes, { kill: 'x', pause: 'y' });
    assert.equal(allows('kill', { kind: 'node', cluster: 'quality' }), true);
    assert.equal(allows('kill', { kind: 'node', cluster: 'ingestion' }), false);
    assert.equal(allows('kill', { kind: 'leader', cluster: 'quality' }), true);
    assert.equal(allows('kill', { kind: 'standby', cluster: 'quality' }), false);
    assert.equal(allows('kill', { kind: 'zookeeper' }), false, 'no majority would be left');
    assert.equal(allows('kill', { kind: 'zone' }), false, 'nothing would be left');
    assert.equal(allows('pause', { kind: 'node', cluster: 'quality' }), false, 'nothing would thaw it');
    assert.equal(allows('restart', { kind: 'node', cluster: 'quality' }), false);
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}
