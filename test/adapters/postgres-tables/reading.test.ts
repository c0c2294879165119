import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { nobody } from '../../../src/adapters/processes/child-run.ts';
import { isRetryable } from '../../../src/base/errors.ts';
import type { PartitionRule } from '../../../src/core/datasets/definition.ts';
import { eventually } from '../../support/eventually.ts';
import { password } from '../../support/postgres-server.ts';
import { testCertificates } from '../../support/test-certificates.ts';
import { generously } from '../duckdb/engine-kit.ts';
import { definePostgres } from './define-postgres.ts';
import { failureOf, type PostgresSources, postgresSources, valueOf } from './postgres-source.ts';

let sources: PostgresSources;
before(async () => {
  sources = await postgresSources();
});
after(() => sources[Symbol.asyncDispose]());

const byDay: PartitionRule = { kind: 'time', column: 'at', by: 'day' };

describe('partitions of PostgreSQL', () => {
  it('are cut in UTC, and hold what has no year of four digits together', async () => {
    const source = await sources.create();
    await source.run(`create table visits as select n, t::timestamptz as at from (values
      (1, '2001-01-31 23:59:59.999999+00'), (2, '2001-02-01 00:30:00+01'), (3, '2001-02-01 00:00:00+00'),
      (4, null), (5, 'infinity'), (6, '-infinity'), (7, '0044-03-15 10:00:00+00 BC'), (8, '10000-01-01 00:00:00+00'),
      (9, '0001-01-01 00:00:00+00'), (10, '9999-12-31 23:59:59+00')) v(n, t)`);
    const expected = {
      '0001-01-01': ['9'],
      '2001-01-31': ['1', '2'],
      '2001-02-01': ['3'],
      '9999-12-31': ['10'],
      null: ['4', '5', '6', '7', '8'],
    };
    for (const type of ['timestamptz', 'timestamp', 'date']) {
      const query = `select n, (at at time zone 'UTC')::${type} as at from visits`;
      const definition = definePostgres(type === 'timestamptz' ? { table: 'visits' } : { query }, byDay);
      const { partitions } = await source.list(definition);
      assert.deepEqual(
        partitions.map(({ key }) => key),
        Object.keys(expected),
        type,
      );
      for (const [key, wanted] of Object.entries(expected)) {
        const rows = (await sources.kit.rowsOf(await source.ingest(definition, key))) as readonly {
          n: unknown;
        }[];
        assert.deepEqual(
          rows.map(({ n }) => String(n)),
          wanted,
          `${type} ${key}`,
        );
      }
    }
  });

  it('by values are found again by the text of these, whatever their type', async () => {
    const source = await sources.create();
    await source.run(`create table kinds as select * from (values
      (1.50::numeric, 'a''b\\'::text, true, 'x'::char(3), timestamptz '2001-01-01 00:00+02', '{1}'::int[], 0.1::float4),
      (1.5, 'a''b\\', true, 'x', '2000-12-31 22:00+00', '{1}', 0.1), (2, null, null, null, null, null, null)) v(n, t, b, c, z, a, f)`);
    for (const column of ['n', 't', 'b', 'c', 'z', 'a', 'f']) {
      const definition = definePostgres({ table: 'kinds' }, { kind: 'columns', columns: [column] });
      const { partitions } = await source.list(definition);
      assert.equal(partitions.length, 2, column);
      for (const { key } of partitions) {
        const { rowCount } = await source.ingest(definition, key);
        assert.equal(rowCount, key.endsWith('=%null') || key === 'n=2' ? 1 : 2, key);
      }
    }
  });

  it('by documents, which can not be compared, are refused', async () => {
    const source = await sources.create();
    await source.run(
      `create table documents as select '{}'::json as j, point '(1,2)' as p, array['{}'::json] as a`,
    );
    for (const column of ['j', 'p', 'a']) {
      const definition = definePostgres({ table: 'documents' }, { kind: 'columns', columns: [column] });
      const refused = failureOf(
        await source.provider.partitions({ definition, known: undefined, wait: generously() }),
      );
      assert.equal(refused.code, 'PARTITION_COLUMN_UNFIT', JSON.stringify(refused));
    }
  });

  it('that only a scan of a large table could find are refused, until an index serves them', async () => {
    const source = await sources.create();
    await source.run(`create table large as
      select n, timestamptz '2001-01-01' + n * interval '1 minute' as at, n % 50 as shop from generate_series(1, 50000) n`);
    const provider = source.providerWith({ SOURCE: source.url }, { scanRowsMax: 10_000 });
    const [byShop, whole] = [{ kind: 'columns', columns: ['shop'] }, { kind: 'none' }] as const;
    const list = (rule: PartitionRule) =>
      provider.partitions({
        definition: definePostgres({ table: 'large' }, rule),
        known: undefined,
        wait: generously(),
      });
    for (const rule of [byDay, byShop]) {
      const refused = failureOf(await list(rule));
      assert.equal(refused.code, 'PARTITION_COLUMN_UNFIT');
      assert.match(refused.message, /about (?:4|5)\d,\d{3} rows of large would be read/);
      assert.match(refused.hint ?? '', /^Create an index on large \((?:at|shop)\)/);
    }
    assert.equal(valueOf(await list(whole)).partitions.length, 1);
    await source.run('create index on large (at)');
    await source.run('create index on large (shop)');
    for (const rule of [byDay, byShop]) {
      const { partitions } = valueOf(await list(rule));
      assert.ok(partitions.length >= 35);
      const definition = definePostgres({ table: 'large' }, rule);
      const directory = mkdtempSync(join(sources.kit.folder.path, 'fetched-'));
      const [listed] = partitions;
      assert.ok(listed !== undefined);
      valueOf(await provider.fetch({ definition, listed, directory, wait: generously() }));
    }
    // A query that hides the column from its index is not served by it.
    const query = `select n, at + interval '0' as at from large`;
    const hidden = definePostgres({ query }, byDay);
    const refused = failureOf(
      await provider.partitions({ definition: hidden, known: undefined, wait: generously() }),
    );
    assert.match(refused.hint ?? '', /of the table behind the query/);
  });

  it('of a table with partitions of its own are served by these', async () => {
    const source = await sources.create();
    await source.run('create table parted (n int, at date) partition by range (at)');
    for (const [from, to] of [
      ['2001-01-01', '2001-01-02'],
      ['2001-01-02', '2001-01-03'],
    ]) {
      await source.run(
        `create table "p ${from}" partition of parted for values from ('${from}') to ('${to}')`,
      );
    }
    await source.run(
      `insert into parted select n, date '2001-01-01' + n % 2 from generate_series(1, 20000) n`,
    );
    await source.run('analyze');
    const provider = source.providerWith({ SOURCE: source.url }, { scanRowsMax: 5_000 });
    const definition = definePostgres({ table: 'parted' }, byDay);
    const { partitions } = await source.list(definition, undefined, provider);
    assert.deepEqual(
      partitions.map(({ key }) => key),
      ['2001-01-01', '2001-01-02'],
    );
  });
});

describe('fingerprints of PostgreSQL', () => {
  it('tell any change of a row by the updated column, and when it was', async () => {
    const source = await sources.create();
    await source.run(`create table orders as select n, date '2001-01-01' + n as at, timestamptz '2001-02-01 10:00+00' as updated
      from generate_series(0, 2) n`);
    for (const updatedColumn of ['updated', 'UPDATED']) {
      const definition = definePostgres({ table: 'orders' }, byDay, { updatedColumn });
      const before = await source.list(definition);
      assert.equal(before.partitions[0]?.modifiedAt, Date.UTC(2001, 1, 1, 10));
      // An earlier transaction may end after a later one: the largest value alone would not tell.
      await source.run(
        `update orders set n = 7, updated = updated - interval '1 hour' where at = '2001-01-02'`,
      );
      const after = await source.list(definition, before.remember);
      assert.deepEqual(changedKeys(before, after), ['2001-01-02']);
    }
  });

  it('tell a change of a row without one, as long as a table may be scanned', async () => {
    const source = await sources.create();
    await source.run(
      `create table silent as select n, date '2001-01-01' + n as at from generate_series(0, 2) n`,
    );
    await source.run('create view silent_view as select * from silent');
    for (const relation of [
      { table: 'silent' },
      { table: 'silent_view' },
      { query: 'select * from silent' },
    ]) {
      const definition = definePostgres(relation, byDay);
      const before = await source.list(definition);
      await source.run(`update silent set n = n + 1 where at = '2001-01-03'`);
      const after = await source.list(definition, before.remember);
      assert.deepEqual(changedKeys(before, after), ['2001-01-03'], JSON.stringify(relation));
      await source.run('vacuum (full, freeze) silent');
      assert.deepEqual(changedKeys(after, await source.list(definition, after.remember)), []);
    }
  });

  it('of a larger table tell its number of rows alone, and stay while it grows past that', async () => {
    const source = await sources.create();
    await source.run('create table growing as select n from generate_series(1, 3000) n');
    await source.run('analyze growing');
    const definition = definePostgres({ table: 'growing' });
    const with2000 = source.providerWith({ SOURCE: source.url }, { scanRowsMax: 2_000 });
    const [counted] = (await source.list(definition, undefined, with2000)).partitions;
    assert.match(counted?.fingerprint ?? '', /^count:/);
    const small = await source.list(definition);
    const grown = await source.list(definition, small.remember, with2000);
    assert.deepEqual(grown.partitions, small.partitions);
  });
});

describe('a session of PostgreSQL', () => {
  it('can change nothing, whatever its query tries', async () => {
    const source = await sources.create();
    await source.run(`create table kept as select 1 as n`);
    await source.run('grant all on kept to public');
    await source.run(`create function changes() returns int language sql as 'delete from kept returning n'`);
    for (const query of [
      'with gone as (delete from kept returning n) select * from gone',
      'select changes() as n',
      'select 1 as n) as q; delete from kept; select (1',
      'select 1 as n) to stdout; commit; begin; delete from kept; copy (select 1',
      `select 1 as n, set_config('transaction_read_only', 'off', false), changes()`,
      'delete from kept',
      'select 1 as n into other',
    ]) {
      const definition = definePostgres({ query });
      const listed = await source.provider.partitions({ definition, known: undefined, wait: generously() });
      const outcome = listed.ok
        ? await source.fetch(definition, listed.value.partitions[0] as never)
        : listed;
      const refused = failureOf(outcome);
      assert.equal(refused.code, 'SOURCE_UNREADABLE', `${query}: ${JSON.stringify(refused)}`);
      assert.equal((await source.run('select * from kept')).length, 1, query);
    }
  });

  it('sees only the rows that its user may see', async () => {
    const source = await sources.create();
    await source.run(`create table secured as select 'a' as owner union all select 'b'`);
    await source.run('alter table secured enable row level security');
    await source.run(`create policy own on secured using (owner = 'a')`);
    const output = await source.ingest(definePostgres({ table: 'secured' }));
    assert.deepEqual(await sources.kit.rowsOf(output), [{ owner: 'a' }]);
  });

  it('reads names as SQL does, reserved words and all', async () => {
    const source = await sources.create();
    await source.run('create schema "My Schema"');
    await source.run('grant usage on schema "My Schema" to public');
    await source.run(
      'create table "My Schema"."From" as select 1 as "select", 2 as "Select", 3 as "a ""b"""',
    );
    await source.run('grant select on "My Schema"."From" to public');
    await source.run('create table "order" as select 1 as n');
    const output = await source.ingest(definePostgres({ table: '"My Schema"."From"' }));
    assert.deepEqual(await sources.kit.rowsOf(output), [{ select: 1, Select_2: 2, 'a "b"': 3 }]);
    const schema = valueOf(
      await source.provider.schema(definePostgres({ table: '"My Schema"."From"' }), generously()),
    );
    assert.deepEqual(schema, output.schema);
    assert.equal((await source.ingest(definePostgres({ table: 'public.ORDER' }))).rowCount, 1);
    for (const table of ['order; drop table "order"', 'a.b.', '"a', '', "x'--"]) {
      const definition = definePostgres({ table });
      const outcome = await source.provider.partitions({ definition, known: undefined, wait: generously() });
      assert.equal(failureOf(outcome).code, 'SOURCE_NOT_FOUND', table);
    }
  });

  it('reads a table without rows, and refuses one without columns', async () => {
    const source = await sources.create();
    await source.run('create table empty (n int, at timestamptz)');
    const output = await source.ingest(definePostgres({ table: 'empty' }));
    assert.deepEqual([output.rowCount, output.schema.length], [0, 2]);
    assert.deepEqual((await source.list(definePostgres({ table: 'empty' }, byDay))).partitions, []);
    await source.run('create table bare ()');
    const outcome = await source.provider.schema(definePostgres({ table: 'bare' }), generously());
    assert.equal(failureOf(outcome).code, 'SOURCE_EMPTY');
  });

  it('waits for no lock longer than its deadline', async () => {
    const source = await sources.create();
    await source.run('create table locked as select 1 as n');
    const lock = source.run(
      'begin; lock table locked in access exclusive mode; select pg_sleep(1.5); commit',
    );
    await eventually('the lock is held', async () => {
      const [row] = await source.run<{ n: string }>(
        `select count(*)::text as n from pg_locks where mode = 'AccessExclusiveLock' and granted`,
      );
      return Number(row?.n) > 0;
    });
    const wait = { ...generously(), timeoutMs: 300 };
    const outcome = await source.provider.partitions({
      definition: definePostgres({ table: 'locked' }),
      known: undefined,
      wait,
    });
    assert.equal(failureOf(outcome).code, 'TASK_TIMEOUT');
    await lock;
  });

  it('ends with a failure that may pass when the server is killed, and goes on when it is back', async () => {
    const own = await postgresSources();
    try {
      const source = await own.create();
      const query = `select n, repeat('x', 1000) as t from generate_series(1, 200000) n`;
      const definition = definePostgres({ query });
      const [listed] = (await source.list(definition)).partitions;
      assert.ok(listed !== undefined);
      let killed: Promise<void> | undefined;
      const directory = mkdtempSync(join(own.kit.folder.path, 'fetched-'));
      const outcome = await source.provider.fetch({
        definition,
        listed,
        directory,
        wait: generously(),
        onProgress: () => void (killed ??= own.server.kill()),
      });
      await killed;
      assert.ok(isRetryable(failureOf(outcome)), JSON.stringify(outcome));
      const away = await source.provider.partitions({ definition, known: undefined, wait: generously() });
      assert.equal(failureOf(away).code, 'SOURCE_UNAVAILABLE');
      await own.server.restart();
      assert.equal((await source.list(definition)).partitions.length, 1);
    } finally {
      await own[Symbol.asyncDispose]();
    }
  });
});

describe('TLS of PostgreSQL', () => {
  it('is verified by the authority that the address names, a file or a secret', async () => {
    const own = await postgresSources();
    const directory = mkdtempSync(join(tmpdir(), 'assay-tls-'));
    try {
      const { ca, key, cert } = await testCertificates();
      const paths = {
        ca: join(directory, 'ca.pem'),
        key: join(directory, 'key.pem'),
        cert: join(directory, 'cert.pem'),
      };
      chmodSync(directory, 0o755);
      for (const [name, text] of Object.entries({ ca, key, cert }) as ['ca' | 'key' | 'cert', string][]) {
        writeFileSync(paths[name], text, { mode: name === 'key' ? 0o600 : 0o644 });
        if (process.getuid?.() === 0) chownSync(paths[name], nobody, nobody);
      }
      const source = await own.create();
      await source.run('create table secure as select 1 as n');
      const schemaBy = async (options: string) => {
        const provider = source.providerWith({ SOURCE: `${source.url}${options}`, CA: ca });
        return await provider.schema(definePostgres({ table: 'secure' }), generously());
      };
      const without = failureOf(await schemaBy('?sslmode=require'));
      assert.match(without.hint ?? '', /sslmode=disable/);
      for (const setting of [
        `ssl_cert_file = '${paths.cert}'`,
        `ssl_key_file = '${paths.key}'`,
        'ssl = on',
      ]) {
        await source.run(`alter system set ${setting}`);
      }
      await source.run('select pg_reload_conf()');
      await eventually('the server has TLS', async () => (await schemaBy('?sslmode=no-verify')).ok);
      for (const options of [
        `?sslrootcert=${paths.ca}`,
        '?sslmode=verify-full&sslrootcert=env:CA',
        '?sslmode=verify-ca&sslrootcert=env:CA',
        '',
      ]) {
        valueOf(await schemaBy(options));
      }
      for (const mode of ['prefer', 'require', 'verify-full']) {
        const refused = failureOf(await schemaBy(`?sslmode=${mode}`));
        assert.equal(refused.code, 'SOURCE_UNREADABLE');
        assert.match(refused.hint ?? '', /sslrootcert/);
        assert.ok(!JSON.stringify(refused).includes(password));
      }
    } finally {
      await own[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('and all else of an address is refused without a word of it', async () => {
    const source = await sources.create();
    for (const url of [
      'not an address',
      `mysql://u:${password}@127.0.0.1/db`,
      `postgres://u:${password}@127.0.0.1/db?sslmode=perhaps`,
      `postgres://u:${password}%zz@127.0.0.1/db`,
      `postgres://u:${password}@127.0.0.1/db?sslrootcert=/no/such/${password}`,
      `postgres://u:${password}@127.0.0.1/db?surprise=1`,
    ]) {
      const provider = source.providerWith({ SOURCE: url });
      const refused = failureOf(await provider.schema(definePostgres({ table: 't' }), generously()));
      assert.equal(refused.code, 'SOURCE_UNREADABLE');
      assert.ok(!JSON.stringify(refused).includes(password), JSON.stringify(refused));
    }
  });
});

function changedKeys(
  before: { readonly partitions: readonly { readonly key: string; readonly fingerprint: string }[] },
  after: typeof before,
): readonly string[] {
  const old = new Map(before.partitions.map(({ key, fingerprint }) => [key, fingerprint]));
  return after.partitions
    .filter(({ key, fingerprint }) => old.get(key) !== fingerprint)
    .map(({ key }) => key);
}
