import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { columnType, type Schema } from '../../src/core/datasets/schema.ts';
import { TestWorld } from '../conformance/database-fixtures.ts';
import { type ApiService, startApi } from '../support/api-service.ts';
import { openTestDatabase, type TestDatabase } from '../support/embedded-database.ts';

describe('what partitions were and are', () => {
  let store: TestDatabase;
  let api: ApiService;
  let world: TestWorld;

  before(async () => {
    store = await openTestDatabase();
    api = await startApi({ database: store.database });
    world = new TestWorld(store.database);
    const yaml = `dataset: ${world.dataset}\nowner: ops@example.org\nprovider: {type: files, path: "*.csv"}\npartition: {column: date, by: day}\n`;
    await api.call('PUT', '/datasets', { yaml, file: 'dataset.yaml', baseDirectory: '/srv' });
    for (const partition of ['2001-01-01', '2001-01-02']) await add(partition, ['a INTEGER', 'b VARCHAR']);
    await add('2001-01-03', ['a INTEGER', 'b VARCHAR', 'c DATE'], {
      rejected: {
        count: 7,
        samples: [{ file: 'x.csv', row: 3, reason: 'too many columns', text: '1,2,3,4' }],
      },
    });
    await add('2001-01-03', ['a BIGINT', 'b VARCHAR'], { rowCount: 12 });
  });

  after(async () => {
    await world.finish();
    await api[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });

  const add = async (
    partition: string,
    columns: readonly string[],
    options: Parameters<TestWorld['ingested']>[1] = {},
  ): Promise<void> => {
    const revision = await world.ingested(partition, { schema: schemaOf(columns), ...options });
    assert.ok(revision !== undefined);
    await world.measured(revision);
  };
  const get = (path: string) => api.call('GET', `/datasets/${world.dataset}/${path}`);

  it('shows revisions, newest first, with what changed between them and the rows that were rejected', async () => {
    const { body } = await get('partitions/2001-01-03');
    const [second, first] = body.revisions;
    assert.deepEqual([second.number, second.rowCount, second.rejected.count], [2, 12, 0]);
    assert.deepEqual(second.schemaChanges, [
      'type changed: a from INTEGER to BIGINT',
      'column removed: c DATE',
    ]);
    assert.deepEqual(first.schemaChanges, ['column added: c DATE'], 'against the partition before');
    assert.deepEqual(first.columns.at(-1), { name: 'c', type: 'DATE' });
    assert.equal(first.rejected.count, 7);
    assert.deepEqual(first.rejected.samples, [
      { file: 'x.csv', row: 3, reason: 'too many columns', text: '1,2,3,4' },
    ]);
    assert.deepEqual((await get('partitions/2001-01-01')).body.revisions[0].schemaChanges, []);
  });

  it('puts partitions in a row with the same columns together', async () => {
    const { body } = await get('schemas');
    assert.deepEqual(
      body.periods.map((period: { from: string; to: string; partitions: number; changes: string[] }) => [
        period.from,
        period.to,
        period.partitions,
        period.changes,
      ]),
      [
        ['2001-01-03', '2001-01-03', 1, ['type changed: a from INTEGER to BIGINT']],
        ['2001-01-01', '2001-01-02', 2, []],
      ],
    );
  });

  it('knows no partition that was never taken in', async () => {
    const { status, body } = await get('partitions/1999-01-01');
    assert.deepEqual([status, body.code], [404, 'PARTITION_NOT_FOUND']);
  });
});

function schemaOf(columns: readonly string[]): Schema {
  return columns.map((column) => {
    const [name = '', native = ''] = column.split(' ');
    return { name, type: columnType(native) };
  });
}
