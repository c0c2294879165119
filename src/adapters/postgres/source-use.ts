import { sql } from 'kysely';
import { sourceName } from '../../base/ids.ts';
import type { SourceUse, SourceUseStore } from '../../ports/source-use.ts';
import type { Connection } from './transact.ts';

/** What sources gave, in PostgreSQL. */
export class PostgresSourceUse implements SourceUseStore {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async used(day: string): ReturnType<SourceUseStore['used']> {
    const rows = await this.#db.selectFrom('source_use').selectAll().where('day', '=', day).execute();
    return new Map(
      rows.map(({ source, calls, bytes, busy_ms: busyMs }) => [sourceName(source), { calls, bytes, busyMs }]),
    );
  }

  async add(day: string, source: string, { calls, bytes, busyMs }: SourceUse): Promise<void> {
    await sql`
      insert into source_use (day, source, calls, bytes, busy_ms)
      values (${day}, ${source}, ${calls}, ${bytes}, ${busyMs})
      on conflict (day, source) do update set calls = source_use.calls + excluded.calls,
        bytes = source_use.bytes + excluded.bytes, busy_ms = source_use.busy_ms + excluded.busy_ms`.execute(
      this.#db,
    );
  }

  async forget(before: string): Promise<void> {
    await this.#db.deleteFrom('source_use').where('day', '<', before).execute();
  }
}
