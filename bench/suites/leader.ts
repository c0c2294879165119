import { createLocalCoordination } from '../../src/adapters/memory/coordination.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { nodeId } from '../../src/base/ids.ts';
import { instant } from '../../src/base/units.ts';
import type { LiveJob } from '../../src/core/jobs/live.ts';
import type { ClusterView } from '../../src/core/membership/cluster-view.ts';
import type { Assignment, ToldTask } from '../../src/core/membership/node.ts';
import { emptyMemory, type LeaderMemory } from '../../src/core/placement/memory.ts';
import { reconcile } from '../../src/core/placement/reconcile.ts';
import { placementRules } from '../../src/core/placement/rules.ts';
import { DataNode } from '../../src/services/cluster/data-node.ts';
import { ResourceManager } from '../../src/services/cluster/resource-manager.ts';
import { testKit } from '../../test/support/kit.ts';
import {
  decided,
  describeNode,
  liveJob,
  liveTask,
  reportOf,
  startOfTime,
  viewOf,
} from '../../test/support/live-cluster.ts';
import { MemoryJobStore } from '../../test/support/memory-job-store.ts';
import { handlersOf, jobOf, outputOf } from '../../test/support/test-cluster.ts';
import type { Bench } from '../support/bench.ts';

/** What one leader can decide: ticks alone, then a whole cluster in this process whose tasks do nothing. */
export async function leaderSuite(bench: Bench): Promise<void> {
  const rounds = Array.from({ length: bench.options.runs });
  for (const nodes of [8, 100]) {
    const figures: number[] = [];
    for (const _ of rounds)
      await bench.progress(`ticks, ${nodes} nodes`, async () => figures.push(tickMs(nodes)));
    bench.add(`one tick, ${nodes} nodes, 2,000 live tasks, 64 jobs`, 'ms', figures, '< 2 ms');
  }
  const figures: number[] = [];
  for (const _ of rounds)
    await bench.progress('no-op tasks', async () => figures.push(await thousandTasksMs()));
  bench.add('1,000 no-op tasks, 8 nodes, one leader', 'ms', figures, '≤ 200 ms');
}

/** The mean time of a tick, while each node ends half of what it runs in every third tick. */
function tickMs(count: number): number {
  const ticks = 300;
  const nodes = Array.from({ length: count }, (_, at) => describeNode(`n${at}`, 4, 1e6));
  const perJob = 31;
  let jobs: readonly LiveJob[] = Array.from({ length: 64 }, (_, at) =>
    liveJob({ id: `j${at}`, dataset: `d${at % 20}`, tasks: [] }),
  );
  let view: ClusterView = viewOf({ nodes, jobs });
  let memory: LeaderMemory = { ...emptyMemory, durations: new Map([['ingest', [5, 5, 5, 5]]]) };
  let tookMs = 0;
  for (let tick = 0; tick < ticks; tick += 1) {
    const now = instant(startOfTime + tick * 10);
    jobs = [...view.jobs.values()].map((job) => refilled(job, perJob, tick));
    const reports = nodes.map((node) => {
      const work = view.work.get(node.id) ?? [];
      const ends = tick % 3 === 0 ? work.slice(0, 2) : [];
      return reportOf(node.id, {
        at: now,
        running: work.slice(ends.length, ends.length + node.slots).map(toldOf),
        ended: ends.map((each) => ({ ...toldOf(each), end: { kind: 'committed' }, tookMs: 5 })),
      });
    });
    view = {
      ...view,
      jobs: new Map(jobs.map((job) => [job.id, job])),
      reports: new Map(reports.map((report) => [report.node, report])),
    };
    const began = performance.now();
    const result = reconcile({
      view,
      now,
      epoch: 1n,
      chance: 0.5,
      held: new Set(),
      memory,
      rules: placementRules,
    });
    tookMs += performance.now() - began;
    memory = result.memory;
    view = decided(view, result);
  }
  return tookMs / ticks;
}

function refilled(job: LiveJob, size: number, tick: number): LiveJob {
  const open = job.tasks.filter((task) => task.state.state !== 'ended');
  const fresh = Array.from({ length: size - open.length }, (_, at) =>
    liveTask(`t${tick}-${at}`, undefined, 1),
  );
  return { ...job, tasks: [...open, ...fresh] };
}

function toldOf({ task, attempt, assignedAt }: Assignment): ToldTask {
  return { task, attempt, assignedAt };
}

/** Milliseconds for a thousand tasks, over 20,000 of them. */
async function thousandTasksMs(): Promise<number> {
  const kit = { ...testKit(), clock: systemClock };
  const coordination = createLocalCoordination({ clock: systemClock });
  const jobs = new MemoryJobStore(systemClock);
  const handlers = handlersOf((spec, { fence }) => jobs.commit(fence, outputOf(spec)));
  const manager = new ResourceManager(
    kit,
    { coordination: coordination.session('quality'), jobs },
    { id: nodeId('m'), version: '1' },
  );
  const nodes = Array.from(
    { length: 8 },
    (_, at) =>
      new DataNode(
        kit,
        { coordination: coordination.session('quality'), handlers, jobs },
        { description: describeNode(`n${at}`, 4, 1e6) },
      ),
  );
  await Promise.all([manager, ...nodes].map((service) => service.start()));
  const began = performance.now();
  const spec = { kind: 'exercise', tasks: 5_000, busyMs: 0 } as const;
  await jobs.enqueue([0, 1, 2, 3].map((at) => jobOf(`j${at}`, spec, `d${at}`)));
  while (jobs.records().some((record) => record.end === undefined)) await systemClock.sleep(5);
  const tookMs = performance.now() - began;
  await Promise.all(nodes.map((node) => node.stop()));
  await manager.stop();
  return tookMs / 20;
}
