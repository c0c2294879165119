import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoClient, type DynamoPlace } from '../../../src/adapters/dynamodb/client.ts';
import { type DynamoRegistry, openDynamoRegistry } from '../../../src/adapters/dynamodb/open.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../src/adapters/system/random.ts';
import { FailureError, failureOf } from '../../../src/base/errors.ts';
import type { DatasetName } from '../../../src/base/ids.ts';
import { day, instant } from '../../../src/base/units.ts';
import type { Database } from '../../../src/ports/database.ts';
import type { RegistryRows } from '../../../src/ports/registry-rows.ts';
import { at, definitionOf, unique } from '../../conformance/database-fixtures.ts';
import { registryConformance } from '../../conformance/registry.ts';
import { type DynamoServer, startDynamo } from '../../support/dynamo-server.ts';
import { openTestDatabase, type TestDatabase } from '../../support/embedded-database.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

type World = AsyncDisposable & {
  readonly server: DynamoServer;
  readonly database: Database;
  /** The registry as another process would have it, perhaps with rows that fail. */
  open(over?: Partial<RegistryRows>, place?: Partial<DynamoPlace>): Promise<DynamoRegistry>;
};

async function startWorld(): Promise<World> {
  const server = await startDynamo();
  const opened: TestDatabase = await openTestDatabase();
  const { database } = opened;
  const registries: DynamoRegistry[] = [];
  return {
    server,
    database,
    open: async (over = {}, place = {}) => {
      const { registryRows: rows } = database;
      const registry = await openDynamoRegistry(
        { table: 'assay-registry', region: 'eu-central-1', endpoint: server.endpoint, ...place },
        {
          clock: systemClock,
          random: createRandom(),
          rows: {
            claim: (place) => rows.claim(place),
            read: (names) => rows.read(names),
            add: (...given) => rows.add(...given),
            update: (...given) => rows.update(...given),
            ...over,
          },
          local: database.datasets,
          credentials,
        },
      );
      if (!registry.ok) throw new FailureError(registry.error);
      registries.push(registry.value);
      return registry.value;
    },
    [Symbol.asyncDispose]: async () => {
      for (const registry of registries) registry.close();
      await opened[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

registryConformance('DynamoDB', async () => {
  const world = await startWorld();
  const { datasets, schedules } = await world.open();
  const registry = { datasets, schedules, jobs: world.database.jobs };
  return { registry, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
});

describe('a registry in DynamoDB', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
  });
  const newName = (): DatasetName => unique('dynamo') as DatasetName;
  const dies = () => Promise.reject(new Error('the process died'));

  it('has no dataset of which only the definition was stored, and registers it when it is asked again', async () => {
    const dataset = newName();
    const { datasets, schedules } = await world.open({
      add: (definition, row, store) =>
        world.database.registryRows.add(definition, row, async () => {
          await store();
          await dies();
        }),
    });
    await assert.rejects(datasets.apply(definitionOf(dataset), at(1)));
    const other = await world.open();
    assert.equal(await other.datasets.get(dataset), undefined);
    assert.equal((await schedules.of([dataset])).size, 0);
    assert.ok(!(await other.datasets.list()).some(({ definition }) => definition.dataset === dataset));
    const due = await other.schedules.due({ now: at(10), limit: 1_000 });
    assert.ok(!due.some(({ definition }) => definition.dataset === dataset));
    assert.deepEqual(await other.datasets.apply(definitionOf(dataset), at(2)), { changed: true, version: 1 });
    assert.equal((await other.datasets.get(dataset))?.registeredAt, at(2));
    await other.datasets.remove(dataset);
  });

  it('shows the newest definition after a death before its row followed, and brings the row up', async () => {
    const dataset = newName();
    const { datasets } = await world.open({ update: dies });
    await datasets.apply(definitionOf(dataset, { owner: 'first' }), at(1));
    await assert.rejects(datasets.apply(definitionOf(dataset, { owner: 'second' }), at(2)));
    const [stale] = await world.database.datasets.lines([dataset]);
    assert.equal(stale?.owner, 'first');
    const other = await world.open();
    assert.equal((await other.datasets.get(dataset))?.definition.owner, 'second');
    const [line] = await other.datasets.lines([dataset]);
    assert.deepEqual([line?.owner, line?.version], ['second', 2]);
    await other.datasets.remove(dataset);
  });

  it('has no dataset after a death in the middle of its removal, and sweeps what is left when it is old', async () => {
    const dataset = newName();
    const { datasets, schedules } = await world.open();
    await datasets.apply(definitionOf(dataset), at(1));
    // The row is gone, the item stands.
    await world.database.datasets.remove(dataset);
    assert.equal(await datasets.get(dataset), undefined);
    assert.deepEqual(await schedules.due({ now: at(2), limit: 10 }), []);
    const before = world.server.calls('DeleteItem');
    assert.deepEqual(await schedules.due({ now: instant(at(1) + day), limit: 10 }), []);
    assert.equal(world.server.calls('DeleteItem'), before + 1);
    await schedules.due({ now: instant(at(1) + day), limit: 10 });
    assert.equal(world.server.calls('DeleteItem'), before + 1);
    assert.deepEqual(await datasets.apply(definitionOf(dataset), at(3)), { changed: true, version: 1 });
    await datasets.remove(dataset);
  });

  it('gives a dataset its definition again when the table was lost, with a later version', async () => {
    const dataset = newName();
    const { datasets } = await world.open();
    await datasets.apply(definitionOf(dataset), at(1));
    const { datasets: empty } = await world.open({}, { table: 'another-table' });
    assert.equal(await empty.get(dataset), undefined);
    assert.deepEqual(await empty.apply(definitionOf(dataset), at(2)), { changed: true, version: 2 });
    assert.equal((await empty.get(dataset))?.version, 2);
    await empty.remove(dataset);
  });

  it('says how large a definition may be', async () => {
    const dataset = newName();
    const { datasets } = await world.open();
    const large = definitionOf(dataset, { description: 'ä'.repeat(200_000) });
    await assert.rejects(datasets.apply(large, at(1)), (error) => {
      const { code, message } = failureOf(error);
      return code === 'REGISTRY_LIMIT' && message.includes('391.0 KiB') && message.includes('375.0 KiB');
    });
    assert.equal(await datasets.get(dataset), undefined);
    const fits = definitionOf(dataset, { description: 'x'.repeat(380_000) });
    await datasets.apply(fits, at(1));
    assert.deepEqual((await datasets.get(dataset))?.definition, fits);
    await datasets.remove(dataset);
  });

  it('tries again what is throttled, and says so when that does not end', async () => {
    const dataset = newName();
    const { datasets } = await world.open();
    world.server.throttle(3);
    await datasets.apply(definitionOf(dataset), at(1));
    world.server.throttle(3);
    assert.ok(await datasets.get(dataset));
    const hasty = await world.open({}, { attemptsMax: 2 });
    world.server.throttle(Number.POSITIVE_INFINITY);
    await assert.rejects(
      hasty.datasets.get(dataset),
      (error) => failureOf(error).code === 'REGISTRY_UNAVAILABLE',
    );
    world.server.throttle(0);
    await datasets.remove(dataset);
  });

  it('lists more datasets than one answer holds', async () => {
    const { datasets } = await world.open();
    const names = Array.from({ length: 30 }, newName);
    // An answer ends at 1 MB: each of these has a tenth of it.
    for (const dataset of names)
      await datasets.apply(definitionOf(dataset, { description: 'x'.repeat(100_000) }), at(1));
    const listed = (await datasets.list()).map(({ definition }) => definition.dataset);
    assert.deepEqual(listed, names.toSorted());
    for (const dataset of names) await datasets.remove(dataset);
  });

  it('refuses a table that is something else, and a server that is not there', async () => {
    const nowhere = {
      table: 'assay-registry',
      region: 'eu-central-1',
      endpoint: 'http://127.0.0.1:1',
      attemptsMax: 2,
    };
    const parts = {
      clock: systemClock,
      random: createRandom(),
      rows: world.database.registryRows,
      local: world.database.datasets,
      credentials,
    };
    const away = await openDynamoRegistry(nowhere, parts);
    assert.equal(away.ok ? undefined : away.error.code, 'REGISTRY_UNAVAILABLE');
    const place = { table: 'somebodys', region: 'eu-central-1', endpoint: world.server.endpoint };
    const client = createDynamoClient(place, credentials);
    await client.send(
      new CreateTableCommand({
        TableName: place.table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    client.destroy();
    const other = await openDynamoRegistry(place, parts);
    assert.equal(other.ok ? undefined : other.error.code, 'REGISTRY_UNFIT');
  });

  it('belongs to one database, once and for all', async () => {
    const { registryRows: rows } = world.database;
    const claimed = await rows.claim('dynamodb:assay-registry?region=eu-central-1');
    assert.equal(claimed.ok, true);
    const again = await rows.claim('dynamodb:assay-registry?region=eu-central-1');
    assert.equal(again.ok, true);
    for (const place of ['postgres', 'dynamodb:other?region=eu-central-1'] as const) {
      const refused = await rows.claim(place);
      assert.equal(refused.ok ? undefined : refused.error.code, 'REGISTRY_ELSEWHERE');
    }
  });
});

it('a database with definitions of its own takes no other registry', async () => {
  await using opened = await openTestDatabase();
  const { datasets, registryRows } = opened.database;
  await datasets.apply(definitionOf('own' as DatasetName), at(1));
  const refused = await registryRows.claim('dynamodb:assay-registry?region=eu-central-1');
  assert.equal(refused.ok ? undefined : refused.error.code, 'REGISTRY_ELSEWHERE');
  assert.equal((await registryRows.claim('postgres')).ok, true);
});
