import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startLocalCluster } from '../../src/adapters/processes/local-cluster.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { createRandom } from '../../src/adapters/system/random.ts';
import { type ClusterName, type DatasetName, jobId, partitionKey } from '../../src/base/ids.ts';
import { Client } from '../../src/cli/client.ts';
import { newJob } from '../../src/core/jobs/job.ts';
import type { Database } from '../../src/ports/database.ts';
import type { LocalCluster } from '../../src/ports/local-cluster.ts';
import {
  backfillDaily,
  outcomeOfDaily,
  registerDaily,
  writeDay,
  writeDays,
} from '../support/daily-dataset.ts';
import { eventually } from '../support/eventually.ts';
import { createRecordingLog } from '../support/kit.ts';
import { openOnServer } from '../support/postgres-server.ts';
import { startService } from '../support/service-process.ts';

const days = 24;
const daily = 'daily' as DatasetName;
const patienceMs = 120_000;

describe('a cluster of processes', () => {
  let folder: string;
  let cluster: LocalCluster;
  let client: Client;
  let database: Database;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-cluster-'));
    await chmod(folder, 0o755);
    await writeDays(folder, days);
    const kit = { clock: systemClock, random: createRandom(), log: createRecordingLog() };
    const started = await startLocalCluster(kit, {
      directory: join(folder, 'cluster'),
      nodesPerCluster: 2,
      slots: 2,
      zones: ['a', 'b'],
      zooKeepers: 1,
      environment: { ASSAY_ACCESS: 'off' },
    });
    assert.ok(started.ok, JSON.stringify(started));
    cluster = started.value;
    client = new Client({ url: cluster.apiUrl, clock: systemClock });
    database = await openOnServer(cluster.databaseUrl);
    await registerDaily(client, folder);
  });
  after(async () => {
    await database?.close();
    await cluster?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('does what the service in one process does, though nodes and a leader are stopped and killed', async () => {
    const faults = [
      async () => cluster.signal('node-ingestion-a1', 'SIGTERM'),
      async () => cluster.signal(await leaderOf('ingestion'), 'SIGKILL'),
      async () => cluster.signal('node-ingestion-b1', 'SIGKILL'),
      async () => cluster.signal('node-quality-a1', 'SIGTERM'),
      async () => cluster.signal(await leaderOf('quality'), 'SIGKILL'),
      async () => cluster.signal('node-quality-b1', 'SIGKILL'),
    ];
    let done = 0;
    const end = await backfillDaily(client, async (commits) => {
      if (commits < (done + 1) * 6) return;
      await faults[done]?.();
      done += 1;
    });
    assert.equal(end.state, 'succeeded', JSON.stringify(end.failures));
    assert.ok(done >= faults.length, `${done} faults`);
    await scanOneMoreDay(client, folder, days);
    const attempts = (await database.jobs.list({ limit: 1_000 })).flatMap(({ tasks }) =>
      tasks.filter((task) => task.attempts !== 1).map((task) => `${task.name}: ${task.attempts}`),
    );
    assert.deepEqual(attempts, []);

    const alone = await startService(join(folder, 'alone'));
    try {
      await rm(join(folder, 'daily'), { recursive: true });
      await writeDays(folder, days);
      await registerDaily(alone.client, folder);
      await backfillDaily(alone.client);
      await scanOneMoreDay(alone.client, folder, days);
      assert.deepEqual(await outcomeOfDaily(client), await outcomeOfDaily(alone.client));
    } finally {
      await alone.stop();
    }
  });

  it('goes on checking while everything that ingests hangs', async () => {
    const usualMs = await checkAll('usual');
    const frozen = freezeWorkers('ingestion');
    assert.ok(frozen > 0, 'no worker of the ingestion cluster to freeze');
    // More partitions than there are slots, so that each of them hangs.
    for (let day = days + 1; day <= days + 8; day += 1) await writeDay(folder, day);
    const scan = await client.startScan({ dataset: 'daily' });
    assert.ok(scan.ok);
    await eventually(
      'an ingestion node is busy',
      async () => {
        const view = await client.clusters();
        return view.ok && view.value.clusters.some((one) => one.cluster === 'ingestion' && one.slotsBusy > 0);
      },
      patienceMs,
    );
    const meanwhileMs = await checkAll('meanwhile');
    const view = await client.scan(scan.value.id);
    assert.ok(view.ok);
    assert.equal(view.value.state, 'scanning');
    assert.ok(meanwhileMs < 20 * usualMs + 5_000, `${meanwhileMs} ms instead of ${usualMs} ms`);
  });

  async function leaderOf(name: ClusterName): Promise<string> {
    return eventually(
      `the ${name} cluster has a leader`,
      async () => {
        const view = await client.clusters();
        const id = view.ok && view.value.clusters.find((one) => one.cluster === name)?.leader?.id;
        return id
          ? cluster.processes().find((process) => id.startsWith(`${process.name}-`))?.name
          : undefined;
      },
      patienceMs,
    );
  }

  /** Checks the newest days again, by jobs that nobody asked for; how long that took. */
  async function checkAll(name: string): Promise<number> {
    const beganMs = performance.now();
    const listed = await client.partitions('daily', { limit: 10 });
    assert.ok(listed.ok);
    const jobs = await Promise.all(
      listed.value.partitions.map(async ({ partition }) => {
        const revision = await database.revisions.newest(daily, partitionKey(partition));
        assert.ok(revision !== undefined);
        const { number, batches } = revision;
        const ref = { dataset: daily, partition: partitionKey(partition), number };
        const spec = { kind: 'check', revision: ref, batches: batches.length } as const;
        const id = jobId(`${name}-${partition}`);
        return newJob({ id, dataset: daily, spec, createdAt: systemClock.now() });
      }),
    );
    await database.jobs.enqueue(jobs);
    const ids = jobs.map(({ id }) => id);
    await eventually(
      'all are checked',
      async () => (await database.jobs.open(ids)).length === 0,
      patienceMs,
      20,
    );
    for (const id of ids) assert.equal((await database.jobs.get(id))?.end?.status, 'succeeded');
    return performance.now() - beganMs;
  }

  /** Lets the processes that read for a cluster's nodes hang, as on a disk that does not answer; how many. */
  function freezeWorkers(name: ClusterName): number {
    const nodes = cluster.processes().filter(({ role, cluster: own }) => role === 'node' && own === name);
    const workers = nodes.flatMap(({ pid }) => childrenOf(pid)).filter(isWorker);
    for (const pid of workers) process.kill(pid, 'SIGSTOP');
    return workers.length;
  }
});

/** Publishes the file of a day and has it checked. */
async function scanOneMoreDay(client: Client, folder: string, day: number): Promise<void> {
  await writeDay(folder, day);
  const begun = await client.startScan({ dataset: 'daily' });
  assert.ok(begun.ok);
  await eventually(
    'the new day is checked',
    async () => {
      const view = await client.scan(begun.value.id);
      return view.ok && view.value.state === 'succeeded';
    },
    patienceMs,
    20,
  );
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
}

function isWorker(pid: number): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker-main');
}
