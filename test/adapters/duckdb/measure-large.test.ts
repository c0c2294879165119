import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { measureByFrequencies } from '../../../src/adapters/duckdb/measure/frequency-pass.ts';
import { measureRelation } from '../../../src/adapters/duckdb/measure/measure-relation.ts';
import { type MeasuredColumn, measuredColumn } from '../../../src/adapters/duckdb/measure/measured-column.ts';
import { measureBySketches } from '../../../src/adapters/duckdb/measure/sketch-pass.ts';
import { columnType, type Schema } from '../../../src/core/datasets/schema.ts';
import { familiesOf } from '../../../src/core/metrics/catalogue.ts';
import { columnMetrics } from '../../../src/core/metrics/column-profile.ts';
import { distinctFamily } from '../../../src/core/metrics/families/distinct.ts';
import { type TopValues, topValuesFamily } from '../../../src/core/metrics/families/top-values.ts';
import { type ColumnStates, stateOf } from '../../../src/core/metrics/family.ts';
import { defaultMeasurePlan } from '../../../src/core/metrics/plan.ts';
import { mergeProfiles, type Profile, profileMetrics } from '../../../src/core/metrics/profile.ts';
import { decodeProfile } from '../../../src/core/metrics/profile-codec.ts';
import { sameMetric } from '../../support/state-laws.ts';

const rowCount = 160_000;

/** Columns with many different values, nulls and values that break things; `k` is 0 to 159,999. */
const columns: readonly (readonly [name: string, native: string, expression: string])[] = [
  [
    'narrow',
    'BIGINT',
    `case k when 3 then 9223372036854775807 when 4 then -9223372036854775808 else k * 37 - 2000000 end`,
  ],
  ['unsigned', 'UBIGINT', `case k when 3 then 18446744073709551615 else k end`],
  [
    'wide',
    'HUGEINT',
    `case when k < 9 then 170141183460469231731687303715884105727::hugeint - k else -k::hugeint end`,
  ],
  ['price', 'DECIMAL(18,4)', `(k % 50000) / 100 - 7.5`],
  [
    'long',
    'DECIMAL(38,10)',
    `case when k < 9 then '9999999999999999999999999999.9999999999'::decimal(38,10) else (k / 3)::decimal(38,10) end`,
  ],
  [
    'ratio',
    'DOUBLE',
    `case k when 0 then 'nan'::double when 1 then 'inf' when 2 then '-inf' when 3 then -0.0 else exp((k % 30000) / 2000.0) - 10 end`,
  ],
  ['real', 'FLOAT', `case k when 0 then 'nan'::float when 1 then '3.4e38'::float else sin(k) end`],
  ['vast', 'DOUBLE', `case when k = 1 then 1e300 when k = 2 then -2e299 else k end`],
  [
    'word',
    'VARCHAR',
    `case when k % 10 = 1 then 'hot' when k % 100 = 2 then '' when k % 1000 = 3 then repeat('long', 50)
       when k = 4 then '😀' || chr(0) else 'w' || hash(k)::varchar end`,
  ],
  [
    'address',
    'VARCHAR',
    `case k % 7 when 0 then upper('User' || k || '@Example.org') when 1 then ' padded ' || k when 2 then '10.0.' || k % 256 || '.' || k // 256 % 256
       when 3 then repeat('ä', k % 300) || k else 'user' || k % 90000 || '@example.org' end`,
  ],
  // Few values have most of the rows, and their shape is not that of the others.
  ['skewed', 'VARCHAR', `case when k % 3 > 0 then 'CODE ' || (160000 // (k + 1)) else 'item no. ' || k end`],
  [
    'moment',
    'TIMESTAMP',
    `case k when 0 then timestamp 'infinity' when 1 then timestamp '-infinity' when 2 then timestamp '0044-03-15 (BC)'
       else timestamp '2001-01-01' + to_microseconds(k * 98765432) end`,
  ],
  [
    'year',
    'TIMESTAMP WITH TIME ZONE',
    `timestamptz '2001-01-01 00:00:00+00' + to_microseconds(k * 197000000)`,
  ],
  ['clock', 'TIME', `time '00:00:00' + to_microseconds(k * 539999)`],
  ['list', 'INTEGER[]', `[k, null]`],
];

const schema: Schema = columns.map(([name, native]) => ({ name, type: columnType(native) }));

describe('measuring columns with many different values', () => {
  let connection: DuckDBConnection;
  let directory: string;
  let path: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'assay-measure-'));
    path = join(directory, 'large.parquet');
    const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
    connection = await instance.connect();
    const cells = columns.map(
      ([name, native, sql]) => `case when k % 11 <> 5 then (${sql})::${native} end as "${name}"`,
    );
    await connection.run(`create table large as select k, ${cells.join(', ')} from range(${rowCount}) t(k)`);
    await connection.run(`copy (select * exclude (k) from large) to '${path}' (format parquet)`);
  });
  after(async () => {
    connection.closeSync();
    await rm(directory, { recursive: true, force: true });
  });

  function column(name: string, native: string): MeasuredColumn {
    return measuredColumn({ relation: 'large', name, native, plan: defaultMeasurePlan });
  }

  async function profileOf(relation: string, parquetFiles?: readonly string[]): Promise<Profile> {
    const outcome = await measureRelation(connection, {
      relation,
      schema,
      plan: defaultMeasurePlan,
      ...(parquetFiles === undefined ? {} : { parquetFiles }),
    });
    assert.ok(outcome.ok, outcome.ok ? '' : JSON.stringify(outcome.error));
    const profile = decodeProfile(outcome.value.profile);
    assert.ok(profile.ok);
    return profile.value;
  }

  function top(states: ColumnStates): TopValues {
    const state = stateOf(states, topValuesFamily);
    assert.ok(state);
    return state;
  }

  for (const [name, native] of columns) {
    it(`says the same of ${name} (${native}) by sketches as value by value`, async () => {
      const prepared = column(name, native);
      const sketched = await measureBySketches(connection, prepared, rowCount);
      assert.ok(sketched, 'it has many values');
      const counted = await measureByFrequencies(connection, prepared, rowCount);
      assert.deepEqual([...sketched.keys()].sort(), [...counted.keys()].sort());
      for (const family of familiesOf(prepared.type.kind)) {
        const context = { type: prepared.type, rows: rowCount };
        const expected = family.metrics(counted.get(family.key), context);
        family.metrics(sketched.get(family.key), context).forEach((metric, at) => {
          const other = expected[at];
          assert.ok(
            other && sameMetric(metric, other),
            `${JSON.stringify(metric)} ≠ ${JSON.stringify(other)}`,
          );
        });
      }
      assert.deepEqual(
        stateOf(sketched, distinctFamily),
        stateOf(counted, distinctFamily),
        'registers are the same, bit for bit',
      );
    });
  }

  it('finds every value that is frequent, with its exact count, and bounds all others', async () => {
    const states = await measureBySketches(connection, column('word', 'VARCHAR'), rowCount);
    assert.ok(states);
    const { entries, error } = top(states);
    const reader = await connection.runAndReadAll(
      `select left(word, 49), count(*)::integer from large where word is not null group by word having count(*) > ${error}`,
    );
    const frequent = new Map(
      reader.getRows().map(([text, count]) => [typeof text === 'string' ? text : '', Number(count)]),
    );
    assert.equal(frequent.size, 3, 'hot, empty and long');
    assert.ok(error < rowCount / 1_000, `anything else occurs at most ${error} times`);
    for (const [text, count] of frequent) {
      const entry = entries.find((each) => each.text === text || each.text.startsWith(`${text}…#`));
      assert.equal(entry?.count, count, text);
      assert.equal(entry?.error, 0);
    }
  });

  it('estimates percentiles within the stated error of the value at that rank', async () => {
    const profile = await profileOf(`read_parquet('${path}')`, [path]);
    for (const name of ['narrow', 'price', 'ratio', 'vast', 'moment', 'year', 'clock']) {
      const x = ['moment', 'year', 'clock'].includes(name) ? `epoch_us(${name}) / 1000` : `${name}::double`;
      const finite =
        name === 'clock'
          ? `${name} is not null`
          : `isfinite(${name === 'narrow' || name === 'price' ? `${name}::double` : name})`;
      for (const [metric, q] of [
        ['p25', 0.25],
        ['p50', 0.5],
        ['p75', 0.75],
        ['p95', 0.95],
        ['p99', 0.99],
      ] as const) {
        const reader = await connection.runAndReadAll(
          `select l[1 + floor(${q} * (len(l) - 1))::integer] from (select list_sort(list(${x})) as l from large where ${finite})`,
        );
        const truth = Number(reader.getRowsJson()[0]?.[0]);
        const found = profileMetrics(profile).values.find(
          (each) => each.column === name && each.metric === metric,
        );
        assert.ok(found?.value !== undefined);
        const difference = Math.abs(found.value - truth);
        const allowed = (found.relativeError ?? 0) * Math.abs(truth) + (found.absoluteError ?? 0) + 1e-9;
        assert.ok(difference <= allowed, `${name} ${metric}: ${found.value} instead of ${truth}`);
        if (!['moment', 'year', 'clock'].includes(name)) assert.ok((found.relativeError ?? 0) < 0.0101);
      }
    }
  });

  it('gives the same for one file as for ten batches, within the stated errors', async () => {
    const whole = await profileOf(`read_parquet('${path}')`, [path]);
    let merged: Profile | undefined;
    for (let batch = 0; batch < 10; batch++) {
      const part = await profileOf(
        `(select * exclude (file_row_number) from read_parquet('${path}', file_row_number = true)
          where file_row_number % 10 = ${batch})`,
      );
      merged = merged === undefined ? part : mergeProfiles(merged, part);
    }
    assert.ok(merged);
    const [left, right] = [profileMetrics(merged).values, profileMetrics(whole).values];
    left.forEach((metric, at) => {
      const other = right[at];
      assert.ok(other && sameMetric(metric, other), `${JSON.stringify(metric)} ≠ ${JSON.stringify(other)}`);
    });
    assert.equal(left.length, right.length);
  });

  it('counts a column value by value after all when the metadata did not tell that it has few', async () => {
    const relation = `(select k % 5000 as few, k as many from large)`;
    const types = ['few', 'many'].map((name) => ({ name, type: columnType('BIGINT') }));
    const outcome = await measureRelation(connection, { relation, schema: types, plan: defaultMeasurePlan });
    assert.ok(outcome.ok);
    const profile = decodeProfile(outcome.value.profile);
    assert.ok(profile.ok);
    const quantile = profileMetrics(profile.value).values.find(
      (each) => each.metric === 'sum' && each.column === 'few',
    );
    assert.equal(quantile?.value, (4999 * 5000 * (rowCount / 5000)) / 2);
  });

  it('tells the shape, the patterns and the formats of many texts from a sample, close to the truth', async () => {
    const prepared = column('address', 'VARCHAR');
    const states = await measureBySketches(connection, prepared, rowCount);
    assert.ok(states);
    const { values, details } = columnMetrics({ name: 'address', type: prepared.type, states });
    const near = (metric: string, expected: number): void => {
      const value = values.find((each) => each.metric === metric)?.value ?? Number.NaN;
      assert.ok(Math.abs(value - expected) < 0.04 * expected, `${metric}: ${value} instead of ${expected}`);
    };
    near('uppercase_percent', 100 / 7);
    near('format_percent', 400 / 7);
    // The numbers 0 to 9,999, which have fewer digits, come twice.
    near('top_pattern_percent', (300 / 7) * (14 / 16));
    near('padded_count', (rowCount * (10 / 11)) / 7);
    const shown = (metric: string): readonly string[] =>
      details.find((each) => each.metric === metric)?.values.map(({ value }) => value) ?? [];
    assert.equal(shown('top_patterns')[0], 'a9+@a.a');
    assert.deepEqual(shown('formats').slice(0, 2), ['email', 'ipv4']);
  });

  it('counts the configured missing values by sketches as well', async () => {
    const plan = { ...defaultMeasurePlan, missingValues: ['hot', ''], ignoredColumns: [] };
    const prepared = measuredColumn({ relation: 'large', name: 'word', native: 'VARCHAR', plan });
    const states = await measureBySketches(connection, prepared, rowCount);
    assert.ok(states);
    const reader = await connection.runAndReadAll(
      `select count_if(word is null or word in ('hot', ''))::integer from large`,
    );
    const metrics = familiesOf('string')[0]?.metrics(states.get('counts'), {
      type: prepared.type,
      rows: rowCount,
    });
    const missing = metrics?.find(({ metric }) => metric === 'missing_count');
    assert.equal(missing?.value, reader.getRowsJson()[0]?.[0]);
  });

  it('stops with QUERY_FAILED when it is interrupted', async () => {
    const slow = `(select a.range as narrow from range(100000) a, range(1000000) b)`;
    const measuring = measureRelation(connection, {
      relation: slow,
      schema: [{ name: 'narrow', type: columnType('BIGINT') }],
      plan: defaultMeasurePlan,
    });
    let done = false;
    const outcome = measuring.finally(() => {
      done = true;
    });
    const interrupting = (async () => {
      while (!done) {
        connection.interrupt();
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const ended = await outcome;
    await interrupting;
    assert.equal(ended.ok ? 'ok' : ended.error.code, 'QUERY_FAILED');
  });
});
