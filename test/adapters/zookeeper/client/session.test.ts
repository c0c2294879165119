import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  ZooKeeperClient,
  type ZooKeeperClientOptions,
} from '../../../../src/adapters/zookeeper/client/client.ts';
import { Connection } from '../../../../src/adapters/zookeeper/client/connection.ts';
import { opcodes, specialXids } from '../../../../src/adapters/zookeeper/client/protocol.ts';
import { Request } from '../../../../src/adapters/zookeeper/client/request.ts';
import { eventually } from '../../../support/eventually.ts';
import { createFakeClock, type FakeClock } from '../../../support/fake-clock.ts';
import { createSeededRandom } from '../../../support/seeded-random.ts';
import { must, mustFail } from '../../../support/zookeeper/clients.ts';
import { answer, ScriptedServer } from '../../../support/zookeeper/scripted-server.ts';

const sessionTimeoutMs = 3_000;

describe('a session with a server that says what the test wants', () => {
  let server: ScriptedServer;
  let clock: FakeClock;
  let clients: ZooKeeperClient[];
  beforeEach(async () => {
    server = await ScriptedServer.start();
    clock = createFakeClock();
    clients = [];
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    await Promise.all(clients.map((client) => client.close()));
  });

  const connect = (options: Partial<ZooKeeperClientOptions> = {}): ZooKeeperClient => {
    const servers = [{ host: '127.0.0.1', port: server.port }];
    const client = new ZooKeeperClient({
      clock,
      random: createSeededRandom(),
      servers,
      sessionTimeoutMs,
      ...options,
    });
    clients.push(client);
    return client;
  };

  /** Lets the client's back-off pass. */
  const elapse = (ms: number) => clock.advance(ms);

  it('sends who it is, then what it watches, then what has waited', async () => {
    const client = connect({ credentials: [{ scheme: 'digest', secret: 'ann:secret' }] });
    const watched = client.addWatch('/watched', 'recursive', () => {});
    const first = await server.welcome(sessionTimeoutMs);
    assert.equal((await server.nextRequest()).opcode, opcodes.auth);
    const { xid } = await server.nextRequest();
    first.write(answer({ xid, zxid: 41n }));
    await must(watched);
    first.destroy();
    await eventually('it is suspended', () => stateOf(client) === 'suspended');
    const waiting = client.get('/waiting', { wait: true });
    await elapse(1_000);
    const again = await server.nextHello();
    assert.deepEqual([again.sessionId, again.zxid], [7n, 41n]);
    again.socket.write(welcomeAgain);
    const order = [await server.nextRequest(), await server.nextRequest(), await server.nextRequest()];
    assert.deepEqual(
      order.map(({ opcode }) => opcode),
      [opcodes.auth, opcodes.setWatches2, opcodes.getData],
    );
    const [, watches, get] = order;
    assert.equal(watches?.body.long(), 41n);
    assert.equal(stateOf(client), 'reconnected');
    again.socket.write(answer({ xid: get?.xid ?? 0, code: -101 }));
    assert.equal((await mustFail(waiting)).code, 'NO_NODE');
  });

  it('asks for a sign of life after a third of the time-out, and leaves after two thirds without one', async () => {
    const client = connect();
    const socket = await server.welcome(sessionTimeoutMs);
    await eventually('it is connected', () => stateOf(client) === 'connected');
    await elapse(800);
    await elapse(200);
    const ping = await server.nextRequest();
    assert.deepEqual([ping.xid, ping.opcode], [specialXids.ping, opcodes.ping]);
    socket.write(answer({ xid: specialXids.ping }));
    await eventually('the answer counts', () => client.lastReplyAgeMs() < 500);
    await elapse(1_000);
    assert.equal((await server.nextRequest()).opcode, opcodes.ping);
    assert.equal(stateOf(client), 'connected');
    await elapse(700);
    await eventually('it still waits', () => stateOf(client) === 'connected');
    await elapse(500);
    assert.equal(stateOf(client), 'suspended');
    assert.match(client.fault ?? '', /does not answer/);
    await elapse(2_000);
    assert.equal(stateOf(client), 'presumed_expired');
  });

  it('counts from when it asked, not from when an answer that had waited was read', async () => {
    const client = connect();
    const socket = await server.welcome(sessionTimeoutMs);
    await eventually('it is connected', () => stateOf(client) === 'connected');
    const read = client.exists('/a');
    const { xid } = await server.nextRequest();
    await elapse(1_500);
    socket.write(answer({ xid, code: -101 }));
    await must(read);
    assert.equal(client.lastReplyAgeMs(), 1_500);
  });

  it('leaves a server that accepts its connection and says nothing', async () => {
    const client = connect();
    const { socket } = await server.nextHello();
    await elapse(600);
    await elapse(600);
    await eventually('the connection is dropped', () => socket.destroyed || socket.readableEnded);
    await elapse(200);
    assert.equal((await server.nextHello()).sessionId, 0n);
    assert.equal(stateOf(client), 'connecting');
  });

  it('forgives one late tick, so that answers that came while the process stood still are read first', async () => {
    let stoodMs = 0;
    const halting = { ...clock, monotonicMs: () => clock.monotonicMs() + stoodMs };
    const client = connect({ clock: halting });
    const states: string[] = [];
    client.onState(({ state }) => states.push(state));
    const socket = await server.welcome(sessionTimeoutMs);
    await eventually('it is connected', () => states.length === 1);
    // The process stands still for longer than it would wait for a server, and wakes at a tick.
    stoodMs = 2_500;
    await elapse(150);
    assert.deepEqual(states, ['connected']);
    assert.ok(client.lastReplyAgeMs() >= 2_500);
    const { xid } = await server.nextRequest();
    socket.write(answer({ xid }));
    await eventually('the answer counts', () => client.lastReplyAgeMs() < 500);
    await elapse(150);
    assert.deepEqual(states, ['connected']);
  });

  it('expires for good when a server says that there is no such session', async () => {
    const client = connect();
    const states: string[] = [];
    client.onState(({ state }) => states.push(state));
    const waiting = client.create('/a', { mode: 'ephemeral' });
    const socket = await server.welcome(sessionTimeoutMs);
    await server.nextRequest();
    socket.destroy();
    const lost = await mustFail(waiting);
    assert.deepEqual([lost.kind, lost.code, lost.ambiguous], ['lost', 'CONNECTION_LOSS', true]);
    const queued = client.exists('/a', { wait: true });
    await elapse(1_000);
    await server.welcome(0, 0n);
    assert.equal((await mustFail(queued)).code, 'SESSION_EXPIRED');
    assert.equal((await mustFail(client.exists('/a'))).code, 'SESSION_EXPIRED');
    assert.deepEqual(states, ['connected', 'suspended', 'expired']);
  });

  it('drops a server that answers out of order, and says that what it asked is lost', async () => {
    const client = connect();
    const socket = await server.welcome(sessionTimeoutMs);
    const asked = [client.set('/a', Buffer.alloc(0)), client.exists('/b')];
    const { xid } = await server.nextRequest();
    socket.write(answer({ xid: xid + 1 }));
    const errors = await Promise.all(asked.map((outcome) => mustFail(outcome)));
    assert.deepEqual(
      errors.map(({ code, ambiguous }) => [code, ambiguous]),
      [
        ['CONNECTION_LOSS', true],
        ['CONNECTION_LOSS', false],
      ],
    );
    assert.match(client.fault ?? '', /answer 2 where 1 was due/);
  });

  it('drops a server that sends garbage, at any place of a frame', async () => {
    const garbage = [
      Buffer.from('HTTP/1.1 400 Bad Request\r\n'),
      answer({ xid: 1 }),
      Buffer.alloc(4),
      Buffer.alloc(40, 0xff),
    ];
    for (const bytes of garbage) {
      const client = connect();
      const socket = await server.welcome(sessionTimeoutMs);
      // The answer to `get` is cut short by the second of these.
      const read = client.get('/a');
      await server.nextRequest();
      socket.write(bytes);
      assert.equal((await mustFail(read)).code, 'CONNECTION_LOSS');
      assert.match(client.fault ?? '', /what is no frame/);
      await client.close();
    }
  });

  it('refuses more when a server takes nothing of what it was sent', async () => {
    const client = connect({ limits: { unsentBytesMax: 4 * 1024 * 1024 } });
    const socket = await server.welcome(sessionTimeoutMs);
    await eventually('it is connected', () => stateOf(client) === 'connected');
    socket.pause();
    const data = Buffer.alloc(900_000);
    const refused = await eventually('it refuses', async () => {
      const outcome = client.set('/a', data);
      const settled = await Promise.race([outcome, new Promise((resolve) => setImmediate(resolve))]);
      return settled === undefined ? undefined : mustFail(outcome);
    });
    assert.equal(refused.code, 'TOO_MANY');
  });

  it('does not take the number of a notification for one that it has seen', async () => {
    const client = connect();
    const socket = await server.welcome(sessionTimeoutMs);
    await eventually('it is connected', () => stateOf(client) === 'connected');
    const read = client.exists('/a');
    const { xid } = await server.nextRequest();
    const event = answer({ xid: specialXids.notification, zxid: 1_000n }, (writer) => {
      writer.int(1);
      writer.int(3);
      writer.string('/a');
    });
    socket.write(Buffer.concat([answer({ xid, zxid: 5n, code: -101 }), event]));
    await must(read);
    socket.destroy();
    await eventually('it is suspended', () => stateOf(client) === 'suspended');
    await elapse(1_000);
    assert.equal((await server.nextHello()).zxid, 5n);
  });

  it('counts its requests from 1 again after 2³¹ − 1', async () => {
    const connection = new Connection(
      {
        clock,
        server: { host: '127.0.0.1', port: server.port },
        tls: undefined,
        requestBytesMax: 1_000,
        replyBytesMax: 1_000,
        hello: (writer) => {
          writer.int(0);
          writer.long(0n);
          writer.int(0);
          writer.long(0n);
        },
        onHello: () => {},
        onNotification: () => {},
        onAuth: () => {},
        onEnd: () => {},
      },
      2 ** 31 - 1,
    );
    const operation = { opcode: 3, title: 'x', changes: false, write: () => {}, read: () => 'read' };
    const requests = [0, 1].map(() => new Request(operation, 1_000));
    await server.welcome(sessionTimeoutMs);
    for (const request of requests) connection.send(request);
    const received = [await server.nextRequest(), await server.nextRequest()];
    assert.deepEqual(
      received.map(({ xid }) => xid),
      [2 ** 31 - 1, 1],
    );
    for (const { xid, socket } of received) socket.write(answer({ xid }));
    assert.deepEqual(await Promise.all(requests.map((request) => must(request.outcome))), ['read', 'read']);
    connection.drop('over');
  });
});

/** The state, which awaiting changes behind the compiler's back. */
function stateOf(client: ZooKeeperClient): string {
  return client.state.state;
}

const welcomeAgain = (() => {
  const bytes = Buffer.alloc(4 + 4 + 4 + 8 + 4 + 16 + 1);
  bytes.writeInt32BE(bytes.length - 4, 0);
  bytes.writeInt32BE(sessionTimeoutMs, 8);
  bytes.writeBigInt64BE(7n, 12);
  bytes.writeInt32BE(16, 20);
  return bytes;
})();
