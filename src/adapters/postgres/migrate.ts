import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { failure, failureOf } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { tables } from './migrations/0001-tables.ts';
import { queries } from './migrations/0002-queries.ts';
import { exercises } from './migrations/0003-exercises.ts';
import { batches } from './migrations/0004-add-batches.ts';
import { outboxClaims } from './migrations/0005-add-outbox-claims.ts';
import { changes } from './migrations/0006-add-changes.ts';
import { requestKeys } from './migrations/0007-add-request-keys.ts';
import { access } from './migrations/0008-add-access.ts';
import { schedules } from './migrations/0009-add-schedules.ts';
import { drillReports } from './migrations/0010-add-drill-reports.ts';
import { sourceUse } from './migrations/0011-add-source-use.ts';
import { traces } from './migrations/0012-add-traces.ts';
import type { Schema } from './schema.ts';

/**
 * Every migration by its number. They run in this order, once each, and are never edited once they were released. One
 * whose name begins with `add-` only adds what older releases need not know: they go on beside it (decision 16).
 */
const released: Migrations = {
  '0001-tables': tables,
  '0002-queries': queries,
  '0003-exercises': exercises,
  '0004-add-batches': batches,
  '0005-add-outbox-claims': outboxClaims,
  '0006-add-changes': changes,
  '0007-add-request-keys': requestKeys,
  '0008-add-access': access,
  '0009-add-schedules': schedules,
  '0010-add-drill-reports': drillReports,
  '0011-add-source-use': sourceUse,
  '0012-add-traces': traces,
};

/** SQL by name. */
export type Migrations = Readonly<Record<string, string>>;

/**
 * Brings the tables up to date, all missing migrations or none, under a lock that lets one process do it:
 * `DATABASE_TOO_NEW` when a newer Assay has changed them so that this program does not fit them any more,
 * `DATABASE_UNREADABLE` when a migration fails.
 */
export async function migrate(db: Kysely<Schema>, migrations: Migrations = released): Promise<Outcome<void>> {
  try {
    const before = judge(await executed(db), migrations);
    if (before !== 'behind') return before;
    const { error } = await migratorOf(db, migrations).migrateToLatest();
    if (error === undefined) return succeed(undefined);
    // Another process may have been faster, and may have been a newer one.
    const since = judge(await executed(db), migrations);
    if (since !== 'behind') return since;
    throw error;
  } catch (error) {
    const cause = failureOf(error);
    if (cause.code !== 'INTERNAL') return fail(cause);
    return fail(
      failure('DATABASE_UNREADABLE', 'the tables of the database could not be brought up to date', {
        hint: 'nothing was changed; check the cause, then start again',
        cause: error,
      }),
    );
  }
}

/** Whether tables with these migrations fit the program, do not, or are behind. */
function judge(done: readonly string[], migrations: Migrations): Outcome<void> | 'behind' {
  const isBehind = Object.keys(migrations).some((name) => !done.includes(name));
  const unknown = done.filter((name) => !(name in migrations));
  const unfit = isBehind ? unknown : unknown.filter((name) => !/^\d+-add-/.test(name));
  if (unfit.length > 0) return fail(tooNew(unfit));
  return isBehind ? 'behind' : succeed(undefined);
}

function migratorOf(db: Kysely<Schema>, migrations: Migrations): Migrator {
  return new Migrator({
    db,
    provider: { getMigrations: async () => mapValues(migrations, sqlMigration) },
    migrationTableName: 'migration',
    migrationLockTableName: 'migration_lock',
  });
}

function tooNew(unknown: readonly string[]): ReturnType<typeof failure> {
  return failure('DATABASE_TOO_NEW', `the database has tables of a newer Assay (${unknown.join(', ')})`, {
    hint: 'start the newer version again, or restore the backup from before the upgrade',
  });
}

async function executed(db: Kysely<Schema>): Promise<string[]> {
  const table = await sql<{ found: string | null }>`select to_regclass('migration')::text as found`.execute(
    db,
  );
  if (table.rows[0]?.found == null) return [];
  const { rows } = await sql<{ name: string }>`select name from migration order by name`.execute(db);
  return rows.map((row) => row.name);
}

/** Statements one by one, because a prepared statement may hold only one. */
function sqlMigration(text: string): Migration {
  return {
    up: async (db) => {
      for (const statement of text.split(/;\s*\n/)) {
        if (statement.trim() !== '') await sql.raw(statement).execute(db);
      }
    },
  };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
