import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { isRetryable } from '../../../src/base/errors.ts';
import type { Outcome } from '../../../src/base/outcome.ts';
import type { PartitionRule } from '../../../src/core/datasets/definition.ts';
import { asNobody } from '../../support/as-nobody.ts';
import { temporaryFiles } from '../../support/temporary-files.ts';
import { engineKit, schemaText } from '../duckdb/engine-kit.ts';
import { patiently, type Reader, readerOf, valueOf } from './sqlite-kit.ts';

const kit = engineKit(1);
after(() => kit[Symbol.asyncDispose]());

const byDay: PartitionRule = { kind: 'time', column: 'day', by: 'day' };

/** Reads everything of a reader's relation into batches. */
async function ingested(reader: Reader) {
  const [listed] = await reader.list();
  assert.ok(listed !== undefined);
  const output = await kit.ingest(valueOf(await reader.fetch(listed)), { rejectedPercentMax: 100 });
  return { output, rows: await kit.rowsOf(output) };
}

describe('types of SQLite', () => {
  it('takes declared types at their word, and rejects what is stored as something else', async () => {
    const columns =
      'i integer, n numeric, r real, t varchar(9), b blob, d date, s datetime, o boolean, u unsigned big int, x';
    await using reader = await readerOf({ table: 't' }, [
      `create table t (${columns})`,
      `insert into t values (9223372036854775807, 1.5, 0.1, '', x'00ff', '2001-01-31', '2001-01-31T10:00:00.5', 1, 7, 'x')`,
      "insert into t values (null, null, null, null, null, null, null, null, null, 'y')",
      "insert into t values ('many', 1, 1, 1, 'text', '2001-01-31', '2001-01-31 10:00:00', 0, 7, 3)",
    ]);
    const { output, rows } = await ingested(reader);
    assert.equal(
      schemaText(output),
      'i BIGINT, n DOUBLE, r DOUBLE, t VARCHAR, b BLOB, d DATE, s TIMESTAMP, o BOOLEAN, u BIGINT, x VARCHAR',
    );
    const [i, s] = ['9223372036854775807', '2001-01-31 10:00:00.5'];
    assert.deepEqual(rows, [
      { i, n: 1.5, r: 0.1, t: '', b: '\\x00\\xFF', d: '2001-01-31', s, o: true, u: '7', x: 'x' },
      { i: null, n: null, r: null, t: null, b: null, d: null, s: null, o: null, u: null, x: 'y' },
    ]);
    assert.deepEqual(
      output.rejected.samples.map(({ column, reason }) => [column, reason]),
      [['i', '"many" is not of type BIGINT']],
    );
  });

  it('takes most of the values for what was meant by a column of times', async () => {
    await using reader = await readerOf({ table: 't' }, [
      'create table t (at datetime)',
      "insert into t values ('2001-01-01 10:00:00'), ('2001-01-02'), ('soon'), (null), ('2001-02-30 10:00:00')",
    ]);
    const { output, rows } = await ingested(reader);
    assert.equal(schemaText(output), 'at TIMESTAMP');
    assert.deepEqual(rows, [{ at: '2001-01-01 10:00:00' }, { at: '2001-01-02 00:00:00' }, { at: null }]);
    assert.equal(output.rejected.count, 2);
  });

  it('finds the types of columns of a query by their values', async () => {
    const query =
      "select 1 as i, 1.5 as r, date('2001-01-31') as d, datetime('2001-01-31') as s, 'x' as t, null as n, x'00' as b";
    await using reader = await readerOf({ query }, ['create table t (n int)']);
    const { output } = await ingested(reader);
    assert.equal(schemaText(output), 'i BIGINT, r DOUBLE, d DATE, s TIMESTAMP, t VARCHAR, n VARCHAR, b BLOB');
  });

  it('gives back random rows as they were', async () => {
    const cell = fc.option(fc.string({ unit: 'binary', maxLength: 30 }), { freq: 5 });
    const number = fc.option(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
      { freq: 5 },
    );
    const integer = fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { freq: 5 });
    await using reader = await readerOf({ query: 'select t, r, i from t order by n' }, [
      'create table t (n integer primary key, t text, r real, i integer)',
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, number, integer), { minLength: 1, maxLength: 50 }),
        async (rows) => {
          reader.run('delete from t');
          {
            using database = new DatabaseSync(reader.path);
            const insert = database.prepare('insert into t (t, r, i) values (?, ?, ?)');
            for (const row of rows) insert.run(...row);
          }
          const { output, rows: found } = await ingested(reader);
          assert.equal(output.rejected.count, 0);
          const expected = rows.map(([t, r, i]) => ({
            t,
            r: Object.is(r, -0) ? 0 : r,
            i: i === null ? null : String(i),
          }));
          assert.deepEqual(found, expected);
        },
      ),
      { numRuns: 4 },
    );
  });
});

describe('reading SQLite files', () => {
  it('puts each row into one partition, times that are none among them', async () => {
    const times = [
      '2001-01-01',
      '2001-01-01T05:00:00',
      '2001-01-01 05:00:00',
      '2001-02-30',
      '2001-1-5',
      'soon',
      '',
    ];
    const values = [
      ...times.map((time) => `('${time}')`),
      '(null)',
      '(5)',
      "(x'00')",
      "('2001-12-31 23:59:59.9')",
    ];
    await using reader = await readerOf({ table: 't' }, [
      'create table t (at datetime); create index by_at on t (at)',
      "insert into t select '2001-03-03 04:05:06' from (values (1), (2), (3), (4), (5), (6), (7), (8), (9))",
      `insert into t values ${values.join(', ')}`,
    ]);
    for (const by of ['month', 'hour'] as const) {
      const listed = await reader.list({ kind: 'time', column: 'at', by });
      let found = 0;
      for (const partition of listed) found += valueOf(await reader.fetch(partition)).rowCount ?? 0;
      assert.equal(found, 9 + values.length);
    }
  });

  it('refuses partitions that no index serves', async () => {
    const fill = (table: string): string =>
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 500)
       insert into ${table} select date('2001-01-01', (i % 20) || ' days'), i % 5 from n`;
    await using plain = await readerOf({ table: 't' }, ['create table t (day date, shop int)', fill('t')], {
      scanRowsMax: 100,
    });
    const indexes = 'create index a on t (day); create index b on t (shop)';
    await using indexed = await readerOf(
      { table: 't' },
      ['create table t (day date, shop int)', fill('t'), indexes],
      { scanRowsMax: 100 },
    );
    for (const rule of [byDay, { kind: 'columns', columns: ['shop'] }] as const) {
      assert.ok((await indexed.list(rule)).length > 1);
      const request = { definition: plain.define(rule), known: undefined, wait: patiently() };
      const outcome = await plain.provider.partitions(request);
      assert.ok(!outcome.ok && outcome.error.code === 'PARTITION_COLUMN_UNFIT');
    }
  });

  it('sees changes of an updated column, and says when the last one was', async () => {
    await using reader = await readerOf({ table: 't' }, [
      'create table t (day date, changed datetime); create index by_day on t (day)',
      "insert into t values ('2001-01-01', '2001-01-05 10:00:00'), ('2001-01-02', '2001-01-06')",
    ]);
    const before = await reader.list(byDay, { updatedColumn: 'changed' });
    assert.equal(before[0]?.modifiedAt, Date.parse('2001-01-05T10:00:00Z'));
    reader.run("update t set changed = '2001-01-05 10:00:01' where day = '2001-01-01'");
    const later = await reader.list(byDay, { updatedColumn: 'changed' });
    assert.notEqual(later[0]?.fingerprint, before[0]?.fingerprint);
    assert.equal(later[1]?.fingerprint, before[1]?.fingerprint);
  });

  it('says that what was listed has changed, in the file or because another lies there', async () => {
    await using reader = await readerOf({ table: 't' }, [
      'create table t (n int)',
      'insert into t values (1), (2)',
    ]);
    const [listed] = await reader.list();
    assert.ok(listed !== undefined);
    assert.equal(valueOf(await reader.fetch(listed)).rowCount, 2);
    reader.run('update t set n = 3 where n = 2');
    assert.equal(codeOf(await reader.fetch(listed)), 'SOURCE_CHANGED');
    await using other = await readerOf({ table: 't' }, [
      'create table t (n int)',
      'insert into t values (7)',
    ]);
    await rename(other.path, reader.path);
    assert.equal(codeOf(await reader.fetch(listed)), 'SOURCE_CHANGED');
  });

  it('reads one state of the file while others write', async () => {
    await using reader = await readerOf({ table: 't' }, [
      'pragma journal_mode = wal; create table t (n int)',
      'with recursive n(i) as (select 1 union all select i + 1 from n where i < 200000) insert into t select i from n',
    ]);
    const [listed] = await reader.list();
    assert.ok(listed !== undefined);
    let writes = 0;
    const onProgress = (): void => {
      writes += 1;
      if (writes === 1) reader.run('delete from t');
    };
    assert.equal(valueOf(await reader.fetch(listed, { onProgress })).rowCount, 200_000);
    assert.ok(writes > 0);
  });

  it('ends when it is cancelled in the middle of a statement, and at its deadline, and leaves nothing', async () => {
    const forever = 'with recursive n(i) as (select 1 union all select i + 1 from n) select i from n';
    await using reader = await readerOf({ query: forever }, ['create table t (n int)']);
    await using files = await temporaryFiles();
    const listed = {
      scan: { kind: 'table', relation: { query: forever } },
      fingerprint: 'count:',
      key: 'all',
    } as const;
    const signal = AbortSignal.timeout(300);
    const fetch = (wait: ReturnType<typeof patiently>) =>
      reader.fetch(listed as unknown as Parameters<Reader['fetch']>[0], { wait, directory: files.directory });
    assert.equal(codeOf(await fetch(patiently({ signal }))), 'TASK_CANCELLED');
    assert.equal(codeOf(await fetch(patiently({ timeoutMs: 300 }))), 'TASK_TIMEOUT');
    assert.deepEqual(await readdir(files.directory), []);
  });

  it('does not hold up its own process while SQLite computes', async () => {
    const slow =
      'with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000000) select i from n';
    await using reader = await readerOf({ query: slow }, ['create table t (n int)']);
    let [turns, isDone] = [0, false];
    const listing = reader.list().finally(() => {
      isDone = true;
    });
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    assert.equal((await listing).length, 1);
    assert.ok(turns > 100, `${turns} turns of the loop`);
  });
});

describe('faults of SQLite files', () => {
  const request = (reader: Reader) => ({ definition: reader.define(), known: undefined, wait: patiently() });

  it('says that there is no file, or that it is none', async () => {
    await using reader = await readerOf({ table: 't' }, []);
    await rm(reader.path, { force: true });
    assert.equal(codeOf(await reader.provider.partitions(request(reader))), 'SOURCE_NOT_FOUND');
    await mkdir(reader.path);
    assert.equal(codeOf(await reader.provider.partitions(request(reader))), 'SOURCE_UNREADABLE');
  });

  it('says that a file is no database, is damaged, or must not be read', async () => {
    await using reader = await readerOf({ table: 't' }, [
      'create table t (n int, s text)',
      "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000) insert into t select i, 'some text' from n",
    ]);
    await truncate(reader.path, 100_000);
    const damaged = await reader.provider.partitions(request(reader));
    assert.ok(
      !damaged.ok && damaged.error.code === 'SOURCE_UNREADABLE' && /damaged/.test(damaged.error.message),
    );
    await writeFile(reader.path, 'a,b,c\n1,2,3\n'.repeat(100));
    const other = await reader.provider.partitions(request(reader));
    assert.ok(
      !other.ok && other.error.code === 'SOURCE_UNREADABLE' && /no SQLite database/.test(other.error.message),
    );
    await chmod(reader.path, 0);
    await chmod(join(reader.path, '..'), 0o755);
    const forbidden = await asNobody(() => reader.provider.partitions(request(reader)));
    assert.ok(!forbidden.ok && forbidden.error.code === 'SOURCE_UNREADABLE');
  });

  it('says what is wrong with a relation, and never writes', async () => {
    await using reader = await readerOf({ table: 'nowhere' }, ['create table t (n int)']);
    assert.equal(codeOf(await reader.provider.partitions(request(reader))), 'SOURCE_NOT_FOUND');
    for (const query of [
      'selec 1',
      'select nope from t',
      'select 1); drop table t; select (1',
      'insert into t values (1)',
    ]) {
      await using wrong = await readerOf({ query }, ['create table t (n int)']);
      const outcome = await wrong.provider.partitions(request(wrong));
      assert.ok(!outcome.ok && ['SOURCE_UNREADABLE', 'COLUMN_NOT_FOUND'].includes(outcome.error.code), query);
    }
  });

  it('is to be tried again when somebody holds the file', async () => {
    await using reader = await readerOf({ table: 't' }, ['create table t (n int)']);
    using writer = new DatabaseSync(reader.path);
    writer.exec('begin exclusive');
    const outcome = await reader.provider.partitions(request(reader));
    assert.ok(!outcome.ok && outcome.error.code === 'SOURCE_UNAVAILABLE' && isRetryable(outcome.error));
  });
});

function codeOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? 'ok' : outcome.error.code;
}
