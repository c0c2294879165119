import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { ConnectionPool } from '../../../../src/adapters/postgres/server/connection-pool.ts';
import { transact } from '../../../../src/adapters/postgres/transact.ts';
import { FailureError } from '../../../../src/base/errors.ts';
import type { Database } from '../../../../src/ports/database.ts';
import { commit, ingestOutput, key, TestWorld } from '../../../conformance/database-fixtures.ts';
import { eventually } from '../../../support/eventually.ts';
import { createRecordingLog, testKit } from '../../../support/kit.ts';
import { openOnServer, type PostgresServer, startPostgres } from '../../../support/postgres-server.ts';
import { freePorts } from '../../../support/zookeeper/free-ports.ts';
import { directly } from './directly.ts';

describe('a database on a server', () => {
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server[Symbol.asyncDispose]());

  it('tells another process of changed jobs, again after its listening connection was lost', async () => {
    const url = await server.createDatabase();
    const log = createRecordingLog();
    await using here = closing(await openOnServer(url));
    await using there = closing(await openOnServer(url, log));
    let woken = 0;
    there.database.jobs.onChange(() => {
      woken += 1;
    });
    const world = new TestWorld(here.database);
    await eventually('both listen', async () => (await listeners(url)).length === 2);
    const before = woken;
    await world.enqueued({ kind: 'scan' });
    await eventually('the other is woken', () => woken > before);

    const lost = await listeners(url);
    await server.asSuperuser(
      url,
      `select pg_terminate_backend(pid) from unnest(array[${lost.join()}]) as given (pid)`,
    );
    const since = woken;
    await eventually('both listen again', async () => {
      const now = await listeners(url);
      return now.length === 2 && now.every((pid) => !lost.includes(pid));
    });
    await eventually('what was lost meanwhile is looked for', () => woken > since);
    assert.ok(
      log.events.some((event) => event.message === 'the connection that listens to the database was lost'),
    );
    const again = woken;
    await world.enqueued({ kind: 'scan' });
    await eventually('it is woken as before', () => woken > again);
  });

  it('takes no connection to listen where nobody would hear it, and still wakes others', async () => {
    const url = await server.createDatabase();
    await using here = closing(await openOnServer(url, createRecordingLog(), { listens: false }));
    await using there = closing(await openOnServer(url));
    let woken = 0;
    there.database.jobs.onChange(() => {
      woken += 1;
    });
    await eventually('one listens', async () => (await listeners(url)).length === 1);
    const before = woken;
    await new TestWorld(here.database).enqueued({ kind: 'scan' });
    await eventually('the other is woken', () => woken > before);
  });

  it('works on when idle connections were lost', async () => {
    const url = await server.createDatabase();
    const log = createRecordingLog();
    await using opened = closing(await openOnServer(url, log));
    await Promise.all(Array.from({ length: 5 }, () => opened.database.ping()));
    await server.asSuperuser(
      url,
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    const warned = () =>
      log.events.some(({ message }) => message === 'an idle connection to the database was lost');
    await eventually('the loss is noticed', warned);
    await eventually('it answers', () => opened.database.ping().then(() => true));
  });

  it('fails what ran while the server died, and lets wait what comes until it is back', async () => {
    const url = await server.createDatabase();
    await using db = directly(url);
    const running = sql`select pg_sleep(60)`.execute(db.kysely);
    const unanswered = assert.rejects(running, isFailure('DATABASE_UNAVAILABLE'));
    await eventually('it runs', async () => {
      const found = await server.asSuperuser(
        url,
        `select from pg_stat_activity where query like 'select pg_sleep%' and datname = current_database()`,
      );
      return found.length > 0;
    });
    await server.kill();
    await unanswered;
    const waiting = sql<{ one: number }>`select 1 as one`.execute(db.kysely);
    await server.restart();
    assert.deepEqual((await waiting).rows, [{ one: 1 }]);
  });

  it('gives up waiting for a server that stays away', async () => {
    const [port = 0] = await freePorts(1);
    const kit = testKit();
    const pool = new ConnectionPool(`postgres://me@127.0.0.1:${port}/assay`, kit);
    const refused = assert.rejects(pool.acquire(), isFailure('DATABASE_UNAVAILABLE'));
    let isOver = false;
    void refused.finally(() => {
      isOver = true;
    });
    await eventually('it gives up', async () => {
      await kit.clock.advance(500);
      return isOver;
    });
    await refused;
    assert.ok(kit.clock.monotonicMs() >= 20_000);
    await pool.close();
  });

  it('ends a statement that takes too long, and goes on with the next', async () => {
    await using db = directly(`${await server.createDatabase()}?statement_timeout=50`);
    await assert.rejects(sql`select pg_sleep(60)`.execute(db.kysely), isFailure('DATABASE_UNAVAILABLE'));
    assert.equal((await sql`select 1`.execute(db.kysely)).rows.length, 1);
  });

  it('runs the victim of a deadlock again', async () => {
    await using db = directly(await server.createDatabase());
    await sql`create table pair (id integer primary key, count integer not null)`.execute(db.kysely);
    await sql`insert into pair values (1, 0), (2, 0)`.execute(db.kysely);
    let [attempts, holders] = [0, 0];
    const bothHoldOne = Promise.withResolvers<void>();
    const increment = (first: number, second: number) =>
      transact(db.kysely, async (trx) => {
        attempts += 1;
        await sql`update pair set count = count + 1 where id = ${first}`.execute(trx);
        holders += 1;
        if (holders === 2) bothHoldOne.resolve();
        await bothHoldOne.promise;
        await sql`update pair set count = count + 1 where id = ${second}`.execute(trx);
      });
    await Promise.all([increment(1, 2), increment(2, 1)]);
    const { rows } = await sql`select count from pair`.execute(db.kysely);
    assert.deepEqual([rows, attempts], [[{ count: 2 }, { count: 2 }], 3]);
  });

  it('runs a transaction again whose connection was lost before its commit', async () => {
    const url = await server.createDatabase();
    await using db = directly(url);
    await sql`create table counter (count integer)`.execute(db.kysely);
    let attempts = 0;
    await transact(db.kysely, async (trx) => {
      attempts += 1;
      await sql`insert into counter values (${attempts})`.execute(trx);
      const found = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
      if (attempts === 1) await server.asSuperuser(url, `select pg_terminate_backend(${found.rows[0]?.pid})`);
      await sql`insert into counter values (${attempts})`.execute(trx);
    });
    const { rows } = await sql`select count from counter`.execute(db.kysely);
    assert.deepEqual(rows, [{ count: 2 }, { count: 2 }]);
  });

  it('takes a task from one of two managers that commit it at once', async () => {
    const url = await server.createDatabase();
    await using first = closing(await openOnServer(url));
    await using second = closing(await openOnServer(url));
    const world = new TestWorld(first.database);
    for (let round = 0; round < 10; round += 1) {
      const job = await world.enqueued({ kind: 'scan' });
      const revision = world.revision(`2001-01-${round + 10}`);
      const commits = [first, second].map(({ database }, nth) => {
        const given = commit(job, 'ingest/a', ingestOutput);
        return database.revisions.commitIngest({
          commit: { ...given, fence: { ...given.fence, attempt: nth + 1 } },
          revision: { ...revision, contentHash: `content-${round}-${nth}` },
          followUp: (reference) => world.job({ kind: 'check', revision: reference, batches: 1 }),
        });
      });
      const ends = await Promise.all(commits);
      const winner = ends.findIndex((end) => end.ok);
      const [loser] = ends.flatMap((end) => (end.ok ? [] : [end.error.code]));
      assert.deepEqual([ends.filter((end) => end.ok).length, loser], [1, 'COMMIT_SUPERSEDED']);
      const stored = await first.database.revisions.newest(world.dataset, key(`2001-01-${round + 10}`));
      assert.deepEqual([stored?.number, stored?.contentHash], [1, `content-${round}-${winner}`]);
      const [outcome] = (await first.database.jobs.outcomes([job.id])).get(job.id) ?? [];
      assert.equal(outcome?.attempts, winner + 1);
    }
  });

  async function listeners(url: string): Promise<number[]> {
    const found = await server.asSuperuser<{ pid: number }>(
      url,
      `select pid from pg_stat_activity where query like 'listen %' and datname = current_database()`,
    );
    return found.map((row) => row.pid);
  }
});

function closing(database: Database): AsyncDisposable & { readonly database: Database } {
  return { database, [Symbol.asyncDispose]: () => database.close() };
}

function isFailure(code: string, message = /./): (error: unknown) => boolean {
  return (error) =>
    error instanceof FailureError && error.failure.code === code && message.test(error.failure.message);
}
