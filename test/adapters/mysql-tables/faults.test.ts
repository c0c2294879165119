import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, describe, it } from 'node:test';
import type { Failure } from '../../../src/base/errors.ts';
import { isRetryable } from '../../../src/base/errors.ts';
import type { RelationDefinition } from '../../../src/core/datasets/provider-definition.ts';
import { readerPassword, startMariadb } from '../../support/mariadb-server.ts';
import { temporaryFiles } from '../../support/temporary-files.ts';
import { patiently, readerOf, valueOf } from './mysql-kit.ts';

const server = await startMariadb();
after(() => server[Symbol.asyncDispose]());

/** How a listing of a relation fails. No word of it may be the password. */
async function refusal(address: string, relation: RelationDefinition = { table: 't' }): Promise<Failure> {
  await using reader = await readerOf(address, relation);
  const request = { definition: reader.define(), known: undefined, wait: patiently() };
  const outcome = await reader.provider.partitions(request);
  assert.ok(!outcome.ok);
  assert.ok(!JSON.stringify(outcome.error).includes(readerPassword), 'the password stands in the message');
  assert.ok(outcome.error.hint !== undefined, 'it says what to do');
  return outcome.error;
}

/** An address with another part. */
function changed(address: string, change: (url: URL) => void): string {
  const url = new URL(address);
  change(url);
  return url.href;
}

describe('faults of MySQL servers', () => {
  it('says that the user or the password is refused', async () => {
    const address = await server.createDatabase();
    const password = changed(address, (url) => {
      url.password = 'wrong';
    });
    for (const wrong of [password, changed(address, (url) => (url.username = 'nobody'))]) {
      const { code, message } = await refusal(wrong);
      assert.equal(code, 'SOURCE_UNREADABLE');
      assert.match(message, /refuses the user or the password/);
    }
  });

  it('says what the user may not read, and what is not there', async () => {
    const [mine, other] = [await server.createDatabase(), await server.createDatabase()];
    const otherName = new URL(other).pathname.slice(1);
    await server.asAdmin(other, 'create table t (n int)');
    const foreign = await refusal(mine, { table: `${otherName}.t` });
    assert.deepEqual([foreign.code, /may not read/.test(foreign.message)], ['SOURCE_UNREADABLE', true]);
    const database = await refusal(changed(mine, (url) => (url.pathname = otherName)));
    assert.deepEqual([database.code, /may not read/.test(database.message)], ['SOURCE_UNREADABLE', true]);
    const missing = await refusal(mine, { table: 'nowhere' });
    assert.deepEqual(
      [missing.code, missing.causes?.[0]],
      ['SOURCE_NOT_FOUND', `Table '${new URL(mine).pathname.slice(1)}.nowhere' doesn't exist`],
    );
  });

  it('says that the plan of a view may not be looked at', async () => {
    const address = await server.createDatabase();
    const revoke = `revoke show view on ${nameOf(address)}.* from ${nameOf(address)}@'%'`;
    await server.asAdmin(address, 'create table t (n int)', 'create view v as select n from t', revoke);
    const { message, hint } = await refusal(address, { table: 'v' });
    assert.match(`${message} ${hint}`, /grant show view/);
  });

  it('says what is wrong with a query, and runs nothing but one select', async () => {
    const address = await server.createDatabase();
    await server.asAdmin(
      address,
      'create table t (n int)',
      `grant all on ${nameOf(address)}.* to ${nameOf(address)}@'%'`,
    );
    for (const query of [
      'selec 1',
      'select 1; drop table t',
      'select 1) q; drop table t; select * from (select 1',
      'drop table t',
      'select a.n, b.n from t a, t b',
    ]) {
      assert.equal((await refusal(address, { query })).code, 'SOURCE_UNREADABLE');
    }
    await server.asAdmin(
      address,
      'create function harm() returns int modifies sql data begin insert into t values (1); return 1; end',
    );
    await using reader = await readerOf(address, { query: 'select harm() as n' });
    const harmful = await reader.provider.partitions({
      definition: reader.define(),
      known: undefined,
      wait: patiently(),
    });
    assert.ok(!harmful.ok && /tries to change something/.test(harmful.error.message));
    assert.deepEqual(await server.asAdmin(address, 'select * from t'), []);
  });

  it('says that an address is none, without repeating it', async () => {
    for (const wrong of [
      readerPassword,
      `postgres://a:${readerPassword}@b/c`,
      `mysql://a:${readerPassword}@b`,
      `mysql://a:%${readerPassword}@b/c`,
      `mysql://a:${readerPassword}@b/c?ssl=1`,
      `mysql://a:${readerPassword}@b/c?ssl-mode=${readerPassword}`,
      `mysql://a:${readerPassword}@b/c?ssl-ca=/${readerPassword}/nowhere`.replace(`/${readerPassword}/`, '/'),
    ]) {
      const { code, message } = await refusal(wrong);
      assert.equal(code, 'SOURCE_UNREADABLE');
      assert.match(message, /the environment variable SHOP/);
    }
  });

  it('is to be tried again when there is no server, or no room on it', async () => {
    const address = await server.createDatabase();
    const nobody = await refusal(changed(address, (url) => (url.port = '1')));
    assert.deepEqual([nobody.code, isRetryable(nobody)], ['SOURCE_UNAVAILABLE', true]);
    await server.asAdmin(address, `alter user ${nameOf(address)}@'%' with max_user_connections 1`);
    await using reader = await readerOf(address, { query: 'select sleep(0.3) as n' });
    const request = { definition: reader.define(), known: undefined, wait: patiently() };
    const both = await Promise.all([
      reader.provider.partitions(request),
      reader.provider.partitions(request),
    ]);
    const full = both.find((outcome) => !outcome.ok);
    assert.ok(full !== undefined && !full.ok && full.error.code === 'SOURCE_UNAVAILABLE');
  });

  it('ends at its deadline when the server says nothing', async () => {
    const address = await server.createDatabase();
    await server.asAdmin(address, 'create table t (n int)');
    await using reader = await readerOf(address, { table: 't' });
    server.freeze();
    try {
      const wait = patiently({ timeoutMs: 300 });
      const outcome = await reader.provider.partitions({
        definition: reader.define(),
        known: undefined,
        wait,
      });
      assert.ok(!outcome.ok && outcome.error.code === 'TASK_TIMEOUT');
    } finally {
      server.thaw();
    }
  });

  it('gives nothing of a partition when the server dies in the middle, and all of it later', async () => {
    const address = await server.createDatabase();
    await server.asAdmin(
      address,
      'create table t (n int, s varchar(100))',
      "insert into t select seq, repeat('x', 100) from seq_1_to_100000",
    );
    await using files = await temporaryFiles();
    await using reader = await readerOf(address, { table: 't' });
    const [listed] = await reader.list();
    assert.ok(listed !== undefined);
    let dying: Promise<void> | undefined;
    const onProgress = (): void => {
      dying ??= server.kill();
    };
    const broken = await reader.fetch(listed, { directory: files.directory, onProgress });
    assert.ok(dying !== undefined);
    await dying;
    assert.ok(!broken.ok && broken.error.code === 'SOURCE_UNAVAILABLE');
    assert.deepEqual(await readdir(files.directory), []);
    await server.restart();
    assert.equal(valueOf(await reader.fetch(listed)).rowCount, 100_000);
  });
});

function nameOf(address: string): string {
  return new URL(address).username;
}
