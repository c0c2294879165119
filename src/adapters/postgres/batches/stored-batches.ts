import { sql } from 'kysely';
import type { DatasetName } from '../../../base/ids.ts';
import { limits } from '../../../base/limits.ts';
import type { NewBatch, SeenBytes, StoredBatches } from '../../../ports/stored-batches.ts';
import { encodeJson } from '../json.ts';
import { chunksOf } from '../json-rows.ts';
import type { ConnectionPool } from '../server/connection-pool.ts';
import { type Connection, repeatedly, transactRepeatedly, type Work } from '../transact.ts';
import { piecesOfFile, writePieces } from './piece-files.ts';

type StoredBatch = SeenBytes & { readonly id: number };

/**
 * The bytes of batches in the tables of a PostgreSQL server, in pieces, so that neither side ever holds a whole one. Each
 * is stored in one transaction.
 */
export class PostgresBatches implements StoredBatches {
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

  /** Somebody else's end is waited for; when the connection was lost, the file is read again. */
  insert(batch: NewBatch, path: string, check: (seen: SeenBytes) => void): Promise<boolean> {
    return transactRepeatedly(this.#db, async (trx) => {
      const id = await insertBatch(trx, batch);
      if (id === undefined) return false;
      let position = 0;
      for await (const bytes of piecesOfFile(path, check)) {
        await trx.insertInto('batch_piece').values({ batch: id, position, bytes }).execute();
        position += 1;
      }
      return true;
    });
  }

  async copy(location: string, path: string): Promise<SeenBytes | undefined> {
    const found = await this.find(location);
    if (found === undefined) return undefined;
    const seen = await writePieces(path, (first) => repeatedly(() => this.#pieces(found.id, first)));
    const isWhole = seen.sizeBytes === found.sizeBytes && seen.checksum === found.checksum;
    // Removed while it was read: then pieces of it may be lacking.
    return isWhole || (await this.find(location)) !== undefined ? seen : undefined;
  }

  /** Some pieces of a batch from the `first` on; fewer than `batchPiecesPerRead` at its end. */
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

  /** In one order, so that no two processes wait for each other. */
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
