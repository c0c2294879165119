import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nodeId } from '../../src/base/ids.ts';
import { limits } from '../../src/base/limits.ts';
import { startApi } from '../support/api-service.ts';
import { smallCluster } from '../support/small-cluster.ts';

describe('clusters', () => {
  it('show leader, nodes by place, load, and what each node does', async () => {
    await using api = await startApi();
    await smallCluster(api.sessions.quality);
    const { status, body } = await api.call('GET', '/clusters');
    assert.equal(status, 200);
    const [ingestion, quality] = body.clusters;
    assert.deepEqual([ingestion.cluster, ingestion.session, ingestion.nodes], ['ingestion', 'connected', []]);
    assert.equal(ingestion.leader, undefined);
    assert.deepEqual([quality.leader.id, quality.leader.version], ['manager-1', '0.1.0+a']);
    assert.deepEqual(quality.tasks, { blocked: 0, waiting: 1, assigned: 2 });
    assert.deepEqual([quality.slots, quality.slotsBusy, quality.jobsOpen], [6, 1, 0]);
    const [near, far] = quality.nodes;
    assert.deepEqual([near.id, near.zone, near.state], ['node-near-78', 'z1', 'silent']);
    assert.deepEqual(
      [far.id, far.zone, far.state, far.slots, far.slotsBusy],
      ['node-far-77', 'z2', 'open', 4, 1],
    );
    assert.deepEqual([far.cpu, far.memoryUsedMb, far.own.cpu], [0.75, 512, 0.25]);
    assert.deepEqual(far.tasks, [
      { job: 'j1', task: 'measure/0', kind: 'ingest', attempt: 1, state: 'running', progress: 0.5 },
      { job: 'j1', task: 'measure/1', kind: 'ingest', attempt: 1, state: 'waiting' },
    ]);
    const listed = await api.call('GET', '/clusters/quality/nodes');
    assert.deepEqual(listed.body.nodes, quality.nodes);
  });

  it('have nodes that can be drained and put back to work, by id or by name', async () => {
    await using api = await startApi();
    const { session } = await smallCluster(api.sessions.quality);
    const drained = await api.call('POST', '/clusters/quality/nodes/node-far-77/drain');
    assert.deepEqual([drained.status, drained.body.state], [200, 'draining']);
    assert.deepEqual([...(await session.view()).draining], ['node-far-77']);
    const back = await api.call('DELETE', '/clusters/quality/nodes/node-far/drain');
    assert.deepEqual([back.status, back.body.state], [200, 'open']);
    assert.deepEqual([...(await session.view()).draining], []);
  });

  it('refuse to drain what is not there, or what a name does not tell apart', async () => {
    await using api = await startApi();
    await smallCluster(api.sessions.quality);
    const missing = await api.call('POST', '/clusters/quality/nodes/nobody/drain');
    assert.deepEqual([missing.status, missing.body.code], [404, 'NODE_NOT_FOUND']);
    const ambiguous = await api.call('POST', '/clusters/quality/nodes/node/drain');
    assert.deepEqual([ambiguous.status, ambiguous.body.code], [404, 'NODE_NOT_FOUND']);
    assert.match(ambiguous.body.detail, /2 nodes .* are called node/);
    const elsewhere = await api.call('POST', '/clusters/ingestion/nodes/node-far-77/drain');
    assert.equal(elsewhere.body.code, 'NODE_NOT_FOUND');
    const unknown = await api.call('GET', '/clusters/other/nodes');
    assert.deepEqual([unknown.status, unknown.body.code], [400, 'REQUEST_INVALID']);
  });

  it('tell what happened, newest first, and since when somebody looks', async () => {
    await using api = await startApi();
    const { clock } = api.kit;
    const since = clock.now();
    await clock.advance(limits.clusterLookMs);
    const { session, near } = await smallCluster(api.sessions.quality);
    await clock.advance(2 * limits.clusterLookMs);
    await session.setDrain(nodeId('node-near-78'), true);
    await clock.advance(2 * limits.clusterLookMs);
    await near.leave();
    await clock.advance(2 * limits.clusterLookMs);
    const { body } = await api.call('GET', '/clusters/quality/events');
    assert.equal(body.since, since);
    assert.deepEqual(
      body.events.map((event: { kind: string; node?: string }) => [event.kind, event.node ?? '']),
      [
        ['lost', 'node-near-78'],
        ['drained', 'node-near-78'],
        ['joined', 'node-near-78'],
        ['joined', 'node-far-77'],
        ['elected', 'manager-1'],
        ['seen', ''],
      ],
    );
    const [first] = (await api.call('GET', '/clusters/quality/events?limit=1')).body.events;
    assert.equal(first.kind, 'lost');
  });

  it('are shown as they were seen last while the session is away, and can not be changed then', async () => {
    await using api = await startApi();
    await smallCluster(api.sessions.quality);
    assert.equal((await api.call('GET', '/clusters')).body.clusters[1].nodes.length, 2);
    const { clock } = api.kit;
    const seenAt = clock.now();
    api.sessions.quality.suspend();
    await clock.advance(1_000);
    const [, quality] = (await api.call('GET', '/clusters')).body.clusters;
    assert.deepEqual([quality.session, quality.seenAt, quality.nodes.length], ['suspended', seenAt, 2]);
    const refused = await api.call('POST', '/clusters/quality/nodes/node-far/drain');
    assert.deepEqual([refused.status, refused.body.code], [503, 'COORDINATION_LOST']);
    const [event] = (await api.call('GET', '/clusters/quality/events')).body.events;
    assert.equal(event.kind, 'unseen');
    await fetch(`${api.url}/metrics`);
    const labels = { cluster: 'quality', member: 'api', state: 'suspended' };
    assert.equal(api.kit.telemetry.value('assay_session_state', labels), 1);
  });

  it('are shown empty as long as there was never a session', async () => {
    await using api = await startApi({ clusters: () => undefined });
    const { body } = await api.call('GET', '/clusters');
    for (const cluster of body.clusters) {
      assert.deepEqual([cluster.session, cluster.seenAt, cluster.nodes], ['none', undefined, []]);
    }
    const refused = await api.call('POST', '/clusters/quality/nodes/any/drain');
    assert.equal(refused.body.code, 'COORDINATION_LOST');
  });
});
