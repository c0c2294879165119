import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import {
  createLocalCoordination,
  type LocalCoordinationSession,
} from '../../../src/adapters/memory/coordination.ts';
import { failure } from '../../../src/base/errors.ts';
import { type NodeId, nodeId } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { fail, type Outcome, succeed } from '../../../src/base/outcome.ts';
import type { LiveTask } from '../../../src/core/jobs/live.ts';
import type { Assignment, NodeReport } from '../../../src/core/membership/node.ts';
import type { LeaderTerm } from '../../../src/ports/coordination.ts';
import { DataNode, type DataNodeOptions } from '../../../src/services/cluster/data-node.ts';
import type { TaskContext } from '../../../src/services/cluster/task-handler.ts';
import { testKit } from '../../support/kit.ts';
import { assignmentOf, describeNode, liveJob, liveTask, startOfTime } from '../../support/live-cluster.ts';
import { MemoryJobStore } from '../../support/memory-job-store.ts';
import { handlersOf } from '../../support/test-cluster.ts';

const job = liveJob({ id: 'j1', tasks: [] });
const id: NodeId = nodeId('n1');

/** A task that the test itself ends. */
type Started = { readonly name: string; readonly context: TaskContext; end(outcome: Outcome<void>): void };

/** One node, and a leader played by the test. */
class Bench {
  readonly kit = testKit();
  readonly store = new MemoryJobStore(this.kit.clock);
  readonly started: Started[] = [];
  readonly broken: unknown[] = [];
  expired = 0;
  readonly #local = createLocalCoordination({ clock: this.kit.clock });
  readonly leader = this.#local.session('quality');
  readonly session: LocalCoordinationSession = this.#local.session('quality');
  node: DataNode | undefined;
  #term: LeaderTerm | undefined;

  async start(options: Partial<DataNodeOptions> = {}, slots = 2): Promise<void> {
    await this.leader.campaign({
      id: nodeId('m1'),
      version: '1',
      onElected: (term) => {
        this.#term = term;
      },
      onDeposed: () => {},
    });
    const handlers = handlersOf((_, context) => {
      const { promise, resolve } = Promise.withResolvers<Outcome<void>>();
      this.started.push({ name: context.fence.name, context, end: resolve });
      return promise;
    });
    this.node = new DataNode(
      this.kit,
      { coordination: this.session, handlers, jobs: this.store },
      {
        description: describeNode('n1', slots, 2_048),
        onBroken: (error) => this.broken.push(error),
        onExpired: () => {
          this.expired += 1;
        },
        ...options,
      },
    );
    await this.node.start();
    await this.kit.clock.advance(0);
  }

  async assign(...assignments: readonly Assignment[]): Promise<void> {
    assert.ok(this.#term !== undefined);
    await this.leader.decide(this.#term, { work: new Map([[id, assignments]]), jobs: new Map() });
    await this.kit.clock.advance(0);
  }

  async report(): Promise<NodeReport> {
    await this.kit.clock.advance(limits.reportPauseMs);
    const report = (await this.leader.view()).reports.get(id);
    assert.ok(report !== undefined, 'there is no report');
    return report;
  }

  async ends(): Promise<string[]> {
    return (await this.report()).ended.map(({ task, attempt, end }) => {
      const why = end.kind === 'failed' || end.kind === 'died' ? ` ${end.failure.code}` : '';
      return `${task.slice(3)}@${attempt} ${end.kind}${why}`;
    });
  }

  task(name: string): Started {
    const found = this.started.findLast((each) => each.name === name);
    assert.ok(found !== undefined, `${name} was not started`);
    return found;
  }

  names(): string[] {
    return this.started.map((each) => each.name);
  }
}

function work(name: string, parts: Partial<Assignment> & { task?: never } = {}): Assignment {
  const task: LiveTask = liveTask(name, undefined, 512);
  return { ...assignmentOf(job, task), ...parts };
}

describe('a data node', () => {
  let bench = new Bench();
  const open = async (options: Partial<DataNodeOptions> = {}, slots = 2): Promise<Bench> => {
    bench = new Bench();
    await bench.start(options, slots);
    return bench;
  };
  afterEach(async () => {
    bench.session.expire();
    const stopped = bench.node?.stop();
    await bench.kit.clock.advance(1_000);
    await stopped;
  });

  it('starts what is assigned in order, up to its slots, and the next one when a slot is free', async () => {
    await open();
    await bench.assign(work('a'), work('b'), work('c'), work('d'));
    assert.deepEqual(bench.names(), ['a', 'b']);
    bench.task('b').end(succeed(undefined));
    await bench.kit.clock.advance(0);
    assert.deepEqual(bench.names(), ['a', 'b', 'c']);
  });

  it('starts nothing that does not fit into its memory beside what runs', async () => {
    await open({}, 4);
    await bench.assign(
      work('a', { memoryMb: 1_500 }),
      work('b', { memoryMb: 1_000 }),
      work('c', { memoryMb: 1 }),
    );
    assert.deepEqual(bench.names(), ['a']);
    bench.task('a').end(succeed(undefined));
    await bench.kit.clock.advance(0);
    assert.deepEqual(bench.names(), ['a', 'b', 'c']);
  });

  it('tells an end at once, and keeps it until its assignment is gone', async () => {
    await open();
    await bench.assign(work('a'), work('b'));
    bench.task('a').end(succeed(undefined));
    bench.task('b').end(fail(failure('INTERNAL', 'broke')));
    await bench.kit.clock.advance(0);
    assert.deepEqual(await bench.ends(), ['a@1 committed', 'b@1 failed INTERNAL']);
    await bench.kit.clock.advance(5_000);
    assert.deepEqual(await bench.ends(), ['a@1 committed', 'b@1 failed INTERNAL']);
    await bench.assign(work('b', { attempt: 2 }));
    await bench.kit.clock.advance(limits.reportMs);
    assert.deepEqual(await bench.ends(), []);
    assert.deepEqual(bench.names(), ['a', 'b', 'b']);
    assert.deepEqual(
      bench.store.attempts.map((note) => [note.name, note.attempt]),
      [['b', 1]],
    );
  });

  it('tells what it runs and how far it is four times a second', async () => {
    await open({ load: () => ({ cpu: 0.5, memoryUsedMb: 100 }) });
    await bench.assign(work('a'));
    bench.task('a').context.progress(0.25);
    await bench.kit.clock.advance(limits.reportMs);
    const { running, cpu, memoryUsedMb } = await bench.report();
    assert.deepEqual(
      [running, cpu, memoryUsedMb],
      [[{ task: 'j1/a', attempt: 1, assignedAt: startOfTime, progress: 0.25 }], 0.5, 100],
    );
  });

  it('hands the assignment to the handler: fence, time and memory', async () => {
    await open();
    await bench.assign(work('a', { attempt: 3, epoch: 7n, timeoutMs: 5_000 }));
    const { fence, timeoutMs, memoryMb } = bench.task('a').context;
    assert.deepEqual(fence, { job: 'j1', task: 'j1/a', name: 'a', attempt: 3, node: 'n1', epoch: 7n });
    assert.deepEqual([timeoutMs, memoryMb], [5_000, 512]);
  });

  it('aborts what was taken away, tells nothing of it, and can run it again', async () => {
    await open();
    await bench.assign(work('a'));
    await bench.assign();
    assert.equal(bench.task('a').context.signal.aborted, true);
    bench.task('a').end(fail(failure('TASK_CANCELLED', 'aborted')));
    await bench.kit.clock.advance(limits.reportMs);
    assert.deepEqual(await bench.ends(), []);
    await bench.assign(work('a'));
    assert.deepEqual(bench.names(), ['a', 'a']);
  });

  it('aborts a task at its time-out and tells so, whatever the handler makes of it', async () => {
    await open();
    await bench.assign(work('a', { timeoutMs: 1_000 }), work('b', { timeoutMs: 1_000 }));
    await bench.kit.clock.advance(1_000);
    assert.equal(bench.task('a').context.signal.aborted, true);
    bench.task('a').end(fail(failure('WORKER_DIED', 'killed at the time-out')));
    bench.task('b').end(succeed(undefined));
    await bench.kit.clock.advance(0);
    assert.deepEqual(await bench.ends(), ['a@1 failed TASK_TIMEOUT', 'b@1 committed']);
  });

  it('tells of a handler that ignores its time-out after the grace, and gives its slot to the next', async () => {
    await open({}, 1);
    await bench.assign(work('a', { timeoutMs: 1_000 }), work('b'));
    await bench.kit.clock.advance(1_000 + limits.killGraceMs - 1);
    assert.deepEqual(bench.names(), ['a']);
    await bench.kit.clock.advance(1);
    assert.deepEqual(await bench.ends(), ['a@1 failed TASK_TIMEOUT']);
    assert.deepEqual(bench.names(), ['a', 'b']);
    bench.task('a').end(succeed(undefined));
    await bench.kit.clock.advance(limits.reportMs);
    assert.deepEqual(await bench.ends(), ['a@1 failed TASK_TIMEOUT']);
  });

  it('says that it is overloaded when too many handlers hang', async () => {
    await open({ killGraceMs: 10 }, limits.hungHandlersMax);
    await bench.assign(
      ...Array.from({ length: limits.hungHandlersMax }, (_, at) =>
        work(`t${at}`, { timeoutMs: 10, memoryMb: 1 }),
      ),
    );
    await bench.kit.clock.advance(limits.reportMs + 20);
    assert.equal((await bench.report()).unavailable, 'overloaded');
    bench.task('t0').end(succeed(undefined));
    await bench.kit.clock.advance(2 * limits.reportMs);
    assert.equal((await bench.report()).unavailable, undefined);
  });

  it('calls a refused commit committed: somebody else was first', async () => {
    await open();
    await bench.assign(work('a'));
    bench.task('a').end(fail(failure('COMMIT_SUPERSEDED', 'late')));
    await bench.kit.clock.advance(0);
    assert.deepEqual(await bench.ends(), ['a@1 committed']);
    assert.equal(bench.kit.telemetry.total('assay_commits_superseded_total'), 1);
  });

  it('shortens what a failure says, so that its report stays small', async () => {
    await open();
    await bench.assign(work('a'));
    const endless = 'x'.repeat(1_000_000);
    const causes = Array.from({ length: 100 }, () => endless);
    bench.task('a').end(fail({ ...failure('INTERNAL', endless, { where: endless }), causes }));
    await bench.kit.clock.advance(0);
    const { ended } = await bench.report();
    assert.ok(JSON.stringify(ended).length < 12_000);
  });

  it('calls the death of a worker a death', async () => {
    await open();
    await bench.assign(work('a'));
    bench.task('a').end(fail(failure('WORKER_DIED', 'signal 9')));
    await bench.kit.clock.advance(0);
    assert.deepEqual(await bench.ends(), ['a@1 died WORKER_DIED']);
  });

  it('drains: begins nothing, finishes what runs, gives back the rest, and takes no part any more', async () => {
    await open();
    await bench.assign(work('a'), work('b'), work('c'));
    const drained = bench.node?.drain(1_000);
    await bench.kit.clock.advance(0);
    assert.equal((await bench.report()).unavailable, 'stopping');
    assert.deepEqual(await bench.ends(), ['c@1 released']);
    bench.task('a').end(succeed(undefined));
    await bench.kit.clock.advance(1_000);
    assert.equal(bench.task('b').context.signal.aborted, true);
    bench.task('b').end(fail(failure('TASK_CANCELLED', 'aborted')));
    await bench.kit.clock.advance(0);
    assert.deepEqual((await bench.ends()).toSorted(), ['a@1 committed', 'b@1 released', 'c@1 released']);
    await bench.assign();
    await bench.kit.clock.advance(limits.killGraceMs);
    await drained;
    assert.deepEqual(bench.names(), ['a', 'b']);
  });

  it('leaves the cluster when it stops, even if handlers hang and the leader never takes note', async () => {
    await open({ stopDeadlineMs: 1_000 });
    await bench.assign(work('a'));
    const stopped = bench.node?.stop();
    assert.equal(bench.node?.stop(), stopped);
    await bench.kit.clock.advance(1_000 + 5 * limits.killGraceMs);
    await stopped;
    assert.deepEqual((await bench.leader.view()).nodes, []);
    assert.deepEqual(await bench.ends(), ['a@1 released']);
  });

  it('goes on with what runs while it is cut off, and tells of it afterwards', async () => {
    await open();
    await bench.assign(work('a'), work('b'));
    bench.session.suspend();
    bench.task('a').end(succeed(undefined));
    await bench.kit.clock.advance(1_000);
    assert.equal(bench.task('b').context.signal.aborted, false);
    bench.session.resume();
    await bench.kit.clock.advance(limits.reportMs);
    assert.deepEqual(await bench.ends(), ['a@1 committed']);
  });

  it('drops everything when its session has expired, and says so once', async () => {
    await open();
    await bench.assign(work('a'));
    bench.session.suspend();
    await bench.kit.clock.advance(limits.sessionTimeoutMs + 1);
    bench.session.resume();
    await bench.kit.clock.advance(limits.reportMs);
    assert.equal(bench.task('a').context.signal.aborted, true);
    await bench.kit.clock.advance(1_000);
    assert.equal(bench.expired, 1);
  });
});
