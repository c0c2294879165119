import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ZooKeeperClient } from '../../../../src/adapters/zookeeper/client/client.ts';
import { permissions } from '../../../../src/adapters/zookeeper/client/protocol.ts';
import { creatorAcl, openAcl } from '../../../../src/adapters/zookeeper/client/records.ts';
import { must, mustFail, TestClients } from '../../../support/zookeeper/clients.ts';
import { type Ensemble, startEnsemble } from '../../../support/zookeeper/ensemble.ts';

describe('operations on a real server', () => {
  let ensemble: Ensemble;
  let clients: TestClients;
  let client: ZooKeeperClient;
  before(async () => {
    ensemble = await startEnsemble({ servers: 1 });
    clients = new TestClients(ensemble);
    client = clients.make();
  });
  after(async () => {
    await clients[Symbol.asyncDispose]();
    await ensemble[Symbol.asyncDispose]();
  });

  it('create every mode of node and return what was created', async () => {
    await must(client.create('/modes'));
    const modes = ['persistent', 'ephemeral', 'container'] as const;
    for (const mode of modes) {
      const { path, stat } = await must(client.create(`/modes/${mode}`, { mode, data: Buffer.from(mode) }));
      assert.equal(path, `/modes/${mode}`);
      assert.equal(stat.ephemeralOwner === client.sessionId, mode === 'ephemeral');
      const read = await must(client.get(path));
      assert.deepEqual([read.data.toString(), read.stat.version], [mode, 0]);
    }
    const numbered = await Promise.all([
      must(client.create('/modes/s-', { mode: 'persistent_sequential' })),
      must(client.create('/modes/s-', { mode: 'ephemeral_sequential' })),
      must(client.create('/modes/s-', { mode: { ttlMs: 60_000, sequential: true } })),
      must(client.create('/modes/', { mode: 'persistent_sequential' })),
      must(client.create('/modes/kept', { mode: { ttlMs: 60_000 } })),
    ]);
    assert.deepEqual(
      numbered.map(({ path }) => path),
      [
        '/modes/s-0000000003',
        '/modes/s-0000000004',
        '/modes/s-0000000005',
        '/modes/0000000006',
        '/modes/kept',
      ],
    );
    assert.deepEqual((await must(client.ephemerals('/modes'))).toSorted(), [
      '/modes/ephemeral',
      '/modes/s-0000000004',
    ]);
    assert.equal(await must(client.allChildrenNumber('/modes')), 8);
  });

  it('say what a server refused, by its code', async () => {
    await must(client.create('/refused'));
    await must(client.create('/refused/child'));
    const codes = await Promise.all(
      [
        client.create('/refused'),
        client.create('/absent/child'),
        client.get('/absent'),
        client.remove('/refused'),
        client.set('/refused', Buffer.alloc(1), { version: 1 }),
        client.remove('/refused/child', { version: 3 }),
      ].map((outcome) => mustFail(outcome)),
    );
    assert.deepEqual(
      codes.map(({ kind, code }) => `${kind} ${code}`),
      ['NODE_EXISTS', 'NO_NODE', 'NO_NODE', 'NOT_EMPTY', 'BAD_VERSION', 'BAD_VERSION'].map(
        (c) => `rejected ${c}`,
      ),
    );
    assert.equal(await must(client.exists('/absent')), undefined);
  });

  it('refuse paths that can not be right before they are sent', async () => {
    for (const path of ['', 'a', '/a/', '//', '/a//b', '/a/../b', '/.', '/a\u0000', '/\ue000']) {
      assert.equal((await mustFail(client.create(path))).code, 'INVALID', JSON.stringify(path));
    }
    assert.equal((await mustFail(client.multi([{ kind: 'check', path: 'x' }]))).code, 'INVALID');
  });

  it('take version 0 at its word in a multi: a stale fence commits nothing', async () => {
    const fence = '/stale-fence';
    await must(client.create(fence));
    await must(client.create('/stale-effect', { data: Buffer.from('before') }));
    await must(client.set(fence, Buffer.from('newer'), { version: 0 }));
    const data = Buffer.from('after');
    const stale = [
      { kind: 'check', path: fence, version: 0 },
      { kind: 'set', path: fence, data, version: 0 },
      { kind: 'delete', path: fence, version: 0 },
    ] as const;
    for (const step of stale) {
      const error = await mustFail(
        client.multi([
          { kind: 'set', path: '/stale-effect', data },
          step,
          { kind: 'create', path: '/stale-new' },
        ]),
      );
      assert.ok(error.kind === 'rejected');
      assert.deepEqual([error.code, error.index], ['BAD_VERSION', 1], step.kind);
    }
    assert.equal((await must(client.get('/stale-effect'))).data.toString(), 'before');
    assert.equal(await must(client.exists('/stale-new')), undefined);
  });

  it('apply all steps of a multi and say what each did', async () => {
    const results = await must(
      client.multi([
        { kind: 'create', path: '/all' },
        { kind: 'create', path: '/all/c-', mode: 'ephemeral_sequential', data: Buffer.from('x') },
        { kind: 'create', path: '/all/box', mode: 'container' },
        { kind: 'create', path: '/all/ttl', mode: { ttlMs: 60_000 } },
        { kind: 'set', path: '/all', data: Buffer.from('set'), version: 0 },
        { kind: 'check', path: '/all', version: 1 },
        { kind: 'delete', path: '/all/box', version: 0 },
      ]),
    );
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ['created', 'created', 'created', 'created', 'set', 'checked', 'deleted'],
    );
    assert.ok(results[1]?.kind === 'created');
    assert.equal(results[1].path, '/all/c-0000000000');
    assert.deepEqual(await must(client.ephemerals('/all')), [results[1].path]);
    assert.deepEqual((await must(client.children('/all'))).names.toSorted(), ['c-0000000000', 'ttl']);
  });

  it('count each contended compare-and-set exactly once', async () => {
    await must(client.create('/counter', { data: Buffer.from('0') }));
    const others = [clients.make(), clients.make(), clients.make()];
    const won = await Promise.all(others.map((other) => addUntil(other, '/counter', 25)));
    const { data, stat } = await must(client.get('/counter'));
    assert.deepEqual([Number(data), stat.version, won], [75, 75, [25, 25, 25]]);
  });

  it('tell a one-shot watch once, of the kind of change that was read', async () => {
    await must(client.create('/watched'));
    const seen: string[] = [];
    const note = (watch: string) => (event: { type: string; path: string }) => {
      seen.push(`${watch}: ${event.type} ${event.path}`);
    };
    await must(client.get('/watched', { watch: note('get') }));
    await must(client.exists('/watched', { watch: note('exists') }));
    await must(client.exists('/watched/new', { watch: note('new') }));
    await must(client.children('/watched', { watch: note('children') }));
    await must(client.set('/watched', Buffer.from('1')));
    await must(client.set('/watched', Buffer.from('2')));
    await must(client.create('/watched/new'));
    await must(client.create('/watched/newer'));
    assert.deepEqual(seen, [
      'get: data_changed /watched',
      'exists: data_changed /watched',
      'new: created /watched/new',
      'children: children_changed /watched',
    ]);
  });

  it('tell persistent and recursive watches of everything until they are removed', async () => {
    await must(client.create('/tree'));
    await must(client.create('/tree/one'));
    const seen: string[] = [];
    const stopOne = await must(
      client.addWatch('/tree/one', 'persistent', (e) => seen.push(`one ${e.type} ${e.path}`)),
    );
    const stopAll = await must(
      client.addWatch('/tree', 'recursive', (e) => seen.push(`all ${e.type} ${e.path}`)),
    );
    await must(client.create('/tree/one/a'));
    await must(client.set('/tree/one', Buffer.from('x')));
    await must(client.set('/tree/one', Buffer.from('y')));
    await must(stopOne());
    await must(client.remove('/tree/one/a'));
    await must(stopAll());
    await must(client.remove('/tree/one'));
    await must(client.sync('/tree'));
    assert.deepEqual(seen.toSorted(), [
      'all created /tree/one/a',
      'all data_changed /tree/one',
      'all data_changed /tree/one',
      'all deleted /tree/one/a',
      'one children_changed /tree/one',
      'one data_changed /tree/one',
      'one data_changed /tree/one',
    ]);
    assert.match((await ensemble.servers[0]?.ask('wchp')) ?? '', /^(?!.*\/tree)/s);
  });

  it('keep a persistent watch when a one-shot watch of the same path has fired (ZOOKEEPER-4466)', async () => {
    await must(client.create('/both'));
    const seen: string[] = [];
    await must(client.addWatch('/both', 'persistent', ({ type }) => seen.push(`persistent ${type}`)));
    await must(client.get('/both', { watch: ({ type }) => seen.push(`once ${type}`) }));
    await must(client.children('/both', { watch: ({ type }) => seen.push(`once ${type}`) }));
    await must(client.set('/both', Buffer.from('1')));
    await must(client.set('/both', Buffer.from('2')));
    await must(client.create('/both/child'));
    assert.deepEqual(seen.toSorted(), [
      'once children_changed',
      'once data_changed',
      'persistent children_changed',
      'persistent data_changed',
      'persistent data_changed',
    ]);
    assert.equal((await mustFail(client.addWatch('/both', 'recursive', () => {}))).code, 'INVALID');
  });

  it('keep the watch of a path that somebody else here begins to watch while it is removed', async () => {
    await must(client.create('/shared'));
    const seen: string[] = [];
    const stop = await must(client.addWatch('/shared', 'persistent', () => seen.push('first')));
    const second = client.addWatch('/shared', 'persistent', () => seen.push('second'));
    await must(stop());
    await must(second);
    await must(client.set('/shared', Buffer.from('x')));
    assert.deepEqual(seen, ['second']);
  });

  it('let only those in whose identity the server knows', async () => {
    const owner = clients.make({ credentials: [{ scheme: 'digest', secret: 'ann:secret' }] });
    const identities = await must(owner.whoAmI());
    assert.ok(identities.some(({ scheme, user }) => scheme === 'digest' && user === 'ann'));
    await must(owner.create('/private', { acl: creatorAcl, data: Buffer.from('mine') }));
    assert.equal((await mustFail(client.get('/private'))).code, 'NO_AUTH');
    assert.equal((await must(owner.get('/private'))).data.toString(), 'mine');
    const { acl, stat } = await must(owner.getAcl('/private'));
    assert.deepEqual(
      acl.map((entry) => [entry.scheme, entry.permissions]),
      [['digest', permissions.all]],
    );
    await must(owner.setAcl('/private', openAcl, { version: stat.aclVersion }));
    assert.equal((await must(client.get('/private'))).data.toString(), 'mine');
  });

  it('end for good when the server refuses the credentials', async () => {
    const stranger = clients.make({ credentials: [{ scheme: 'no-such-scheme', secret: 'x' }] });
    const states: string[] = [];
    stranger.onState((state) => states.push(state.state === 'closed' ? state.why : state.state));
    await stranger.exists('/');
    assert.deepEqual(states, ['connected', 'credentials_refused']);
    assert.equal((await mustFail(stranger.exists('/'))).code, 'CLOSED');
  });

  it('see only what is below the chroot, under names without it', async () => {
    await must(client.create('/cell'));
    const inner = clients.make({ chroot: '/cell' });
    const events: string[] = [];
    await must(inner.addWatch('/', 'recursive', ({ path }) => events.push(path)));
    const { path } = await must(inner.create('/e-', { mode: 'ephemeral_sequential' }));
    const results = await must(
      inner.multi([
        { kind: 'create', path: '/m' },
        { kind: 'check', path: '/' },
      ]),
    );
    assert.deepEqual([path, results[0]?.kind === 'created' && results[0].path], ['/e-0000000000', '/m']);
    assert.deepEqual((await must(client.children('/cell'))).names.toSorted(), ['e-0000000000', 'm']);
    assert.deepEqual(await must(inner.ephemerals('/')), ['/e-0000000000']);
    assert.deepEqual(events, ['/e-0000000000', '/m']);
  });

  it('refuse a request that the server would answer by dropping the connection', async () => {
    const data = Buffer.alloc(1_100_000);
    const error = await mustFail(client.create('/large', { data }));
    assert.deepEqual([error.kind, error.code], ['unsent', 'REQUEST_TOO_LARGE']);
    assert.match(error.message, /1\.0 MiB of at most/);
    const many = Array.from({ length: 20 }, (_, i) => ({ kind: 'create', path: `/l${i}`, data }) as const);
    assert.equal((await mustFail(client.multi(many))).code, 'REQUEST_TOO_LARGE');
    await must(client.create('/large', { data: data.subarray(0, 990_000) }));
    assert.equal((await must(client.get('/large'))).data.length, 990_000);
    assert.equal(client.state.state, 'connected');
  });

  it('read a list of 50,000 children, and refuse one that is too large without losing the connection', async () => {
    await must(client.create('/many'));
    const name = (index: number) =>
      `child-of-a-node-with-very-many-children-${String(index).padStart(12, '0')}`;
    for (let start = 0; start < 50_000; start += 500) {
      const steps = Array.from(
        { length: 500 },
        (_, i) => ({ kind: 'create', path: `/many/${name(start + i)}` }) as const,
      );
      await must(client.multi(steps));
    }
    const { names, stat } = await must(client.children('/many'));
    assert.equal(stat.childrenCount, 50_000);
    assert.equal(new Set(names).size, 50_000);
    const small = clients.make({ limits: { replyBytesMax: 64 * 1024 } });
    const [error, root] = await Promise.all([mustFail(small.children('/many')), must(small.exists('/many'))]);
    assert.deepEqual([error.kind, error.code, error.ambiguous], ['lost', 'REPLY_TOO_LARGE', false]);
    assert.equal(root?.childrenCount, 50_000);
    assert.equal(small.state.state, 'connected');
  });

  it('remove the ephemeral nodes at once when the client is closed', async () => {
    const brief = clients.make();
    await must(brief.create('/brief', { mode: 'ephemeral' }));
    await Promise.all([brief.close(), brief.close()]);
    assert.equal(await must(client.exists('/brief')), undefined);
    assert.deepEqual(brief.state, { state: 'closed', why: 'asked' });
    assert.equal((await mustFail(brief.exists('/'))).code, 'CLOSED');
  });

  it('refuse more operations than may be on their way', async () => {
    const narrow = clients.make({ limits: { operationsMax: 3 } });
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => narrow.exists('/')));
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.error.code)),
      ['ok', 'ok', 'ok', 'TOO_MANY'],
    );
  });
});

/** Adds one to a number `times` times, by compare and set; how often it won. */
async function addUntil(client: ZooKeeperClient, path: string, times: number): Promise<number> {
  let won = 0;
  while (won < times) {
    const { data, stat } = await must(client.get(path));
    const next = Buffer.from(String(Number(data) + 1));
    const set = await client.multi([
      { kind: 'check', path, version: stat.version },
      { kind: 'set', path, data: next, version: stat.version },
    ]);
    if (set.ok) won += 1;
    else assert.equal(set.error.code, 'BAD_VERSION');
  }
  return won;
}
