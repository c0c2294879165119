import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../../src/adapters/system/random.ts';
import type { ZooKeeperClient } from '../../../../src/adapters/zookeeper/client/client.ts';
import { currentLeader } from '../../../../src/adapters/zookeeper/recipes/contenders.ts';
import { Election, type Term } from '../../../../src/adapters/zookeeper/recipes/election.ts';
import { ensurePath } from '../../../../src/adapters/zookeeper/recipes/ensure-path.ts';
import { EphemeralNode } from '../../../../src/adapters/zookeeper/recipes/ephemeral-node.ts';
import { writeFenced } from '../../../../src/adapters/zookeeper/recipes/fenced-write.ts';
import { TreeCache } from '../../../../src/adapters/zookeeper/recipes/tree-cache.ts';
import { eventually } from '../../../support/eventually.ts';
import { must, type TestClients } from '../../../support/zookeeper/clients.ts';
import type { Ensemble } from '../../../support/zookeeper/ensemble.ts';
import { onEnsemble } from '../../../support/zookeeper/on-ensemble.ts';

const kit = { clock: systemClock, random: createRandom() };

describe('recipes on an ensemble', () => {
  let ensemble: Ensemble;
  let clients: TestClients;
  onEnsemble((...own) => {
    [ensemble, clients] = own;
  });

  describe('election', () => {
    it('has one leader at a time, the next in turn after a withdrawal, and epochs that grow', async () => {
      const directory = '/elections/in-turn';
      const log: string[] = [];
      const contenders: Contender[] = [];
      for (const id of ['a', 'b', 'c']) {
        contenders.push(new Contender(clients.make(), { directory, id, log }));
        await eventually(`${id} stands`, async () => (await count(clients, directory)) === contenders.length);
      }
      const [a, b, c] = contenders;
      assert.ok(a !== undefined && b !== undefined && c !== undefined);
      await a.elected();
      assert.equal((await must(currentLeader(a.client, directory)))?.data.toString(), 'a');
      // One that stands between and has never led goes: nobody may be elected for that.
      await b.election.withdraw();
      await must(a.client.sync(directory));
      assert.deepEqual(log, ['+a']);
      const epoch = a.election.term?.epoch ?? 0n;
      await a.election.withdraw();
      const next = await c.elected();
      assert.deepEqual(log, ['+a', '-a', '+c']);
      assert.ok(next.epoch > epoch);
      await c.election.withdraw();
      assert.equal(await count(clients, directory), 0);
      assert.equal(await must(currentLeader(a.client, directory)), undefined);
    });

    it('deposes at once when the connection is lost, and leads on in the same epoch if nobody came', async () => {
      const directory = '/elections/suspended';
      const log: string[] = [];
      const leader = new Contender(clients.make(), { directory, id: 'a', log });
      const term = await leader.elected();
      const server = clients.serverOf(leader.client);
      await server.kill();
      await eventually('it leads again', () => log.length === 3);
      assert.deepEqual(log, ['+a', '-a', '+a']);
      assert.deepEqual(leader.election.term, term);
      await server.restart();
    });

    it('does not act on its term when the ensemble has not answered for two thirds of the time-out', async () => {
      const leader = new Contender(clients.make(), { directory: '/elections/lease', id: 'a', log: [] });
      await leader.elected();
      assert.notEqual(leader.election.term, undefined);
      const endMs = performance.now() + (leader.client.sessionTimeoutMs * 2) / 3 + 10;
      // The event loop stands still: nothing can tell this process that it leads no more.
      while (performance.now() < endMs) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      assert.equal(leader.client.state.state, 'connected');
      assert.equal(leader.election.term, undefined);
      await eventually('it may act again', () => leader.election.term !== undefined);
    });

    it('stands again when somebody removes its node', async () => {
      const log: string[] = [];
      const leader = new Contender(clients.make(), { directory: '/elections/removed', id: 'a', log });
      const term = await leader.elected();
      await must(clients.make().remove(term.path));
      await eventually('it leads again', () => log.length === 3);
      const again = await leader.elected();
      assert.deepEqual(log, ['+a', '-a', '+a']);
      assert.ok(again.epoch > term.epoch);
    });

    it('leaves no orphan behind when servers die while it enters: each contender stands exactly once', async () => {
      const directory = '/elections/orphans';
      await must(ensurePath(clients.make(), directory));
      for (let round = 0; round < 3; round += 1) {
        await ensemble.whole();
        const made = await Promise.all(Array.from({ length: 8 }, () => clients.atFollower()));
        const server = clients.serverOf(made[0] ?? clients.make());
        const contenders = made.map(
          (client, index) => new Contender(client, { directory, id: `r${round}c${index}`, log: [] }),
        );
        await Promise.all(made.map((client) => client.children(directory)));
        await server.kill();
        await eventually('all stand', async () => (await owners(clients, directory)).length >= 8, 20_000);
        await server.restart();
        await eventually(
          'one leads',
          () => contenders.some(({ election }) => election.term !== undefined),
          20_000,
        );
        const standing = await owners(clients, directory);
        assert.deepEqual(standing.toSorted(), contenders.map(({ id }) => id).toSorted());
        await Promise.all(contenders.map(({ election }) => election.withdraw()));
        assert.deepEqual(await owners(clients, directory), []);
      }
    });

    it('wakes one contender for each failover, not all of them', async () => {
      const directory = '/elections/herd';
      const log: string[] = [];
      const contenders = Array.from(
        { length: 12 },
        (_, index) => new Contender(clients.make(), { directory, id: String(index), log }),
      );
      await eventually('all stand', async () => (await count(clients, directory)) === contenders.length);
      // Each watches the one before it alone; the first one watches itself.
      await eventually('each watches one node', async () => {
        const texts = await Promise.all(ensemble.servers.map((server) => server.ask('wchp')));
        const sessions = texts.flatMap((text) => watchersOf(text ?? '', directory));
        return sessions.length === contenders.length && new Set(sessions).size === contenders.length;
      });
      for (let led = 1; led <= contenders.length; led += 1) {
        const leader = await eventually('one leads', () => contenders.find(({ election }) => election.term));
        assert.equal(log.filter((entry) => entry.startsWith('+')).length, led);
        await leader.election.withdraw();
      }
    });
  });

  describe('fenced write', () => {
    it('is refused to a leader whose node is gone, however sure it is of itself', async () => {
      const directory = '/elections/fence';
      const client = clients.make();
      await must(ensurePath(client, '/fenced'));
      const first = new Contender(client, { directory, id: 'a', log: [] });
      const term = await first.elected();
      const steps = [{ kind: 'set', path: '/fenced', data: Buffer.from('a') }] as const;
      const fence = { path: term.path, version: 0 };
      const [written] = await must(writeFenced(client, fence, steps));
      assert.ok(typeof written === 'object' && written.kind === 'set');
      assert.equal(written.stat.version, 1);
      await first.election.withdraw();
      assert.equal(await must(writeFenced(client, fence, steps)), 'deposed');
      assert.equal((await must(client.exists('/fenced')))?.version, 1);
      // A step behind the fence that fails is an error of its own, and no deposition.
      const standing = await must(client.create('/standing'));
      const outcome = await writeFenced(client, { path: standing.path, version: 0 }, [
        { kind: 'check', path: '/fenced', version: 7 },
      ]);
      assert.ok(!outcome.ok && outcome.error.kind === 'rejected');
      assert.deepEqual([outcome.error.code, outcome.error.index], ['BAD_VERSION', 0]);
    });
  });

  describe('ephemeral node', () => {
    it('stands with the data that was set last, also after somebody removed it, until it is released', async () => {
      const [client, other] = [clients.make(), clients.make()];
      const member = new EphemeralNode(client, kit, { path: '/nodes/n1', data: Buffer.from('1') });
      const stands = (data: string) =>
        eventually(
          `it says ${data}`,
          async () => (await must(other.get('/nodes/n1'))).data.toString() === data,
        );
      await stands('1');
      for (const data of ['2', '3', '4']) member.set(Buffer.from(data));
      await stands('4');
      await eventually('it knows', () => member.isCurrent);
      await must(other.remove('/nodes/n1'));
      await stands('4');
      await member.release();
      assert.equal(await must(client.exists('/nodes/n1')), undefined);
    });

    it('waits for the node of an earlier session to vanish, and takes its place', async () => {
      const [earlier, later] = [clients.make(), clients.make()];
      const path = '/nodes/n2';
      const first = new EphemeralNode(earlier, kit, { path, data: Buffer.from('earlier') });
      await eventually('it stands', () => first.isCurrent);
      const second = new EphemeralNode(later, kit, { path, data: Buffer.from('later') });
      await must(later.sync(path));
      assert.equal((await must(later.get(path))).data.toString(), 'earlier');
      assert.equal(second.isCurrent, false);
      await earlier.close();
      await eventually('the later one stands', () => second.isCurrent);
      assert.equal((await must(later.get(path))).stat.ephemeralOwner, later.sessionId);
    });
  });

  describe('tree cache', () => {
    it('follows a tree through a storm of changes and the death of its server', async () => {
      const root = '/cached';
      const writer = clients.make();
      await must(ensurePath(writer, `${root}/before/deep`));
      const client = await clients.atFollower();
      let changes = 0;
      const cache = new TreeCache(client, kit, { roots: [root], onChange: () => (changes += 1) });
      await eventually('it is current', () => cache.isCurrent);
      assert.deepEqual([...cache.nodes.keys()].toSorted(), [root, `${root}/before`, `${root}/before/deep`]);

      await storm(writer, root, 0);
      await eventually('it has followed', () => sameTree(writer, cache, root));
      const seen = changes;
      assert.ok(seen > 0);

      // Changes that no event will tell: they happen while the connection is away.
      const server = clients.serverOf(client);
      const apart = await clients.elsewhere(client);
      server.freeze();
      await storm(apart, root, 1, true);
      assert.equal(cache.isCurrent, true);
      await server.kill();
      await eventually('it lists again', async () => cache.isCurrent && sameTree(apart, cache, root), 20_000);
      assert.ok(changes > seen);
      await cache.close();
      assert.equal(cache.isCurrent, false);
      await server.restart();
    });

    it('is empty while its root is missing, and follows once it is made', async () => {
      const client = clients.make();
      const cache = new TreeCache(client, kit, { roots: ['/missing'], onChange: () => {} });
      await eventually('it is current', () => cache.isCurrent);
      assert.equal(cache.nodes.size, 0);
      await must(client.create('/missing', { data: Buffer.from('here') }));
      await eventually('it has followed', () => cache.nodes.get('/missing')?.data.toString() === 'here');
      await cache.close();
    });
  });
});

class Contender {
  readonly client: ZooKeeperClient;
  readonly id: string;
  readonly election: Election;

  constructor(
    client: ZooKeeperClient,
    options: { readonly directory: string; readonly id: string; readonly log: string[] },
  ) {
    this.client = client;
    this.id = options.id;
    this.election = new Election(client, kit, {
      directory: options.directory,
      data: Buffer.from(options.id),
      onElected: () => options.log.push(`+${options.id}`),
      onDeposed: () => options.log.push(`-${options.id}`),
    });
  }

  elected(): Promise<Term> {
    return eventually(`${this.id} is elected`, () => this.election.term, 20_000);
  }
}

async function count(clients: TestClients, directory: string): Promise<number> {
  return (await owners(clients, directory)).length;
}

let looker: ZooKeeperClient | undefined;

/** Who stands, by the data of the nodes; as new as anything that was written before. */
async function owners(clients: TestClients, directory: string): Promise<readonly string[]> {
  if (looker === undefined || looker.state.state === 'closed') looker = clients.make();
  await must(looker.sync(directory, { wait: true }));
  const { names } = await must(looker.children(directory, { wait: true }));
  const reader = looker;
  return Promise.all(
    names.map(async (name) => (await must(reader.get(`${directory}/${name}`))).data.toString()),
  );
}

/** Creates, changes and removes nodes; with `churn` also those that stood before. */
async function storm(client: ZooKeeperClient, root: string, round: number, churn = false): Promise<void> {
  const paths = Array.from({ length: 100 }, (_, index) => `${root}/r${round}-${index}`);
  await Promise.all(paths.map((path) => client.create(path, { data: Buffer.from('new') })));
  await Promise.all(paths.map((path) => client.create(`${path}/below`)));
  await Promise.all(
    paths.filter((_, i) => i % 2 === 0).map((path) => client.set(path, Buffer.from('changed'))),
  );
  await Promise.all(paths.filter((_, i) => i % 3 === 0).map((path) => client.remove(`${path}/below`)));
  await Promise.all(paths.filter((_, i) => i % 6 === 0).map((path) => client.remove(path)));
  if (churn) {
    await must(client.remove(`${root}/before/deep`));
    await must(client.set(`${root}/before`, Buffer.from('churned')));
  }
}

/** Whether the cache holds exactly what stands in ZooKeeper. */
async function sameTree(client: ZooKeeperClient, cache: TreeCache, root: string): Promise<boolean> {
  const standing = new Map<string, string>();
  const pending = [root];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const [{ data, stat }, { names }] = await Promise.all([
      must(client.get(path)),
      must(client.children(path)),
    ]);
    standing.set(path, `${data.toString()} ${stat.mzxid}`);
    for (const name of names) pending.push(`${path}/${name}`);
  }
  const cached = new Map(
    [...cache.nodes].map(([path, { data, stat }]) => [path, `${data.toString()} ${stat.mzxid}`]),
  );
  return cached.size === standing.size && [...standing].every(([path, node]) => cached.get(path) === node);
}

/** The sessions that watch a node below `directory`, once for each watch. */
function watchersOf(wchp: string, directory: string): string[] {
  let path = '';
  return wchp.split('\n').flatMap((line) => {
    if (!line.startsWith('\t')) path = line;
    return line.startsWith('\t') && path.startsWith(`${directory}/`) ? [line.trim()] : [];
  });
}
