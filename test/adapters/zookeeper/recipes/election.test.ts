import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../../../src/adapters/system/clock.ts';
import { ZooKeeperClient } from '../../../../src/adapters/zookeeper/client/client.ts';
import { opcodes } from '../../../../src/adapters/zookeeper/client/protocol.ts';
import { inTurn } from '../../../../src/adapters/zookeeper/recipes/contenders.ts';
import { Election, type Term } from '../../../../src/adapters/zookeeper/recipes/election.ts';
import { eventually } from '../../../support/eventually.ts';
import { createSeededRandom } from '../../../support/seeded-random.ts';
import { answer, ScriptedServer, writeStat } from '../../../support/zookeeper/scripted-server.ts';

const sessionId = 7n;

describe('an election with a server that says what the test wants', () => {
  it('finds its node by its name when the answer to its creation was lost, and makes no second one', async () => {
    await using setting = await candidacy();
    const { server, terms } = setting;
    await server.welcome(60_000, sessionId);
    await list(server, []);
    const create = await expect(server, opcodes.create2);
    const name = `${create.body.string().split('/').at(-1)}0000000004`;
    create.socket.destroy();
    await server.welcome(60_000, sessionId);
    // What it reads must be as new as what was in doubt.
    const sync = await expect(server, opcodes.sync);
    sync.socket.write(answer({ xid: sync.xid }));
    await list(server, [name]);
    const exists = await expect(server, opcodes.exists);
    exists.socket.write(
      answer({ xid: exists.xid }, (writer) => writeStat(writer, { czxid: 9n, owner: sessionId })),
    );
    await eventually('it is elected', () => terms.length === 1);
    assert.deepEqual(terms, [{ path: `/election/${name}`, epoch: 9n }]);
  });

  it('does not lead by a node that another session owns, though it comes first', async () => {
    await using setting = await candidacy();
    const { server, terms } = setting;
    await server.welcome(60_000, sessionId);
    await list(server, []);
    const create = await expect(server, opcodes.create2);
    const name = `${create.body.string().split('/').at(-1)}0000000004`;
    const path = `/election/${name}`;
    create.socket.write(
      answer({ xid: create.xid }, (writer) => {
        writer.string(path);
        writeStat(writer, { czxid: 9n, owner: sessionId });
      }),
    );
    await list(server, [name]);
    const exists = await expect(server, opcodes.exists);
    exists.socket.write(answer({ xid: exists.xid }, (writer) => writeStat(writer, { czxid: 9n, owner: 6n })));
    // It watches that node: its end is what it waits for.
    const removed = answer({ xid: -1 }, (writer) => {
      writer.int(2);
      writer.int(3);
      writer.string(path);
    });
    exists.socket.write(removed);
    await list(server, []);
    await expect(server, opcodes.create2);
    assert.deepEqual(terms, []);
  });
});

describe('the order of contenders', () => {
  it('is that of their numbers, whatever their names are', () => {
    const names = ['_c_zz-n-0000000002', '_c_aa-n-0000000010', 'other', '_c_mm-n-0000000001', '_c_b-n-x'];
    assert.deepEqual(inTurn(names), ['_c_mm-n-0000000001', '_c_zz-n-0000000002', '_c_aa-n-0000000010']);
  });
});

async function candidacy() {
  const server = await ScriptedServer.start();
  const terms: Term[] = [];
  const kit = { clock: systemClock, random: createSeededRandom() };
  const servers = [{ host: '127.0.0.1', port: server.port }];
  const client = new ZooKeeperClient({ ...kit, servers, sessionTimeoutMs: 60_000 });
  new Election(client, kit, {
    directory: '/election',
    onElected: (term) => terms.push(term),
    onDeposed: () => {},
  });
  const dispose = async () => {
    await server[Symbol.asyncDispose]();
    await client.close();
  };
  return { server, terms, [Symbol.asyncDispose]: dispose };
}

async function expect(server: ScriptedServer, opcode: number) {
  const request = await server.nextRequest();
  assert.equal(request.opcode, opcode);
  return request;
}

async function list(server: ScriptedServer, names: readonly string[]): Promise<void> {
  const request = await expect(server, opcodes.getChildren2);
  request.socket.write(
    answer({ xid: request.xid }, (writer) => {
      writer.vector(names, (name) => writer.string(name));
      writeStat(writer, { czxid: 1n, owner: 0n });
    }),
  );
}
