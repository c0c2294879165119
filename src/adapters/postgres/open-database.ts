import { type Kysely, sql } from 'kysely';
import { type Outcome, succeed } from '../../base/outcome.ts';
import type { Database } from '../../ports/database.ts';
import { PostgresAccessStore } from './access/access-store.ts';
import { PostgresChangeLog } from './change-log.ts';
import { PostgresDatasetStore } from './dataset-store.ts';
import { PostgresDrillReports } from './drill-reports.ts';
import { PostgresExerciseStore } from './exercise-store.ts';
import { inProcessSignal, type JobSignal } from './job-signal.ts';
import { PostgresJobStore } from './job-store.ts';
import { migrate } from './migrate.ts';
import { PostgresOutbox } from './outbox-store.ts';
import { PostgresQualityStore } from './quality-store.ts';
import { PostgresRegistryRows } from './registry-rows.ts';
import { PostgresRequestKeys } from './request-keys.ts';
import { PostgresRevisionStore } from './revision-store.ts';
import { PostgresScheduleFacts } from './schedule-facts.ts';
import { PostgresScheduleStore } from './schedule-store.ts';
import type { Schema } from './schema.ts';
import { PostgresSourceUse } from './source-use.ts';
import { PostgresWorkFigures } from './work-figures.ts';

/**
 * The stores over any Kysely of the PostgreSQL dialect whose values are those of `column-values.ts` and `safe-text.ts`,
 * after its tables were brought up to date. `signal` tells of changed jobs; a server, which serves several processes, brings its own.
 */
export async function openDatabase(
  db: Kysely<Schema>,
  signal: JobSignal = inProcessSignal(),
): Promise<Outcome<Database>> {
  const migrated = await migrate(db);
  if (!migrated.ok) return migrated;
  return succeed({
    datasets: new PostgresDatasetStore(db),
    jobs: new PostgresJobStore(db, signal),
    revisions: new PostgresRevisionStore(db, signal),
    quality: new PostgresQualityStore(db),
    outbox: new PostgresOutbox(db),
    changes: new PostgresChangeLog(db),
    requestKeys: new PostgresRequestKeys(db),
    exercises: new PostgresExerciseStore(db),
    sourceUse: new PostgresSourceUse(db),
    schedules: new PostgresScheduleStore(db),
    registryRows: new PostgresRegistryRows(db),
    scheduleFacts: new PostgresScheduleFacts(db),
    access: new PostgresAccessStore(db),
    workFigures: new PostgresWorkFigures(db),
    drillReports: new PostgresDrillReports(db),
    ping: async () => void (await sql`select 1`.execute(db)),
    close: () => close(db),
  });
}

/** Lets those finish who already wait for a connection. */
async function close(db: Kysely<Schema>): Promise<void> {
  await db
    .connection()
    .execute(async () => undefined)
    .catch(() => undefined);
  await db.destroy();
}
