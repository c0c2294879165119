import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Kysely, sql } from 'kysely';
import { EmbeddedDialect } from '../../../src/adapters/postgres/embedded/dialect.ts';
import { lockDirectory } from '../../../src/adapters/postgres/embedded/directory-lock.ts';
import { EmbeddedServer } from '../../../src/adapters/postgres/embedded/embedded-server.ts';
import { openEmbeddedDatabase } from '../../../src/adapters/postgres/embedded/open.ts';
import type { Schema } from '../../../src/adapters/postgres/schema.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { FailureError } from '../../../src/base/errors.ts';
import { limits } from '../../../src/base/limits.ts';
import { databaseTemplate } from '../../support/embedded-database.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createRecordingLog } from '../../support/kit.ts';

describe('the embedded database server', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'assay-server-'));
    await cp(await databaseTemplate(), directory, { recursive: true });
  });
  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it('starts again after a query that hangs, with everything that was committed', async () => {
    await using connected = connect(directory);
    const { db, clock, log } = connected;
    await sql`create table note (text text)`.execute(db);
    await sql`insert into note values ('committed')`.execute(db);
    const inTransaction = db.transaction().execute(async (trx) => {
      await sql`insert into note values ('open')`.execute(trx);
      const hanging = sql`select count(*) from generate_series(1, 1000000000000)`.execute(trx);
      await Promise.all([
        assert.rejects(hanging, isUnavailable),
        clock.advance(limits.databaseQueryTimeoutMs),
      ]);
      // In the session that follows this would stand for itself: it must not get there.
      await sql`insert into note values ('astray')`.execute(trx);
    });
    const waiting = sql<{ text: string }>`select text from note`.execute(db);
    const [, found] = await Promise.all([assert.rejects(inTransaction, isUnavailable), waiting]);
    assert.deepEqual(found.rows, [{ text: 'committed' }]);
    assert.deepEqual(
      log.events.map((event) => event.message),
      ['the database thread died and is started again'],
    );
  });

  it('refuses queries after its end, and frees the directory', async () => {
    await using connected = connect(directory);
    const { server, db } = connected;
    await sql`select 1`.execute(db);
    await db.destroy();
    await server.close();
    await assert.rejects(server.session(), isUnavailable);
    const lock = lockDirectory(directory);
    assert.ok(lock.ok);
    lock.value.release();
  });

  it('reports an error of a statement with its code and goes on', async () => {
    await using connected = connect(directory);
    const { db } = connected;
    await assert.rejects(sql`select 1 / 0`.execute(db), { name: 'DatabaseFault', code: '22012' });
    await assert.rejects(
      db.transaction().execute(async (trx) => {
        await sql`select 1 / 0`.execute(trx).catch(() => undefined);
      }),
      /committed after one of its statements had failed/,
    );
    assert.deepEqual((await sql`select 1 as one`.execute(db)).rows, [{ one: 1 }]);
  });

  it('prepares what comes again, and parses it anew after a failure or a change of its table', async () => {
    await using connected = connect(directory);
    const { db } = connected;
    const divided = async (by: number) =>
      (await sql<{ part: number }>`select 6 / ${by}::integer as part`.execute(db)).rows;
    for (let nth = 0; nth < 3; nth++) assert.deepEqual(await divided(3), [{ part: 2 }]);
    await assert.rejects(divided(0), { code: '22012' });
    for (let nth = 0; nth < 3; nth++) assert.deepEqual(await divided(2), [{ part: 3 }]);
    const names = async () =>
      (await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(db)).rows;
    await names();
    assert.ok((await names()).some(({ statement }) => statement.includes('as part')));

    await sql`create table note (id integer)`.execute(db);
    const all = () => sql`select * from note`.execute(db);
    for (let nth = 0; nth < 3; nth++) assert.deepEqual((await all()).rows, []);
    await sql`alter table note add column text text`.execute(db);
    await all().catch(() => undefined);
    await sql`insert into note values (1, 'new')`.execute(db);
    assert.deepEqual((await all()).rows, [{ id: 1, text: 'new' }]);
  });

  it('keeps a bounded number of prepared statements', async () => {
    await using connected = connect(directory);
    const { db } = connected;
    for (let nth = 0; nth < 450; nth++) {
      const statement = sql.raw(`select ${nth} as number`);
      await statement.execute(db);
      assert.deepEqual((await statement.execute(db)).rows, [{ number: nth }]);
    }
    const { rows } = await sql<{ kept: number }>`
      select count(*) as kept from pg_prepared_statements`.execute(db);
    assert.ok(Number(rows[0]?.kept) <= 201, `${rows[0]?.kept} statements`);
  });

  it('rolls back a transaction whose first statement fails, and one without any leaves no trace', async () => {
    await using connected = connect(directory);
    const { db } = connected;
    await assert.rejects(
      db.transaction().execute((trx) => sql`select 1 / 0`.execute(trx)),
      { code: '22012' },
    );
    await db.transaction().execute(async () => undefined);
    await assert.rejects(
      db.transaction().execute(async () => Promise.reject(new Error('before any statement'))),
      /before any statement/,
    );
    // Within a transaction the time stands still.
    const time = async () => (await sql`select now()::text as now`.execute(db)).rows;
    assert.notDeepEqual(await time(), await time());
  });

  it('keeps the write-ahead log short and dead rows few, however much is written', async () => {
    await using connected = connect(directory);
    const { db } = connected;
    await sql`create table big (id integer primary key, bytes bytea, counter integer default 0)`.execute(db);
    await sql`alter table big alter column bytes set storage external`.execute(db);
    const bytes = new Uint8Array(256 * 1024);
    for (let id = 0; id < 400; id++)
      await sql`insert into big values (${id % 10}, ${bytes})
      on conflict (id) do update set bytes = excluded.bytes`.execute(db);
    for (let nth = 0; nth < 1_200; nth++) await sql`update big set counter = ${nth} where id = 1`.execute(db);
    const segments = (await readdir(join(directory, 'postgres/pg_wal'))).filter((name) =>
      /^[0-9A-F]{24}$/.test(name),
    );
    const { rows } = await sql<{ dead: number; size: number }>`
      select n_dead_tup as dead, pg_total_relation_size('big') as size
      from pg_stat_user_tables where relname = 'big'`.execute(db);
    assert.ok(segments.length * 4 <= 112, `${segments.length} segments of 4 MiB`);
    assert.ok(Number(rows[0]?.dead) < 900, `${rows[0]?.dead} dead rows`);
    assert.ok(Number(rows[0]?.size) < 60 * 1024 * 1024, `${rows[0]?.size} bytes`);
  });
});

describe('opening the embedded database', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'assay-open-'));
    await cp(await databaseTemplate(), directory, { recursive: true });
  });
  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  const cases = [
    {
      what: 'a damaged directory',
      code: 'DATABASE_UNREADABLE',
      harm: () => truncate(join(directory, 'postgres/global/pg_control'), 0),
    },
    {
      what: 'a directory of another PostgreSQL',
      code: 'DATABASE_UNREADABLE',
      harm: () => writeFile(join(directory, 'postgres/PG_VERSION'), '15\n'),
    },
    { what: 'tables of a newer Assay', code: 'DATABASE_TOO_NEW', harm: () => addMigration(directory) },
  ] as const;
  for (const { what, code, harm } of cases) {
    it(`fails with ${code} on ${what}, and leaves it unlocked and as it was`, async () => {
      await harm();
      for (let nth = 0; nth < 2; nth++) {
        const opened = await openEmbeddedDatabase({
          directory,
          clock: systemClock,
          log: createRecordingLog(),
        });
        assert.ok(!opened.ok);
        assert.equal(opened.error.code, code);
        assert.ok(opened.error.hint);
      }
      assert.ok(existsSync(join(directory, 'postgres/PG_VERSION')));
    });
  }
});

function connect(directory: string) {
  const lock = lockDirectory(directory);
  assert.ok(lock.ok);
  const clock = createFakeClock();
  const log = createRecordingLog();
  const server = new EmbeddedServer({ directory, lock: lock.value, clock, log });
  const db = new Kysely<Schema>({ dialect: new EmbeddedDialect(server) });
  return { server, clock, log, db, [Symbol.asyncDispose]: () => server.close() };
}

function isUnavailable(error: unknown): boolean {
  return error instanceof FailureError && error.failure.code === 'DATABASE_UNAVAILABLE';
}

async function addMigration(directory: string): Promise<void> {
  await using connected = connect(directory);
  await sql`insert into migration (name, timestamp) values ('9999-future', '')`.execute(connected.db);
}
