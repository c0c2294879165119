import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { limits } from '../../../../src/base/limits.ts';
import { columnType } from '../../../../src/core/datasets/schema.ts';
import { generously, writeParquet } from '../engine-kit.ts';
import { queryKit, queryOf } from './query-kit.ts';

const kit = await queryKit();
after(() => kit[Symbol.asyncDispose]());

const number = (sql: string) => ({ kind: 'custom_sql', sql }) as const;
const failedRows = (sql: string) => ({ kind: 'failed_rows', sql }) as const;

describe('custom_sql', () => {
  it('answers with the number of the statement and the rows of the partition, over all batches', async () => {
    assert.deepEqual(await kit.answer(number('select count(*) from data where delay > 10')), {
      value: 29_959,
      rows: 30_000,
    });
    assert.deepEqual(await kit.answer(number('select max(id) / 4 from data;  -- the last')), {
      value: 7474.75,
      rows: 30_000,
    });
  });

  const values: readonly (readonly [string, number | undefined, (string | undefined)?])[] = [
    ['true', 1],
    ['false', 0],
    ['null', undefined],
    ['count(*) > 10', 1],
    ['1.50::decimal(10, 2)', 1.5, '1.50'],
    ['9007199254740993::bigint', 9_007_199_254_740_992, '9007199254740993'],
    [
      '170141183460469231731687303715884105727::hugeint',
      1.7014118346046923e38,
      '170141183460469231731687303715884105727',
    ],
    ['0.1::float', Math.fround(0.1)],
    ['-0.25::double', -0.25],
    ['255::utinyint', 255],
  ];
  for (const [expression, value, exact] of values) {
    it(`takes ${expression} as ${exact ?? value}`, async () => {
      const { rows: _, ...answer } = await kit.answer(
        number(`select ${expression} from data group by all limit 1`),
      );
      const expected = { value, ...(exact && { exact }) };
      assert.deepEqual(answer, expected);
    });
  }

  it('has no value where there is no row', async () => {
    const answer = await kit.answer(number('select id from data where id < 0'));
    assert.deepEqual(answer, { value: undefined, rows: 30_000 });
  });

  const unfit: Readonly<Record<string, RegExp>> = {
    'select id from data limit 2': /more than one row/,
    'select id from data': /more than one row/,
    'select id, delay from data': /2 columns/,
    'select carrier from data limit 1': /type VARCHAR/,
    'select max(day) from data': /type DATE/,
    'select max(day)::timestamp - min(day) from data': /type INTERVAL/,
    'select list(id) from data': /type BIGINT\[\]/,
    'select 1 / 0': /infinite/,
    'select -1.0::double / 0': /infinite/,
    "select 'nan'::double": /NaN/,
  };
  for (const [sql, why] of Object.entries(unfit)) {
    it(`fails with a hint: ${sql}`, async () => {
      const failure = await kit.failure(number(sql));
      assert.equal(failure.code, 'QUERY_FAILED');
      assert.match(failure.message, why);
      assert.ok(failure.hint);
    });
  }
});

describe('failed_rows', () => {
  it('counts all rows and keeps the first as texts', async () => {
    const answer = await kit.answer(
      failedRows('select id, carrier, day, delay from data where id % 10 in (0, 1)'),
    );
    assert.equal(answer.value, 6_000);
    assert.equal(answer.rows, 30_000);
    assert.deepEqual(answer.sample?.columns, ['id', 'carrier', 'day', 'delay']);
    assert.equal(answer.sample?.rows.length, limits.failedRowsMax);
    assert.deepEqual(answer.sample?.rows.slice(0, 2), [
      ['0', null, '2001-01-01', '0'],
      ['1', 'C1', '2001-01-02', '0.25'],
    ]);
  });

  it('keeps the same rows every time, ordered or not', async () => {
    for (const sql of [
      'select distinct carrier, day from data',
      'select carrier, count(*), sum(delay), any_value(id) from data group by all',
      'select a.id from data a join data b on a.id = b.id + 1 where a.delay > 100',
      'select * from data order by delay desc limit 200',
      'select id, row_number() over (partition by carrier) from data',
    ]) {
      const first = await kit.answer(failedRows(sql));
      assert.ok((first.sample?.rows.length ?? 0) > 0);
      for (let again = 0; again < 3; again++) assert.deepEqual(await kit.answer(failedRows(sql)), first, sql);
    }
  });

  it('gives no rows as no failure', async () => {
    assert.deepEqual(await kit.answer(failedRows('from data where id < 0')), {
      value: 0,
      rows: 30_000,
      sample: { columns: ['id', 'day', 'delay', 'carrier'], rows: [] },
    });
  });

  it('cuts values, names and columns that are too long or too many', async () => {
    const wide = Array.from({ length: 100 }, (_, n) => `id as c${n}`).join(', ');
    const { sample } = await kit.answer(failedRows(`select ${wide} from data`));
    assert.equal(sample?.columns.length, limits.failedColumnsMax);
    assert.equal(sample?.rows[0]?.length, limits.failedColumnsMax);
    const long = await kit.answer(
      failedRows(`select lpad('', 10000, '😀') as "${'n'.repeat(1_000)}" from data`),
    );
    const cell = long.sample?.rows[0]?.[0] ?? '';
    assert.ok(cell.length <= limits.failedValueCharactersMax && cell.endsWith('😀…') && cell.isWellFormed());
    assert.ok((long.sample?.columns[0]?.length ?? 0) <= limits.failedValueCharactersMax);
  });

  it('writes values as DuckDB does, times in UTC whatever the time zone of the machine is', async () => {
    const before = process.env['TZ'];
    process.env['TZ'] = 'Asia/Tokyo';
    await using far = await queryKit();
    const { sample } = await far.answer(
      failedRows(
        `select timestamptz '2001-01-01 00:00:00+00' as z, timestamp '2001-01-01 12:30:00' as t, [1, null] as l,
           {'a': 'x'} as s, 1.50::decimal(5, 2) as d, true as b, interval 3 days as i, 'ab'::blob as o, 1e300 as e`,
      ),
    );
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
    assert.deepEqual(sample?.rows, [
      [
        '2001-01-01 00:00:00+00',
        '2001-01-01 12:30:00',
        '[1, NULL]',
        "{'a': 'x'}",
        '1.50',
        'true',
        '3 days',
        'ab',
        '1e+300',
      ],
    ]);
  });
});

describe('an error of a user statement', () => {
  const errors: readonly (readonly [
    sql: string,
    message: RegExp,
    where?: string | undefined,
    hint?: RegExp,
  ])[] = [
    [
      'select count(*)\nfrom data where dely > 1',
      /Referenced column "dely" not found/,
      'line 2, column 17',
      /“delay”/,
    ],
    ['select d.dely from data d', /does not have a column named "dely"/, 'line 1, column 8', /“delay”/],
    ['select zzzzzzzz from data', /zzzzzzzz/, 'line 1, column 8', /columns of data: id, day, delay, carrier/],
    ['select sum(carrier) from data', /No function matches .*sum\(VARCHAR\)/, 'line 1, column 8', /cast/],
    ["select sum(('x' || id)::int) from data", /Could not convert string 'x0'/, undefined, /try_cast/],
    ['select id from data group by day', /must appear in the GROUP BY/],
    ['select 9223372036854775807 + id from data', /Overflow in addition/],
    ['select (select id from data)', /More than one row returned by a subquery/],
    ["select regexp_matches(carrier, '(') from data", /missing \)/],
    ['select count(*) from data where', /not valid SQL: syntax error/],
    ['select filename from data', /"filename" not found/],
    ['select file_row_number from data', /"file_row_number" not found/],
    ['select file_index, rowid from data', /"file_index" not found/],
    ['select data.rowid from data', /rowid/],
  ];
  for (const [sql, message, where, hint] of errors) {
    it(`is told with its place: ${sql}`, async () => {
      const failure = await kit.failure(failedRows(sql));
      assert.equal(failure.code, 'QUERY_FAILED');
      assert.match(failure.message, message);
      assert.doesNotMatch(JSON.stringify(failure), /parquet|exception_|LINE \d/);
      if (where !== undefined) assert.equal(failure.where, where);
      if (hint !== undefined) assert.match(failure.hint ?? '', hint);
    });
  }

  it('is one of the source where a batch is missing or no Parquet file', async () => {
    const { paths, schema } = kit.request;
    for (const path of [
      join(kit.kit.folder.path, 'none.parquet'),
      kit.kit.folder.write('text.parquet', 'no'),
    ]) {
      for (const question of [number('select 1'), { kind: 'duplicate_rows' } as const]) {
        const request = { schema, paths: [...paths, path], query: queryOf(question) };
        const outcome = await kit.kit.engine.query(request, generously());
        assert.equal(!outcome.ok && outcome.error.code, 'SOURCE_UNREADABLE');
      }
    }
  });
});

describe('duplicates', () => {
  it('are rows that are equal to an earlier one in all columns, over all batches', async () => {
    assert.deepEqual(await kit.answer({ kind: 'duplicate_rows' }), { value: 100, rows: 30_000 });
  });

  it('are values that occurred before: nulls are none', async () => {
    assert.deepEqual(await kit.answer({ kind: 'duplicate_values', column: 'carrier' }), {
      value: 27_000 - 5,
      rows: 30_000,
    });
    assert.deepEqual(await kit.answer({ kind: 'duplicate_values', column: 'id' }), {
      value: 100,
      rows: 30_000,
    });
  });

  it('are refused for a column that is not there', async () => {
    const failure = await kit.failure({ kind: 'duplicate_values', column: 'carier' });
    assert.equal(failure.code, 'COLUMN_NOT_FOUND');
    assert.match(failure.message, /“carrier”/);
  });

  it('agree with counting by hand for any rows: nulls, zeros, NaN, lists, odd names', async () => {
    const cell = fc.constantFrom('null', '0', '-0.0', "'nan'", '1', "'-inf'");
    const list = fc.constantFrom('null', '[]', '[null]', '[1]', '[1, null]');
    const path = join(kit.kit.folder.path, 'any.parquet');
    const schema = [
      { name: 'a "quoted" name', type: columnType('DOUBLE') },
      { name: 'select', type: columnType('INTEGER[]') },
    ];
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, list), { minLength: 1, maxLength: 20 }), async (rows) => {
        const values = rows.map(([x, y]) => `(${x}::double, ${y}::integer[])`).join(', ');
        await writeParquet(
          path,
          `select x as "a ""quoted"" name", y as "select" from (values ${values}) v(x, y)`,
        );
        const counted = await connection.runAndReadAll(
          `select count(*) - (select count(*) from (select distinct * from '${path}')),
             count("select") - count(distinct "select") from '${path}'`,
        );
        const ask = async (question: Parameters<typeof queryOf>[0]) => {
          const request = { paths: [path], schema, query: queryOf(question) };
          const outcome = await kit.kit.engine.query(request, generously());
          return outcome.ok ? outcome.value.value : outcome.error;
        };
        assert.deepEqual(
          [await ask({ kind: 'duplicate_rows' }), await ask({ kind: 'duplicate_values', column: 'select' })],
          counted.getRows()[0]?.map(Number),
        );
      }),
      { numRuns: 25 },
    );
  });
});
