import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { measureRelation } from '../../../src/adapters/duckdb/measure/measure-relation.ts';
import { limits } from '../../../src/base/limits.ts';
import { instant } from '../../../src/base/units.ts';
import { columnType, type Schema } from '../../../src/core/datasets/schema.ts';
import { columnMetrics, type MeasuredRows } from '../../../src/core/metrics/column-profile.ts';
import { columnCounts, isComparable } from '../../../src/core/metrics/drift/column-counts.ts';
import { isDriftMetric } from '../../../src/core/metrics/drift/drift-metric.ts';
import { distinctFamily } from '../../../src/core/metrics/families/distinct.ts';
import { validityFamily } from '../../../src/core/metrics/families/validity.ts';
import { stateOf } from '../../../src/core/metrics/family.ts';
import type { MetricValue } from '../../../src/core/metrics/metric.ts';
import { defaultMeasurePlan } from '../../../src/core/metrics/plan.ts';
import { mergeProfiles, type Profile } from '../../../src/core/metrics/profile.ts';
import { decodeProfile } from '../../../src/core/metrics/profile-codec.ts';
import type { SegmentRule } from '../../../src/core/metrics/segment-rule.ts';
import { segmentLabel } from '../../../src/core/metrics/segments/segment-label.ts';
import {
  baseMetric,
  segmentDetailNames,
  segmentMetricNames,
} from '../../../src/core/metrics/segments/segment-metrics.ts';
import type { Segments } from '../../../src/core/metrics/segments/segments.ts';
import { encodedSize } from '../../../src/core/metrics/segments/segments-codec.ts';
import type { ValidityRule } from '../../../src/core/metrics/validity-rule.ts';
import { sameMetric } from '../../support/state-laws.ts';

/** Columns of every form, with nulls, whole groups of nulls, and values that break things; `k` is the row. */
const columns: readonly (readonly [name: string, native: string, expression: string])[] = [
  [
    'origin',
    'VARCHAR',
    `case when k % 7 = 6 then null else ['SFO', 'LAX', 'a=b, c', 'JFK', '', 'SFO'][k % 7 + 1] end`,
  ],
  ['g', 'DOUBLE', `case k % 3 when 0 then 0.0 when 1 then -0.0 else 'nan'::double end`],
  ['v', 'INTEGER', `case when k % 7 = 3 then null when k % 11 = 0 then null else k % 1000 - 20 end`],
  ['huge', 'HUGEINT', `case when k < 9 then 170141183460469231731687303715884105727::hugeint - k else k end`],
  ['price', 'DECIMAL(18,4)', `(k % 5000) / 100 - 7.5`],
  ['ratio', 'DOUBLE', `case k when 0 then 'nan'::double when 1 then 'inf' when 2 then 1e300 else k / 8 end`],
  ['word', 'VARCHAR', `case when k % 5 = 0 then null else 'w' || (k % 50) end`],
  ['flag', 'BOOLEAN', `case when k % 4 = 0 then null else k % 3 = 0 end`],
  ['day', 'DATE', `case k when 4 then date 'infinity' else date '2001-01-01' + (k % 40)::integer end`],
  ['moment', 'TIMESTAMP', `timestamp '2001-01-01' + to_seconds(k)`],
  ['clock', 'TIME', `case when k % 6 = 0 then null else time '00:00:00' + to_seconds(k % 86400) end`],
  ['list', 'INTEGER[]', `[k, null]`],
];
const schema: Schema = columns.map(([name, native]) => ({ name, type: columnType(native) }));
const metrics = ['row_count', 'null_percent', 'avg', 'distinct_count', 'p95', 'zero_count'];
const everything = [...segmentMetricNames, ...segmentDetailNames, 'p95'];
const validity: readonly ValidityRule[] = [
  { column: 'word', regex: '^w[0-4]' },
  { column: 'price', min: 0, max: 30 },
  { column: 'day', min: '2001-01-10' },
];

/** Exact duplicates are told of all rows, estimated ones of those that are not null: both mean the same. */
function sameValue(a: MetricValue, b: MetricValue): boolean {
  return sameMetric(a.metric.startsWith('duplicate_') ? { ...a, rows: b.rows } : a, b);
}

describe('measuring by groups', () => {
  let connection: DuckDBConnection;

  before(async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
    const selected = columns.map(([name, native, expression]) => `(${expression})::${native} as "${name}"`);
    await connection.run(`create table flights as select ${selected.join(', ')} from range(6000) as t(k)`);
  });

  after(() => connection.closeSync());

  async function profileOf(relation: string, segments: readonly SegmentRule[]): Promise<Profile> {
    const output = await measureRelation(connection, {
      relation,
      schema,
      plan: { ...defaultMeasurePlan, missingValues: ['w3', '7'], validity, segments },
    });
    assert.ok(output.ok, output.ok ? '' : JSON.stringify(output.error));
    const decoded = decodeProfile(output.value.profile);
    assert.ok(decoded.ok);
    return decoded.value;
  }

  const rule = (names: readonly string[], groupsMax: number, asked = metrics): SegmentRule => ({
    columns: names,
    groupsMax,
    metrics: asked,
  });

  function only(profile: Profile): Segments {
    const [segments] = profile.segments;
    assert.ok(segments !== undefined);
    return segments;
  }

  /** Every metric of a group is that of a relation with its rows alone. */
  async function assertAlone(rows: MeasuredRows, relation: string, names: readonly string[]): Promise<void> {
    const alone = await profileOf(relation, []);
    assert.equal(rows.rowCount, alone.rowCount);
    assert.deepEqual(
      rows.columns.map(({ name }) => name),
      schema.map(({ name }) => name).filter((name) => !names.includes(name)),
    );
    for (const column of rows.columns) {
      const whole = alone.columns.find(({ name }) => name === column.name);
      assert.ok(whole !== undefined);
      const expected = new Map(columnMetrics(whole).values.map((value) => [value.metric, value]));
      for (const value of columnMetrics(column).values) {
        const other = expected.get(value.metric);
        assert.ok(other !== undefined, `${column.name} has ${value.metric}`);
        assert.ok(
          sameValue(value, other),
          `${column.name}.${value.metric}: ${value.value} is ${other.value} alone`,
        );
      }
      const names = new Set(columnMetrics(column).values.map(({ metric }) => metric));
      const numbers = ['integer', 'decimal', 'float'].includes(column.type.kind);
      const wanted = ['null_count', ...(numbers ? ['avg', 'p95', 'zero_count', 'min'] : [])];
      for (const metric of wanted) assert.ok(names.has(metric), `${column.name} has ${metric}`);
    }
  }

  it('says of each group what a table of its rows alone says, null being a group of its own', async () => {
    const segments = only(await profileOf('flights', [rule(['origin'], 20)]));
    assert.deepEqual([...segments.groups.keys()].sort(), [
      'origin=',
      'origin=JFK',
      'origin=LAX',
      'origin=SFO',
      'origin=a\\=b\\, c',
      'origin=∅',
    ]);
    assert.equal(segments.other.rowCount, 0);
    assert.equal([...segments.groups.keys()][0], 'origin=SFO', 'the largest is first');
    for (const [label, where] of [
      ['origin=SFO', `origin = 'SFO'`],
      ['origin=JFK', `origin = 'JFK'`],
      ['origin=∅', 'origin is null'],
      ['origin=a\\=b\\, c', `origin = 'a=b, c'`],
    ] as const) {
      const rows = segments.groups.get(label);
      assert.ok(rows !== undefined, label);
      await assertAlone(rows, `(select * from flights where ${where})`, ['origin']);
    }
  });

  it('puts the rows of all but the largest groups together, and groups by two columns', async () => {
    const segments = only(await profileOf('flights', [rule(['origin', 'g'], 3)]));
    assert.equal(segments.groups.size, 3);
    const [label, rows] = [...segments.groups][0] ?? [];
    assert.equal(label, 'origin=SFO, g=0.0');
    assert.ok(rows !== undefined);
    // 0 and −0 are one group, NaN is another.
    const kept = `origin = 'SFO' and g = 0`;
    await assertAlone(rows, `(select * from flights where ${kept})`, ['origin', 'g']);
    assert.equal(
      distinctFamily.metrics(segments.offered, { type: columnType('VARCHAR'), rows: 0 })[0]?.value,
      12,
    );
    const hidden = [...segments.groups.values()].reduce((sum, one) => sum - one.rowCount, 6000);
    assert.equal(segments.other.rowCount, hidden);
    assert.ok(segments.otherGroupRowsMax > 0 && segments.otherGroupRowsMax <= (rows.rowCount ?? 0));
  });

  it('gives every metric and detail that a rule can name, and nothing of what it does not name', async () => {
    const named = rule(['origin'], 2, everything);
    const [group] = only(await profileOf('flights', [named])).groups.values();
    const given = new Set(
      (group?.columns ?? []).flatMap((column) => {
        const { values, details } = columnMetrics(column);
        return [...values, ...details].map(({ metric }) => baseMetric(metric));
      }),
    );
    assert.deepEqual(
      everything.filter((name) => name !== 'row_count' && !isDriftMetric(name) && !given.has(name)),
      [],
    );
    const start = instant(Date.UTC(2001, 0, 1));
    const drifting = only(await profileOf('flights', [rule(['origin'], 2, ['psi'])]));
    for (const column of drifting.groups.values().next().value?.columns ?? []) {
      if (!isComparable(column.type.kind, start)) continue;
      assert.ok(columnCounts(column, start) !== undefined, `${column.name} can be compared`);
    }
    const [plain] = only(await profileOf('flights', [rule(['origin'], 2)])).groups.values();
    const kept = new Set(plain?.columns.flatMap(({ states }) => [...states.keys()]));
    for (const key of ['duplicates', 'top_values', 'patterns', 'formats', 'text_shapes', 'validity', 'hours'])
      assert.equal(kept.has(key), false, key);
  });

  it('says all of that of each group as a table of its rows alone does', async () => {
    const segments = only(await profileOf('flights', [rule(['origin'], 4, everything)]));
    for (const [label, where] of [
      ['origin=SFO', `origin = 'SFO'`],
      ['origin=JFK', `origin = 'JFK'`],
    ] as const) {
      const rows = segments.groups.get(label);
      assert.ok(rows !== undefined, label);
      await assertAlone(rows, `(select * from flights where ${where})`, ['origin']);
    }
    assert.ok(segments.other.rowCount > 0);
    const labels = [...segments.groups.keys()];
    const names = [null, 'SFO', 'LAX', 'a=b, c', 'JFK', ''];
    const hidden = names.filter((name) => !labels.includes(segmentLabel(['origin'], [name])));
    const others = hidden.map((name) => (name === null ? 'origin is null' : `origin = '${name}'`));
    await assertAlone(segments.other, `(select * from flights where ${others.join(' or ')})`, ['origin']);
  });

  it('asks a metric that only a check wants of that check’s column alone', async () => {
    const asked = { ...rule(['origin'], 2), asked: [{ column: 'word', metric: 'top_pattern_percent' }] };
    const [group] = only(await profileOf('flights', [asked])).groups.values();
    const withPatterns = group?.columns.filter(({ states }) => states.has('patterns'));
    assert.deepEqual(
      withPatterns?.map(({ name }) => name),
      ['word'],
    );
  });

  it('keeps the reason of a validity rule that can not be asked, in every group', async () => {
    const refused: ValidityRule = { column: 'flag', min: 0 };
    const output = await measureRelation(connection, {
      relation: 'flights',
      schema,
      plan: {
        ...defaultMeasurePlan,
        validity: [...validity, refused],
        segments: [rule(['origin'], 3, ['invalid_percent'])],
      },
    });
    assert.ok(output.ok);
    const decoded = decodeProfile(output.value.profile);
    assert.ok(decoded.ok);
    for (const rows of only(decoded.value).groups.values()) {
      const flag = rows.columns.find(({ name }) => name === 'flag');
      assert.equal(stateOf(flag?.states ?? new Map(), validityFamily)?.[0]?.kind, 'refused');
    }
  });

  it('tells of groups with more values than are looked at what their rows alone say, within the stated errors', async () => {
    await connection.run(
      `create or replace table long as
       select (case when k % 3 = 0 then 'A' when k % 3 = 1 then 'B' else 'C' || (k % 7) end) as origin,
         case when k % 10 = 0 then 'usual' when k % 7 = 0 then upper('x' || k) else 'id-' || (k // 2) end as word,
         (k // 3) % 40000 as number
       from range(200000) as t(k)`,
    );
    const longSchema = [
      { name: 'origin', type: columnType('VARCHAR') },
      { name: 'word', type: columnType('VARCHAR') },
      { name: 'number', type: columnType('BIGINT') },
    ];
    const measure = async (relation: string, segments: readonly SegmentRule[]): Promise<Profile> => {
      const output = await measureRelation(connection, {
        relation,
        schema: longSchema,
        plan: { ...defaultMeasurePlan, segments },
      });
      assert.ok(output.ok);
      const decoded = decodeProfile(output.value.profile);
      assert.ok(decoded.ok);
      return decoded.value;
    };
    const named = rule(['origin'], 2, everything);
    const parts = [
      await measure('(select * from long where number % 2 = 0)', [named]),
      await measure('(select * from long where number % 2 = 1)', [named]),
    ];
    const alone = await measure(`(select * from long where origin = 'A')`, []);
    for (const profile of [await measure('long', [named]), parts.reduce(mergeProfiles)]) {
      const rows = only(profile).groups.get('origin=A');
      assert.ok(rows !== undefined);
      for (const column of rows.columns) {
        const whole = alone.columns.find(({ name }) => name === column.name);
        assert.ok(whole !== undefined);
        const expected = new Map(columnMetrics(whole).values.map((value) => [value.metric, value]));
        const { values, details } = columnMetrics(column);
        for (const value of values) {
          const other = expected.get(value.metric);
          assert.ok(
            other !== undefined && sameValue(value, other),
            `${value.column}.${value.metric}: ${value.value} is ${other?.value} alone`,
          );
        }
        const top = details.find(({ metric }) => metric === 'top_values');
        if (column.name !== 'word') continue;
        const [{ value, count } = { value: '', count: 0 }] = top?.values ?? [];
        assert.equal(value, 'usual');
        assert.ok(count >= 6667 && count <= 6667 + (top?.countError ?? 0), `${count}`);
      }
    }
  });

  for (const [name, asked] of [
    ['the usual metrics', metrics],
    ['everything that can be named', everything],
  ] as const) {
    it(`gives the same for one table as for its parts: ${name}`, async () => {
      const rules = [rule(['origin'], 20, asked)];
      const whole = only(await profileOf('flights', rules));
      const parts: Profile[] = [];
      for (const part of [0, 1, 2]) {
        parts.push(await profileOf(`(select * from flights where hash(v, day) % 3 = ${part})`, rules));
      }
      const merged = only(parts.reduce(mergeProfiles));
      assert.deepEqual([...merged.groups.keys()], [...whole.groups.keys()]);
      for (const [label, rows] of merged.groups) {
        const expected = whole.groups.get(label)?.columns.map(columnMetrics) ?? [];
        const found = rows.columns.map(columnMetrics);
        const values = found.flatMap((one) => one.values);
        assert.equal(values.length, expected.flatMap((one) => one.values).length);
        values.forEach((value, at) => {
          const other = expected.flatMap((one) => one.values)[at];
          assert.ok(
            other !== undefined && sameValue(value, other),
            `${label} ${value.column}.${value.metric}`,
          );
        });
        assert.deepEqual(
          found.flatMap(({ details }) => details.map(({ metric, column }) => `${column}.${metric}`)),
          expected.flatMap(({ details }) => details.map(({ metric, column }) => `${column}.${metric}`)),
        );
      }
    });
  }

  it('takes a hundred thousand groups and keeps the largest of them', async () => {
    await connection.run(
      `create or replace table many as
       select * exclude (origin), case when k < 50 then 'big' else 'id ' || k end as origin
       from (select flights.*, row_number() over () as k from flights, range(17)) `,
    );
    const segments = only(await profileOf('many', [rule(['origin'], 2)]));
    assert.deepEqual([...segments.groups.keys()][0], 'origin=big');
    assert.equal(segments.otherGroupRowsMax, 1);
    const [offered] = distinctFamily.metrics(segments.offered, { type: columnType('VARCHAR'), rows: 0 });
    const expected = 17 * 6000 - 48;
    assert.ok(
      Math.abs((offered?.value ?? 0) - expected) <= 0.05 * expected,
      `${offered?.value} of ${expected}`,
    );
  });

  it('leaves out a rule whose column is not there, and keeps fewer groups of what would be too large', async () => {
    assert.deepEqual((await profileOf('flights', [rule(['nowhere'], 5)])).segments, []);
    const wide = Array.from({ length: 330 }, (_, at) => `k % 9 as "column ${at}"`);
    await connection.run(
      `create or replace table wide as select k % 199 as g, ${wide.join(', ')} from range(2000) as t(k)`,
    );
    const output = await measureRelation(connection, {
      relation: 'wide',
      schema: [
        { name: 'g', type: columnType('BIGINT') },
        ...wide.map((_, at) => ({ name: `column ${at}`, type: columnType('BIGINT') })),
      ],
      plan: { ...defaultMeasurePlan, segments: [{ columns: ['g'], groupsMax: 199, metrics: ['avg'] }] },
    });
    assert.ok(output.ok);
    const decoded = decodeProfile(output.value.profile);
    assert.ok(decoded.ok);
    const segments = only(decoded.value);
    assert.ok(segments.groups.size > 0 && segments.groups.size < 199, `${segments.groups.size} groups`);
    const shown = [...segments.groups.values()].reduce((sum, rows) => sum + rows.rowCount, 0);
    assert.equal(shown + segments.other.rowCount, 2000);
    const sizes = [segments.other, ...segments.groups.values()].map(encodedSize);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(bytes <= limits.segmentBytesMax, `${bytes} bytes`);
  });
});
