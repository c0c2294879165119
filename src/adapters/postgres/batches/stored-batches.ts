import { sql } from 'kysely';
import type { DatasetName } from '../../../base/ids.ts';
import { limits } from '../../../base/limits.ts';
import { encodeJson } from '../json.ts';
import { chunksOf } from '../json-rows.ts';
import type { ConnectionPool } from '../server/connection-pool.ts';
import { type Connection, repeatedly, transactRepeatedly, type Work } from '../transact.ts';

/** A batch as the database knows it. */
export type StoredBatch = {
  readonly id: number;
  readonly sizeBytes: number;
  readonly checksum: string;
};

/** What is to be stored. */
export type NewBatch = {
  readonly location: string;
  readonly dataset: DatasetName;
  readonly sizeBytes: number;
  readonly checksum: string;
};

/** The bytes of batches in the tables of a server, in pieces, so that neither side ever holds a whole one. */
export class StoredBatches {
  readonly #db: Connection;
  readonly #pool: ConnectionPool;

  constructor(db: Connection, pool: ConnectionPool) {
    this.#db = db;
    this.#pool = pool;
  }

  async find(location: string): Promise<StoredBatch | undefined> {
    const query = this.#db
      .selectFrom('stored_batch')
      .select(['id', 'size_bytes', 'checksum'])
      .where('location', '=', location);
    const row = await repeatedly(() => query.executeTakeFirst());
    return row === undefined ? undefined : { id: row.id, sizeBytes: row.size_bytes, checksum: row.checksum };
  }

  /**
   * Stores a batch in one transaction; false when its location is taken, which is left as it is: by somebody else, whose
   * end is waited for, or by a first try of this call whose answer was lost. `pieces` is called again when the connection
   * was lost; what it throws ends the transaction without a trace.
   */
  insert(batch: NewBatch, pieces: () => AsyncIterable<Uint8Array>): Promise<boolean> {
    return transactRepeatedly(this.#db, async (trx) => {
      const id = await insertBatch(trx, batch);
      if (id === undefined) return false;
      let position = 0;
      for await (const bytes of pieces()) {
        await trx.insertInto('batch_piece').values({ batch: id, position, bytes }).execute();
        position += 1;
      }
      return true;
    });
  }

  /** Some pieces of a batch from the `first` on; fewer than `batchPiecesPerRead` at its end. */
  pieces(id: number, first: number): Promise<readonly Uint8Array[]> {
    return repeatedly(() => this.#pieces(id, first));
  }

  async #pieces(id: number, first: number): Promise<readonly Uint8Array[]> {
    const connection = await this.#pool.acquire();
    try {
      return await connection.copyBytes(`
        copy (
          select bytes from batch_piece
          where batch = ${Number(id)} and position >= ${Number(first)}
            and position < ${Number(first) + limits.batchPiecesPerRead}
          order by position
        ) to stdout (format binary)`);
    } finally {
      connection.release();
    }
  }

  /** Removes batches; returns how many were there. In one order, so that no two processes wait for each other. */
  async remove(locations: readonly string[]): Promise<number> {
    let removed = 0;
    for (const chunk of chunksOf(locations, removedAtOnce)) removed += await this.#remove(chunk);
    return removed;
  }

  async #remove(locations: readonly string[]): Promise<number> {
    const statement = sql`
      delete from stored_batch using (
        select id from stored_batch
        where location in (select json_array_elements_text(${encodeJson(locations)}::json))
        order by location for update
      ) as found
      where stored_batch.id = found.id
      returning location`;
    const { rows } = await repeatedly(() => statement.execute(this.#db));
    return rows.length;
  }

  /** The locations of the batches of a dataset, and of datasets that were removed, that were stored longer ago than this. */
  async olderThan(dataset: DatasetName, ageMs: number): Promise<string[]> {
    const { rows } = await sql<{ location: string }>`
      select location from stored_batch
      where dataset in (${dataset}, ${ofRemovedDatasets})
        and stored_at < ${databaseNow} - ${ageMs}::double precision
      order by location`.execute(this.#db);
    return rows.map((row) => row.location);
  }
}

/** Batches whose pieces one statement removes, so that it ends in its time. */
const removedAtOnce = 20;

/** The dataset that batches get whose own was removed: to remove them at once might take longer than a request may. */
export const ofRemovedDatasets = '';

const databaseNow = sql`extract(epoch from now()) * 1000`;

async function insertBatch(trx: Work, batch: NewBatch): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    insert into stored_batch (location, dataset, size_bytes, checksum, stored_at)
    values (${batch.location}, ${batch.dataset}, ${batch.sizeBytes}, ${batch.checksum}, ${databaseNow})
    on conflict (location) do nothing
    returning id`.execute(trx);
  return rows[0]?.id;
}
