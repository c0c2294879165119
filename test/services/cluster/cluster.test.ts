import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvariantError } from '../../../src/base/assert.ts';
import { failure } from '../../../src/base/errors.ts';
import { jobId, partitionKey } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { fail } from '../../../src/base/outcome.ts';
import { datasetOf } from '../../support/names.ts';
import { checkOf, jobOf, listedOf, outputOf, TestCluster, type Work } from '../../support/test-cluster.ts';

/** Commits after `ms`. */
function good(cluster: TestCluster, ms = 20, keys: readonly string[] = []): Work {
  return async (spec, { fence, signal }) => {
    await cluster.kit.clock.sleep(ms, signal);
    if (signal.aborted) return fail(failure('TASK_CANCELLED', 'stopped'));
    return cluster.store.commit(fence, outputOf(spec, keys.map(listedOf)));
  };
}

const ended = (cluster: TestCluster) => () =>
  cluster.store.records().every((record) => record.end !== undefined);

describe('a cluster', () => {
  it('takes a check through measure, evaluate and notify, and ends it', async () => {
    const cluster = new TestCluster();
    await cluster.manager();
    await cluster.node(good(cluster));
    await cluster.store.enqueue([checkOf('c1', 3)]);
    await cluster.until('the job ends', ended(cluster));
    const record = cluster.store.record(jobId('c1'));
    assert.equal(record?.end?.status, 'succeeded');
    assert.equal(record.end.tasks, 5);
    assert.deepEqual(cluster.store.commits.map(({ fence }) => fence.name as string).slice(-2), [
      'evaluate',
      'notify',
    ]);
    await cluster.stop();
    assert.deepEqual(cluster.broken, []);
  });

  it('ingests every partition that the lookup found, and those alone', async () => {
    const cluster = new TestCluster('ingestion');
    await cluster.manager();
    await cluster.node(good(cluster, 5, ['a', 'b', 'c=1/d=2']), { slots: 4 });
    await cluster.store.enqueue([jobOf('s1', { kind: 'scan' })]);
    await cluster.until('the job ends', ended(cluster));
    assert.deepEqual(
      cluster.store
        .record(jobId('s1'))
        ?.tasks.map((task) => task.name as string)
        .toSorted(),
      ['ingest/a', 'ingest/b', 'ingest/c=1/d=2', 'lookup'],
    );
    await cluster.stop();
  });

  it('retries a failing task twice with back-off, then fails the job and reports the partition', async () => {
    const cluster = new TestCluster('ingestion');
    await cluster.manager();
    const works = good(cluster, 5, ['bad', 'fine']);
    let runs = 0;
    await cluster.node(async (spec, context) => {
      if (spec.kind !== 'ingest' || spec.listed.key !== 'bad') return works(spec, context);
      runs += 1;
      return fail(failure('INTERNAL', `run ${runs} broke`));
    });
    const begun = cluster.kit.clock.monotonicMs();
    await cluster.store.enqueue([jobOf('s1', { kind: 'scan' })]);
    const scan = () => cluster.store.record(jobId('s1'));
    await cluster.until('the job ends', () => scan()?.end !== undefined);
    assert.equal(runs, 3);
    assert.ok(cluster.kit.clock.monotonicMs() - begun < limits.retryBaseMs * 3 + 1_000);
    assert.deepEqual([scan()?.end?.status, scan()?.end?.tasks, scan()?.end?.tasksFailed], ['failed', 3, 1]);
    const bad = scan()?.tasks.find((task) => task.name === 'ingest/bad');
    assert.deepEqual([bad?.status, bad?.attempts, bad?.error?.message], ['failed', 3, 'run 3 broke']);
    const reports = cluster.store.records().filter(({ job }) => job.spec.kind === 'report');
    assert.equal(reports.length, 1);
    assert.deepEqual(reports[0]?.job.spec, { kind: 'report', partition: 'bad', failure: bad?.error });
    assert.deepEqual(
      cluster.store.attempts.map((note) => note.attempt),
      [1, 2, 3],
    );
    await cluster.stop();
  });

  it('evaluates and notifies though a measure failed for good', async () => {
    const cluster = new TestCluster();
    await cluster.manager();
    const works = good(cluster);
    await cluster.node(async (spec, context) =>
      spec.kind === 'measure' && spec.batch === 0
        ? fail(failure('BATCH_CORRUPT', 'no'))
        : works(spec, context),
    );
    await cluster.store.enqueue([checkOf('c1', 2)]);
    await cluster.until('the job ends', ended(cluster));
    const statuses = cluster.store.record(jobId('c1'))?.tasks.map((task) => `${task.name} ${task.status}`);
    assert.deepEqual(statuses?.toSorted(), [
      'evaluate done',
      'measure/0 failed',
      'measure/1 done',
      'notify done',
    ]);
    await cluster.stop();
  });

  it('quarantines a task that kills three workers, and spends no attempt on a fourth', async () => {
    const cluster = new TestCluster();
    await cluster.manager();
    let runs = 0;
    await cluster.node(async (spec, context) => {
      if (spec.kind !== 'measure') return good(cluster)(spec, context);
      runs += 1;
      return fail(failure('WORKER_DIED', 'gone'));
    });
    await cluster.store.enqueue([checkOf('c1', 1)]);
    await cluster.until('the job ends', ended(cluster));
    assert.equal(runs, 3);
    const measure = cluster.store.record(jobId('c1'))?.tasks.find((task) => task.name === 'measure/0');
    assert.deepEqual([measure?.status, measure?.error?.code], ['quarantined', 'TASK_QUARANTINED']);
    await cluster.stop();
  });

  it('ends a task at its time-out though its handler hangs, and ignores what the handler says later', async () => {
    const cluster = new TestCluster();
    await cluster.manager();
    const hung: (() => void)[] = [];
    const works = good(cluster);
    await cluster.node(async (spec, context) => {
      if (spec.kind !== 'notify') return works(spec, context);
      await new Promise<void>((resolve) => {
        hung.push(resolve);
      });
      return cluster.store.commit(context.fence, outputOf(spec));
    });
    await cluster.store.enqueue([checkOf('c1', 1)]);
    await cluster.until('the job ends', ended(cluster), 5 * limits.notifyTimeoutMs);
    const notify = () => cluster.store.record(jobId('c1'))?.tasks.find((task) => task.name === 'notify');
    assert.deepEqual(
      [notify()?.status, notify()?.attempts, notify()?.error?.code],
      ['failed', 3, 'TASK_TIMEOUT'],
    );
    assert.equal(hung.length, 3);
    for (const wake of hung) wake();
    await cluster.kit.clock.advance(100);
    assert.equal(cluster.store.superseded, 3);
    assert.equal(notify()?.status, 'failed');
    await cluster.stop();
  });

  it('cancels a job: running work is aborted, nothing more begins, no partition is reported', async () => {
    const cluster = new TestCluster('ingestion');
    await cluster.manager();
    let aborted = 0;
    await cluster.node(async (spec, context) => {
      if (spec.kind === 'lookup') return good(cluster, 1, ['a', 'b', 'c', 'd', 'e', 'f'])(spec, context);
      await cluster.kit.clock.sleep(60_000, context.signal);
      aborted += 1;
      return fail(failure('TASK_CANCELLED', 'aborted'));
    });
    await cluster.store.enqueue([jobOf('s1', { kind: 'scan' })]);
    await cluster.until('ingests run', () => cluster.store.commits.length === 1);
    await cluster.kit.clock.advance(200);
    assert.ok((await cluster.store.control(jobId('s1'), 'cancel')).ok);
    await cluster.until('the job ends', ended(cluster), 2_000);
    assert.equal(cluster.store.record(jobId('s1'))?.end?.status, 'cancelled');
    await cluster.kit.clock.advance(200);
    assert.equal(aborted, 2);
    assert.equal(cluster.store.records().length, 1);
    await cluster.stop();
  });

  it('pauses a job: what runs goes on, nothing begins, and resuming finishes it', async () => {
    const cluster = new TestCluster();
    await cluster.manager();
    await cluster.node(good(cluster, 1_000), { slots: 2 });
    await cluster.store.enqueue([checkOf('c1', 6)]);
    await cluster.kit.clock.advance(500);
    await cluster.store.control(jobId('c1'), 'pause');
    await cluster.kit.clock.advance(10_000);
    assert.equal(cluster.store.commits.length, 2);
    assert.equal(cluster.kit.telemetry.value('assay_jobs_admitted', { cluster: 'quality' }), 0);
    await cluster.store.control(jobId('c1'), 'run');
    await cluster.until('the job ends', ended(cluster));
    assert.equal(cluster.store.record(jobId('c1'))?.end?.status, 'succeeded');
    await cluster.stop();
  });

  it('hands over at once when the leader stops, and running tasks notice nothing', async () => {
    const cluster = new TestCluster();
    const first = await cluster.manager();
    await cluster.manager();
    let runs = 0;
    await cluster.node(async (spec, context) => {
      runs += 1;
      return good(cluster, 1_000)(spec, context);
    });
    await cluster.store.enqueue([checkOf('c1', 1)]);
    await cluster.kit.clock.advance(500);
    await first.service.stop();
    await cluster.until('the job ends', ended(cluster), 5_000);
    assert.equal(runs, 3);
    await cluster.stop();
  });

  it('gives the work of a lost node to others without spending an attempt', async () => {
    const cluster = new TestCluster();
    await cluster.manager();
    const slow = await cluster.node(good(cluster, 600_000));
    await cluster.store.enqueue([checkOf('c1', 2)]);
    await cluster.kit.clock.advance(1_000);
    await cluster.node(good(cluster, 50));
    slow.session.expire();
    await cluster.until('the job ends', ended(cluster), 10_000);
    const tasks = cluster.store.record(jobId('c1'))?.tasks ?? [];
    assert.deepEqual(
      tasks.map((task) => task.attempts),
      [1, 1, 1, 1],
    );
    assert.equal(cluster.kit.telemetry.total('assay_nodes_lost_total'), 1);
    await cluster.stop();
  });

  it('gives back what a stopping node can not finish, without spending an attempt', async () => {
    const cluster = new TestCluster();
    await cluster.manager();
    const leaving = await cluster.node(good(cluster, 600_000), { stopDeadlineMs: 1_000 });
    await cluster.store.enqueue([checkOf('c1', 2)]);
    await cluster.kit.clock.advance(1_000);
    await cluster.node(good(cluster, 50));
    const stopped = leaving.service.stop();
    await cluster.until('the job ends', ended(cluster), 10_000);
    await stopped;
    const tasks = cluster.store.record(jobId('c1'))?.tasks ?? [];
    assert.deepEqual(
      tasks.map((task) => task.attempts),
      [1, 1, 1, 1],
    );
    assert.equal(cluster.kit.telemetry.total('assay_nodes_lost_total'), 0);
    await cluster.stop();
  });

  it('moves what waits in front of a draining node, and lets it finish what runs', async () => {
    const cluster = new TestCluster();
    const { session } = await cluster.manager();
    const node = await cluster.node(good(cluster, 2_000), { slots: 1 });
    await cluster.store.enqueue([checkOf('c1', 3)]);
    await cluster.kit.clock.advance(500);
    const { nodes } = await session.view();
    const [drained] = nodes;
    assert.ok(drained !== undefined);
    await session.setDrain(drained.id, true);
    await cluster.node(good(cluster, 10), { slots: 1 });
    await cluster.until('the job ends', ended(cluster), 10_000);
    const byNode = cluster.store.commits.filter(({ fence }) => fence.node === drained.id);
    assert.deepEqual(
      byNode.map(({ fence }) => fence.name),
      ['measure/0'],
    );
    await node.service.stop();
    await cluster.stop();
  });

  it('tells when a node is drained and when nothing is left to start on, and forgets marks of nodes long gone', async () => {
    const cluster = new TestCluster();
    const { session } = await cluster.manager();
    const node = await cluster.node(good(cluster, 300), { slots: 1 });
    await cluster.store.enqueue([checkOf('c1', 3)]);
    await cluster.kit.clock.advance(100);
    const id = (await session.view()).nodes[0]?.id;
    assert.ok(id !== undefined);
    await session.setDrain(id, true);
    await cluster.kit.clock.advance(2_000);
    assert.equal(cluster.store.commits.length, 1);
    const told = cluster.kit.log.events
      .map(({ message }) => message)
      .filter((each) => each.includes('drain'));
    assert.deepEqual(told, [
      'all data nodes of a cluster drain: nothing starts there',
      'a data node is drained: it may be stopped',
    ]);
    await cluster.end(node);
    await cluster.node(good(cluster));
    await cluster.until('the job ends', ended(cluster));
    assert.ok(cluster.store.record(jobId('c1'))?.tasks.every((task) => task.attempts === 1));
    assert.ok((await session.view()).draining.has(id));
    await cluster.kit.clock.advance(limits.forgetNodeMs + 1_000);
    assert.deepEqual([...(await session.view()).draining], []);
    await cluster.stop();
  });

  it('goes on where it stopped when the database comes back', async () => {
    const cluster = new TestCluster();
    await cluster.manager();
    await cluster.node(good(cluster, 100));
    await cluster.store.enqueue([checkOf('c1', 4)]);
    await cluster.kit.clock.advance(150);
    cluster.store.outage = new Error('the database is down');
    await cluster.kit.clock.advance(20_000);
    cluster.store.outage = undefined;
    await cluster.until('the job ends', ended(cluster));
    await cluster.stop();
    assert.deepEqual(cluster.broken, []);
  });

  it('starts a check on the next free slot although a huge backfill fills the cluster', async () => {
    const cluster = new TestCluster();
    await cluster.manager();
    await cluster.node(good(cluster, 1_000), { slots: 2 });
    await cluster.node(good(cluster, 1_000), { slots: 2 });
    const revision = (key: string) => ({
      dataset: datasetOf('huge'),
      partition: partitionKey(key),
      number: 1,
    });
    await cluster.store.enqueue(
      Array.from({ length: 100 }, (_, at) =>
        jobOf(`p${at}`, { kind: 'profile', revision: revision(`k${at}`), batches: 1 }, 'huge'),
      ),
    );
    await cluster.kit.clock.advance(2_500);
    const asked = cluster.kit.clock.monotonicMs();
    await cluster.store.enqueue([checkOf('c1', 1, 'daily')]);
    const check = () => cluster.store.record(jobId('c1'));
    await cluster.until('the check ends', () => check()?.end !== undefined, 10_000);
    const tookMs = cluster.kit.clock.monotonicMs() - asked;
    // Three tasks of one second each, and at most one second until the first slot is free.
    assert.ok(tookMs < 4_500, `the check took ${tookMs} ms`);
    assert.ok(!ended(cluster)());
    await cluster.stop();
  });

  it('writes nothing with a deposed leader, however late it wakes up', async () => {
    const cluster = new TestCluster();
    const first = await cluster.manager();
    await cluster.manager();
    await cluster.node(good(cluster, 10));
    await cluster.kit.clock.advance(100);
    first.session.suspend();
    await cluster.kit.clock.advance(limits.sessionTimeoutMs + 1_000);
    await cluster.store.enqueue([checkOf('c1', 2)]);
    await cluster.until('the job ends', ended(cluster));
    const epochs = new Set(cluster.store.commits.map(({ fence }) => fence.epoch));
    assert.deepEqual([...epochs], [2n]);
    first.session.resume();
    await cluster.kit.clock.advance(1_000);
    assert.equal(first.session.state(), 'expired');
    await cluster.stop();
    assert.deepEqual(cluster.broken, []);
  });

  it('lets a task that is reported as committed without an outcome run again, and fails it in the end', async () => {
    const cluster = new TestCluster();
    await cluster.manager();
    let lies = 0;
    await cluster.node(async (spec, context) => {
      if (spec.kind !== 'notify') return good(cluster)(spec, context);
      lies += 1;
      return { ok: true, value: undefined };
    });
    await cluster.store.enqueue([checkOf('c1', 1)]);
    await cluster.until('the job ends', ended(cluster));
    assert.equal(lies, 3);
    assert.equal(cluster.store.record(jobId('c1'))?.end?.status, 'failed');
    await cluster.stop();
  });

  it('hands a broken invariant of a handler to whoever ends the process', async () => {
    const cluster = new TestCluster();
    await cluster.manager();
    await cluster.node(async () => {
      throw new InvariantError('this can not be');
    });
    await cluster.store.enqueue([checkOf('c1', 1)]);
    await cluster.until('it is told', () => cluster.broken.length > 0, 1_000);
    assert.ok(cluster.broken[0] instanceof InvariantError);
    await cluster.stop();
  });
});
