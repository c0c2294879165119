import { openDynamoRegistry } from '../../../src/adapters/dynamodb/open.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../src/adapters/system/random.ts';
import { FailureError } from '../../../src/base/errors.ts';
import type { Database } from '../../../src/ports/database.ts';

/** A database with its own registry, or with one on a server of DynamoDB's protocol; closing it closes both. */
export async function openWithRegistry(database: Database, endpoint: string | undefined): Promise<Database> {
  if (endpoint === undefined) return database;
  const registry = await openDynamoRegistry(
    { table: 'assay-registry', region: 'eu-central-1', endpoint },
    {
      clock: systemClock,
      random: createRandom(),
      rows: database.registryRows,
      local: database.datasets,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
  );
  if (!registry.ok) throw new FailureError(registry.error);
  const { datasets, schedules, close } = registry.value;
  return {
    ...database,
    datasets,
    schedules,
    close: async () => {
      await database.close();
      close();
    },
  };
}
