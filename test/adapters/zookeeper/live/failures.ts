import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../../../src/adapters/system/clock.ts';
import type { ZooKeeperClient } from '../../../../src/adapters/zookeeper/client/client.ts';
import { creatorAcl } from '../../../../src/adapters/zookeeper/client/records.ts';
import type { SessionState } from '../../../../src/adapters/zookeeper/client/session-state.ts';
import { eventually } from '../../../support/eventually.ts';
import { must, mustFail, type TestClients } from '../../../support/zookeeper/clients.ts';
import type { Ensemble } from '../../../support/zookeeper/ensemble.ts';
import { HolderProcess } from '../../../support/zookeeper/holder-process.ts';
import { onEnsemble } from '../../../support/zookeeper/on-ensemble.ts';

const sessionTimeoutMs = 2_000;

describe('a session while its ensemble is killed and frozen', () => {
  let ensemble: Ensemble;
  let clients: TestClients;
  onEnsemble((...own) => {
    [ensemble, clients] = own;
  });

  it('goes on at another server when its own is killed, with its nodes and watches', async () => {
    const client = await clients.atFollower({ sessionTimeoutMs });
    const observer = await clients.elsewhere(client);
    const { sessionId } = client;
    await must(client.create('/kept', { mode: 'ephemeral' }));
    await must(client.create('/changed'));
    await must(client.create('/removed'));
    const seen: string[] = [];
    await must(client.get('/changed', { watch: ({ type, path }) => seen.push(`${type} ${path}`) }));
    await must(client.children('/removed', { watch: ({ type, path }) => seen.push(`${type} ${path}`) }));
    await must(client.exists('/made', { watch: ({ type, path }) => seen.push(`${type} ${path}`) }));
    await must(client.addWatch('/later', 'persistent', ({ type, path }) => seen.push(`${type} ${path}`)));
    const states = statesOf(client);

    // Without its own server it can not hear of this; with the next one it must.
    const server = clients.serverOf(client);
    server.freeze();
    await must(observer.set('/changed', Buffer.from('x')));
    await must(observer.remove('/removed'));
    await must(observer.create('/made'));
    await server.kill();

    await becomes(client, 'reconnected');
    await eventually('all three watches have fired', () => seen.length === 3);
    assert.deepEqual(seen.toSorted(), ['created /made', 'data_changed /changed', 'deleted /removed']);
    await must(observer.create('/later'));
    await eventually('the persistent watch lives on', () => seen.includes('created /later'));
    assert.deepEqual([...new Set(states)], ['suspended', 'reconnected']);
    assert.equal(client.sessionId, sessionId);
    assert.equal((await must(observer.exists('/kept')))?.ephemeralOwner, sessionId);
    await server.restart();
  });

  it('leaves a server that is frozen after two thirds of the session time-out', async () => {
    const client = await clients.atFollower({ sessionTimeoutMs });
    await must(client.create('/frozen', { mode: 'ephemeral' }));
    const server = clients.serverOf(client);
    const frozenAtMs = performance.now();
    server.freeze();
    const lost = mustFail(client.create('/frozen-write', { timeoutMs: 60_000 }));
    const { sessionId } = client;
    await becomes(client, 'reconnected');
    const awayMs = performance.now() - frozenAtMs;
    server.thaw();
    assert.deepEqual([(await lost).code, (await lost).ambiguous], ['CONNECTION_LOSS', true]);
    assert.ok(awayMs > sessionTimeoutMs / 2 && awayMs < sessionTimeoutMs, `away for ${awayMs} ms`);
    assert.equal((await must(client.exists('/frozen')))?.ephemeralOwner, sessionId);
  });

  it('fails an operation at its deadline though the server is frozen, and says that it is ambiguous', async () => {
    const client = await clients.atFollower({ sessionTimeoutMs });
    const server = clients.serverOf(client);
    server.freeze();
    const [write, read] = await Promise.all([
      mustFail(client.create('/late', { timeoutMs: 300 })),
      mustFail(client.exists('/late', { timeoutMs: 300 })),
    ]);
    server.thaw();
    assert.deepEqual([write.code, write.ambiguous], ['OPERATION_TIMEOUT', true]);
    assert.deepEqual([read.code, read.ambiguous], ['OPERATION_TIMEOUT', false]);
    assert.deepEqual(
      [client.state.state, (await must(client.sync('/'))) ?? 'in order'],
      ['connected', 'in order'],
    );
  });

  it('keeps the session through a loss of the quorum, and refuses at once meanwhile', async () => {
    const client = clients.make({ sessionTimeoutMs: 1_000 });
    await must(client.create('/through', { mode: 'ephemeral' }));
    const { sessionId } = client;
    const states = statesOf(client);
    const [first, second] = ensemble.servers;
    assert.ok(first !== undefined && second !== undefined);
    await Promise.all([first.kill(), second.kill()]);
    await becomes(client, 'presumed_expired');
    const startMs = performance.now();
    const refused = await mustFail(client.set('/through', Buffer.from('x')));
    assert.ok(performance.now() - startMs < 50);
    assert.deepEqual([refused.kind, refused.code], ['unsent', 'NOT_CONNECTED']);
    const late = await mustFail(client.set('/through', Buffer.from('x'), { wait: true, timeoutMs: 100 }));
    assert.deepEqual([late.kind, late.code], ['unsent', 'NOT_CONNECTED']);
    const waiting = client.set('/through', Buffer.from('waited'), { wait: true, timeoutMs: 30_000 });
    await Promise.all([first.restart(), second.restart()]);
    assert.equal((await must(waiting)).version, 1);
    // The third server may serve for a moment until it sees that it is alone.
    assert.deepEqual(states.slice(-3), ['suspended', 'presumed_expired', 'reconnected']);
    assert.ok(!states.includes('expired'));
    assert.deepEqual(
      [client.sessionId, (await must(client.get('/through'))).stat.ephemeralOwner],
      [sessionId, sessionId],
    );
  });

  it('says which operations are in doubt when the server dies under them, and is never wrong about the others', async () => {
    const observer = clients.make();
    await must(observer.create('/doubt'));
    let [ambiguous, applied] = [0, 0];
    for (let round = 0; round < 3; round += 1) {
      await ensemble.whole();
      const client = await clients.atFollower({ sessionTimeoutMs });
      const server = clients.serverOf(client);
      const guids = Array.from({ length: 200 }, (_, index) => `r${round}-${index}`);
      const outcomes = guids.map((guid) =>
        client.create(`/doubt/${guid}-`, { mode: 'persistent_sequential' }),
      );
      await outcomes[20];
      await server.kill();
      const settled = await Promise.all(outcomes);
      await becomes(client, 'reconnected');
      await must(client.sync('/doubt'));
      const { names } = await must(client.children('/doubt'));
      for (const [index, outcome] of settled.entries()) {
        const count = names.filter((name) => name.startsWith(`${guids[index]}-`)).length;
        if (outcome.ok) assert.equal(count, 1, 'acknowledged');
        else if (outcome.error.ambiguous) [ambiguous, applied] = [ambiguous + 1, applied + count];
        else assert.equal(count, 0, outcome.error.message);
      }
      await server.restart();
    }
    assert.ok(applied <= ambiguous);
    assert.ok(ambiguous > 0, 'the kill came too late to lose anything');
  });

  it('sends who it is before what has waited, and asks for 12,000 watches again in pieces', async () => {
    const alone = ensemble.servers[0];
    assert.ok(alone !== undefined);
    const observer = clients.make();
    const client = clients.make({
      servers: [{ host: '127.0.0.1', port: alone.port }],
      credentials: [{ scheme: 'digest', secret: 'ann:secret' }],
      sessionTimeoutMs: 4_000,
    });
    await must(client.create('/mine', { acl: creatorAcl }));
    await must(client.create('/wide'));
    // 1.5 MB of paths: more than a server takes in one request.
    const name = (index: number) => `/wide/${'a-long-name-'.repeat(10)}${index}`;
    const indexes = Array.from({ length: 12_000 }, (_, index) => index);
    const fired: string[] = [];
    await Promise.all(
      indexes.map((index) => must(client.exists(name(index), { watch: ({ path }) => fired.push(path) }))),
    );
    const states = statesOf(client);
    await alone.kill();
    await becomes(client, 'suspended');
    const queued = client.get('/mine', { wait: true, timeoutMs: 30_000 });
    await must(observer.create(name(7), { wait: true }));
    await alone.restart();
    await must(queued);
    await must(client.create(name(11_999)));
    await eventually('watches of both ends have fired', () => fired.length >= 2);
    assert.deepEqual(fired.toSorted(), [name(11_999), name(7)]);
    assert.deepEqual(states.filter((state) => state === 'reconnected').length, 1);
    assert.match((await alone.ask('wchs')) ?? '', /Total watches:11998/);
  });

  it('does not hear from a persistent watch what changed while it was away', async () => {
    const client = await clients.atFollower({ sessionTimeoutMs });
    const observer = await clients.elsewhere(client);
    await must(client.create('/unheard'));
    const seen: string[] = [];
    await must(client.addWatch('/unheard', 'recursive', ({ path }) => seen.push(path)));
    const server = clients.serverOf(client);
    server.freeze();
    await must(observer.create('/unheard/while-away'));
    await becomes(client, 'reconnected');
    server.thaw();
    await must(observer.create('/unheard/back'));
    await eventually('the watch lives on', () => seen.includes('/unheard/back'));
    // Should a server ever replay these, listing again after `reconnected` would be needed no more.
    assert.deepEqual(seen, ['/unheard/back']);
  });

  it('ends within its time-out when its process is killed', async () => {
    const observer = clients.make();
    await using holder = new HolderProcess(ensemble, { sessionTimeoutMs: 1_000, id: 'killed' });
    await holder.said('elected');
    await appears(observer, '/members/killed');
    const killedAtMs = performance.now();
    await holder.kill();
    await vanishes(observer, '/members/killed');
    const goneMs = performance.now() - killedAtMs;
    assert.ok(goneMs > 300 && goneMs < 2_500, `gone after ${goneMs} ms`);
  });

  it('outlives a pause of its process that is shorter than its time-out', async () => {
    const observer = clients.make();
    await using holder = new HolderProcess(ensemble, { sessionTimeoutMs: 2_000, id: 'paused' });
    await holder.said('elected');
    const owner = (await appears(observer, '/members/paused')).ephemeralOwner;
    holder.freeze();
    await systemClock.sleep(1_100);
    holder.thaw();
    await systemClock.sleep(500);
    assert.equal((await must(observer.exists('/members/paused')))?.ephemeralOwner, owner);
  });

  it('is gone after a longer pause; its process does not act on it, and joins again with a new one', async () => {
    const observer = clients.make();
    await using holder = new HolderProcess(ensemble, { sessionTimeoutMs: 1_000, id: 'stopped' });
    const elected = await holder.said('elected');
    const owner = (await appears(observer, '/members/stopped')).ephemeralOwner;
    holder.freeze();
    await vanishes(observer, '/members/stopped');
    await systemClock.sleep(200);
    const before = holder.lineCount;
    holder.thaw();
    const pause = await holder.said('pauseMs', undefined, before);
    assert.equal(pause['mayAct'], false);
    await holder.said('state', 'expired', before);
    const again = await holder.said('elected', undefined, before);
    assert.ok(BigInt(String(again['elected'])) > BigInt(String(elected['elected'])));
    assert.notEqual((await appears(observer, '/members/stopped')).ephemeralOwner, owner);
  });
});

function statesOf(client: ZooKeeperClient): SessionState['state'][] {
  const states: SessionState['state'][] = [];
  client.onState(({ state }) => states.push(state));
  return states;
}

async function becomes(client: ZooKeeperClient, state: SessionState['state']): Promise<void> {
  await eventually(`the client is ${state}`, () => client.state.state === state, 20_000);
}

async function appears(client: ZooKeeperClient, path: string) {
  return eventually(`${path} appears`, () => must(client.exists(path)), 20_000);
}

async function vanishes(client: ZooKeeperClient, path: string): Promise<void> {
  await eventually(`${path} vanishes`, async () => (await must(client.exists(path))) === undefined, 20_000);
}
