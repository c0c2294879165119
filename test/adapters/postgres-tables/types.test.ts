import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { defaultMeasurePlan } from '../../../src/core/metrics/plan.ts';
import type { IngestOutput } from '../../../src/ports/engine.ts';
import { generously, schemaText } from '../duckdb/engine-kit.ts';
import { definePostgres } from './define-postgres.ts';
import { type PostgresSource, type PostgresSources, postgresSources } from './postgres-source.ts';

let sources: PostgresSources;
before(async () => {
  sources = await postgresSources();
});
after(() => sources[Symbol.asyncDispose]());

/** Each type with values, as PostgreSQL reads them, and how DuckDB writes what must be the same. */
const types: readonly { type: string; native: string; values: readonly (readonly [string, string?])[] }[] = [
  { type: 'smallint', native: 'SMALLINT', values: [['-32768'], ['32767']] },
  { type: 'int', native: 'INTEGER', values: [['-2147483648'], ['0']] },
  { type: 'bigint', native: 'BIGINT', values: [['-9223372036854775808'], ['9007199254740993']] },
  { type: 'oid', native: 'UINTEGER', values: [['4294967295']] },
  {
    type: 'numeric(38,10)',
    native: 'DECIMAL(38,10)',
    values: [['1234567890123456789012345678.0123456789'], ['-0.0000000001']],
  },
  { type: 'numeric(38)', native: 'DECIMAL(38,0)', values: [['9'.repeat(38)], [`-${'9'.repeat(38)}`]] },
  {
    type: 'numeric(2,2)',
    native: 'DECIMAL(2,2)',
    values: [
      ['0.05', '.05'],
      ['-0.99', '-.99'],
    ],
  },
  { type: 'numeric(3,-2)', native: 'DECIMAL(5,0)', values: [['12345', '12300']] },
  { type: 'numeric(2,5)', native: 'DECIMAL(5,5)', values: [['0.00099', '.00099']] },
  {
    type: 'numeric',
    native: 'DOUBLE',
    values: [['0.1'], ['1e300', '1e+300'], ['NaN', 'nan'], ['-Infinity', '-inf']],
  },
  { type: 'numeric(39,1)', native: 'DOUBLE', values: [['1.5']] },
  { type: 'real', native: 'FLOAT', values: [['1e-45'], ['3.4028235e+38'], ['NaN', 'nan'], ['0.1']] },
  {
    type: 'double precision',
    native: 'DOUBLE',
    values: [['5e-324'], ['1.7976931348623157e+308'], ['Infinity', 'inf'], ['0.1'], ['-0', '-0.0']],
  },
  { type: 'boolean', native: 'BOOLEAN', values: [['true'], ['false']] },
  {
    type: 'date',
    native: 'DATE',
    values: [
      ['2001-01-31'],
      ['0044-03-15 BC', '0044-03-15 (BC)'],
      ['infinity'],
      ['-infinity'],
      ['5874897-12-31'],
    ],
  },
  {
    type: 'timestamp',
    native: 'TIMESTAMP',
    values: [
      ['2001-01-01 00:00:00.000001'],
      ['4713-01-01 10:00:00 BC', '4713-01-01 (BC) 10:00:00'],
      ['infinity'],
    ],
  },
  { type: 'timestamp(3)', native: 'TIMESTAMP', values: [['10000-01-01 00:00:00.5']] },
  {
    type: 'timestamptz',
    native: 'TIMESTAMP WITH TIME ZONE',
    values: [
      ['2001-06-01 00:00:00+05:30', '2001-05-31 18:30:00+00'],
      ['0001-01-01 00:00:00+00 BC', '0001-01-01 (BC) 00:00:00+00'],
      ['-infinity'],
    ],
  },
  { type: 'time', native: 'TIME', values: [['24:00:00'], ['00:00:00.000001']] },
  { type: 'timetz', native: 'VARCHAR', values: [['10:00:00+02']] },
  { type: 'interval', native: 'VARCHAR', values: [['1 year -3 days +04:05:06.7'], ['-00:00:01']] },
  { type: 'uuid', native: 'UUID', values: [['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']] },
  { type: 'mood', native: 'VARCHAR', values: [['it\'s, "ok"'], ['']] },
  { type: 'json', native: 'VARCHAR', values: [['{"a" : "\\u0000", "a":1.0}'], ['null']] },
  { type: 'jsonb', native: 'VARCHAR', values: [['{"b":[1,null]}', '{"b": [1, null]}']] },
  {
    type: 'bytea',
    native: 'BLOB',
    values: [
      ['\\x0001ff', '\\x00\\x01\\xFF'],
      ['', ''],
    ],
  },
  { type: 'int[]', native: 'VARCHAR', values: [['{1,NULL,3}'], ['{}']] },
  { type: 'text[]', native: 'VARCHAR', values: [['{"a,b",NULL,"q\\"",""}']] },
  { type: 'price', native: 'DECIMAL(10,2)', values: [['12.5', '12.50']] },
  { type: 'int4range', native: 'VARCHAR', values: [['[1,5)'], ['empty']] },
  { type: 'char(5)', native: 'VARCHAR', values: [['ab'], ['']] },
  { type: 'varchar(3)', native: 'VARCHAR', values: [['abc']] },
  { type: 'inet', native: 'VARCHAR', values: [['10.0.0.1/24']] },
  {
    type: 'text',
    native: 'VARCHAR',
    values: [
      // The first of the file: it is not the mark of byte orders.
      '\ufeffx',
      '',
      'NULL',
      '\\N',
      '\\.',
      '"',
      ',',
      ' a ',
      'a\nb',
      '\r\n',
      '\r',
      '\u0001',
      '🙂',
      'é',
      "'",
    ].map((value): readonly [string, string?] => [value]),
  },
];

describe('values of PostgreSQL', () => {
  it('are read as they are, of every type, and null apart from all of them', async () => {
    const source = await sources.create();
    await source.run(`create type mood as enum ('', 'it''s, "ok"')`);
    await source.run('create domain price as numeric(10,2)');
    // Text comes first: the first of its values starts the file.
    const ordered = types.toReversed();
    await source.run(
      `create table everything (${ordered.map(({ type }, at) => `c${at} ${type}`).join(', ')}, n int)`,
    );
    const count = Math.max(...types.map(({ values }) => values.length));
    for (let at = 0; at <= count; at++) {
      const row = ordered.map(({ values }) => (at < values.length ? quoted(values[at]?.[0] ?? '') : 'null'));
      await source.run(`insert into everything values (${row.join(', ')}, ${at})`);
    }
    const output = await source.ingest(definePostgres({ table: 'everything' }));
    assert.deepEqual(output.rejected, { count: 0, samples: [] });
    assert.equal(
      schemaText(output),
      [...ordered.map(({ native }, at) => `c${at} ${native}`), 'n INTEGER'].join(', '),
    );
    const rows = await textsOf(output);
    assert.equal(rows.length, count + 1);
    for (const [column, { type, values }] of ordered.entries()) {
      const found = rows.map((row) => row[column]);
      const wanted = values.map(([text, written = text]) => written.replace('\ufeff', '<BOM>'));
      assert.deepEqual(
        found,
        rows.map((_, at) => wanted[at] ?? null),
        type,
      );
    }
  });

  it('are measured, without end and before Christ as well', async () => {
    const source = await sources.create();
    await source.run(`create table extremes as select * from (values
      (date '0044-03-15 BC', timestamptz 'infinity', 'NaN'::float8, numeric '0.5'),
      ('infinity', '-infinity', '-Infinity', 'NaN')) v(d, t, f, n)`);
    const output = await source.ingest(definePostgres({ table: 'extremes' }));
    const measured = await sources.kit.engine.measure(
      {
        source: { kind: 'batches', batches: output.batches, schema: output.schema },
        plan: defaultMeasurePlan,
      },
      generously(),
    );
    assert.ok(measured.ok, JSON.stringify(measured));
  });

  it('that have no counterpart reject their row, with its number and the reason', async () => {
    const source = await sources.create();
    await source.run(`create table dirty as select * from (values
      (1, timestamp '2001-01-01', numeric(4,2) '1.5'), (2, '294276-12-31', 2), (3, '2001-01-03', 'NaN')) v(n, t, d)`);
    await source.run('alter table dirty alter d type numeric(4,2)');
    const output = await source.ingest(definePostgres({ query: 'select * from dirty order by n' }));
    assert.equal(output.rowCount, 1);
    assert.deepEqual(
      output.rejected.samples.map(({ file, row, column, reason }) => [file, row, column, reason]),
      [
        ['the query', 2, 't', '"294276-12-31 00:00:00" is not of type TIMESTAMP'],
        ['the query', 3, 'd', '"NaN" is not of type DECIMAL(4,2)'],
      ],
    );
  });

  it('are the same for any rows at all', async () => {
    const source = await sources.create();
    await source.run(
      'create table anything (t text, i bigint, n numeric(20,6), f float8, d date, z timestamptz, b bytea, a text[])',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { maxLength: 20 }), async (rows) => {
        await source.run('truncate anything');
        if (rows.length > 0) {
          await source.run(
            `insert into anything values ${rows.map((row) => `(${row.join(', ')})`).join(', ')}`,
          );
        }
        const output = await source.ingest(definePostgres({ table: 'anything' }));
        assert.deepEqual(output.rejected, { count: 0, samples: [] });
        assert.deepEqual(await hashesOf(output), await hashesIn(source));
      }),
      { numRuns: 25 },
    );
  });
});

const anyText = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''));
const nullable = (values: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.option(values, { nil: null }).map((value) => (value === null ? 'null' : value));
const anyRow = fc.tuple(
  nullable(fc.oneof(anyText, fc.constantFrom('"', '\r\n', ',', '\\.', '\n\n1,2\n')).map(quoted)),
  nullable(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => `'${value}'`)),
  nullable(fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }).map((value) => `${value}::numeric / 1000000`)),
  nullable(fc.double().map((value) => `'${value}'`)),
  nullable(fc.integer({ min: -700_000, max: 5_000_000 }).map((day) => `date '2001-01-01' + ${day}`)),
  nullable(
    fc
      .bigInt({ min: -(10n ** 16n), max: 10n ** 17n })
      .map((us) => `timestamptz '2001-01-01 00:00+00' + ${us} * interval '1 us'`),
  ),
  nullable(fc.uint8Array({ maxLength: 20 }).map((bytes) => `'\\x${Buffer.from(bytes).toString('hex')}'`)),
  nullable(
    fc.array(anyText, { maxLength: 3 }).map((texts) => `array[${texts.map(quoted).join(', ')}]::text[]`),
  ),
);

/** One text for each row on both sides, in forms that both databases can be brought to. */
async function hashesIn(source: PostgresSource): Promise<readonly unknown[]> {
  const rows = await source.run<{ h: string }>(
    `select md5(concat_ws('|', coalesce('t' || t, '-'), coalesce(i::text, '-'), coalesce((n * 1000000)::numeric(38,0)::text, '-'),
       coalesce(encode(float8send(f), 'hex'), '-'), coalesce((d - date '2001-01-01')::text, '-'),
       coalesce((extract(epoch from z) * 1000000)::bigint::text, '-'), coalesce(encode(b, 'hex'), '-'), coalesce('t' || a::text, '-'))) as h
     from anything`,
  );
  return rows.map(({ h }) => h).toSorted();
}

async function hashesOf(output: IngestOutput): Promise<readonly unknown[]> {
  const rows = await query(
    output,
    `select t, i::varchar, (n * 1000000)::DECIMAL(38,0)::varchar, f::varchar, (d - date '2001-01-01')::varchar, epoch_us(z)::varchar,
       lower(hex(b)), a`,
  );
  const { createHash } = await import('node:crypto');
  return rows
    .map(([t, i, n, f, d, z, b, a]) => {
      const parts = [
        t === null ? '-' : `t${t}`,
        i,
        n,
        f === null ? null : doubleBytes(f ?? ''),
        d,
        z,
        b,
        a === null ? '-' : `t${a}`,
      ];
      return createHash('md5')
        .update(parts.map((part) => part ?? '-').join('|'))
        .digest('hex');
    })
    .toSorted();
}

function doubleBytes(text: string): string {
  const bytes = Buffer.alloc(8);
  const value = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY }[text];
  bytes.writeDoubleBE(value ?? Number(text));
  return bytes.toString('hex');
}

function textsOf(output: IngestOutput): Promise<readonly (readonly (string | null)[])[]> {
  return query(output, `select replace(columns(* exclude n)::varchar, chr(65279), '<BOM>')`, 'order by n');
}

async function query(
  { batches }: IngestOutput,
  select: string,
  rest = '',
): Promise<readonly (readonly (string | null)[])[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`set TimeZone = 'UTC'`);
  const paths = batches.map(({ path }) => `'${path}'`).join(', ');
  const reader = await connection.runAndReadAll(`${select} from read_parquet([${paths}]) ${rest}`);
  connection.closeSync();
  return reader.getRowsJson() as readonly (readonly (string | null)[])[];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
