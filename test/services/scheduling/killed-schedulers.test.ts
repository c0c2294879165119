import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { it, type TestContext } from 'node:test';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { DatasetName } from '../../../src/base/ids.ts';
import { instant, minute } from '../../../src/base/units.ts';
import { decodeDataset } from '../../../src/core/datasets/decode.ts';
import { startDynamo } from '../../support/dynamo-server.ts';
import { eventually } from '../../support/eventually.ts';
import { openOnServer, startPostgres } from '../../support/postgres-server.ts';
import { openWithRegistry } from './open-with-registry.ts';

const kills = 4;
const datasetCount = 12;
const speed = 1_200;
const start = Date.UTC(2026, 4, 1);
/** Clocks of machines differ; these do by twenty minutes. */
const skews = [-20 * minute, 0, 20 * minute];

for (const registry of ['PostgreSQL', 'DynamoDB'] as const) {
  it(`three schedulers with clocks that differ, killed ${kills} times, scan each dataset once for each due time: ${registry}`, async (test) => {
    await using server = await startPostgres();
    await using dynamo = registry === 'DynamoDB' ? await startDynamo() : undefined;
    await prove(test, await server.createDatabase(), dynamo?.endpoint);
  });
}

async function prove(test: TestContext, url: string, endpoint: string | undefined): Promise<void> {
  const database = await openWithRegistry(await openOnServer(url), endpoint);
  const names = Array.from({ length: datasetCount }, (_, nth) => `data-${nth}` as DatasetName);
  for (const [nth, dataset] of names.entries()) {
    const publish =
      nth % 2 === 0
        ? { type: 'continuous' }
        : { type: 'periodic', cron: `*/${10 + nth} * * * *`, time_zone: 'Europe/Berlin' };
    const decoded = decodeDataset({
      dataset,
      owner: `o${nth % 3}`,
      provider: { type: 'files', path: '/d/*.csv' },
      publish,
    });
    assert.ok(decoded.ok);
    await database.datasets.apply(decoded.value, instant(start));
  }
  /** What was offered to the queue: the due time of each job. */
  const offered = new Map<string, { readonly dataset: string; readonly due: number }>();
  const begin = systemClock.now();
  const starters = skews.map(
    (skew) => () => startScheduler([url, begin, start, speed, skew, endpoint ?? ''], offered),
  );
  const running = await Promise.all(starters.map((begun) => begun()));
  const stop = new AbortController();
  const ending = endScans(stop.signal);
  for (let kill = 0; kill < kills; kill += 1) {
    const before = offered.size;
    await eventually('scans go on', () => offered.size >= before + 8, 60_000);
    const nth = kill % running.length;
    await kill9(running[nth]);
    running[nth] = (await starters[nth]?.()) ?? assert.fail();
  }
  const before = offered.size;
  await eventually('scans go on after the last kill', () => offered.size >= before + 20, 60_000);
  for (const child of running) await kill9(child);
  stop.abort();
  await ending;

  const jobs = await database.jobs.list({ kind: 'scan', limit: 100_000 });
  const found = await database.schedules.of(names);
  await database.close();
  const dueTimes = new Set<string>();
  for (const { job } of jobs) {
    const key = offered.get(job.id);
    assert.ok(key, `the scan ${job.id} was made from a due time`);
    dueTimes.add(`${key.dataset} ${key.due}`);
  }
  assert.equal(dueTimes.size, jobs.length, 'no due time has two scans');
  const ids = new Set<string>(jobs.map(({ job }) => job.id));
  for (const { state } of found.values()) {
    assert.ok(state);
    const scans = state.decisions.filter(({ kind }) => kind === 'scan');
    for (const { job } of scans)
      assert.ok(job !== undefined && ids.has(job), 'every scan that was decided is there');
    for (const [at, { dueAt }] of scans.entries()) {
      assert.ok(at === 0 || dueAt < (scans[at - 1]?.dueAt ?? 0), 'due times only grow');
    }
  }
  test.diagnostic(`${jobs.length} scans, ${offered.size} offered`);

  async function endScans(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const open = await database.jobs.list({ open: true, limit: 1_000 });
      const end = { status: 'succeeded', endedAt: systemClock.now(), tasks: 1, tasksFailed: 0 } as const;
      await database.jobs.end(open.map(({ job }) => ({ id: job.id, end })));
      await systemClock.sleep(10, signal);
    }
  }
}

async function startScheduler(
  args: readonly (string | number)[],
  offered: Map<string, { readonly dataset: string; readonly due: number }>,
): Promise<ChildProcess> {
  const script = join(import.meta.dirname, 'scheduling-process.ts');
  const child = spawn(process.execPath, [script, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.ok(child.stdout);
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [dataset = '', due, job] = line.split(' ');
    if (job === undefined) ready.resolve();
    else offered.set(job, { dataset, due: Number(due) });
  });
  child.once('exit', () => ready.reject(new Error('a scheduler has ended by itself')));
  await ready.promise;
  return child;
}

async function kill9(child: ChildProcess | undefined): Promise<void> {
  assert.ok(child && child.exitCode === null, 'it ran until it was killed');
  // Its last lines are read before it counts as closed.
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}
