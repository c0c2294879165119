import { join } from 'node:path';
import { openEmbeddedDatabase } from '../../src/adapters/postgres/embedded/open.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { FailureError } from '../../src/base/errors.ts';
import type { DatasetName } from '../../src/base/ids.ts';
import { limits } from '../../src/base/limits.ts';
import { hour, type Instant, instant } from '../../src/base/units.ts';
import type { Database } from '../../src/ports/database.ts';
import { MissedScans } from '../../src/services/notification/missed-scans.ts';
import { Scheduler } from '../../src/services/scheduling/scheduler.ts';
import { published } from '../../test/core/scheduling/support.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createRecordingLog, testKit } from '../../test/support/kit.ts';
import { openOnServer, startPostgres } from '../../test/support/postgres-server.ts';
import type { Bench } from '../support/bench.ts';

const datasets = 20_000;
const start = Date.UTC(2026, 4, 1, 0, 30);

/** What one scheduler decides with 20,000 datasets, of which a quarter is due at each full hour. */
export async function scheduleSuite(bench: Bench): Promise<void> {
  await bench.progress('20,000 datasets, embedded', async () => {
    const opened = await openEmbeddedDatabase({
      directory: join(bench.folder, 'schedule-database'),
      clock: systemClock,
      log: createRecordingLog(),
    });
    if (!opened.ok) throw new FailureError(opened.error);
    await measure(bench, opened.value, 'embedded');
    await opened.value.close();
  });
  await bench.progress('20,000 datasets, server', async () => {
    const server = await startPostgres();
    const database = await openOnServer(await server.createDatabase());
    await measure(bench, database, 'server');
    await database.close();
    await server[Symbol.asyncDispose]();
  });
}

async function measure(bench: Bench, database: Database, where: string): Promise<void> {
  for (let nth = 0; nth < datasets; nth += 1) {
    const publish = {
      type: 'periodic',
      cron: `0 ${nth % 4},${(nth % 4) + 8} * * *`,
      timeZone: 'Europe/Berlin',
    } as const;
    const dataset = `d${String(nth).padStart(6, '0')}` as DatasetName;
    await database.datasets.apply({ ...published(publish), dataset }, instant(start));
  }
  const clock = createFakeClock(start);
  const scheduler = new Scheduler(testKit({ clock }), { ...database, missed: new MissedScans(database) });
  const begin = await ticksUntilNothing(scheduler);
  bench.add(
    `tick that begins ${limits.schedulePageMax} of 20,000 datasets, ${where}`,
    'ms',
    rangeOf(begin),
    '≤ 1,000 ms',
  );
  clock.jump(limits.registrationGraceMs);
  const scans = await ticksUntilNothing(scheduler);
  bench.add(
    `tick that scans ${limits.scheduledScansPerTickMax} of 20,000 datasets, ${where}`,
    'ms',
    rangeOf(scans),
    '≤ 1,000 ms',
  );
  await endScans(database, clock.now());
  clock.jump(hour);
  const due = await ticksUntilNothing(scheduler);
  bench.add(`tick with a quarter of 20,000 datasets due, ${where}`, 'ms', rangeOf(due), '≤ 1,000 ms');
  const idle: number[] = [];
  for (let nth = 0; nth < 20; nth += 1) idle.push(await tookMs(() => scheduler.tick()));
  bench.add(`tick with nothing due of 20,000 datasets, ${where}`, 'ms', rangeOf(idle), '≤ 1,000 ms');
}

async function ticksUntilNothing(one: Scheduler): Promise<number[]> {
  const figures: number[] = [];
  for (;;) {
    const before = performance.now();
    const { due: found } = await one.tick();
    if (found === 0) return figures;
    figures.push(performance.now() - before);
  }
}

async function endScans(database: Database, at: Instant): Promise<void> {
  for (;;) {
    const open = await database.jobs.list({ open: true, limit: 1_000 });
    if (open.length === 0) return;
    const end = { status: 'succeeded', endedAt: at, tasks: 1, tasksFailed: 0 } as const;
    await database.jobs.end(open.map(({ job }) => ({ id: job.id, end })));
  }
}

/** The fastest, the middle one and the slowest. */
function rangeOf(figures: readonly number[]): number[] {
  const sorted = figures.toSorted((a, b) => a - b);
  return [sorted[0] ?? 0, sorted[Math.floor(sorted.length / 2)] ?? 0, sorted.at(-1) ?? 0];
}

async function tookMs(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}
