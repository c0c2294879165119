import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConnectString } from '../../../../src/adapters/zookeeper/client/connect-string.ts';
import { Fifo } from '../../../../src/adapters/zookeeper/client/fifo.ts';
import { ServerRing } from '../../../../src/adapters/zookeeper/client/server-ring.ts';
import {
  isFinal,
  type SessionState,
  transition,
} from '../../../../src/adapters/zookeeper/client/session-state.ts';
import { createSeededRandom } from '../../../support/seeded-random.ts';

describe('the ring of servers', () => {
  const servers = [1, 2, 3, 4].map((port) => ({ host: 'h', port }));
  const take = (ring: ServerRing, count: number) => Array.from({ length: count }, () => ring.next());

  it('tries each server once before any of them again, beginning at one of chance', () => {
    const firsts = new Set<number>();
    for (let seed = 1; seed <= 40; seed += 1) {
      const ports = take(new ServerRing(servers, createSeededRandom(seed), 200), 8).map(
        ({ server }) => server.port,
      );
      assert.deepEqual(
        ports.slice(0, 4).toSorted((a, b) => a - b),
        [1, 2, 3, 4],
      );
      assert.deepEqual(ports.slice(4), ports.slice(0, 4));
      firsts.add(ports[0] ?? 0);
    }
    assert.equal(firsts.size, 4);
  });

  it('tries at once after a success, then after a part of a bound that doubles up to its limit', () => {
    const ring = new ServerRing(servers, { next: () => 0.5, id: () => '' }, 200);
    const delays = () => take(ring, 8).map(({ delayMs }) => delayMs);
    assert.deepEqual(delays(), [0, 20, 40, 80, 100, 100, 100, 100]);
    ring.succeeded();
    assert.deepEqual(delays().slice(0, 2), [0, 20]);
  });
});

describe('a connect string', () => {
  it('names servers, with the usual port if there is none, and a path before all others', () => {
    const parsed = parseConnectString('zk1:2182, zk2,[::1]:2183/assay/test');
    assert.deepEqual(parsed, {
      ok: true,
      value: {
        servers: [
          { host: 'zk1', port: 2_182 },
          { host: 'zk2', port: 2_181 },
          { host: '::1', port: 2_183 },
        ],
        chroot: '/assay/test',
      },
    });
    assert.equal(parseConnectString('zk1').ok, true);
  });

  it('is refused with a reason', () => {
    for (const text of [
      '',
      'zk1,,zk2',
      'zk1:0',
      'zk1:65536',
      'zk1:x',
      'a b',
      'zk1/a/',
      'zk1//',
      '::1:2181',
    ]) {
      assert.equal(parseConnectString(text).ok, false, text);
    }
  });
});

describe('the states of a session', () => {
  const states: readonly SessionState[] = [
    { state: 'connecting' },
    { state: 'connected', server: { host: 'h', port: 1 }, sessionId: 1n },
    { state: 'suspended', why: '' },
    { state: 'reconnected', server: { host: 'h', port: 1 }, sessionId: 1n },
    { state: 'presumed_expired' },
    { state: 'expired' },
    { state: 'closed', why: 'asked' },
  ];

  it('never leave the last ones, and never come back to the first', () => {
    for (const from of states) {
      for (const to of states) {
        if (isFinal(from) || to.state === 'connecting') assert.throws(() => transition(from, to));
      }
    }
  });
});

describe('a queue', () => {
  it('gives back in order what was put in, however it is used', () => {
    const [queue, model] = [new Fifo<number>(), [] as number[]];
    const chance = createSeededRandom(3);
    for (let step = 0; step < 5_000; step += 1) {
      if (chance.below(100) < 52) {
        queue.push(step);
        model.push(step);
      } else assert.equal(queue.shift(), model.shift());
      assert.deepEqual([queue.length, queue.peek()], [model.length, model[0]]);
    }
    assert.deepEqual([...queue], model);
    assert.deepEqual([queue.drain(), queue.length], [model, 0]);
  });
});
