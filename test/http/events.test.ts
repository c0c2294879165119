import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DatasetName } from '../../src/base/ids.ts';
import { limits } from '../../src/base/limits.ts';
import type { Database } from '../../src/ports/database.ts';
import { TestWorld, unique, value } from '../conformance/database-fixtures.ts';
import { type ApiService, startApi } from '../support/api-service.ts';
import { openTestDatabase, type TestDatabase } from '../support/embedded-database.ts';
import { type EventReader, readEvents } from '../support/event-reader.ts';
import { eventually } from '../support/eventually.ts';
import { createMemoryDatabase } from '../support/memory-database.ts';

describe('live events', () => {
  let store: TestDatabase;
  let one: ApiService;
  let other: ApiService;

  before(async () => {
    store = await openTestDatabase();
    one = await startApi({ database: store.database });
    other = await startApi({ database: store.database });
  });

  after(async () => {
    await one[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });

  /** Lets time go on until it is so. */
  function until<T>(claim: string, check: () => T | undefined | false): Promise<T> {
    return eventually(
      claim,
      async () => {
        for (const { kit } of [one, other]) await kit.clock.advance(limits.eventLookMs);
        return check();
      },
      60_000,
    );
  }

  function has(reader: EventReader, event: string, part: Record<string, unknown> = {}): boolean {
    return reader.events.some(
      (seen) =>
        seen.event === event && Object.entries(part).every(([name, value]) => seen.data[name] === value),
    );
  }

  async function listening(
    api: ApiService,
    options: Parameters<typeof readEvents>[1] = {},
  ): Promise<EventReader> {
    const reader = await readEvents(api.url, options);
    await until('it is told from now on', () => has(reader, 'ready'));
    return reader;
  }

  async function registered(api: ApiService): Promise<TestWorld> {
    const world = new TestWorld(store.database);
    const yaml = `dataset: ${world.dataset}\nowner: me\nprovider: {type: files, path: "*.csv"}\npartition: {column: date, by: day}\n`;
    const answer = await api.call('PUT', '/datasets', { yaml, file: 'f.yaml', baseDirectory: '/srv' });
    assert.equal(answer.status, 200);
    return world;
  }

  it('tell on one process what was changed through another', async () => {
    const reader = await listening(one);
    const world = await registered(other);
    const { dataset } = world;
    await world.ingested('2001-01-01');
    const incident = world.incident(unique('i'));
    await world.evaluated([world.evaluation('2001-01-01')], [incident]);
    await until('everything was told', () =>
      has(reader, 'incident.changed', { dataset, incident: incident.id }),
    );
    assert.ok(has(reader, 'dataset.changed', { dataset }));
    assert.ok(has(reader, 'partition.changed', { dataset, partition: '2001-01-01' }));
    assert.ok(has(reader, 'job.changed', { dataset }));
    reader.close();
  });

  it('tell of one dataset alone, and of what concerns everybody', async () => {
    const [mine, theirs] = [await registered(one), await registered(one)];
    const reader = await listening(one, { query: `?dataset=${mine.dataset}` });
    await theirs.ingested('2001-01-01');
    await mine.ingested('2001-01-01');
    await until('mine was told', () => has(reader, 'partition.changed', { dataset: mine.dataset }));
    assert.ok(!reader.events.some(({ data }) => data['dataset'] === theirs.dataset));
    assert.ok(has(reader, 'cluster.changed', { cluster: 'quality' }));
    reader.close();
  });

  it('go on on another process where they broke off, with nothing left out', async () => {
    const world = await registered(one);
    const first = await listening(one);
    await world.ingested('2001-01-01');
    await until('the first was told', () => has(first, 'partition.changed', { partition: '2001-01-01' }));
    await until('its place is known', () => first.lastId() !== undefined);
    first.close();
    await world.ingested('2001-01-02');
    await world.ingested('2001-01-03');
    const second = await listening(other, { lastId: first.lastId() });
    for (const partition of ['2001-01-02', '2001-01-03']) {
      assert.ok(has(second, 'partition.changed', { dataset: world.dataset, partition }));
    }
    assert.ok(!has(second, 'reset'));
    second.close();
  });

  it('come when the series of a metric that was read before is read anew', async () => {
    const world = await registered(one);
    const reader = await listening(one);
    const path = `/datasets/${world.dataset}/metrics/row_count`;
    assert.deepEqual((await one.call('GET', path)).body.points, []);
    const values = [value('row_count', 7)];
    await world.evaluated([world.evaluation('2001-01-01', { values })]);
    await until('the verdict was told', () => has(reader, 'partition.changed', { dataset: world.dataset }));
    assert.equal((await one.call('GET', path)).body.points[0].value, 7);
    reader.close();
  });

  it('say that everything is to be read again to who comes from too long ago', async () => {
    for (const lastId of ['0', 'nonsense', '999999999999']) {
      const reader = await listening(one, { lastId });
      assert.equal(reader.events[0]?.event, 'reset', lastId);
      reader.close();
    }
  });

  it('show how far open backfills are', async () => {
    const world = await registered(one);
    const reader = await listening(one);
    const { dataset } = world;
    const started = await one.call('POST', '/backfills', { dataset });
    const { id } = started.body;
    await until('its progress was told', () => has(reader, 'backfill.progress', { id, state: 'looking_up' }));
    await one.call('POST', `/backfills/${id}/cancel`);
    await world.finish();
    await until('its end was told', () => has(reader, 'backfill.progress', { id, state: 'cancelled' }));
    reader.close();
  });

  it('end for a listener who reads nothing, and for nobody else', async () => {
    const { database } = createMemoryDatabase();
    let position = 1;
    let noise = 0;
    const changes: Database['changes'] = {
      position: async () => position,
      since: async () => {
        position += 1;
        const changed = Array.from({ length: noise }, (_, nth) => ({
          kind: 'job' as const,
          dataset: 'noise' as DatasetName,
          subject: `${position} ${nth} ${'x'.repeat(1_000)}`,
          sequence: position * 10_000 + nth,
          settled: true,
        }));
        return { kind: 'changes', changes: changed, position };
      },
      trim: async () => 0,
    };
    await using own = await startApi({ database: { ...database, changes } });
    const [lazy, busy] = [await readEvents(own.url), await readEvents(own.url)];
    lazy.pause();
    noise = 1_000;
    const dropped = () => own.kit.telemetry.total('assay_event_listeners_dropped_total') > 0;
    await eventually(
      'it is dropped',
      async () => {
        await own.kit.clock.advance(limits.eventLookMs);
        return dropped();
      },
      60_000,
    );
    noise = 1;
    const before = busy.events.length;
    await eventually(
      'the other one is told more',
      async () => {
        await own.kit.clock.advance(limits.eventLookMs);
        return busy.events.length > before;
      },
      60_000,
    );
    await own.kit.clock.advance(limits.liveHeartbeatMs);
    lazy.resume();
    await lazy.closed;
    assert.ok(!has(busy, 'dropped'));
    busy.close();
  });

  it('end with the service', async () => {
    const own = await startApi({ database: store.database });
    const readers = await Promise.all(Array.from({ length: 50 }, () => readEvents(own.url)));
    await own[Symbol.asyncDispose]();
    await Promise.all(readers.map((reader) => reader.closed));
  });
});
