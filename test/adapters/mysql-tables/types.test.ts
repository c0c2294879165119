import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import type { FilesScan } from '../../../src/core/datasets/source.ts';
import { startMariadb } from '../../support/mariadb-server.ts';
import { engineKit, schemaText } from '../duckdb/engine-kit.ts';
import { readerOf, valueOf } from './mysql-kit.ts';

const server = await startMariadb();
const kit = engineKit(1);
after(() => server[Symbol.asyncDispose]());
after(() => kit[Symbol.asyncDispose]());

/** Makes a table, reads it as a user does who may only read, and gives the scan of what was fetched. */
async function fetched(columns: string, ...inserts: readonly string[]): Promise<FilesScan & AsyncDisposable> {
  const address = await server.createDatabase();
  await server.asAdmin(address, `create table things (${columns})`, ...inserts);
  const reader = await readerOf(address, { table: 'things' });
  const [listed] = await reader.list();
  assert.ok(listed !== undefined);
  const scan = valueOf(await reader.fetch(listed));
  return { ...scan, [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose]() };
}

/** What becomes of values of one type: DuckDB's type and the texts of the values. */
async function read(type: string, ...values: readonly string[]) {
  const rows = values.map((value, at) => `(${at}, ${value})`).join(', ');
  await using scan = await fetched(`at int, v ${type}`, `insert into things values ${rows}`);
  const output = await kit.ingest(scan, { rejectedPercentMax: 100 });
  const found = (await kit.rowsOf(output)) as readonly { at: unknown; v: unknown }[];
  return {
    type: output.schema[1]?.type.native,
    values: found.toSorted((a, b) => Number(a.at) - Number(b.at)).map(({ v }) => v),
    rejected: output.rejected.samples.map(({ column, reason }) => `${column}: ${reason}`),
  };
}

/** Types with values as SQL, and what these are here. */
const cases: readonly (readonly [
  type: string,
  native: string,
  values: readonly string[],
  texts: readonly unknown[],
])[] = [
  ['tinyint', 'TINYINT', ['-128', '127', 'null'], [-128, 127, null]],
  ['boolean', 'TINYINT', ['true', 'false', '2'], [1, 0, 2]],
  ['smallint unsigned', 'USMALLINT', ['65535'], [65_535]],
  ['mediumint', 'INTEGER', ['-8388608'], [-8_388_608]],
  ['int unsigned zerofill', 'UINTEGER', ['42'], [42]],
  ['bigint', 'BIGINT', ['-9223372036854775808'], ['-9223372036854775808']],
  ['bigint unsigned', 'UBIGINT', ['18446744073709551615'], ['18446744073709551615']],
  ['decimal(4,2) unsigned', 'DECIMAL(4,2)', ['99.99'], ['99.99']],
  ['decimal(38,10)', 'DECIMAL(38,10)', ["'-1.5'"], ['-1.5000000000']],
  [
    'decimal(65,30)',
    'VARCHAR',
    [`'${'9'.repeat(35)}.${'9'.repeat(30)}'`],
    [`${'9'.repeat(35)}.${'9'.repeat(30)}`],
  ],
  ['float', 'FLOAT', ['0.1', '3.4e38'], [Math.fround(0.1), Math.fround(3.4e38)]],
  ['double', 'DOUBLE', ['0.1', '1.7976931348623157e308', '5e-324'], [0.1, Number.MAX_VALUE, 5e-324]],
  ['bit(1)', 'BOOLEAN', ["b'1'", "b'0'", 'null'], [true, false, null]],
  ['bit(64)', 'UBIGINT', ["x'ffffffffffffffff'"], ['18446744073709551615']],
  ['date', 'DATE', ["'0001-01-01'", "'9999-12-31'"], ['0001-01-01', '9999-12-31']],
  ['datetime(6)', 'TIMESTAMP', ["'2001-02-03 04:05:06.000001'"], ['2001-02-03 04:05:06.000001']],
  [
    'timestamp(3) null',
    'TIMESTAMP WITH TIME ZONE',
    ["'2001-02-03 04:05:06.789'"],
    ['2001-02-03 04:05:06.789+00'],
  ],
  ['time(1)', 'VARCHAR', ["'-838:59:59'", "'12:00:00.5'"], ['-838:59:59.0', '12:00:00.5']],
  ['year', 'SMALLINT', ['1999', "'0000'"], [1999, 0]],
  ['char(5)', 'VARCHAR', ["'a'"], ['a']],
  ['text', 'VARCHAR', ["''", 'null', "'\\\\N'", "'x\\0y\"z,\\r\\n😀'"], ['', null, '\\N', 'x\0y"z,\r\n😀']],
  ['varchar(9) character set latin1', 'VARCHAR', ["'é'"], ['é']],
  ['varchar(9) character set ucs2', 'VARCHAR', ["'α'"], ['α']],
  ['binary(3)', 'BLOB', ["x'00'"], ['\\x00\\x00\\x00']],
  ['blob', 'BLOB', ["x'00ff'", "''", 'null'], ['\\x00\\xFF', '', null]],
  ['json', 'VARCHAR', [`'{"a": [1.0]}'`], ['{"a": [1.0]}']],
  ["enum('a','b')", 'VARCHAR', ["'b'"], ['b']],
  ["set('x','y')", 'VARCHAR', ["'x,y'", "''"], ['x,y', '']],
  ['uuid', 'UUID', ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"], ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']],
  ['inet6', 'VARCHAR', ["'::1'"], ['::1']],
  ['int as (at * 2) virtual', 'INTEGER', ['default'], [0]],
];

describe('types of MariaDB', () => {
  for (const [type, native, values, texts] of cases) {
    it(`reads ${type} as ${native} without losing anything`, async () => {
      assert.deepEqual(await read(type, ...values), { type: native, values: texts, rejected: [] });
    });
  }

  it('rejects rows with dates that are none, and says which', async () => {
    const dates = await read('date', "'0000-00-00'", "'2001-00-10'", "'2001-01-31'");
    assert.deepEqual(dates.values, ['2001-01-31']);
    assert.deepEqual(dates.rejected, [
      'v: "0000-00-00" is not of type DATE',
      'v: "2001-00-10" is not of type DATE',
    ]);
    const stamps = await read('timestamp', '0');
    assert.deepEqual(stamps.rejected, [
      'v: "0000-00-00 00:00:00+00" is not of type TIMESTAMP WITH TIME ZONE',
    ]);
  });

  it('reads columns whose names must be quoted, and those of queries', async () => {
    await using scan = await fetched(
      '`select` int, `a``b` int, `a"b,c` int, `ä\\` int',
      'insert into things values (1, 2, 3, 4)',
    );
    const output = await kit.ingest(scan);
    assert.equal(schemaText(output), 'select INTEGER, a`b INTEGER, a"b,c INTEGER, ä\\ INTEGER');
    assert.deepEqual(await kit.rowsOf(output), [{ select: 1, 'a`b': 2, 'a"b,c': 3, 'ä\\': 4 }]);
  });

  it('has the rows of a single column that are null or empty', async () => {
    await using scan = await fetched('v text', "insert into things values (null), (''), (null)");
    const output = await kit.ingest(scan);
    assert.deepEqual(await kit.rowsOf(output), [{ v: null }, { v: '' }, { v: null }]);
  });

  it('gives back random rows as they were', async () => {
    const columns =
      'at int, i bigint, u bigint unsigned, d decimal(30,12), g double, f float, t text, l varchar(300) character set utf8mb4, b blob, m datetime(6)';
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 60 }), async (rows) => {
        const values = rows.map((row, at) => `(${at}, ${row.map(({ sql }) => sql).join(', ')})`);
        await using scan = await fetched(columns, `insert into things values ${values.join(', ')}`);
        const output = await kit.ingest(scan);
        assert.equal(output.rejected.count, 0);
        const found = (await kit.rowsOf(output)) as readonly Readonly<Record<string, unknown>>[];
        const sorted = found.toSorted((a, b) => Number(a['at']) - Number(b['at']));
        assert.deepEqual(
          sorted.map((row) => Object.values(row).slice(1)),
          rows.map((row) => row.map(({ value }) => value)),
        );
      }),
      { numRuns: 12 },
    );
  });
});

/** A value as SQL, and as it is shown here. */
type Cell = { readonly sql: string; readonly value: unknown };

function orNull(cell: fc.Arbitrary<Cell>): fc.Arbitrary<Cell> {
  return fc.option(cell, { freq: 6 }).map((given) => given ?? { sql: 'null', value: null });
}

const anyText = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', '\\', '\0', "'", 'N', ' '), maxLength: 12 }),
  )
  .map((value) => ({ sql: `_utf8mb4 x'${Buffer.from(value).toString('hex')}'`, value }));
const anyDouble = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value) => (Object.is(value, -0) ? 0 : value));

const anyRow = fc.tuple(
  orNull(
    fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
      .map((value) => ({ sql: `${value}`, value: `${value}` })),
  ),
  orNull(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => ({ sql: `${value}`, value: `${value}` })),
  ),
  orNull(
    fc
      .tuple(
        fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }),
        fc.bigInt({ min: 0n, max: 10n ** 12n - 1n }),
        fc.boolean(),
      )
      .map(([whole, part, isNegative]) => {
        const text = `${isNegative && whole + part > 0n ? '-' : ''}${whole}.${String(part).padStart(12, '0')}`;
        return { sql: `'${text}'`, value: text };
      }),
  ),
  orNull(anyDouble.map((value) => ({ sql: value.toExponential(), value }))),
  orNull(
    fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => {
      const single = Object.is(value, -0) ? 0 : value;
      return { sql: single.toExponential(), value: single };
    }),
  ),
  orNull(anyText),
  orNull(anyText),
  orNull(
    fc.uint8Array({ maxLength: 30 }).map((bytes) => {
      const value = [...bytes].map((byte) =>
        isPlain(byte) ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`,
      );
      return { sql: `x'${Buffer.from(bytes).toString('hex')}'`, value: value.join('') };
    }),
  ),
  orNull(
    fc
      .tuple(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        fc.integer({ min: 0, max: 999_999 }),
      )
      .map(([date, micros]) => {
        const text = date.toISOString().slice(0, 19).replace('T', ' ');
        const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
        return { sql: `'${text}.${String(micros).padStart(6, '0')}'`, value: text + fraction };
      }),
  ),
);

/** Bytes that DuckDB shows as their letters. */
function isPlain(byte: number): boolean {
  return byte >= 32 && byte <= 126 && !['"', "'"].includes(String.fromCharCode(byte));
}
