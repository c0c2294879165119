import { sql } from 'kysely';
import { failure } from '../../base/errors.ts';
import type { DatasetName } from '../../base/ids.ts';
import type { Outcome } from '../../base/outcome.ts';
import { type Instant, instant } from '../../base/units.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import type { DatasetLine, DatasetStore, RegisteredDataset } from '../../ports/dataset-store.ts';
import { isAmong } from './among.ts';
import { decodeJson, encodeJson } from './json.ts';
import { datasetLines } from './queries/dataset-lines.ts';
import { removeDataset } from './queries/remove-dataset.ts';
import { type Connection, refuse, transactOutcome } from './transact.ts';

/** The registry in PostgreSQL. */
export class PostgresDatasetStore implements DatasetStore {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async apply(
    definition: DatasetDefinition,
    at: Instant,
  ): Promise<{ readonly changed: boolean; readonly version: number }> {
    // The version that stood before, read in the same statement: `returning` is empty when nothing was changed.
    const { rows } = await sql<{ changed: boolean; version: number }>`
      with applied as (
        insert into dataset (name, definition, version, registered_at, updated_at)
        values (${definition.dataset}, ${encodeJson(definition)}, 1, ${at}, ${at})
        on conflict (name) do update
          set definition = excluded.definition, version = dataset.version + 1, updated_at = excluded.updated_at
          where dataset.definition <> excluded.definition
        returning version
      )
      select true as changed, version from applied
      union all
      select false, version from dataset
      where name = ${definition.dataset} and not exists (select from applied)`.execute(this.#db);
    const [row] = rows;
    // Registered by another process while this statement ran: then it stands in its first version.
    return row ?? { changed: false, version: 1 };
  }

  async replace(
    definition: DatasetDefinition,
    { version, at }: { readonly version: number; readonly at: Instant },
  ): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('dataset')
      .set({ definition: encodeJson(definition), version: version + 1, updated_at: at })
      .where('name', '=', definition.dataset)
      .where('version', '=', version)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async get(dataset: DatasetName): Promise<RegisteredDataset | undefined> {
    const row = await this.#db
      .selectFrom('dataset')
      .selectAll()
      .where('name', '=', dataset)
      .executeTakeFirst();
    return row && registered(row);
  }

  async page({
    after,
    only,
    limit,
  }: {
    readonly after?: string | undefined;
    readonly only?: readonly DatasetName[];
    readonly limit: number;
  }): Promise<readonly RegisteredDataset[]> {
    let query = this.#db.selectFrom('dataset').selectAll().orderBy('name').limit(limit);
    if (after !== undefined) query = query.where('name', '>', after);
    if (only !== undefined) query = query.where(isAmong('name', only));
    const rows = await query.execute();
    return rows.map(registered);
  }

  async list(): Promise<readonly RegisteredDataset[]> {
    const rows = await this.#db.selectFrom('dataset').selectAll().orderBy('name').execute();
    return rows.map(registered);
  }

  lines(datasets?: readonly DatasetName[]): Promise<readonly DatasetLine[]> {
    return datasetLines(this.#db, datasets);
  }

  remove(dataset: DatasetName): Promise<Outcome<void>> {
    return transactOutcome(this.#db, async (trx) => {
      if (await removeDataset(trx, dataset)) return;
      refuse(
        failure('DATASET_NOT_FOUND', `there is no dataset ${dataset}`, { hint: 'see `assay datasets`' }),
      );
    });
  }

  async getListing(dataset: DatasetName): Promise<unknown> {
    const row = await this.#db
      .selectFrom('listing')
      .select('remembered')
      .where('dataset', '=', dataset)
      .executeTakeFirst();
    return row && decodeJson<unknown>(row.remembered);
  }
}

function registered(row: {
  readonly definition: string;
  readonly version: number;
  readonly registered_at: number;
  readonly updated_at: number;
}): RegisteredDataset {
  return {
    definition: decodeJson<DatasetDefinition>(row.definition),
    version: row.version,
    registeredAt: instant(row.registered_at),
    updatedAt: instant(row.updated_at),
  };
}
