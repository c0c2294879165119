import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLeaderLock } from '../../../../src/adapters/postgres/server/leader-lock.ts';
import { eventually } from '../../../support/eventually.ts';
import { type PostgresServer, startPostgres } from '../../../support/postgres-server.ts';

describe('the lock that elects a leader', () => {
  let server: PostgresServer;
  let url: string;

  before(async () => {
    server = await startPostgres();
    url = await server.createDatabase();
  });
  after(() => server[Symbol.asyncDispose]());

  it('belongs to one until that one gives it back', async () => {
    const [first, second, other] = [
      createLeaderLock(url, 'a'),
      createLeaderLock(url, 'a'),
      createLeaderLock(url, 'b'),
    ];
    assert.deepEqual([await first.hold(), await second.hold(), await other.hold()], [true, false, true]);
    assert.deepEqual([await first.hold(), await second.hold()], [true, false]);
    await first.release();
    await eventually('the second has it', () => second.hold());
    assert.equal(await first.hold(), false);
    for (const lock of [first, second, other]) await lock.release();
  });

  it('goes to another one when its holder is silent, who then knows it', async () => {
    const [silent, next] = [createLeaderLock(url, 'a', { idleMs: 300 }), createLeaderLock(url, 'a')];
    assert.equal(await silent.hold(), true);
    await eventually('the next one has it', () => next.hold(), 10_000, 50);
    await assert.rejects(silent.hold(), /DATABASE_UNAVAILABLE/);
    assert.equal(await silent.hold(), false);
    for (const lock of [silent, next]) await lock.release();
  });

  it('is not counted on while the server is away, and is had again afterwards', async () => {
    const lock = createLeaderLock(url, 'a');
    assert.equal(await lock.hold(), true);
    await server.kill();
    await assert.rejects(lock.hold(), /DATABASE_UNAVAILABLE/);
    await assert.rejects(lock.hold(), /DATABASE_UNAVAILABLE/);
    await server.restart();
    await eventually('it is had again', () => lock.hold());
    await lock.release();
  });
});
