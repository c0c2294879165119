import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { measureRelation } from '../../../src/adapters/duckdb/measure/measure-relation.ts';
import { columnType, type Schema } from '../../../src/core/datasets/schema.ts';
import type { MetricValue } from '../../../src/core/metrics/metric.ts';
import { defaultMeasurePlan, type MeasurePlan } from '../../../src/core/metrics/plan.ts';
import {
  emptyProfile,
  mergeProfiles,
  type Profile,
  profileMetrics,
} from '../../../src/core/metrics/profile.ts';
import { decodeProfile, encodeProfile } from '../../../src/core/metrics/profile-codec.ts';
import { sameMetric } from '../../support/state-laws.ts';

/** Columns by type, with the SQL expressions of values that break things. */
const nasty: readonly {
  readonly name: string;
  readonly native: string;
  readonly values: readonly string[];
}[] = [
  { name: 'v', native: 'BIGINT', values: ['0', '1', '-7', '9223372036854775807', '-9223372036854775808'] },
  { name: 'n', native: 'TINYINT', values: ['0', '127', '-128', '5'] },
  { name: 'h', native: 'UBIGINT', values: ['0', '18446744073709551615', '3'] },
  {
    name: 'huge',
    native: 'HUGEINT',
    values: [
      '0',
      '170141183460469231731687303715884105727',
      '-170141183460469231731687303715884105728',
      '42',
    ],
  },
  { name: 'ratio', native: 'DECIMAL(9,2)', values: ['0', '1234567.89', '-0.01', '12.50'] },
  {
    name: 'wide "decimal"',
    native: 'DECIMAL(38,10)',
    values: [
      '0',
      `'9999999999999999999999999999.9999999999'`,
      `'-9999999999999999999999999999.9999999999'`,
      '0.5',
    ],
  },
  {
    name: 'double; drop table',
    native: 'DOUBLE',
    values: [`'nan'`, `'inf'`, `'-inf'`, `'-0.0'`, '0', '1e140', '-1e140', '5e-324', '0.1', '3'],
  },
  { name: 'float', native: 'FLOAT', values: [`'nan'`, `'inf'`, '0.1', '-2.5', '3.4e38'] },
  {
    name: 'tëxt 😀',
    native: 'VARCHAR',
    values: [
      `''`,
      `'a'`,
      `'N/A'`,
      `'é'`,
      `'😀'`,
      `chr(57344)`,
      `'a' || chr(0) || 'b'`,
      `'it''s "quoted"'`,
      `repeat('x', 64)`,
      `repeat('x', 65)`,
      `repeat('x', 64) || 'y'`,
      `repeat('😀', 70)`,
    ],
  },
  {
    name: 'uuid',
    native: 'UUID',
    values: [`'00000000-0000-0000-0000-000000000000'`, `'ffffffff-ffff-ffff-ffff-ffffffffffff'`],
  },
  { name: 'flag', native: 'BOOLEAN', values: ['true', 'false'] },
  {
    name: 'day',
    native: 'DATE',
    values: [
      `'2001-02-28'`,
      `'0044-03-15 (BC)'`,
      `'9999-12-31'`,
      `'infinity'`,
      `'-infinity'`,
      `'1970-01-01'`,
    ],
  },
  {
    name: 'moment',
    native: 'TIMESTAMP',
    values: [
      `'2001-02-28 12:34:56.789012'`,
      `'0044-03-15 (BC) 01:02:03'`,
      `'9999-12-31 23:59:59.999999'`,
      `'infinity'`,
      `'-infinity'`,
      `'1970-01-01'`,
    ],
  },
  { name: 'zoned', native: 'TIMESTAMP WITH TIME ZONE', values: [`'2001-02-28 12:34:56+05'`, `'infinity'`] },
  { name: 'clock', native: 'TIME', values: [`'00:00:00'`, `'24:00:00'`, `'12:34:56.789'`] },
  { name: 'list', native: 'INTEGER[]', values: ['[]', '[1, null]', '[1, 2, 3]'] },
  {
    name: 'struct',
    native: 'STRUCT(a INTEGER, b VARCHAR)',
    values: [`{'a': 1, 'b': 'x'}`, `{'a': null, 'b': ''}`],
  },
  { name: 'bytes', native: 'BLOB', values: [`''::blob`, `'\\xAA\\x00'::blob`] },
];

const nastySchema: Schema = nasty.map(({ name, native }) => ({ name, type: columnType(native) }));

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

describe('measuring a relation', () => {
  let connection: DuckDBConnection;
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'assay-measure-'));
    const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
    connection = await instance.connect();
  });
  after(async () => {
    connection.closeSync();
    await rm(directory, { recursive: true, force: true });
  });

  async function cells(sql: string): Promise<readonly (string | null)[]> {
    const reader = await connection.runAndReadAll(sql);
    return (reader.getRowsJson()[0] ?? []).map((cell) =>
      cell === null || typeof cell === 'string' ? cell : JSON.stringify(cell),
    );
  }

  async function measured(
    relation: string,
    schema: Schema,
    plan: MeasurePlan = defaultMeasurePlan,
  ): Promise<Profile> {
    const outcome = await measureRelation(connection, { relation, schema, plan });
    assert.ok(outcome.ok, outcome.ok ? '' : JSON.stringify(outcome.error));
    const profile = decodeProfile(outcome.value.profile);
    assert.ok(profile.ok);
    assert.equal(profile.value.rowCount, outcome.value.rowCount);
    return profile.value;
  }

  async function nastyTable(rows: readonly (readonly string[])[]): Promise<void> {
    const columns = nasty.map(({ name, native }) => `${quoted(name)} ${native}`);
    await connection.run(`create or replace table nasty (i integer, ${columns.join(', ')})`);
    if (rows.length === 0) return;
    const tuples = rows.map((row, at) => `(${[String(at), ...row].join(', ')})`);
    await connection.run(`insert into nasty values ${tuples.join(', ')}`);
  }

  const nastyRows = fc.array(fc.tuple(...nasty.map(({ values }) => fc.constantFrom('null', ...values))), {
    maxLength: 40,
  });

  it('gives what plain SQL gives, on tables of nasty values', async () => {
    await fc.assert(
      fc.asyncProperty(nastyRows, async (rows) => {
        await nastyTable(rows);
        const plan = {
          ...defaultMeasurePlan,
          missingValues: ['N/A', '', '-7', '0.10', '2001-02-28'],
          ignoredColumns: [],
        };
        const { values } = profileMetrics(await measured('nasty', nastySchema, plan));
        for (const column of nasty) await assertLikeSql(values, column);
      }),
      { numRuns: 15 },
    );
  });

  /** Compares every metric of one column with its definition in SQL. */
  async function assertLikeSql(
    values: readonly MetricValue[],
    { name, native }: { readonly name: string; readonly native: string },
  ): Promise<void> {
    const { kind } = columnType(native);
    const x = quoted(name);
    const isTime = kind === 'date' || kind === 'timestamp';
    const finite = kind === 'float' || isTime ? `where isfinite(${x})` : `where ${x} is not null`;
    const count = (condition: string): string => `(select count(*) from nasty where ${condition})`;
    const expected: Record<string, string> = {
      null_count: count(`${x} is null`),
      null_percent: `(select 100.0::double * count(*) filter (${x} is null) / nullif(count(*), 0) from nasty)`,
    };
    expected['distinct_count'] = `(select count(distinct ${x}) from nasty)`;
    if (kind === 'integer' || kind === 'decimal' || kind === 'float') {
      for (const name of kind === 'float' ? ['sum', 'avg', 'stddev'] : ['avg', 'stddev']) {
        expected[name] = `(select ${name}(${x}::double) from nasty ${finite})`;
      }
      expected['zero_count'] = count(`${x} = 0`);
      expected['negative_count'] = count(`${x} < 0${kind === 'float' ? ` and isfinite(${x})` : ''}`);
    }
    if (kind === 'integer' || kind === 'decimal') {
      // Sums of text digits: sum() itself overflows here.
      expected['sum'] = `(select sum(${x}::varchar::bignum)::varchar from nasty)`;
      if (kind === 'decimal')
        expected['sum'] = `(select sum(replace(${x}::varchar, '.', '')::bignum)::varchar from nasty)`;
    }
    if (kind === 'float') {
      expected['nan_count'] = count(`isnan(${x})`);
      expected['infinite_count'] = count(`isinf(${x})`);
    }
    if (isTime) expected['infinite_count'] = count(`not isfinite(${x})`);
    if (kind !== 'boolean' && kind !== 'other') {
      for (const name of ['min', 'max']) {
        const value = kind === 'string' ? `left(${name}(${x}::varchar), 64)` : `${name}(${x})`;
        const shown = kind === 'float' ? `${value}::double` : `${value}::varchar`;
        expected[name] = `(select ${shown} from nasty ${finite})`;
      }
    }
    if (kind === 'string') {
      for (const name of ['min', 'max', 'avg']) {
        expected[`${name}_length`] = `(select ${name}(length(${x}::varchar)) from nasty)`;
      }
      expected['empty_count'] = count(`${x}::varchar = ''`);
    }
    if (kind === 'boolean') {
      expected['true_count'] = count(x);
      expected['false_count'] = count(`not ${x}`);
    }
    const names = Object.keys(expected);
    const wanted = await cells(`select ${Object.values(expected).join(', ')}`);
    const isNumber = kind === 'integer' || kind === 'decimal' || kind === 'float';
    // DuckDB's own sum of doubles rounds at the size of the largest value.
    const [largest] = isNumber ? await cells(`select max(abs(${x}::double)) from nasty ${finite}`) : ['0'];
    const rounding = 1e-12 * Number(largest ?? 0);
    names.forEach((metric, at) => {
      const found = values.find((value) => value.column === name && value.metric === metric);
      assert.ok(found, `${name} has no ${metric}`);
      assertLike(found, wanted[at] ?? null, { kind, rounding });
    });
  }

  function assertLike(
    found: MetricValue,
    wanted: string | null,
    { kind, rounding }: { readonly kind: string; readonly rounding: number },
  ): void {
    const message = `${found.column}.${found.metric}: ${JSON.stringify(found)} instead of ${wanted}`;
    if (wanted === null) {
      assert.ok(found.value === undefined && found.exact === undefined, message);
    } else if (kind === 'decimal' && found.metric === 'sum') {
      assert.equal(found.exact?.replace('.', '').replace(/^(-?)0+(?=\d)/, '$1'), wanted, message);
    } else if (found.exact !== undefined) {
      assert.equal(found.exact, kind === 'decimal' || kind === 'integer' ? wanted : isoText(wanted), message);
    } else {
      assert.ok(found.value !== undefined, message);
      const difference = Math.abs(found.value - Number(wanted));
      assert.ok(difference <= 1e-9 * Math.abs(Number(wanted)) + rounding, message);
    }
  }

  /** DuckDB's text of a time in the form of metrics: `0044-03-15 (BC) 01:02:03` is `-0043-03-15T01:02:03`. */
  function isoText(text: string): string {
    const match = /^(\d{4,})-(\d\d-\d\d)( \(BC\))?(?: (\d\d:\d\d:\d\d(?:\.\d+)?))?( \(BC\))?(\+00)?$/.exec(
      text,
    );
    if (match === null) return text;
    const [, year = '', rest, bcDate, time, bcTime, zone] = match;
    const shown = (bcDate ?? bcTime) ? `-${String(Number(year) - 1).padStart(4, '0')}` : year;
    return `${shown}-${rest}${time === undefined ? '' : `T${time}`}${zone === undefined ? '' : 'Z'}`;
  }

  it('counts configured missing values by text, and by value where the column is no text', async () => {
    await connection.run(`create or replace table missing as select * from (values
      ('N/A', -999, -999.0::double, date '1900-01-01', '-999'),
      ('', 5, null, date '2001-01-01', null),
      (null, -999, 0.5, date '1900-01-01', 'x')) t(a, b, c, d, e)`);
    const schema = ['VARCHAR', 'INTEGER', 'DOUBLE', 'DATE', 'VARCHAR'].map((native, at) => ({
      name: 'abcde'[at] ?? '',
      type: columnType(native),
    }));
    const plan = {
      ...defaultMeasurePlan,
      missingValues: ['N/A', '', '-999', '1900-01-01'],
      ignoredColumns: ['e'],
    };
    const { values } = profileMetrics(await measured('missing', schema, plan));
    const counts = values
      .filter(({ metric }) => metric === 'missing_count')
      .map(({ column, value }) => [column, value]);
    assert.deepEqual(counts, [
      ['a', 3],
      ['b', 2],
      ['c', 2],
      ['d', 2],
    ]);
  });

  it('gives the same metrics for one relation as for ten batches that are merged', async () => {
    await fc.assert(
      fc.asyncProperty(nastyRows, async (rows) => {
        await nastyTable(rows);
        const whole = await measured('nasty', nastySchema);
        let merged = emptyProfile(nastySchema);
        for (let piece = 0; piece < 10; piece++) {
          const batch = await measured(`(select * from nasty where i % 10 = ${piece})`, nastySchema);
          merged = mergeProfiles(merged, batch);
        }
        assertSame(merged, whole);
      }),
      { numRuns: 5 },
    );
  });

  function assertSame(a: Profile, b: Profile): void {
    const [left, right] = [profileMetrics(a).values, profileMetrics(b).values];
    assert.equal(left.length, right.length);
    left.forEach((metric, at) => {
      const other = right[at];
      assert.ok(
        other !== undefined && sameMetric(metric, other),
        `${JSON.stringify(metric)} ≠ ${JSON.stringify(other)}`,
      );
    });
  }

  it('measures a Parquet file by the types that it has: a HUGEINT comes back as DOUBLE', async () => {
    const path = join(directory, 'huge.parquet');
    await connection.run(`copy (select 5::hugeint as h) to '${path}' (format parquet)`);
    const profile = await measured(`read_parquet('${path}')`, [{ name: 'h', type: columnType('HUGEINT') }]);
    assert.equal(profile.columns[0]?.type.native, 'DOUBLE');
    assert.equal(profileMetrics(profile).values.find(({ metric }) => metric === 'sum')?.value, 5);
  });

  it('reports progress column by column', async () => {
    await nastyTable([]);
    const fractions: number[] = [];
    const request = { relation: 'nasty', schema: nastySchema.slice(0, 4), plan: defaultMeasurePlan };
    await measureRelation(connection, request, (fraction) => fractions.push(fraction));
    assert.deepEqual(fractions, [0.25, 0.5, 0.75, 1]);
  });

  it('names the column that the batch lacks', async () => {
    await nastyTable([]);
    const schema = [{ name: 'absent', type: columnType('BIGINT') }];
    const outcome = await measureRelation(connection, {
      relation: 'nasty',
      schema,
      plan: defaultMeasurePlan,
    });
    assert.ok(!outcome.ok);
    assert.equal(outcome.error.code, 'COLUMN_NOT_FOUND');
    assert.equal(outcome.error.where, 'absent');
  });

  it('says which query failed when there is nothing to read', async () => {
    const request = {
      relation: `read_parquet('${directory}/none.parquet')`,
      schema: [],
      plan: defaultMeasurePlan,
    };
    const outcome = await measureRelation(connection, request);
    assert.ok(!outcome.ok);
    assert.equal(outcome.error.code, 'QUERY_FAILED');
    assert.match(outcome.error.causes?.[0] ?? '', /none\.parquet/);
  });

  it('gives the same bytes every time, for one thread and for two', async () => {
    await nastyTable(fc.sample(nastyRows, { numRuns: 1, seed: 7 })[0] ?? []);
    const first = encodeProfile(await measured('nasty', nastySchema));
    await connection.run('set threads = 1');
    const second = encodeProfile(await measured('nasty', nastySchema));
    await connection.run('set threads = 2');
    assert.deepEqual(first, second);
  });

  it('keeps to the hashes of duckdb-hash/1, which stored states were made with', async () => {
    const golden = await cells(
      `select hash(1::bigint), hash(1::utinyint), hash('a'), hash(''), hash(repeat('x', 20)), hash(1.5::double),
         hash('-0.0'::double) = hash(0.0::double), hash('nan'::double), hash(true), hash(timestamp '2001-01-01'),
         hash(12.34::decimal(9,2)), hash([1, 2]), hash(170141183460469231731687303715884105727::hugeint)`,
    );
    assert.deepEqual(golden, [
      '4717996019076358352',
      '4717996019076358352',
      '12561829011207016135',
      '5104928228550385088',
      '16677032552806800123',
      '1706605666616485939',
      'true',
      '9170934016072976158',
      '4717996019076358352',
      '5944712293092717670',
      '2725557364278405098',
      '6530802887144669425',
      '17464040461585920464',
    ]);
  });
});
