import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../../../src/base/errors.ts';
import { jobId, nodeId } from '../../../src/base/ids.ts';
import { fail } from '../../../src/base/outcome.ts';
import type { Job, JobSpec } from '../../../src/core/jobs/job.ts';
import type { LiveJob, LiveTask } from '../../../src/core/jobs/live.ts';
import type { TaskSpec } from '../../../src/core/jobs/task.ts';
import type { LeaderTerm } from '../../../src/ports/coordination.ts';
import { assignmentOf, describeNode, liveJob, liveTask } from '../../support/live-cluster.ts';
import { checkOf, outputOf, TestCluster, type Work } from '../../support/test-cluster.ts';

function good(cluster: TestCluster): Work {
  return async (spec, { fence, signal }) => {
    await cluster.kit.clock.sleep(20, signal);
    if (signal.aborted) return fail(failure('TASK_CANCELLED', 'stopped'));
    return cluster.store.commit(fence, outputOf(spec));
  };
}

/** What only a later release knows. */
const tomorrowsJob = { kind: 'rehearse', acts: 3 } as unknown as JobSpec;
const tomorrowsTask = { kind: 'act', number: 1 } as unknown as TaskSpec;

function queued(id: string): Job {
  return { ...checkOf(id, 1), spec: tomorrowsJob };
}

function live(id: string, tasks: readonly LiveTask[]): LiveJob {
  return { ...liveJob({ id, kind: 'check', tasks }), kind: tomorrowsJob.kind };
}

function act(name: string, state?: LiveTask['state']): LiveTask {
  const task = liveTask(name, state);
  return { ...task, plan: { ...task.plan, spec: tomorrowsTask } };
}

describe('a cluster of two releases', () => {
  it('gives no task to a node that can not do its kind; the task waits, and that is told', async () => {
    const cluster = new TestCluster();
    await cluster.manager();
    const kinds = ['measure', 'query', 'evaluate'];
    await cluster.node(good(cluster), { description: { ...describeNode('old'), kinds } });
    await cluster.store.enqueue([checkOf('c1', 2)]);
    await cluster.kit.clock.advance(5_000);
    const names = cluster.store.commits.map(({ fence }) => `${fence.name} ${fence.node}`);
    assert.deepEqual(names.toSorted(), ['evaluate old', 'measure/0 old', 'measure/1 old']);
    const told = cluster.kit.log.events.filter(({ message }) => message.includes('can do'));
    assert.deepEqual(
      told.map(({ level, fields }) => [level, fields['kind']]),
      [['warn', 'notify']],
    );
    const able = await cluster.node(good(cluster));
    await cluster.until('the job ends', () => cluster.store.record(jobId('c1'))?.end !== undefined);
    assert.equal(cluster.store.commits.at(-1)?.fence.node, able.service.name.replace('data node ', ''));
    await cluster.stop();
  });

  it('takes a node that does not say what it can do for one of the first release', async () => {
    const cluster = new TestCluster();
    const { session } = await cluster.manager();
    await session.join(describeNode('first'));
    await cluster.store.enqueue([checkOf('c1', 1)]);
    await cluster.kit.clock.advance(500);
    const view = await session.view();
    assert.deepEqual(
      view.work.get(nodeId('first'))?.map((each) => each.spec.kind),
      ['measure'],
    );
    await cluster.stop();
  });

  it('leaves queued jobs of unknown kinds to a later release, and goes on with the others', async () => {
    const cluster = new TestCluster();
    await cluster.store.enqueue([
      ...Array.from({ length: 300 }, (_, at) => queued(`t${at}`)),
      checkOf('c1', 1),
    ]);
    await cluster.manager();
    await cluster.node(good(cluster));
    await cluster.until('the known job ends', () => cluster.store.record(jobId('c1'))?.end !== undefined);
    await cluster.kit.clock.advance(2_000);
    assert.equal(cluster.store.record(jobId('t0'))?.end, undefined);
    assert.equal((await cluster.session().view()).jobs.size, 0);
    await cluster.stop();
    assert.deepEqual(cluster.broken, []);
  });

  it('keeps the live table of an unknown kind for its successor, without its dead and done tasks', async () => {
    const cluster = new TestCluster();
    const ahead = cluster.session();
    let term: LeaderTerm | undefined;
    const candidacy = await ahead.campaign({
      id: nodeId('ahead'),
      version: '0.2.0',
      onElected: (elected) => {
        term = elected;
      },
      onDeposed: () => {},
    });
    await cluster.kit.clock.advance(0);
    assert.ok(term !== undefined);
    const node = nodeId('gone');
    const on = { state: 'assigned', node, attempt: 1, at: cluster.kit.clock.now() } as const;
    const table = live('t1', [act('running', on), act('waiting')]);
    const assignment = { ...assignmentOf(table, act('running'), on.at), spec: tomorrowsTask };
    await cluster.store.enqueue([queued('t1')]);
    await ahead.decide(term, {
      jobs: new Map([[table.id, table]]),
      work: new Map([[node, [assignment]]]),
    });
    await candidacy.withdraw();
    await cluster.manager();
    await cluster.node(good(cluster), { description: { ...describeNode('n'), kinds: ['measure'] } });
    await cluster.kit.clock.advance(5_000);
    const view = await ahead.view();
    const tasks = view.jobs.get(table.id)?.tasks.map(({ plan, state }) => [plan.name, state.state]);
    // Its node is gone: what it had waits again, for a node that can do it.
    assert.deepEqual(tasks, [
      ['running', 'waiting'],
      ['waiting', 'waiting'],
    ]);
    assert.deepEqual([...view.work], []);
    assert.equal(cluster.store.record(table.id)?.end, undefined);
    assert.deepEqual(cluster.store.record(table.id)?.tasks, []);
    const told = cluster.kit.log.events.filter(({ message }) =>
      message.includes('this release does not know'),
    );
    assert.equal(told.length, 1);
    await cluster.stop();
    assert.deepEqual(cluster.broken, []);
  });

  it('fails no task of a job that only a later release can plan: there it begins anew', async () => {
    const cluster = new TestCluster();
    const ahead = cluster.session();
    const terms: LeaderTerm[] = [];
    const candidacy = await ahead.campaign({
      id: nodeId('ahead'),
      version: '0.2.0',
      onElected: (elected) => terms.push(elected),
      onDeposed: () => {},
    });
    await cluster.kit.clock.advance(0);
    const [term] = terms;
    assert.ok(term !== undefined);
    const table = live('t1', [{ ...act('broken'), plan: { ...liveTask('broken').plan } }]);
    await cluster.store.enqueue([queued('t1')]);
    await ahead.decide(term, { jobs: new Map([[table.id, table]]), work: new Map() });
    await candidacy.withdraw();
    await cluster.manager();
    await cluster.node(async () => fail(failure('SOURCE_UNREADABLE', 'it can not be read')));
    await cluster.kit.clock.advance(2_000);
    assert.ok(cluster.store.attempts.length > 0);
    assert.deepEqual(cluster.store.record(table.id)?.tasks, []);
    assert.deepEqual((await ahead.view()).jobs.get(table.id)?.tasks, []);
    await cluster.stop();
  });
});
