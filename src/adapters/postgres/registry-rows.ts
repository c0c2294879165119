import { sql } from 'kysely';
import { failure } from '../../base/errors.ts';
import type { DatasetName } from '../../base/ids.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Instant } from '../../base/units.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import type { NewRegistryRow, RegistryPlace, RegistryRow, RegistryRows } from '../../ports/registry-rows.ts';
import { encodeJson } from './json.ts';
import { type Connection, repeatedly, transact } from './transact.ts';

/** The rows of datasets whose definitions are kept elsewhere. */
export class PostgresRegistryRows implements RegistryRows {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async claim(place: RegistryPlace): Promise<Outcome<void>> {
    const { rows } = await repeatedly(async () => {
      await sql`
        insert into registry_place (place)
        select ${place}::text where ${place} = 'postgres' or not exists (select from dataset)
        on conflict do nothing`.execute(this.#db);
      return await sql<{ place: string }>`select place from registry_place`.execute(this.#db);
    });
    const stands = rows[0]?.place ?? 'postgres';
    return stands === place ? succeed(undefined) : fail(elsewhere(stands, place));
  }

  async read(datasets: readonly DatasetName[]): Promise<ReadonlyMap<DatasetName, RegistryRow>> {
    if (datasets.length === 0) return new Map();
    const { rows } = await sql<RegistryRow & { dataset: DatasetName }>`
      select dataset.name as dataset, dataset.version, definition ->> 'registration' as registration
      from json_array_elements_text(${encodeJson(datasets)}::json) as asked (name)
      join dataset on dataset.name = asked.name collate "C"
      where definition ->> 'registry' is not null`.execute(this.#db);
    return new Map(rows.map(({ dataset, registration, version }) => [dataset, { registration, version }]));
  }

  add(definition: DatasetDefinition, row: NewRegistryRow, store: () => Promise<void>): Promise<boolean> {
    return transact(this.#db, async (trx) => {
      const added = await trx
        .insertInto('dataset')
        .values({
          name: definition.dataset,
          definition: shownOf(definition, row.registration),
          version: 1,
          registered_at: row.at,
          updated_at: row.at,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('name')
        .execute();
      if (added.length === 0) return false;
      await store();
      return true;
    });
  }

  async update(
    definition: DatasetDefinition,
    { registration, version, at }: RegistryRow & { readonly at: Instant },
  ): Promise<void> {
    await repeatedly(() =>
      sql`
        update dataset
        set definition = ${shownOf(definition, registration)}::jsonb, version = ${version}, updated_at = ${at}
        where name = ${definition.dataset} and version < ${version}
          and definition ->> 'registration' = ${registration}`.execute(this.#db),
    );
  }
}

/** What lists, rights and messages are made from. Where the data is, and how it is judged, stands in the registry alone. */
function shownOf(definition: DatasetDefinition, registration: string): string {
  const shown = Object.fromEntries(Object.entries(definition).filter(([key]) => !inRegistryAlone.has(key)));
  return encodeJson({ ...shown, registry: 'dynamodb', registration });
}

const inRegistryAlone: ReadonlySet<string> = new Set<keyof DatasetDefinition>([
  'provider',
  'partition',
  'policy',
  'checks',
  'columns',
  'segments',
  'notify',
  'limits',
  'missingValues',
]);

function elsewhere(stands: string, place: RegistryPlace): ReturnType<typeof failure> {
  const hint =
    stands === 'postgres'
      ? 'it has datasets of its own, or was opened without ASSAY_REGISTRY before: use another database, or leave ASSAY_REGISTRY out'
      : `set ASSAY_REGISTRY alike for all processes of an installation; here it is ${stands.replace(':', '://')}`;
  return failure(
    'REGISTRY_ELSEWHERE',
    `the datasets of this database are defined in ${stands}, not in ${place}`,
    { hint },
  );
}
