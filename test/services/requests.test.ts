import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { DatasetName } from '../../src/base/ids.ts';
import { limits } from '../../src/base/limits.ts';
import { day, instant } from '../../src/base/units.ts';
import type { DatasetDefinition } from '../../src/core/datasets/definition.ts';
import type { BackfillProgress } from '../../src/ports/job-store.ts';
import { checkFrame } from '../../src/services/ingestion/backfill-frame.ts';
import { backfillRate, rateReading, slideReadings } from '../../src/services/ingestion/backfill-rate.ts';
import { IngestionRequests } from '../../src/services/ingestion/requests.ts';
import { readDefinition } from '../../src/services/registry/read-definition.ts';
import { flights, flightsYaml } from '../support/api-fixtures.ts';
import { testKit } from '../support/kit.ts';
import { createMemoryDatabase } from '../support/memory-database.ts';

function definition(partition: string): DatasetDefinition {
  const read = readDefinition(
    `dataset: flights\nowner: me@example.org\nprovider: {type: files, path: /d/*.csv}\n${partition}`,
    { file: 'f.yaml', baseDirectory: '/' },
  );
  assert.ok(read.ok, JSON.stringify(read));
  return read.value;
}

const daily = definition('partition: {column: date, by: day}');

describe('a backfill frame', () => {
  it('of two days is taken exactly when the first is not after the second', () => {
    const days = fc
      .integer({ min: 0, max: 20_000 })
      .map((at) => new Date(at * day).toISOString().slice(0, 10));
    fc.assert(
      fc.property(days, days, (from, to) => {
        assert.equal(checkFrame(daily, { from, to }).ok, from <= to);
      }),
    );
  });

  it('may end in a month or year, which means the last day of it', () => {
    assert.ok(checkFrame(daily, { from: '2001-02-28', to: '2001-02' }).ok);
    assert.ok(checkFrame(daily, { from: '2001-12-31', to: '2001' }).ok);
    assert.ok(!checkFrame(daily, { from: '2001-03-01', to: '2001-02' }).ok);
    assert.ok(checkFrame(daily, { from: '2001' }).ok);
    assert.ok(checkFrame(daily, { to: '2001-01-01T05' }).ok);
  });

  it('must name times that exist', () => {
    for (const from of [
      '2001-02-29',
      '2001-13',
      '01-01-2001',
      'data-2001-01-01',
      '2001-01-01T24',
      '2001-1-1',
      '',
    ]) {
      assert.ok(!checkFrame(daily, { from }).ok, from);
    }
  });

  it("is the definition's own unless the request names an end", () => {
    const framed = definition(
      'partition: {column: date, by: day}\nbackfill: {from: 2001-01-01, to: 2001-06-28}',
    );
    const whole = checkFrame(framed, {});
    assert.ok(whole.ok);
    assert.deepEqual(whole.value, { from: '2001-01-01', to: '2001-06-28' });
    const open = checkFrame(framed, { from: '2002-01-01' });
    assert.ok(open.ok);
    assert.deepEqual(open.value, { from: '2002-01-01' });
  });

  it('makes no sense without partitions, and is text for those that are no times', () => {
    assert.ok(!checkFrame(definition(''), { from: '2001-01-01' }).ok);
    const countries = definition('partition: {columns: [country]}');
    assert.ok(checkFrame(countries, { from: 'country=AT', to: 'country=DE' }).ok);
    assert.ok(!checkFrame(countries, { from: 'country=DE', to: 'country=AT' }).ok);
  });
});

describe('the rate of a backfill', () => {
  const begun = instant(0);
  const progress = (parts: Partial<BackfillProgress>): BackfillProgress => ({
    job: { id: 'b1' } as BackfillProgress['job'],
    state: 'running',
    partitions: 100,
    ingested: 0,
    failed: 0,
    measured: 0,
    rows: 0,
    startedAt: begun,
    failures: [],
    ...parts,
  });

  it('is taken over the last seconds, so that a pause is forgotten', () => {
    const fast = progress({ measured: 60, rows: 6_000 });
    const readings = [
      rateReading(progress({ measured: 40, rows: 4_000 }), instant(1_000_000)),
      rateReading(fast, instant(1_010_000)),
    ];
    assert.deepEqual(backfillRate(fast, readings), {
      rowsPerSecond: 200,
      partitionsPerSecond: 2,
      etaMs: 20_000,
    });
  });

  it('has no time to go while nothing moves, is paused, or its size is not known', () => {
    for (const still of [
      progress({}),
      progress({ measured: 10, state: 'paused' }),
      progress({ measured: 10, state: 'learning' }),
      { ...progress({ measured: 10 }), partitions: undefined } as unknown as BackfillProgress,
    ]) {
      assert.equal(backfillRate(still, [rateReading(still, instant(1_000))]).etaMs, undefined);
    }
  });

  it('of an ended backfill is that of the whole', () => {
    const over = progress({ state: 'succeeded', measured: 100, rows: 1_000, endedAt: instant(10_000) });
    const readings = [rateReading(over, instant(50_000)), rateReading(over, instant(90_000))];
    assert.deepEqual(backfillRate(over, readings), { rowsPerSecond: 100, partitionsPerSecond: 10 });
  });

  it('is taken from the readings of the window and the last one before it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 2, maxLength: 200 }), (gaps) => {
        let at = 0;
        const seen: number[] = [];
        let readings: ReturnType<typeof slideReadings> = [];
        for (const gap of gaps) {
          at += gap;
          readings = slideReadings(readings, rateReading(progress({}), instant(at)), 1_000);
          seen.push(at);
          const inside = seen.filter((one) => one > at - 1_000);
          // The newest of the older readings is the window's edge.
          const expected = seen.slice(Math.max(0, seen.length - inside.length - 1));
          assert.deepEqual(
            readings.map((one) => one.at),
            expected,
          );
        }
      }),
    );
  });
});

describe('requests for work', () => {
  async function setUp() {
    const kit = testKit();
    const { database, contents } = createMemoryDatabase();
    const read = readDefinition(flightsYaml, { file: 'f.yaml', baseDirectory: '/srv' });
    assert.ok(read.ok);
    await database.datasets.apply(read.value, kit.clock.now());
    return { kit, database, contents, requests: new IngestionRequests(kit, database) };
  }

  it('from two processes at the same moment never leave two backfills', async () => {
    const { kit, database, contents, requests } = await setUp();
    const other = new IngestionRequests(kit, database);
    const answers = await Promise.all([requests, other].map((one) => one.backfill({ dataset: flights })));
    const running = [...contents.jobs.values()].filter(({ job }) => job.control === 'run');
    assert.ok(answers.filter(({ ok }) => ok).length <= 1);
    assert.equal(running.length, 2 * answers.filter(({ ok }) => ok).length);
  });

  it('of one dataset do not wait for those of another', async () => {
    const { kit, database, requests } = await setUp();
    const stuck = Promise.withResolvers<undefined>();
    const slow: IngestionRequests = new IngestionRequests(kit, {
      jobs: database.jobs,
      datasets: {
        ...database.datasets,
        get: (name) => (name === flights ? stuck.promise : Promise.resolve(undefined)),
      },
    });
    const waiting = slow.backfill({ dataset: flights });
    const free = await slow.backfill({ dataset: 'other' as DatasetName });
    assert.ok(!free.ok);
    stuck.resolve(undefined);
    assert.ok(!(await waiting).ok);
    assert.ok((await requests.backfill({ dataset: flights })).ok);
  });

  it('go on after one that threw', async () => {
    const { kit, database } = await setUp();
    let broken = true;
    const requests = new IngestionRequests(kit, {
      datasets: database.datasets,
      jobs: new Proxy(database.jobs, {
        get: (store, name) => {
          if (name === 'depth' && broken) return () => Promise.reject(new Error('away'));
          return Reflect.get(store, name) as unknown;
        },
      }),
    });
    await assert.rejects(requests.backfill({ dataset: flights }), /away/);
    broken = false;
    assert.ok((await requests.backfill({ dataset: flights })).ok);
  });

  it('count by cluster: a full quality queue does not keep a scan out', async () => {
    const { contents, requests, kit } = await setUp();
    const revision = { dataset: flights, partition: 'p', number: 1 } as never;
    for (let at = 0; at < limits.openJobsPerDatasetMax; at += 1) {
      const id = `p${at}` as never;
      contents.jobs.set(id, {
        job: {
          id,
          cluster: 'quality',
          dataset: flights,
          spec: { kind: 'profile', revision, batches: 1 },
          priority: 2,
          createdAt: kit.clock.now(),
          control: 'run',
        },
        tasks: [],
      });
    }
    assert.ok((await requests.scan({ dataset: flights })).ok);
    const refused = await requests.backfill({ dataset: flights });
    assert.ok(!refused.ok);
    assert.equal(refused.error.code, 'QUEUE_FULL');
  });
});
