import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../../../src/base/errors.ts';
import { jobId } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { fail } from '../../../src/base/outcome.ts';
import { planTasks } from '../../../src/core/jobs/plan.ts';
import type { Coordination } from '../../../src/ports/coordination.ts';
import { type Interruption, interrupted } from '../../support/interrupted.ts';
import { checkOf, jobOf, listedOf, outputOf, TestCluster, type Work } from '../../support/test-cluster.ts';

function workIn(cluster: TestCluster): Work {
  return async (spec, { fence, signal }) => {
    await cluster.kit.clock.sleep(20, signal);
    if (signal.aborted) return fail(failure('TASK_CANCELLED', 'stopped'));
    if (spec.kind === 'ingest' && spec.listed.key === 'bad') return fail(failure('SOURCE_UNREADABLE', 'bad'));
    return cluster.store.commit(fence, outputOf(spec, ['a', 'bad', 'c'].map(listedOf)));
  };
}

const storeSteps = ['ready', 'open', 'outcomes', 'recordEnds', 'end', 'depth'] as const;

/** Runs a scan with a bad partition while one call of the leader, number `at`, is interrupted; true if it came to that. */
async function runInterrupted(at: number, how: Interruption, kill: boolean): Promise<boolean> {
  const cluster = new TestCluster('ingestion');
  let calls = 0;
  let struck = false;
  const decide = (): Interruption => {
    calls += 1;
    if (calls !== at) return 'none';
    struck = true;
    if (kill) first.session.expire();
    return how;
  };
  const first = await cluster.manager({
    coordination: (session): Coordination => interrupted(session, ['view', 'decide'], decide),
    jobs: (store) => interrupted(store, storeSteps, decide),
  });
  await cluster.manager();
  await cluster.node(workIn(cluster));
  await cluster.store.enqueue([jobOf('s1', { kind: 'scan' })]);
  const scan = () => cluster.store.record(jobId('s1'));
  await cluster.until(`the scan ends (call ${at}, ${how})`, () => scan()?.end !== undefined, 20_000);
  const hint = `call ${at} interrupted ${how}${kill ? ', leader lost' : ''}`;
  const tasks = scan()?.tasks ?? [];
  assert.deepEqual(
    tasks.map((task) => `${task.name} ${task.status} ${task.attempts}`).toSorted(),
    ['ingest/a done 1', 'ingest/bad failed 1', 'ingest/c done 1', 'lookup done 1'],
    hint,
  );
  assert.deepEqual(
    [scan()?.end?.status, scan()?.end?.tasks, scan()?.end?.tasksFailed],
    ['failed', 4, 1],
    hint,
  );
  const reports = cluster.store.records().filter(({ job }) => job.spec.kind === 'report');
  assert.equal(reports.length, 1, hint);
  await cluster.kit.clock.advance(2_000);
  const view = await cluster.session().view();
  assert.deepEqual([[...view.jobs], [...view.work]], [[], []], `${hint}: live state is left over`);
  await cluster.stop();
  assert.deepEqual(cluster.broken, [], hint);
  return struck;
}

describe('a leader that is interrupted between any two steps', () => {
  for (const kill of [false, true]) {
    const who = kill ? 'its successor' : 'its next tick';
    for (const how of ['before', 'after'] as const) {
      it(`loses nothing and repeats nothing when a call fails ${how} it is done: ${who} goes on`, async () => {
        let at = 1;
        while (await runInterrupted(at, how, kill)) at += 1;
        assert.ok(at > 20, `only ${at} calls were interrupted`);
      });
    }
  }
});

/** A session whose last reply is as old as the test says. */
function aging(session: Coordination, ageMs: () => number): Coordination {
  return new Proxy(session, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key, object);
      if (key === 'lastReplyAgeMs') return ageMs;
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });
}

describe('self-fencing', () => {
  const tooOldMs = (limits.sessionTimeoutMs * 2) / 3;

  it('keeps a leader from deciding once its last reply is two thirds of a session time-out old', async () => {
    const cluster = new TestCluster();
    let ageMs = tooOldMs;
    await cluster.manager({ coordination: (session) => aging(session, () => ageMs) });
    await cluster.node(workIn(cluster));
    await cluster.store.enqueue([checkOf('c1', 1)]);
    await cluster.kit.clock.advance(5_000);
    assert.equal(cluster.store.writes, 0);
    assert.equal((await cluster.session().view()).jobs.size, 0);
    ageMs = tooOldMs - 1;
    await cluster.until('the job ends', () => cluster.store.record(jobId('c1'))?.end !== undefined);
    await cluster.stop();
  });

  it('keeps a node from starting, but lets it finish and commit what it runs', async () => {
    const cluster = new TestCluster();
    let ageMs = 0;
    await cluster.manager();
    await cluster.node(workIn(cluster), { slots: 1, wrap: (session) => aging(session, () => ageMs) });
    await cluster.store.enqueue([checkOf('c1', 3)]);
    await cluster.until(
      'a task runs',
      () => cluster.kit.telemetry.observations('assay_task_wait_seconds').length > 0,
    );
    await cluster.kit.clock.advance(5);
    ageMs = tooOldMs;
    await cluster.kit.clock.advance(5_000);
    assert.equal(cluster.store.commits.length, 1);
    ageMs = 0;
    await cluster.until('the job ends', () => cluster.store.record(jobId('c1'))?.end !== undefined);
    await cluster.stop();
  });
});

describe('a new leader', () => {
  it('plans everything again when all live state was wiped', async () => {
    const lost = new TestCluster();
    await lost.manager();
    await lost.node(workIn(lost));
    await lost.store.enqueue([checkOf('c1', 6), checkOf('c2', 3, 'other')]);
    await lost.until('some tasks are committed', () => lost.store.commits.length >= 4);
    for (const { session } of [...lost.managers, ...lost.nodes]) session.expire();
    await lost.kit.clock.advance(100);
    // A second coordination service, empty, on the same database.
    const fresh = new TestCluster('quality', lost.kit, lost.store);
    await fresh.manager();
    await fresh.node(workIn(fresh));
    const open = () => lost.store.records().filter(({ end }) => end === undefined).length;
    await fresh.until('all jobs end', () => open() === 0);
    const names = lost.store.commits.map(({ fence }) => fence.task);
    assert.equal(new Set(names).size, names.length);
    for (const { job, tasks, end } of lost.store.records()) {
      assert.equal(end?.status, 'succeeded');
      assert.equal(tasks.length, planTasks(job, tasks).length);
    }
    await fresh.stop();
  });

  it('leaves what runs alone and spends nothing', async () => {
    const cluster = new TestCluster();
    const first = await cluster.manager();
    await cluster.manager();
    let runs = 0;
    await cluster.node(async (spec, context) => {
      runs += 1;
      if (spec.kind === 'measure') await cluster.kit.clock.sleep(5_000, context.signal);
      return workIn(cluster)(spec, context);
    });
    await cluster.store.enqueue([checkOf('c1', 2)]);
    await cluster.kit.clock.advance(1_000);
    first.session.expire();
    await cluster.until('the job ends', () => cluster.store.record(jobId('c1'))?.end !== undefined);
    assert.equal(runs, 4);
    assert.equal(cluster.kit.telemetry.total('assay_task_retries_total'), 0);
    await cluster.stop();
  });

  it('stops leading a job that somebody else ended, and takes its work back', async () => {
    const cluster = new TestCluster();
    await cluster.manager();
    let aborted = 0;
    await cluster.node(async (_, { signal }) => {
      await cluster.kit.clock.sleep(600_000, signal);
      aborted += 1;
      return fail(failure('TASK_CANCELLED', 'stopped'));
    });
    await cluster.store.enqueue([checkOf('c1', 1)]);
    await cluster.kit.clock.advance(100);
    const end = { status: 'cancelled', endedAt: cluster.kit.clock.now(), tasks: 3, tasksFailed: 0 } as const;
    await cluster.store.end([{ id: jobId('c1'), end }]);
    await cluster.until('the task is aborted', () => aborted === 1, 1_000);
    assert.equal((await cluster.session().view()).jobs.size, 0);
    await cluster.stop();
  });
});

describe('back-pressure', () => {
  it('holds the ingests of a dataset back while its quality queue is too long', async () => {
    const cluster = new TestCluster('ingestion');
    const crowd = Array.from({ length: limits.openJobsPerDatasetMax + 1 }, (_, at) => checkOf(`c${at}`, 1));
    await cluster.store.enqueue(crowd);
    await cluster.manager();
    await cluster.node(workIn(cluster));
    await cluster.kit.clock.advance(1_000);
    await cluster.store.enqueue([jobOf('s1', { kind: 'scan' }), jobOf('s2', { kind: 'scan' }, 'other')]);
    await cluster.until(
      'the other dataset is done',
      () => cluster.store.record(jobId('s2'))?.end !== undefined,
    );
    const done = cluster.store.commits
      .filter(({ fence }) => fence.job === 's1')
      .map(({ fence }) => fence.name);
    assert.deepEqual(done, ['lookup']);
    const end = { status: 'succeeded', endedAt: cluster.kit.clock.now(), tasks: 1, tasksFailed: 0 } as const;
    await cluster.store.end(crowd.slice(0, 10).map(({ id }) => ({ id, end })));
    await cluster.until('the scan ends', () => cluster.store.record(jobId('s1'))?.end !== undefined);
    await cluster.stop();
  });
});
