import { sql } from 'kysely';
import type { DatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { instant } from '../../base/units.ts';
import type { ScheduleFacts } from '../../core/scheduling/schedule.ts';
import type { FactsAsked, ScheduleFactsSource } from '../../ports/schedule-facts.ts';
import { decodeJson } from './json.ts';
import { jsonRows } from './json-rows.ts';
import type { Connection } from './transact.ts';

/** What decisions about scans are made from, in PostgreSQL: looks into indexes for each dataset, in one statement. */
export class PostgresScheduleFacts implements ScheduleFactsSource {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async read(asked: readonly FactsAsked[]): Promise<ReadonlyMap<DatasetName, ScheduleFacts>> {
    if (asked.length === 0) return new Map();
    const given = asked.map(({ dataset, since, lastScan, arrivals }) => ({
      dataset,
      since: since ?? null,
      last_scan: lastScan ?? null,
      arrivals: arrivals ?? null,
    }));
    const { rows } = await sql<FactsRow>`
      select asked.dataset,
        (
          select case
            when bool_or(kind = 'scan') then 'scan'
            when bool_or(control <> 'pause') then 'backfill'
            when count(*) > 0 then 'paused_backfill'
          end
          from job
          where cluster = 'ingestion' and job.dataset = asked.dataset collate "C" and ended_at is null
        ) as open,
        asked.since is not null and exists (
          select from job
          where job.dataset = asked.dataset collate "C" and created_at >= asked.since
            and kind in ('scan', 'backfill')
        ) as was_asked_for,
        scan.status, lookup.changed,
        (
          select ended_at from job
          where asked.arrivals is not null and job.dataset = asked.dataset collate "C" and kind = 'backfill'
          order by created_at desc limit 1
        ) as backfilled_at,
        (
          select json_agg(ingested_at order by ingested_at desc)
          from (
            select ingested_at from revision
            where asked.arrivals is not null and revision.dataset = asked.dataset collate "C"
              and (asked.arrivals = 'every_revision' or number = 1)
            order by ingested_at desc limit ${limits.arrivalsMax}
          ) as last
        ) as arrivals
      from json_to_recordset(${jsonRows(given)}) as asked (
        dataset text, since double precision, last_scan text, arrivals text
      )
      left join job as scan on scan.id = asked.last_scan collate "C" and scan.ended_at is not null
      left join task_outcome as lookup on lookup.job = scan.id and lookup.name = 'lookup'`.execute(this.#db);
    return new Map(rows.map((row) => [row.dataset, factsOf(row)]));
  }
}

type FactsRow = {
  readonly dataset: DatasetName;
  readonly open: NonNullable<ScheduleFacts['open']> | null;
  readonly was_asked_for: boolean;
  readonly status: NonNullable<ScheduleFacts['lastScan']>['status'] | null;
  readonly changed: number | null;
  readonly backfilled_at: number | null;
  readonly arrivals: string | null;
};

function factsOf({ open, was_asked_for, status, changed, backfilled_at, arrivals }: FactsRow): ScheduleFacts {
  return {
    ...(open === null ? {} : { open }),
    wasAskedFor: was_asked_for,
    ...(status === null ? {} : { lastScan: { status, changed: changed ?? 0 } }),
    ...(backfilled_at === null ? {} : { backfilledAt: instant(backfilled_at) }),
    arrivals: arrivals === null ? [] : decodeJson<number[]>(arrivals).map(instant),
  };
}
