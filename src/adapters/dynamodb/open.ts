import { failureOf } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { Random } from '../../ports/random.ts';
import type { RegistryRows } from '../../ports/registry-rows.ts';
import type { ScheduleStore } from '../../ports/schedule-store.ts';
import { createDynamoClient, type DynamoCredentials, type DynamoPlace } from './client.ts';
import { DynamoDatasetStore } from './dataset-store.ts';
import { DynamoScheduleStore } from './schedule-store.ts';
import { openTable } from './table.ts';

/** A registry in DynamoDB, in place of the one of the database. */
export type DynamoRegistry = {
  readonly datasets: DatasetStore;
  readonly schedules: ScheduleStore;
  readonly close: () => void;
};

/**
 * Opens the registry of a table, which it makes if there is none. Failures: `REGISTRY_UNAVAILABLE`, `REGISTRY_UNFIT`
 * (credentials, rights, a table of another shape).
 */
export async function openDynamoRegistry(
  place: DynamoPlace,
  parts: {
    readonly clock: Clock;
    readonly random: Random;
    readonly rows: RegistryRows;
    readonly local: DatasetStore;
    readonly credentials?: DynamoCredentials | undefined;
  },
): Promise<Outcome<DynamoRegistry>> {
  const { table } = place;
  const client = createDynamoClient(place, parts.credentials);
  try {
    await openTable(client, table, parts.clock);
  } catch (error) {
    client.destroy();
    return fail(failureOf(error));
  }
  const { clock, random, rows, local } = parts;
  return succeed({
    datasets: new DynamoDatasetStore({ client, table, random, rows, local }),
    schedules: new DynamoScheduleStore({ client, table, rows, random, clock }),
    close: () => client.destroy(),
  });
}
