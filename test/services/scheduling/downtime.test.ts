import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type RawBuilder, sql } from 'kysely';
import { dueSchedules } from '../../../src/adapters/postgres/schedule-store.ts';
import type { ServerDatabase } from '../../../src/adapters/postgres/server/open.ts';
import { limits } from '../../../src/base/limits.ts';
import { day, type Instant, instant, minute, second } from '../../../src/base/units.ts';
import type { ScheduleState, Slot } from '../../../src/core/scheduling/schedule.ts';
import { MissedScans } from '../../../src/services/notification/missed-scans.ts';
import { Scheduler } from '../../../src/services/scheduling/scheduler.ts';
import { directly } from '../../adapters/postgres/server/directly.ts';
import { published } from '../../core/scheduling/support.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { testKit } from '../../support/kit.ts';
import { openOnServer, type PostgresServer, startPostgres } from '../../support/postgres-server.ts';

const start = Date.UTC(2026, 4, 1, 12);

describe('many datasets', () => {
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres();
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
  });

  /** A database with `count` datasets that were begun and wait for their next time, a daily one. */
  async function populated(
    count: number,
    nextAt: Instant,
  ): Promise<{ url: string; database: ServerDatabase }> {
    const url = await server.createDatabase();
    const database = await openOnServer(url);
    await using raw = directly(url);
    const definition = JSON.stringify(published({ type: 'periodic', cron: '0 6 * * *', timeZone: 'UTC' }));
    const slot: Slot = { due: nextAt, earlyAt: nextAt, lateAt: instant(nextAt + minute), looks: 0 };
    const state = JSON.stringify({ definition: 1, decisions: [], slot } satisfies ScheduleState);
    const run = (statement: RawBuilder<unknown>) => statement.execute(raw.kysely);
    await run(sql`
      insert into dataset (name, definition, version, registered_at, updated_at)
      select name, jsonb_set(${definition}::jsonb, '{dataset}', to_jsonb(name)), 1, ${start}, ${start}
      from (select 'd' || lpad(n::text, 6, '0') as name from generate_series(1, ${count}::integer) as n) as names`);
    await run(sql`update schedule set next_due = ${nextAt}, state = ${state}::jsonb`);
    await run(sql`analyze`);
    return { url, database };
  }

  it('are caught up with after a day without a scheduler, each once, and no herd of them meets the sources', async () => {
    const count = 2_000;
    const { database } = await populated(count, instant(start + 18 * 60 * minute));
    // The scheduler comes back a day after their time.
    const clock = createFakeClock(start + 18 * 60 * minute + day);
    const began = clock.now();
    const kit = testKit({ clock });
    const scheduler = new Scheduler(kit, { ...database, missed: new MissedScans(database) });
    const perMinute = new Map<number, number>();
    let most = 0;
    while (clock.now() < began + limits.catchUpWindowMs + 2 * minute) {
      const { scans } = await scheduler.tick();
      most = Math.max(most, scans);
      const at = Math.floor((clock.now() - began) / minute);
      perMinute.set(at, (perMinute.get(at) ?? 0) + scans);
      clock.jump(5 * second);
    }
    const jobs = await database.jobs.list({ kind: 'scan', limit: 10_000 });
    await database.close();
    assert.equal(jobs.length, count);
    assert.equal(new Set(jobs.map(({ job }) => job.dataset)).size, count);
    assert.ok(most <= limits.scheduledScansPerTickMax);
    // Spread evenly it would be 200 in each of the ten minutes.
    const busiest = Math.max(...perMinute.values());
    assert.ok(busiest <= 250, `${busiest} scans in one minute`);
  });

  it('are found by the index of due times, not one by one', async () => {
    const count = 20_000;
    const { url, database } = await populated(count, instant(start + day));
    await using raw = directly(url);
    const due = dueSchedules({ now: instant(start + day), limit: limits.schedulePageMax });
    const { rows } = await sql<{ 'QUERY PLAN': string }>`explain (analyze, buffers) ${due}`.execute(
      raw.kysely,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    await database.close();
    assert.match(plan, /Index (?:Only )?Scan using schedule_due on schedule/);
    assert.doesNotMatch(plan, /Seq Scan/);
  });
});
