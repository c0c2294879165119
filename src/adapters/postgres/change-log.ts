import { sql } from 'kysely';
import type { DatasetName } from '../../base/ids.ts';
import type {
  ChangeKind,
  ChangeLog,
  ChangePosition,
  ChangeReading,
  NotedChange,
} from '../../ports/change-log.ts';
import type { Connection } from './transact.ts';

/**
 * The log that triggers write. A position is the number of a transaction: everything that began before it has ended, so
 * that no row of an earlier one can become visible later. Sequences alone would not do: a row may be committed after one
 * with a higher number was read.
 */
export class PostgresChangeLog implements ChangeLog {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async position(): Promise<ChangePosition> {
    const { rows } = await sql<{ horizon: number }>`select ${horizon} as horizon`.execute(this.#db);
    return rows[0]?.horizon ?? 0;
  }

  async since(position: ChangePosition, limit: number): Promise<ChangeReading> {
    // One statement, so that the rows and the horizon are of one snapshot.
    const { rows } = await sql<Row>`
      select now.horizon, now.known, noted.*
      from (
        select ${horizon} as horizon, exists(
          select from change where transaction < ${position}::bigint
        ) as known
      ) as now
      left join lateral (
        select sequence, transaction, kind, dataset, subject from change
        where transaction >= ${position}::bigint and dataset <> ''
        order by transaction, sequence
        limit ${limit + 1}
      ) as noted on true
      order by noted.transaction, noted.sequence`.execute(this.#db);
    const [first] = rows;
    if (first === undefined) return { kind: 'lost', position };
    const now = first.horizon;
    const changes = rows.flatMap((row) => noted(row, now));
    // A position beyond the present is one of another server.
    if (!first.known || position > now || changes.length > limit) return { kind: 'lost', position: now };
    return { kind: 'changes', changes, position: now };
  }

  /** By transaction, as they are read: what is left has no holes. */
  async trim(kept: number): Promise<number> {
    const { rows } = await sql<{ trimmed: number }>`
      with last as (
        select transaction from change order by transaction desc, sequence desc offset ${kept} limit 1
      ),
      trimmed as (delete from change using last where change.transaction <= last.transaction returning 1)
      select count(*)::integer as trimmed from trimmed`.execute(this.#db);
    return rows[0]?.trimmed ?? 0;
  }
}

const horizon = sql`pg_snapshot_xmin(pg_current_snapshot())::text::bigint`;

type Row = {
  readonly horizon: number;
  readonly known: boolean;
  readonly sequence: number | null;
  readonly transaction: number;
  readonly kind: ChangeKind;
  readonly dataset: DatasetName;
  readonly subject: string | null;
};

function noted(row: Row, position: ChangePosition): NotedChange[] {
  const { sequence, transaction, kind, dataset, subject } = row;
  if (sequence === null) return [];
  const settled = transaction < position;
  return [{ kind, dataset, ...(subject === null ? {} : { subject }), sequence, settled }];
}
