import { type RawBuilder, sql } from 'kysely';
import type { DatasetName } from '../../base/ids.ts';
import { type Instant, instant } from '../../base/units.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import type { DueDataset, Schedule, ScheduleState } from '../../core/scheduling/schedule.ts';
import type { ScheduleChange, ScheduleStore } from '../../ports/schedule-store.ts';
import { decodeJson, encodeJson } from './json.ts';
import { jsonRows } from './json-rows.ts';
import { type Connection, repeatedly } from './transact.ts';

/** The schedules of datasets in PostgreSQL. */
export class PostgresScheduleStore implements ScheduleStore {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async due(request: { readonly now: Instant; readonly limit: number }): Promise<readonly DueDataset[]> {
    const { rows } = await dueSchedules(request).execute(this.#db);
    return rows.map(dueOf);
  }

  async of(datasets: readonly DatasetName[]): Promise<ReadonlyMap<DatasetName, Schedule>> {
    if (datasets.length === 0) return new Map();
    const { rows } = await sql<ScheduleRow>`
      select dataset, schedule.version, next_due, state
      from json_array_elements_text(${encodeJson(datasets)}::json) as asked (name)
      join schedule on schedule.dataset = asked.name collate "C"`.execute(this.#db);
    return new Map(rows.map((row) => [row.dataset, scheduleOf(row)]));
  }

  async save(changes: readonly ScheduleChange[]): Promise<ReadonlySet<DatasetName>> {
    if (changes.length === 0) return new Set();
    const given = changes.map(({ nextAt, ...change }) => ({ ...change, next_due: nextAt ?? null }));
    // In the order of names, so that two of these statements never wait for each other.
    const statement = sql<{ dataset: DatasetName }>`
      with given as (
        select * from json_to_recordset(${jsonRows(given)}) as row (
          dataset text, version integer, next_due double precision, state jsonb
        )
      ),
      locked as (
        select schedule.dataset from schedule
        where dataset in (select dataset from given) order by schedule.dataset for update
      )
      update schedule
      set version = schedule.version + 1, next_due = given.next_due, state = given.state
      from given, locked
      where schedule.dataset = given.dataset and locked.dataset = given.dataset
        and schedule.version = given.version
      returning schedule.dataset`;
    const { rows } = await repeatedly(() => statement.execute(this.#db));
    return new Set(rows.map(({ dataset }) => dataset));
  }
}

/** The longest overdue first, by the index of due times. */
export function dueSchedules({
  now,
  limit,
}: {
  readonly now: Instant;
  readonly limit: number;
}): RawBuilder<DueRow> {
  return sql<DueRow>`
    select dataset.name as dataset, definition, dataset.version as definition_version, registered_at, updated_at,
      schedule.version, next_due, state
    from schedule join dataset on dataset.name = schedule.dataset
    where next_due <= ${now}
    order by next_due, schedule.dataset limit ${limit}`;
}

type ScheduleRow = {
  readonly dataset: DatasetName;
  readonly version: number;
  readonly next_due: number | null;
  readonly state: string | null;
};

type DueRow = ScheduleRow & {
  readonly definition: string;
  readonly definition_version: number;
  readonly registered_at: number;
  readonly updated_at: number;
};

function scheduleOf(row: ScheduleRow): Schedule {
  return {
    version: row.version,
    ...(row.next_due === null ? {} : { nextAt: instant(row.next_due) }),
    ...(row.state === null ? {} : { state: decodeJson<ScheduleState>(row.state) }),
  };
}

function dueOf(row: DueRow): DueDataset {
  return {
    definition: decodeJson<DatasetDefinition>(row.definition),
    version: row.definition_version,
    registeredAt: instant(row.registered_at),
    updatedAt: instant(row.updated_at),
    schedule: { ...scheduleOf(row), nextAt: instant(row.next_due ?? 0) },
  };
}
