import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { after, describe, it } from 'node:test';
import type { Outcome } from '../../../src/base/outcome.ts';
import type { PartitionRule } from '../../../src/core/datasets/definition.ts';
import type { FilesScan } from '../../../src/core/datasets/source.ts';
import { eventually } from '../../support/eventually.ts';
import { startMariadb } from '../../support/mariadb-server.ts';
import { temporaryFiles } from '../../support/temporary-files.ts';
import { patiently, readerOf, valueOf } from './mysql-kit.ts';

const server = await startMariadb();
after(() => server[Symbol.asyncDispose]());

const byDay: PartitionRule = { kind: 'time', column: 'day', by: 'day' };

/** A database in which statements have run. */
async function databaseWith(...statements: readonly string[]): Promise<string> {
  const address = await server.createDatabase();
  await server.asAdmin(address, ...statements);
  return address;
}

describe('partitions of MySQL tables', () => {
  for (const by of ['year', 'month', 'day', 'hour'] as const) {
    it(`puts each row into one partition by ${by}, those with dates that do not exist among them`, async () => {
      const odd =
        '0000-00-00|0000-12-31|2001-00-00|2001-00-15|2001-01-00 05:00:00|2001-02-30 05:06:07|2001-02-31';
      const plain =
        '0001-01-01|0099-05-05 23:59:59|2000-12-31 23:59:59|2001-01-01|2001-02-28 22:59:59|2001-03-01';
      const times =
        `${odd}|${plain}|2001-02-28 23:30:00|2001-12-31 23:59:59.999999|9999-12-31 23:00:00`.split('|');
      const address = await databaseWith(
        'create table visits (at datetime(6), n int, index (at))',
        "set sql_mode = 'allow_invalid_dates'",
        `insert into visits values (null, 0), ${times.map((at, n) => `('${at}', ${n})`).join(', ')}`,
      );
      await using reader = await readerOf(address, { table: 'visits' });
      const listed = await reader.list({ kind: 'time', column: 'at', by });
      const scans = await Promise.all(
        listed.map(async (partition) => valueOf(await reader.fetch(partition))),
      );
      const found = scans.reduce((sum, { rowCount = 0 }) => sum + rowCount, 0);
      assert.equal(found, times.length + 1);
      assert.equal(scans.at(-1)?.rowCount, 3, 'what has no time, or one before all times');
    });
  }

  it('tells values apart that the collation takes for the same', async () => {
    const address = await databaseWith(
      'create table sales (country varchar(10) character set latin1 collate latin1_swedish_ci, index (country))',
      "insert into sales values ('DE'), ('de'), ('DE '), ('dé'), (null), ('DE')",
    );
    await using reader = await readerOf(address, { table: 'sales' });
    const listed = await reader.list({ kind: 'columns', columns: ['country'] });
    assert.deepEqual(
      listed.map(({ key }) => key),
      ['country=%null', 'country=DE', 'country=DE ', 'country=de', 'country=dé'],
    );
    const scans = await Promise.all(listed.map(async (partition) => valueOf(await reader.fetch(partition))));
    assert.deepEqual(
      scans.map(({ rowCount }) => rowCount),
      [1, 2, 1, 1, 1],
    );
  });

  it('cuts by columns of every type that can be compared, and finds their values again', async () => {
    const numbers =
      'big bigint, huge bigint unsigned, price decimal(30;10), yes boolean, padded int zerofill, born year';
    const times = 'day date, at datetime(3), seen timestamp(6) null, lasts time(2)';
    const texts =
      "kind enum('a';'b'), id uuid, ip inet6, code char(5), name varchar(20) collate utf8mb4_unicode_ci";
    const columns = `${numbers}, ${times}, ${texts}`.split(', ').map((column) => column.replace(';', ','));
    const values = [
      "9007199254740993, 18446744073709551615, 12345678901234567890.0123456789, 1, 7, 1999, '2001-01-31'",
      "'2001-01-31 10:00:00.25', '2001-01-31 10:00:00.000001', '-10:00:00.5', 'b', uuid(), '::1', 'a', 'É '",
    ].join(', ');
    const address = await databaseWith(
      `create table things (${columns.join(', ')})`,
      `insert into things values (${values}), (${columns.map(() => 'null').join(', ')})`,
    );
    await using reader = await readerOf(address, { table: 'things' });
    for (const column of columns) {
      const listed = await reader.list({ kind: 'columns', columns: [column.split(' ')[0] ?? ''] });
      assert.equal(listed.length, 2, column);
      for (const partition of listed)
        assert.equal(valueOf(await reader.fetch(partition)).rowCount, 1, column);
    }
  });

  it('refuses partitions that no index serves, of a column that is never null too', async () => {
    const address = await databaseWith(
      'create table plain (day date not null, shop int not null, n int)',
      'create table indexed (day date not null, shop int not null, n int, index (day), index (shop))',
      "insert into plain select '2001-01-01' + interval seq day, seq % 50, seq from seq_1_to_2000",
      'insert into indexed select * from plain',
      'create view viewed as select day, shop, n from indexed where n > 0',
      'analyze table plain, indexed',
    );
    const rules = [byDay, { kind: 'columns', columns: ['shop'] }] as const;
    for (const relation of [
      { table: 'indexed' },
      { table: 'viewed' },
      { query: 'select * from indexed where n <> 3' },
    ]) {
      await using reader = await readerOf(address, relation, { scanRowsMax: 100 });
      for (const rule of rules) assert.ok((await reader.list(rule)).length > 1);
    }
    await using reader = await readerOf(address, { table: 'plain' }, { scanRowsMax: 100 });
    for (const rule of rules) {
      const request = { definition: reader.define(rule), known: undefined, wait: patiently() };
      const outcome = await reader.provider.partitions(request);
      assert.ok(!outcome.ok && outcome.error.code === 'PARTITION_COLUMN_UNFIT');
      assert.match(outcome.error.message, /No index serves/);
    }
  });

  it('takes the partitions of a table for an index', async () => {
    const address = await databaseWith(
      `create table parted (day date not null, n int) partition by range (to_days(day))
       (partition a values less than (to_days('2001-02-01')), partition b values less than maxvalue)`,
      "insert into parted select '2001-01-01' + interval seq % 90 day, seq from seq_1_to_2000",
    );
    await using reader = await readerOf(address, { table: 'parted' }, { scanRowsMax: 100 });
    assert.equal((await reader.list(byDay)).length, 90);
  });

  it('sees changes of an updated column, and says when the last one was', async () => {
    const address = await databaseWith(
      'create table orders (day date, n int, changed timestamp(6) not null default current_timestamp(6), index (day))',
      "insert into orders values ('2001-01-01', 1, '2001-01-05 10:00:00.5'), ('2001-01-02', 2, '2001-01-06 10:00:00')",
    );
    await using reader = await readerOf(address, { table: 'orders' });
    const before = await reader.list(byDay, { updatedColumn: 'changed' });
    assert.equal(before[0]?.modifiedAt, Date.parse('2001-01-05T10:00:00.500Z'));
    await server.asAdmin(address, "update orders set changed = '2001-01-05 10:00:00.6' where n = 1");
    const later = await reader.list(byDay, { updatedColumn: 'changed' });
    assert.notEqual(later[0]?.fingerprint, before[0]?.fingerprint);
    assert.equal(later[1]?.fingerprint, before[1]?.fingerprint);
  });

  it('sees each change of the content where no column tells it, whatever its type', async () => {
    const columns =
      'a varchar(9), b varchar(9), l varchar(9) character set latin1, g varchar(9) character set greek, t text';
    const more = 'f float, i bigint, n bit(64), h varbinary(9), o blob, d date, u uuid, j json, p point';
    const address = await databaseWith(
      `create table notes (${columns}, ${more})`,
      `insert into notes (a, b, l, g, t, f, n, h, j, p) values ('x,y', 'z', 'é', 'α', 'long', 0.1, x'ffffffffffffffff', 'x', '{}', point(1, 2))`,
      "insert into notes (a) values ('a')",
    );
    await using reader = await readerOf(address, { table: 'notes' });
    const changes = [
      "a = 'x', b = 'y,z' where b = 'z'",
      "a = 'x'',''y', b = 'z' where b = 'y,z'",
      "b = '' where b is null",
      "b = 'NULL' where b = ''",
      "a = 'A' where a = 'a'",
      "l = 'e', g = 'β' where b = 'z'",
      "t = 'Long' where b = 'z'",
      "t = '' where t is null",
      "f = 0.10000001 where b = 'z'",
      "n = x'fffffffffffffffe' where b = 'z'",
      "h = 'X', o = '', d = '2001-01-01' where b = 'z'",
      "u = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', j = '[]', p = point(1, 3) where b = 'z'",
      "i = 0 where b = 'z'",
    ];
    const seen = new Set((await reader.list()).map(({ fingerprint }) => fingerprint));
    for (const [at, change] of changes.entries()) {
      await server.asAdmin(address, `update notes set ${change}`);
      const [listed] = await reader.list();
      assert.deepEqual(await reader.list(), [listed]);
      seen.add(listed?.fingerprint ?? '');
      assert.equal(seen.size, at + 2, change);
    }
  });
});

describe('reading MySQL tables', () => {
  it('reads what was listed, or says that it has changed', async () => {
    const address = await databaseWith('create table t (n int)', 'insert into t values (1), (2)');
    await using reader = await readerOf(address, { table: 't' });
    const [listed] = await reader.list();
    assert.ok(listed !== undefined);
    assert.equal(valueOf(await reader.fetch(listed)).rowCount, 2);
    await server.asAdmin(address, 'update t set n = 3 where n = 2');
    assert.equal(codeOf(await reader.fetch(listed)), 'SOURCE_CHANGED');
  });

  it('reads one state of the data while others write', async () => {
    const address = await databaseWith(
      'create table t (n int)',
      'insert into t select seq from seq_1_to_60000',
    );
    await using reader = await readerOf(address, { table: 't' });
    const [listed] = await reader.list();
    assert.ok(listed !== undefined);
    const writing: Promise<unknown>[] = [];
    const onProgress = (): void => {
      if (writing.length === 0)
        writing.push(server.asAdmin(address, 'delete from t', 'insert into t values (1)'));
    };
    assert.equal(valueOf(await reader.fetch(listed, { onProgress })).rowCount, 60_000);
    assert.equal(writing.length, 1);
    await Promise.all(writing);
  });

  it('reads a database and a table by their names, and queries that end in a comment or a semicolon', async () => {
    const address = await databaseWith(
      'create table `odd.``name` (n int)',
      'insert into `odd.``name` values (1)',
    );
    const database = new URL(address).pathname.slice(1);
    for (const relation of [
      { table: `${database}.\`odd.\`\`name\`` },
      { table: '`odd.``name`' },
      { query: 'select n, "?" as mark from `odd.``name` -- all of them' },
      { query: 'select n from `odd.``name` ;\n ; ' },
    ]) {
      await using reader = await readerOf(address, relation);
      const [listed] = await reader.list();
      assert.ok(listed !== undefined);
      assert.equal(valueOf(await reader.fetch(listed)).rowCount, 1);
    }
  });

  it('reads a row that is longer than a packet of the protocol, behind and before short ones', async () => {
    const pairs = 9 * 1_024 * 1_024;
    const address = await databaseWith(
      'create table t (n int primary key, s longtext)',
      `insert into t values (1, 'a'), (2, repeat('x"', ${pairs})), (3, 'b')`,
    );
    await using reader = await readerOf(address, { table: 't' }, { scanRowsMax: 0 });
    const [listed] = await reader.list();
    assert.ok(listed !== undefined);
    const [file] = valueOf(await reader.fetch(listed)).files;
    const lines = ['1,"a"\n', `2,"${'x""'.repeat(pairs)}"\n`, '3,"b"\n'];
    assert.ok(file !== undefined && (await readFile(file.path, 'utf8')) === lines.join(''));
  });

  it('ends what runs on the server when it is cancelled in the middle', async () => {
    const address = await databaseWith();
    await using slow = await slowReader(address);
    const cancel = new AbortController();
    const fetching = slow.fetch(patiently({ signal: cancel.signal }));
    await eventually('the server reads', async () => (await running(address)) > 0, 30_000);
    cancel.abort();
    assert.equal(codeOf(await fetching), 'TASK_CANCELLED');
    await eventually('the server reads no more', async () => (await running(address)) === 0, 30_000);
    assert.deepEqual(await slow.left(), []);
  });

  it('ends what runs on the server at its deadline', async () => {
    const address = await databaseWith();
    await using slow = await slowReader(address);
    assert.equal(codeOf(await slow.fetch(patiently({ timeoutMs: 500 }))), 'TASK_TIMEOUT');
    await eventually('the server reads no more', async () => (await running(address)) === 0, 30_000);
  });

  it('gives nothing, to be tried again, when somebody ends its statement or its connection', async () => {
    const address = await databaseWith();
    for (const what of ['query', 'connection']) {
      await using slow = await slowReader(address);
      let isOver = false;
      const fetching = slow.fetch(patiently()).finally(() => {
        isOver = true;
      });
      // A statement that has ended by itself meanwhile takes no harm: the next one is meant then.
      await eventually(
        'it was ended',
        async () => {
          for (const { id } of await readers(address)) {
            await server.asAdmin(address, `kill ${what} ${id}`).catch(() => undefined);
          }
          return isOver;
        },
        30_000,
      );
      assert.equal(codeOf(await fetching), 'SOURCE_UNAVAILABLE');
      assert.deepEqual(await slow.left(), []);
    }
  });
});

/** A query that takes for ever, which is listed all the same, and what its fetching leaves behind. */
async function slowReader(address: string) {
  const files = await temporaryFiles();
  const query = 'select seq, sleep(0.01) as nap from seq_1_to_1000000';
  const reader = await readerOf(address, { query }, { scanRowsMax: 0 });
  const [all] = await reader.list();
  assert.ok(all !== undefined);
  return {
    fetch: (wait: ReturnType<typeof patiently>): Promise<Outcome<FilesScan>> =>
      reader.fetch(all, { wait, directory: files.directory }),
    left: () => readdir(files.directory),
    [Symbol.asyncDispose]: async () => {
      await reader[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    },
  };
}

function readers(address: string) {
  return server.asAdmin(
    address,
    "select id from information_schema.processlist where user <> 'admin' and info like '%sleep%'",
  );
}

async function running(address: string): Promise<number> {
  return (await readers(address)).length;
}

function codeOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? 'ok' : outcome.error.code;
}
