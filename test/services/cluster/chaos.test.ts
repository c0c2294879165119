import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure, failureOf } from '../../../src/base/errors.ts';
import type { ClusterName, TaskId } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { fail } from '../../../src/base/outcome.ts';
import type { Job } from '../../../src/core/jobs/job.ts';
import { planTasks } from '../../../src/core/jobs/plan.ts';
import type { ClusterView } from '../../../src/core/membership/cluster-view.ts';
import type { Coordination } from '../../../src/ports/coordination.ts';
import { testKit } from '../../support/kit.ts';
import { createSeededRandom, type SeededRandom } from '../../support/seeded-random.ts';
import {
  checkOf,
  jobOf,
  listedOf,
  type ManagerWrap,
  outputOf,
  TestCluster,
  type Work,
} from '../../support/test-cluster.ts';

/** How often handlers misbehave, as parts of one; what is left is good work. */
const moods = { fails: 0.1, hopeless: 0.02, dies: 0.04, throws: 0.04, hangs: 0.05, stubborn: 0.1 } as const;
type Mood = keyof typeof moods | 'good';

function moodOf(random: SeededRandom): Mood {
  let roll = random.next();
  for (const mood of ['fails', 'hopeless', 'dies', 'throws', 'hangs', 'stubborn'] as const) {
    roll -= moods[mood];
    if (roll < 0) return mood;
  }
  return 'good';
}

/** What handlers did, by task: against it the recorded outcomes are held. */
class Deeds {
  readonly failed = new Map<TaskId, number>();
  readonly died = new Map<TaskId, number>();
  readonly hopeless = new Set<TaskId>();
  readonly hung = new Map<TaskId, number>();

  add(deeds: Map<TaskId, number>, task: TaskId): void {
    deeds.set(task, (deeds.get(task) ?? 0) + 1);
  }
}

/** A handler that fails, throws, dies, hangs or dawdles at random, and otherwise does its work. */
function moody(cluster: TestCluster, random: SeededRandom, deeds: Deeds): Work {
  const { clock } = cluster.kit;
  return async (spec, context) => {
    const { fence, signal } = context;
    const mood = moodOf(random);
    await clock.sleep(random.below(random.next() < 0.1 ? 3_000 : 60), signal);
    context.progress(0.5);
    // A zombie: it hears nothing, goes on, and tries to commit when others may have done its work.
    if (mood === 'stubborn') await clock.sleep(random.below(6_000));
    else if (signal.aborted) return fail(failure('TASK_CANCELLED', 'stopped'));
    if (mood === 'hangs' && spec.kind === 'notify') {
      deeds.add(deeds.hung, fence.task);
      await clock.sleep(2 * limits.notifyTimeoutMs);
    }
    if (mood === 'dies') {
      deeds.add(deeds.died, fence.task);
      return fail(failure('WORKER_DIED', 'the worker is gone'));
    }
    if (mood === 'hopeless') {
      deeds.hopeless.add(fence.task);
      return fail(failure('SOURCE_UNREADABLE', 'it can not be read'));
    }
    if (mood === 'fails' || mood === 'throws') {
      deeds.add(deeds.failed, fence.task);
      if (mood === 'throws') throw new Error('it broke badly');
      return fail(failure('INTERNAL', 'it broke'));
    }
    const changed = ['a', 'b', 'c', 'd', 'e'].map((key) => listedOf(key));
    try {
      return await cluster.store.commit(fence, outputOf(spec, changed));
    } catch (thrown) {
      deeds.add(deeds.failed, fence.task);
      return fail(failureOf(thrown));
    }
  };
}

/** One blow to the infrastructure. */
async function strike(
  cluster: TestCluster,
  random: SeededRandom,
  { work, wrap }: { work: Work; wrap: Partial<ManagerWrap> },
): Promise<void> {
  const { clock } = cluster.kit;
  const alive = cluster.nodes.filter(({ session }) => session.state() === 'connected');
  const managers = cluster.managers.filter(({ session }) => session.state() === 'connected');
  const roll = random.below(8);
  if (roll <= 1 && alive.length > 1) {
    random.pick(alive).session.expire();
    await cluster.node(work);
  } else if (roll === 2 && alive.length > 2) {
    const { session } = random.pick(alive);
    session.suspend();
    void clock.sleep(random.below(2 * limits.sessionTimeoutMs)).then(() => session.resume());
    await cluster.node(work);
  } else if (roll === 3 && managers.length > 0) {
    random.pick(managers).session.expire();
    await cluster.manager(wrap);
  } else if (roll === 4 && managers.length > 0) {
    const { session } = random.pick(managers);
    session.suspend();
    void clock.sleep(random.below(2 * limits.sessionTimeoutMs)).then(() => session.resume());
    await cluster.manager(wrap);
  } else if (roll === 5 && alive.length > 2) {
    void cluster.end(random.pick(alive));
    await cluster.node(work);
  } else if (roll === 6) {
    cluster.store.outage = new Error('the database is down');
    await clock.sleep(random.below(600));
    cluster.store.outage = undefined;
  } else if (roll === 7 && managers.length > 1) {
    void cluster.end(random.pick(managers));
    await cluster.manager(wrap);
  }
}

/** A session that sees members and reports as they were up to `lagMs` ago, never backwards; its own decisions at once. */
function hearingLate(session: Coordination, nowMs: () => number, lagMs: number): Coordination {
  let heard: { readonly atMs: number; readonly view: ClusterView } | undefined;
  const view = async (): Promise<ClusterView> => {
    const fresh = await session.view();
    if (heard === undefined || nowMs() - heard.atMs >= lagMs) heard = { atMs: nowMs(), view: fresh };
    const { nodes, reports, draining } = heard.view;
    return { ...fresh, nodes, reports, draining };
  };
  return new Proxy(session, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key, object);
      if (key === 'view') return view;
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });
}

function jobFor(kind: ClusterName, at: number): Job {
  const dataset = `d${at % 4}`;
  if (kind === 'quality') return checkOf(`c${at}`, 1 + (at % 6), dataset);
  if (at % 5 === 0) return jobOf(`b${at}`, { kind: 'backfill', concurrency: 2 }, dataset);
  return jobOf(`s${at}`, { kind: 'scan' }, dataset);
}

type StormOptions = { readonly strikes: boolean; readonly lagMs?: number };

async function storm(kind: ClusterName, seed: number, options: StormOptions) {
  const random = createSeededRandom(seed);
  const cluster = new TestCluster(kind, testKit({ random: createSeededRandom(seed + 1) }));
  const deeds = new Deeds();
  const work = moody(cluster, random, deeds);
  const { lagMs = 0 } = options;
  const wrap: Partial<ManagerWrap> =
    lagMs === 0
      ? {}
      : { coordination: (session) => hearingLate(session, () => cluster.kit.clock.monotonicMs(), lagMs) };
  await cluster.manager(wrap);
  await cluster.manager(wrap);
  for (let node = 0; node < 4; node += 1) await cluster.node(work);
  for (let round = 0; round < 40; round += 1) {
    await cluster.store.enqueue([jobFor(kind, round)]);
    if (!options.strikes) continue;
    await cluster.kit.clock.advance(random.below(300));
    const struck = strike(cluster, random, { work, wrap });
    await cluster.kit.clock.advance(600);
    await struck;
  }
  const own = () => cluster.store.records().filter(({ job }) => job.cluster === kind);
  await cluster.until(
    `all jobs end (seed ${seed})`,
    () => own().every(({ end }) => end !== undefined),
    600_000,
  );
  await cluster.stop();
  return { cluster, deeds, records: own() };
}

/** Tasks that two nodes had at once. */
function copiedTasks({ cluster }: Storm): ReadonlySet<unknown> {
  const events = cluster.kit.log.events.filter(({ message }) => message.includes('second copy'));
  return new Set(events.map(({ fields }) => fields['task']));
}

type Storm = Awaited<ReturnType<typeof storm>>;

/** What must hold after whatever happened. */
function judge({ cluster, deeds, records }: Storm, seed: number): void {
  const hint = `seed ${seed}`;
  assert.deepEqual(cluster.broken, [], hint);
  const committed = cluster.store.commits.map(({ fence }) => fence.task);
  assert.equal(new Set(committed).size, committed.length, `${hint}: a task was committed twice`);
  for (const { job, end, tasks } of records) {
    const names = tasks.map((task) => task.name);
    assert.deepEqual(
      names.toSorted(),
      planTasks(job, tasks)
        .map((task) => task.name)
        .toSorted(),
      hint,
    );
    const bad = tasks.filter((task) => task.status !== 'done');
    assert.equal(end?.status, bad.length > 0 ? 'failed' : 'succeeded', hint);
    assert.equal(end.tasksFailed, bad.length, hint);
    for (const task of tasks) {
      const id = `${job.id}/${task.name}` as TaskId;
      assert.equal(committed.includes(id), task.status === 'done', `${hint}: ${id}`);
      assert.ok(task.attempts <= limits.retriesMax + 1 + limits.deathsMax, `${hint}: ${id}`);
      if (task.status !== 'failed') continue;
      const spent = (deeds.failed.get(id) ?? 0) + (deeds.hung.get(id) ?? 0);
      const earned = deeds.hopeless.has(id) || spent > limits.retriesMax;
      assert.ok(earned, `${hint}: ${id} failed after ${spent} bad attempts`);
    }
  }
}

describe('a cluster whose handlers misbehave', () => {
  for (const kind of ['quality', 'ingestion'] as const) {
    it(`ends every ${kind} job, with exactly the attempts that its tasks needed`, async () => {
      for (const seed of [1, 2]) {
        const outcome = await storm(kind, seed, { strikes: false });
        judge(outcome, seed);
        const copied = copiedTasks(outcome);
        for (const { job, tasks } of outcome.records) {
          for (const task of tasks) {
            const id = `${job.id}/${task.name}` as TaskId;
            // Two copies are one attempt, however many of them end badly.
            if (copied.has(id)) continue;
            const spent = (outcome.deeds.failed.get(id) ?? 0) + (outcome.deeds.hung.get(id) ?? 0);
            // A handler that hung beyond its time-out commits in the end, and may be the first to.
            const isOver = outcome.deeds.hung.has(id) && task.attempts <= spent;
            if (task.status === 'done' && !isOver)
              assert.equal(task.attempts, spent + 1, `seed ${seed}: ${id}`);
            if (task.status === 'quarantined') assert.equal(outcome.deeds.died.get(id), limits.deathsMax);
            if (task.status !== 'failed') continue;
            assert.equal(
              task.attempts,
              spent + (outcome.deeds.hopeless.has(id) ? 1 : 0),
              `seed ${seed}: ${id}`,
            );
          }
        }
      }
    });
  }
});

describe('a cluster whose leaders hear of nodes and their reports late, in the same storm', () => {
  for (const kind of ['quality', 'ingestion'] as const) {
    it(`ends every ${kind} job, every task committed exactly once or failed for a reason`, async () => {
      for (const seed of [21, 22]) judge(await storm(kind, seed, { strikes: true, lagMs: 170 }), seed);
    });
  }

  it('costs well-behaved tasks no attempt: no old end is taken for a new one', async () => {
    const seed = 23;
    const { records, deeds } = await storm('quality', seed, { strikes: false, lagMs: 170 });
    for (const { job, tasks } of records) {
      for (const task of tasks) {
        const id = `${job.id}/${task.name}` as TaskId;
        const bad =
          (deeds.failed.get(id) ?? 0) + (deeds.hung.get(id) ?? 0) + (deeds.hopeless.has(id) ? 1 : 0);
        if (task.status === 'done') assert.ok(task.attempts <= bad + 1, `seed ${seed}: ${id}`);
        if (task.status === 'quarantined') assert.equal(deeds.died.get(id), limits.deathsMax);
      }
    }
  });
});

describe('a cluster in a storm of lost leaders, nodes, connections and databases', () => {
  for (const kind of ['quality', 'ingestion'] as const) {
    it(`ends every ${kind} job, every task committed exactly once or failed for a reason`, async () => {
      let lost = 0;
      let superseded = 0;
      for (const seed of [11, 12, 13]) {
        const outcome = await storm(kind, seed, { strikes: true });
        judge(outcome, seed);
        lost += outcome.cluster.kit.telemetry.total('assay_nodes_lost_total');
        superseded += outcome.cluster.store.superseded;
      }
      // The storm must have hit something, or it proves nothing.
      assert.ok(lost > 0, 'no node was lost with work');
      assert.ok(superseded > 0, 'no zombie tried to commit');
    });
  }
});
