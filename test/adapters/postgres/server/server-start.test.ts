import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { migrate } from '../../../../src/adapters/postgres/migrate.ts';
import { openServerDatabase } from '../../../../src/adapters/postgres/server/open.ts';
import { problemOf } from '../../../../src/adapters/postgres/server/requirements.ts';
import type { Failure } from '../../../../src/base/errors.ts';
import { TestWorld } from '../../../conformance/database-fixtures.ts';
import { createRecordingLog, testKit } from '../../../support/kit.ts';
import {
  openOnServer,
  type PostgresServer,
  password,
  startPostgres,
} from '../../../support/postgres-server.ts';
import { ChildScript } from '../child-script.ts';
import { directly } from './directly.ts';

describe('the start on a server', () => {
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server[Symbol.asyncDispose]());

  it('makes the tables once when several processes start at once', async () => {
    const url = await server.createDatabase();
    await using first = new ChildScript('server/opener.ts', url);
    await using second = new ChildScript('server/opener.ts', url);
    await using third = new ChildScript('server/opener.ts', url);
    const processes = [first, second, third];
    await Promise.all(processes.map((one) => one.said(1)));
    for (const one of processes) one.tell('open');
    for (const one of processes) assert.deepEqual(await one.said(2), ['ready', 'open']);
    const migrations = await server.asSuperuser<{ name: string }>(
      url,
      'select name from migration order by name',
    );
    const names = migrations.map(({ name }) => name);
    assert.deepEqual([names[0], new Set(names).size], ['0001-tables', names.length]);
  });

  it('makes the tables once when many pools of one process start at once', async () => {
    const url = await server.createDatabase();
    const databases = await Promise.all(Array.from({ length: 10 }, () => openOnServer(url)));
    await Promise.all(databases.map((database) => database.close()));
  });

  it('takes no lock when there is nothing to do, so that a start never waits for others', async () => {
    const url = await server.createDatabase();
    await (await openOnServer(url)).close();
    await using other = directly(url);
    await other.kysely.transaction().execute(async (trx) => {
      await sql`lock table migration_lock in access exclusive mode`.execute(trx);
      await (await openOnServer(url)).close();
    });
  });

  it('lets an older and a newer release start at once on an empty database', async () => {
    const first = 'create table one (id integer)';
    // So slow that an older release that begins meanwhile finds it done.
    const second = 'create table two (id integer);\nselect pg_sleep(0.1)';
    const older = { '0001-first': first };
    const newer = { ...older, '0002-add-second': second };
    for (let round = 0; round < 3; round += 1) {
      const url = await server.createDatabase();
      await using dbs = new AsyncDisposableStack();
      const open = () => dbs.use(directly(url)).kysely;
      const outcomes = await Promise.all(
        [older, newer, older, newer].map((migrations) => migrate(open(), migrations)),
      );
      for (const outcome of outcomes) assert.deepEqual(outcome, { ok: true, value: undefined });
      assert.deepEqual((await sql`select from one, two`.execute(open())).rows, []);
    }
  });

  it('works on tables to which a newer Assay has only added, from before or while it runs', async () => {
    const url = await server.createDatabase();
    const running = await openOnServer(url, createRecordingLog(), { connectionsMax: 1 });
    assert.ok(await new TestWorld(running).ingested('2001-01-01'));
    await server.asSuperuser(
      url,
      `insert into migration values ('9998-add-later', '2030-01-01');
      alter table outbox add column later text not null default 'x';
      alter table task_outcome add column later text`,
    );
    const database = await openOnServer(url);
    const world = new TestWorld(database);
    assert.ok(await world.ingested('2001-01-01'));
    assert.deepEqual(await database.outbox.list(world.dataset, 1), []);
    await database.close();
    const other = new TestWorld(running);
    assert.ok(await other.ingested('2001-01-01'));
    assert.deepEqual(await running.outbox.list(other.dataset, 1), []);
    await running.close();
  });

  it('refuses tables of a newer Assay', async () => {
    const url = await server.createDatabase();
    await (await openOnServer(url)).close();
    await server.asSuperuser(url, "insert into migration values ('9999-later', '2030-01-01')");
    assert.equal((await refusal(url)).code, 'DATABASE_TOO_NEW');
  });

  it('says which right the user lacks, and leaves nothing behind', async () => {
    const owned = await server.createDatabase();
    const stranger = new URL(await server.createDatabase());
    stranger.pathname = new URL(owned).pathname;
    const { code, message, hint } = await refusal(stranger.href);
    assert.equal(code, 'DATABASE_UNREADABLE');
    assert.match(message, /the user assay_\d+ may not create tables in the schema public/);
    assert.match(hint ?? '', /grant usage, create on schema public to assay_\d+/);
    assert.deepEqual(
      await server.asSuperuser(owned, "select from pg_tables where schemaname = 'public'"),
      [],
    );
  });

  it('refuses a database that can not hold every text', async () => {
    const { code, message } = await refusal(await server.createDatabase({ encoding: 'SQL_ASCII' }));
    assert.equal(code, 'DATABASE_UNREADABLE');
    assert.match(message, /the encoding SQL_ASCII/);
  });

  it('refuses servers whose SQL is too old, and standbys', () => {
    const facts = {
      major: 15,
      encoding: 'UTF8',
      is_standby: false,
      user_name: 'me',
      schema_name: 'public',
      may_create: true,
    };
    assert.equal(problemOf(facts), undefined);
    assert.match(problemOf({ ...facts, major: 14 })?.message ?? '', /PostgreSQL 14/);
    assert.match(problemOf({ ...facts, is_standby: true })?.message ?? '', /standby/);
    assert.match(problemOf({ ...facts, schema_name: null })?.message ?? '', /the user me has no schema/);
  });

  for (const [what, wrong] of [
    ['password', (url: URL) => (url.password = 'wrong-and-secret')],
    ['user', (url: URL) => (url.username = 'nobody-there')],
    ['database', (url: URL) => (url.pathname = '/nothing-there')],
    ['TLS of a server without', (url: URL) => (url.search = '?sslmode=verify-full')],
    ['certificate file', (url: URL) => (url.search = '?sslmode=verify-full&sslrootcert=/nothing/there.pem')],
  ] as const) {
    it(`refuses a wrong ${what} at once, and tells no secret`, async () => {
      const url = new URL(await server.createDatabase());
      wrong(url);
      const log = createRecordingLog();
      const failure = await refusal(url.href, log);
      assert.equal(failure.code, 'DATABASE_UNREADABLE', JSON.stringify(failure));
      const told = JSON.stringify([failure, log.events]);
      assert.ok(!told.includes(password) && !told.includes('wrong-and-secret'), told);
    });
  }
});

/** Why the database of a URL can not be opened. Its clock stands still: nothing here may wait for a better moment. */
async function refusal(url: string, log = createRecordingLog()): Promise<Failure> {
  const opened = await openServerDatabase({ ...testKit({ log }), url });
  if (opened.ok) await opened.value.close();
  assert.ok(!opened.ok, 'it must be refused');
  return opened.error;
}
