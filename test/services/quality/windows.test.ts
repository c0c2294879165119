import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { day } from '../../../src/base/units.ts';
import { columnType, type Schema } from '../../../src/core/datasets/schema.ts';
import { type MetricValue, metricKey } from '../../../src/core/metrics/metric.ts';
import { defaultMeasurePlan, type MeasurePlan } from '../../../src/core/metrics/plan.ts';
import { type WindowRequest, Windows, type WindowsView } from '../../../src/services/quality/windows.ts';
import { type EngineKit, engineKit, generously } from '../../adapters/duckdb/engine-kit.ts';
import { TestWorld } from '../../conformance/database-fixtures.ts';
import { definitionOf } from '../../core/checks/flights.ts';
import { type ApiService, startApi } from '../../support/api-service.ts';
import { openTestDatabase, type TestDatabase } from '../../support/embedded-database.ts';
import { testKit } from '../../support/kit.ts';
import { sameMetric } from '../../support/state-laws.ts';

const schema: Schema = [
  { name: 'date', type: columnType('TIMESTAMP') },
  { name: 'delay', type: columnType('INTEGER') },
  { name: 'origin', type: columnType('VARCHAR') },
];
const segments = [
  {
    columns: ['origin'],
    groupsMax: 10,
    metrics: ['row_count', 'avg', 'p95', 'duplicate_percent', 'top_values'],
  },
];
const plan: MeasurePlan = { ...defaultMeasurePlan, segments };
/** From a Monday on, into the next month. */
const days = 14;
const keys = Array.from({ length: days }, (_, nth) =>
  new Date(Date.UTC(2001, 0, 22) + nth * day).toISOString().slice(0, 10),
);

describe('a window of partitions', () => {
  let worker: EngineKit;
  let store: TestDatabase;
  let world: TestWorld;
  let api: ApiService;
  let windows: Windows;

  before(async () => {
    worker = engineKit();
    store = await openTestDatabase();
    world = new TestWorld(store.database);
    api = await startApi({ database: store.database });
    windows = new Windows(testKit(), { ...store.database, engine: worker.engine });
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(
      `create table flights as select
         timestamp '2001-01-22' + to_minutes(k * 13) as date,
         case when k % 17 = 0 then null else (k * 7919) % 400 - 30 end::integer as delay,
         ['SFO', 'LAX', 'JFK', null][1 + (hash(k) % 4)::integer] as origin
       from range(${Math.floor((days * 1_440) / 13)}) as t(k)`,
    );
    for (const key of keys) {
      await connection.run(
        `copy (select * from flights where date::date = '${key}') to '${pathOf(key)}' (format parquet)`,
      );
      const measured = await measure(key);
      const reference = await world.ingested(key, { schema, rowCount: measured.rowCount });
      assert.ok(reference !== undefined);
      await world.measured(reference, 0, measured.profile);
    }
    for (const [name, where] of [
      ['all', 'true'],
      ['january', `date < '2001-02-01'`],
    ] as const) {
      await connection.run(
        `copy (select * from flights where ${where}) to '${pathOf(name)}' (format parquet)`,
      );
    }
    connection.closeSync();
  });

  after(async () => {
    await world.finish();
    await api[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await worker[Symbol.asyncDispose]();
  });

  const pathOf = (name: string): string => join(worker.folder.path, `${name}.parquet`);

  async function measure(name: string): Promise<{ rowCount: number; profile: Uint8Array }> {
    const source = { kind: 'batch', path: pathOf(name), schema } as const;
    const measured = await worker.engine.measure({ source, plan }, generously());
    assert.ok(measured.ok, measured.ok ? '' : measured.error.message);
    return measured.value;
  }

  /** What measuring one file with all rows gives. */
  async function measuredAtOnce(name: string): Promise<readonly MetricValue[]> {
    const { profile } = await measure(name);
    const merged = await worker.engine.merge({ profiles: [profile], segments, metrics: [] }, generously());
    assert.ok(merged.ok);
    return merged.value.values;
  }

  async function windowsOf(request: WindowRequest): Promise<WindowsView> {
    const definition = { ...definitionOf(), dataset: world.dataset, segments };
    const view = await windows.of(definition, request, new AbortController().signal);
    assert.ok(view.ok, view.ok ? '' : view.error.message);
    return view.value;
  }

  it('has the metrics of one file with all rows, of groups too', async () => {
    const [window, ...more] = (await windowsOf({})).windows;
    assert.ok(window !== undefined && more.length === 0);
    assert.deepEqual([window.from, window.to, window.partitions], [keys[0], keys.at(-1), days]);
    const expected = await measuredAtOnce('all');
    assert.equal(window.values.length, expected.length);
    const byKey = new Map(
      expected.map((value) => [metricKey(value.metric, value.column, value.segment), value]),
    );
    for (const key of ['delay.avg[origin=SFO]', 'row_count[origin=∅]', 'delay.duplicate_percent[origin=SFO]'])
      assert.ok(byKey.has(key), key);
    const ofGroups = window.details.filter(({ segment }) => segment !== undefined);
    assert.ok(ofGroups.some(({ metric, column }) => metric === 'top_values' && column === 'delay'));
    for (const value of window.values) {
      const key = metricKey(value.metric, value.column, value.segment);
      const other = byKey.get(key);
      assert.ok(
        other !== undefined && sameMetric(value, other),
        `${key}: ${value.value}, at once ${other?.value}`,
      );
    }
  });

  it('can begin and end anywhere, be cut by weeks and months, and ask for any percentile', async () => {
    const { windows: months } = await windowsOf({
      by: 'month',
      metrics: ['row_count', 'delay.p99.9', 'delay.avg'],
    });
    assert.deepEqual(
      months.map(({ name, partitions, from, to }) => [name, partitions, from, to]),
      [
        ['2001-01', 10, '2001-01-22', '2001-01-31'],
        ['2001-02', 4, '2001-02-01', '2001-02-04'],
      ],
    );
    const january = await measuredAtOnce('january');
    const [average] = january.filter(({ metric, column, segment }) => {
      return metric === 'avg' && column === 'delay' && segment === undefined;
    });
    const values = months[0]?.values ?? [];
    assert.deepEqual(values.map(({ metric }) => metric).sort(), ['avg', 'p99.9', 'row_count']);
    const found = values.find(({ metric }) => metric === 'avg');
    assert.ok(found !== undefined && average !== undefined && sameMetric(found, average));
    const [{ windows: weeks }, { windows: two }] = [
      await windowsOf({ by: 'week', from: '2001-01-24', to: '2001-01-30' }),
      await windowsOf({ from: '2001-01-30', to: '2001-02', column: 'origin' }),
    ];
    assert.deepEqual(
      weeks.map(({ name, partitions }) => [name, partitions]),
      [
        ['2001-01-22', 5],
        ['2001-01-29', 2],
      ],
    );
    assert.equal(two[0]?.partitions, 6);
    assert.deepEqual([...new Set(two[0]?.values.map(({ column }) => column))], [undefined, 'origin']);
  });

  it('is answered by the API, and an empty one is refused', async () => {
    const yaml = `dataset: ${world.dataset}\nowner: ops@example.org\nprovider: {type: files, path: "/data/*.csv"}\n`;
    await api.call('PUT', '/datasets', { yaml, file: 'flights.yaml', baseDirectory: '/data' });
    const path = `/datasets/${world.dataset}/window`;
    const answer = await api.call('GET', `${path}?from=2001-01&to=2001-01&metrics=delay.avg,row_count`);
    assert.equal(answer.status, 200);
    assert.equal(answer.body.windows[0].partitions, 10);
    assert.equal(answer.body.windows[0].values.length, 2);
    const empty = await api.call('GET', `${path}?from=2002-01`);
    assert.equal(empty.body.code, 'PARTITION_NOT_FOUND');
    assert.equal((await api.call('GET', `${path}?by=fortnight`)).status, 400);
  });
});
