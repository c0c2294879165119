import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { at, TestWorld, unique } from '../conformance/database-fixtures.ts';
import { sendMessages } from '../conformance/database-outbox.ts';
import { type ApiService, startApi } from '../support/api-service.ts';
import { openTestDatabase, type TestDatabase } from '../support/embedded-database.ts';

describe('lists of the API', () => {
  let store: TestDatabase;
  let api: ApiService;

  before(async () => {
    store = await openTestDatabase();
    api = await startApi({ database: store.database });
  });

  after(async () => {
    await api[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });

  async function registered(): Promise<TestWorld> {
    const world = new TestWorld(store.database);
    const yaml = `dataset: ${world.dataset}\nowner: me\nprovider: {type: files, path: "*.csv"}\npartition: {column: date, by: day}\n`;
    const answer = await api.call('PUT', '/datasets', { yaml, file: 'f.yaml', baseDirectory: '/srv' });
    assert.equal(answer.status, 200);
    return world;
  }

  /** Every line of a list, by its name, read two at a time; each page but the last is full. */
  async function readAll(path: string, name: string): Promise<Record<string, unknown>[]> {
    const lines: Record<string, unknown>[] = [];
    for (let cursor: string | undefined, page = 0; page < 100; page += 1) {
      const separator = path.includes('?') ? '&' : '?';
      const suffix = cursor === undefined ? '' : `&cursor=${cursor}`;
      const { status, body } = await api.call('GET', `${path}${separator}limit=2${suffix}`);
      assert.equal(status, 200);
      lines.push(...body[name]);
      cursor = body.nextCursor;
      if (cursor === undefined) return lines;
      assert.equal(body[name].length, 2);
    }
    throw new Error('the pages never end');
  }

  it('lead from page to page up to a last one without a cursor', async () => {
    const world = await registered();
    for (const day of ['2001-01-01', '2001-01-02', '2001-01-03', '2001-01-04', '2001-01-05']) {
      await world.ingested(day);
      const results = ['a', 'b'].map((check) => world.result(day, { check, severity: 1 }));
      const incident = world.incident(unique('i'), { openedAt: at(1) });
      await world.evaluated([world.evaluation(day, { results })], [incident]);
    }
    const { dataset } = world;
    const partitions = await readAll(`/datasets/${dataset}/partitions`, 'partitions');
    assert.deepEqual(
      partitions.map(({ partition }) => partition),
      ['2001-01-05', '2001-01-04', '2001-01-03', '2001-01-02', '2001-01-01'],
    );
    const results = await readAll(`/datasets/${dataset}/results`, 'results');
    assert.equal(new Set(results.map(({ id }) => id)).size, 10);
    const incidents = await readAll(`/incidents?dataset=${dataset}`, 'incidents');
    const ids = incidents.map(({ id }) => String(id));
    assert.deepEqual(ids, ids.toSorted().toReversed());
    assert.equal(ids.length, 5);
    const jobs = await readAll(`/jobs?dataset=${dataset}&kind=scan`, 'jobs');
    assert.equal(new Set(jobs.map(({ id }) => id)).size, 5);
  });

  it('name datasets in order, whichever were registered between two pages', async () => {
    const worlds = [await registered(), await registered(), await registered()];
    const names = (await readAll('/datasets', 'datasets')).map(({ dataset }) => String(dataset));
    assert.deepEqual(names, names.toSorted());
    for (const { dataset } of worlds) assert.ok(names.includes(dataset));
  });

  it('show which notifications wait, arrived or were given up, and why', async () => {
    const world = await registered();
    const [lost = '', arrived = '', waiting = ''] = await sendMessages(world, ['log', 'log', 'log']);
    const { outbox } = store.database;
    await outbox.markFailed(lost, { by: 'me', error: 'the receiver is gone' });
    await outbox.markDelivered(arrived, at(50));
    const found = await readAll(`/datasets/${world.dataset}/notifications`, 'notifications');
    assert.deepEqual(
      found.map(({ id, state, lastError, deliveredAt }) => ({ id, state, lastError, deliveredAt })),
      [
        { id: waiting, state: 'pending', lastError: undefined, deliveredAt: undefined },
        { id: arrived, state: 'delivered', lastError: undefined, deliveredAt: at(50) },
        { id: lost, state: 'given_up', lastError: 'the receiver is gone', deliveredAt: undefined },
      ],
    );
    const unknown = await api.call('GET', '/datasets/nobodys/notifications');
    assert.equal(unknown.body.code, 'DATASET_NOT_FOUND');
  });

  it('refuse cursors of other lists and nonsense', async () => {
    const of = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const paths = [
      `/jobs?cursor=${of(['incidents', 1, 'i'])}`,
      `/jobs?cursor=${of(['jobs', 'x', 'i'])}`,
      `/incidents?cursor=${of(['incidents', 1])}`,
      `/datasets?cursor=${of('datasets')}`,
      '/datasets?cursor=%00',
      '/jobs?cursor=%7B%7D',
    ];
    for (const path of paths) {
      const { status, body } = await api.call('GET', path);
      assert.deepEqual([path, status, body.code], [path, 400, 'REQUEST_INVALID']);
    }
  });

  it('of backfills have pages too', async () => {
    const world = await registered();
    for (let at = 0; at < 5; at += 1) await world.enqueued({ kind: 'backfill', concurrency: 1 });
    const found = await readAll(`/backfills?dataset=${world.dataset}`, 'backfills');
    assert.equal(new Set(found.map(({ id }) => id)).size, 5);
  });

  it('of the overview follow any order, and know what changed', async () => {
    const worlds = [await registered(), await registered(), await registered()];
    const [first] = worlds;
    assert.ok(first);
    await first.ingested('2001-01-01');
    await first.evaluated([
      first.evaluation('2001-01-01', { results: [first.result('2001-01-01', { severity: 1 })] }),
    ]);
    for (const query of ['', '?sort=name&order=desc', '?sort=rows&order=desc', '?sort=checked']) {
      const lines = await readAll(`/overview${query}`, 'datasets');
      for (const { dataset } of worlds)
        assert.equal(lines.filter((one) => one['dataset'] === dataset).length, 1);
    }
    const found = (await api.call('GET', `/overview?search=${first.dataset}`)).body;
    assert.equal(found.found, 1);
    assert.equal(found.datasets[0].lastPartition.partition, '2001-01-01');
    assert.ok(found.datasets[0].checkedAt > 0);
    const { histories } = (await api.call('GET', `/overview/histories?datasets=${first.dataset},nobodys`))
      .body;
    assert.deepEqual(Object.keys(histories), [first.dataset]);
    const other = (await api.call('GET', '/overview?limit=1')).body.nextCursor;
    assert.equal((await api.call('GET', `/overview?sort=name&cursor=${other}`)).body.code, 'REQUEST_INVALID');
  });
});
