import type { PGlite } from '@electric-sql/pglite';

/**
 * What a PostgreSQL server does in the background and PGlite does not: checkpoints, without which the write-ahead log
 * grows for ever and recovery takes as long; vacuum, without which dead rows stay; statistics for the planner. It goes
 * by work done, not by time: an idle database needs none of it.
 */
export class Housekeeping {
  readonly #server: PGlite;
  #load = 0;

  constructor(server: PGlite) {
    this.#server = server;
  }

  /** Does one piece of what is due, when no transaction is open. `bytes`: what the request brought along. */
  async afterRequest(bytes: number): Promise<void> {
    this.#load += 1 + bytes / bytesPerRequest;
    if (this.#load < loadBetween || this.#server.closed || this.#server.isInTransaction()) return;
    this.#load = 0;
    try {
      if (await this.#isCheckpointDue()) await this.#server.exec('checkpoint');
      else await this.#tendTable();
    } catch {
      // Nobody asked for it: it is tried again later, and what it can not do the next request will report.
    }
  }

  async #isCheckpointDue(): Promise<boolean> {
    const { rows } = await this.#server.query<{ bytes: number }>(
      'select pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn) as bytes from pg_control_checkpoint()',
    );
    return (rows[0]?.bytes ?? 0) > walBytesMax;
  }

  async #tendTable(): Promise<void> {
    // Counts of dead rows are up to a second old otherwise: a long time for who writes as fast as the disk.
    await this.#server.query('select pg_stat_force_next_flush()');
    const { rows } = await this.#server.query<{ name: string; dead: boolean }>(tableInNeed);
    const [table] = rows;
    if (table === undefined) return;
    await this.#server.exec(`${table.dead ? 'vacuum (analyze)' : 'analyze'} ${table.name}`);
  }
}

/** It is looked at after 200 requests, or after 16 MiB of data. */
const loadBetween = 200;
const bytesPerRequest = 80 * 1024;
const walBytesMax = 48 * 1024 * 1024;

/** The table that needs it most, by the rules of PostgreSQL's own autovacuum with its default thresholds. */
const tableInNeed = `
  select quote_ident(relname) as name, dead_share > 1 as dead
  from (
    select relname,
      n_dead_tup / (50 + 0.2 * n_live_tup) as dead_share,
      n_mod_since_analyze / (50 + 0.1 * n_live_tup) as changed_share
    from pg_stat_user_tables
  ) as need
  where dead_share > 1 or changed_share > 1
  order by greatest(dead_share, changed_share) desc
  limit 1`;
