import assert from 'node:assert/strict';
import { it } from 'node:test';
import { sql } from 'kysely';
import { migrate } from '../../../../src/adapters/postgres/migrate.ts';
import { tables } from '../../../../src/adapters/postgres/migrations/0001-tables.ts';
import { queries } from '../../../../src/adapters/postgres/migrations/0002-queries.ts';
import { exercises } from '../../../../src/adapters/postgres/migrations/0003-exercises.ts';
import { batches } from '../../../../src/adapters/postgres/migrations/0004-add-batches.ts';
import { outboxClaims } from '../../../../src/adapters/postgres/migrations/0005-add-outbox-claims.ts';
import { changes } from '../../../../src/adapters/postgres/migrations/0006-add-changes.ts';
import { requestKeys } from '../../../../src/adapters/postgres/migrations/0007-add-request-keys.ts';
import type { DatasetName } from '../../../../src/base/ids.ts';
import { instant } from '../../../../src/base/units.ts';
import { openOnServer, startPostgres } from '../../../support/postgres-server.ts';
import { directly } from './directly.ts';

const withoutSchedules = {
  '0001-tables': tables,
  '0002-queries': queries,
  '0003-exercises': exercises,
  '0004-add-batches': batches,
  '0005-add-outbox-claims': outboxClaims,
  '0006-add-changes': changes,
  '0007-add-request-keys': requestKeys,
};

it('datasets of a release without schedules have one after the upgrade, and those that it registers and removes beside', async () => {
  await using server = await startPostgres();
  const url = await server.createDatabase();
  await using raw = directly(url);
  const migrated = await migrate(raw.kysely, withoutSchedules);
  assert.deepEqual(migrated, { ok: true, value: undefined });
  const definition = JSON.stringify({ dataset: 'old' });
  const register = (name: string) =>
    sql`insert into dataset values (${name}, ${definition}::jsonb, 1, 5, 5)`.execute(raw.kysely);
  await register('old');

  const database = await openOnServer(url);
  const due = await database.schedules.due({ now: instant(Number.MAX_SAFE_INTEGER), limit: 10 });
  assert.deepEqual(
    due.map((one) => [one.definition.dataset, one.schedule.state]),
    [['old', undefined]],
  );
  await register('beside');
  const beside = 'beside' as DatasetName;
  assert.equal((await database.schedules.of([beside])).get(beside)?.nextAt, 5);
  await sql`delete from dataset where name = 'beside'`.execute(raw.kysely);
  assert.equal((await database.schedules.of([beside])).size, 0);
  await database.close();
});
