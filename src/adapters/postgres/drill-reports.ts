import { sql } from 'kysely';
import type { KeptDrill } from '../../core/drills/kept-drill.ts';
import type { DrillLine, DrillReports } from '../../ports/drill-reports.ts';
import { decodeJson, encodeJson } from './json.ts';
import { type Connection, transactRepeatedly } from './transact.ts';

/** Reports of drills in PostgreSQL. */
export class PostgresDrillReports implements DrillReports {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async add({ id, ...report }: KeptDrill & { readonly id: string }, kept: number): Promise<void> {
    await transactRepeatedly(this.#db, async (trx) => {
      await sql`
        insert into drill_report (id, started_at, report) values (${id}, ${report.startedAt}, ${encodeJson(report)})
        on conflict (id) do update set report = excluded.report`.execute(trx);
      await sql`
        delete from drill_report where id in (
          select id from drill_report order by started_at desc, id offset ${kept}
        )`.execute(trx);
    });
  }

  async list(): Promise<readonly DrillLine[]> {
    const rows = await this.#db
      .selectFrom('drill_report')
      .selectAll()
      .orderBy('started_at', 'desc')
      .orderBy('id')
      .execute();
    return rows.map(({ id, report }) => {
      const { drill, passed, startedAt, tookMs, cluster, version, faults, findings } =
        decodeJson<KeptDrill>(report);
      const counts = { faults: faults.length, findings: findings.length };
      return { id, drill, passed, startedAt, tookMs, cluster, version, ...counts };
    });
  }

  async get(id: string): Promise<KeptDrill | undefined> {
    const row = await this.#db
      .selectFrom('drill_report')
      .select('report')
      .where('id', '=', id)
      .executeTakeFirst();
    return row && decodeJson<KeptDrill>(row.report);
  }
}
