import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../../../src/base/errors.ts';
import { nodeId } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { fail } from '../../../src/base/outcome.ts';
import { MiB } from '../../../src/base/units.ts';
import type { Coordination } from '../../../src/ports/coordination.ts';
import { checkOf, outputOf, TestCluster, type Work } from '../../support/test-cluster.ts';

/** Commits after `ms`, unless it is stopped. */
function good(cluster: TestCluster, ms = 20): Work {
  return async (spec, { fence, signal }) => {
    await cluster.kit.clock.sleep(ms, signal);
    if (signal.aborted) return fail(failure('TASK_CANCELLED', 'stopped'));
    return cluster.store.commit(fence, outputOf(spec));
  };
}

const ended = (cluster: TestCluster) => () =>
  cluster.store.records().every((record) => record.end !== undefined);

const quality = { cluster: 'quality' };

describe('the metrics of a cluster', () => {
  it('tell how long a job waited, and how soon a new leader decided', async () => {
    const cluster = new TestCluster();
    const { telemetry, clock } = cluster.kit;
    await cluster.store.enqueue([checkOf('c1', 1)]);
    await clock.advance(700);
    await cluster.manager();
    await cluster.node(good(cluster));
    await cluster.until('the job ends', ended(cluster));
    const [waited] = telemetry.observations('assay_job_wait_seconds', { kind: 'check' });
    assert.ok(waited !== undefined && waited >= 0.7 && waited < 2, `waited ${waited}`);
    assert.equal(telemetry.total('assay_leaderships_total', quality), 1);
    assert.equal(telemetry.observations('assay_leader_takeover_seconds', quality).length, 1);
    await cluster.manager();
    cluster.managers[0]?.session.expire();
    await cluster.until('another leads', () => telemetry.total('assay_leaderships_total', quality) === 2);
    await cluster.until(
      'it decides',
      () => telemetry.observations('assay_leader_takeover_seconds', quality).length === 2,
    );
    assert.equal(telemetry.total('assay_sessions_expired_total', { ...quality, member: 'manager' }), 1);
    await cluster.stop();
  });

  it('tell how long the work of a lost node rested, step by step, and who took it', async () => {
    const cluster = new TestCluster();
    const { telemetry } = cluster.kit;
    await cluster.manager();
    const lost = await cluster.node(good(cluster, 60_000), { slots: 2 });
    await cluster.store.enqueue([checkOf('c1', 2)]);
    await cluster.until('both run', () => telemetry.value('assay_node_tasks', running) === 2);
    await cluster.node(good(cluster, 400), { slots: 2 });
    lost.session.expire();
    await cluster.until('the job ends', ended(cluster));
    const steps = (step: string) => telemetry.observations('assay_recovery_seconds', { ...quality, step });
    assert.equal(steps('detected').length, 1);
    assert.equal(steps('reassigned').length, 2);
    assert.equal(steps('running').length, 2);
    const [detected = 0, reassigned = 0, runs = 0] = ['detected', 'reassigned', 'running'].map((step) =>
      Math.max(...steps(step)),
    );
    assert.ok(detected <= reassigned && reassigned <= runs, `${detected}, ${reassigned}, ${runs}`);
    // The last report is a quarter of a second old at most; a death is followed by a back-off.
    assert.ok(detected <= 0.5, `detected after ${detected}`);
    assert.ok(runs <= 0.5 + (2 * limits.retryBaseMs) / 1_000 + 0.5, `running after ${runs}`);
    assert.equal(telemetry.total('assay_task_reassignments_total', { kind: 'measure', cause: 'lost' }), 2);
    assert.equal(telemetry.total('assay_task_deaths_total', { kind: 'measure' }), 2);
    assert.equal(telemetry.total('assay_nodes_left_total', { ...quality, how: 'lost' }), 1);
    assert.equal(telemetry.total('assay_sessions_expired_total', { ...quality, member: 'node' }), 1);
    await cluster.stop();
  });

  it('count a death more when a task is quarantined than when it is begun again', async () => {
    const cluster = new TestCluster();
    await cluster.manager();
    await cluster.node(async (spec, context) =>
      spec.kind === 'measure' ? fail(failure('WORKER_DIED', 'gone')) : good(cluster)(spec, context),
    );
    await cluster.store.enqueue([checkOf('c1', 1)]);
    await cluster.until('the job ends', ended(cluster));
    const { telemetry } = cluster.kit;
    assert.equal(telemetry.total('assay_task_deaths_total', { kind: 'measure' }), limits.deathsMax);
    assert.equal(
      telemetry.total('assay_task_retries_total', { kind: 'measure', reason: 'died' }),
      limits.deathsMax - 1,
    );
    await cluster.stop();
  });

  it('tell how soon a node that joins a busy cluster works', async () => {
    const cluster = new TestCluster();
    const { telemetry } = cluster.kit;
    await cluster.manager();
    await cluster.node(good(cluster, 100), { slots: 1 });
    await cluster.until('it is seen', () => telemetry.value('assay_nodes', quality) === 1);
    const known = telemetry.total('assay_nodes_joined_total', quality);
    await cluster.store.enqueue([checkOf('c1', 40)]);
    await cluster.until('work waits', () => (telemetry.value('assay_tasks_live', waiting) ?? 0) > 2);
    await cluster.node(good(cluster, 100), { slots: 2 });
    await cluster.until(
      'it works',
      () => telemetry.observations('assay_node_scale_up_seconds', quality).length === 1,
    );
    const [took = 0] = telemetry.observations('assay_node_scale_up_seconds', quality);
    assert.ok(took > 0 && took <= 0.5, `took ${took}`);
    assert.equal(telemetry.total('assay_nodes_joined_total', quality) - known, 1);
    await cluster.until('the job ends', ended(cluster));
    await cluster.stop();
  });

  it('tell what a node that joins takes over from in front of busy ones', async () => {
    const cluster = new TestCluster();
    const { telemetry } = cluster.kit;
    await cluster.manager();
    await cluster.node(good(cluster, 100), { slots: 1 });
    await cluster.until('it is seen', () => telemetry.value('assay_nodes', quality) === 1);
    await cluster.store.enqueue([checkOf('c1', 4)]);
    // How long a task takes is known after the first: then the others wait in front of the only node.
    await cluster.until('all are given away', () => telemetry.value('assay_tasks_live', assigned) === 3);
    await cluster.node(good(cluster, 100), { slots: 2 });
    const joined = { kind: 'measure', cause: 'join' };
    await cluster.until(
      'it takes them over',
      () => telemetry.total('assay_task_reassignments_total', joined) === 2,
    );
    await cluster.until('the job ends', ended(cluster));
    assert.equal(telemetry.observations('assay_node_scale_up_seconds', quality).length, 1);
    await cluster.stop();
  });

  it('tell of tasks that went elsewhere because their node was drained, and of nodes that left in order', async () => {
    const cluster = new TestCluster();
    const { telemetry } = cluster.kit;
    await cluster.manager();
    const leaving = await cluster.node(good(cluster, 5_000), { slots: 2, stopDeadlineMs: 100 });
    await cluster.store.enqueue([checkOf('c1', 2)]);
    await cluster.until('both run', () => telemetry.value('assay_node_tasks', running) === 2);
    await cluster.node(good(cluster), { slots: 2 });
    let stopped = false;
    void cluster.end(leaving).then(() => {
      stopped = true;
    });
    await cluster.until('it has left', () => stopped);
    await cluster.until('the job ends', ended(cluster));
    assert.equal(telemetry.total('assay_task_reassignments_total', { kind: 'measure', cause: 'leave' }), 2);
    assert.equal(telemetry.total('assay_nodes_left_total', { ...quality, how: 'stopped' }), 1);
    assert.equal(telemetry.total('assay_nodes_left_total', { ...quality, how: 'lost' }), 0);
    await cluster.stop();
  });

  it('count the ticks of a deposed leader that were refused', async () => {
    const cluster = new TestCluster();
    const { telemetry } = cluster.kit;
    await cluster.manager({ coordination: refusing });
    await cluster.node(good(cluster));
    await cluster.store.enqueue([checkOf('c1', 1)]);
    await cluster.until(
      'it is refused',
      () => telemetry.total('assay_decisions_refused_total', quality) === 1,
    );
    await cluster.stop();
  });

  it('count a commit that came too late though nobody waited for it any more', async () => {
    const cluster = new TestCluster();
    const { telemetry, clock } = cluster.kit;
    await cluster.manager();
    const late: (() => void)[] = [];
    const zombie = await cluster.node(
      async (spec, { fence }) => {
        await new Promise<void>((resolve) => {
          late.push(resolve);
        });
        return cluster.store.commit(fence, outputOf(spec));
      },
      { slots: 1 },
    );
    await cluster.store.enqueue([checkOf('c1', 1)]);
    await cluster.until('it runs', () => late.length === 1);
    zombie.session.suspend();
    await cluster.node(good(cluster), { slots: 1 });
    await cluster.until('another ended it', ended(cluster));
    zombie.session.resume();
    await clock.advance(limits.reportMs);
    for (const wake of late) wake();
    await clock.advance(limits.reportMs);
    assert.equal(telemetry.total('assay_commits_superseded_total', { kind: 'measure' }), 1);
    assert.equal(telemetry.total('assay_task_attempts_total', { kind: 'measure', end: 'dropped' }), 1);
    await cluster.stop();
  });

  it('show the state of each session whenever somebody looks', async () => {
    const cluster = new TestCluster();
    const { telemetry, clock } = cluster.kit;
    const { session } = await cluster.manager();
    const state = (name: string) =>
      telemetry.value('assay_session_state', { ...quality, member: 'manager', state: name });
    await telemetry.render();
    assert.deepEqual([state('connected'), state('suspended')], [1, 0]);
    session.suspend();
    await clock.advance(1_000);
    await telemetry.render();
    assert.deepEqual([state('connected'), state('suspended')], [0, 1]);
    assert.equal(telemetry.value('assay_session_reply_age_seconds', { ...quality, member: 'manager' }), 1);
    session.resume();
    await telemetry.render();
    assert.equal(state('connected'), 1);
    await cluster.stop();
    await telemetry.render();
    assert.deepEqual([state('connected'), state('closed')], [0, 1]);
  });

  it('show a node’s use of its machine, also in its report', async () => {
    const cluster = new TestCluster();
    const { telemetry } = cluster.kit;
    await cluster.manager();
    const load = { cpu: 0.5, memoryUsedMb: 100, ownCpu: 0.25, readBytes: 1_000, writtenBytes: 500 };
    const { service } = await cluster.node(good(cluster), { load: () => ({ ...load, loopDelayMs: 30 }) });
    await cluster.kit.clock.advance(4 * limits.loadLookMs);
    const looks = telemetry.total('assay_node_io_bytes_total', { ...quality, direction: 'read' }) / 1_000;
    assert.ok(looks >= 3 && looks <= 5, `${looks} looks`);
    assert.equal(
      telemetry.total('assay_node_io_bytes_total', { ...quality, direction: 'written' }),
      500 * looks,
    );
    assert.equal(telemetry.value('assay_node_cpu_ratio', { ...quality, of: 'machine' }), 0.5);
    assert.equal(telemetry.value('assay_node_cpu_ratio', { ...quality, of: 'node' }), 0.25);
    assert.equal(telemetry.value('assay_node_memory_bytes', quality), 100 * MiB);
    assert.equal(telemetry.value('assay_node_loop_delay_seconds', quality), 0.03);
    const view = await cluster.session().view();
    const report = view.reports.get(nodeId(service.name.replace('data node ', '')));
    assert.deepEqual(report?.own, {
      cpu: 0.25,
      readBytesPerSecond: 1_000,
      writtenBytesPerSecond: 500,
      loopDelayMs: 30,
    });
    await cluster.stop();
  });
});

/** A session on which a later leader was always first. */
function refusing(session: Coordination): Coordination {
  return new Proxy(session, {
    get(target, key) {
      if (key === 'decide') return async () => 'deposed';
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const running = { cluster: 'quality', state: 'running' };
const waiting = { cluster: 'quality', state: 'waiting' };
const assigned = { cluster: 'quality', state: 'assigned' };
