import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nodeId } from '../../../src/base/ids.ts';
import { instant } from '../../../src/base/units.ts';
import { type ClusterSight, clusterEvents } from '../../../src/core/membership/cluster-events.ts';
import { describeNode, reportOf } from '../../support/live-cluster.ts';

const at = instant(1_000);
const leader = { leader: nodeId('m1'), epoch: 1n, version: '0.1.0' };

function sight(parts: Partial<ClusterSight> = {}): ClusterSight {
  return { nodes: [], reports: new Map(), draining: new Set(), ...parts };
}

/** What is told about, in short. */
function told(before: Partial<ClusterSight>, now: Partial<ClusterSight>): string[] {
  return clusterEvents(sight(before), sight(now), at).map((event) =>
    'node' in event ? `${event.kind} ${event.node}` : event.kind,
  );
}

describe('the events of a cluster', () => {
  it('are none when nothing changed', () => {
    const same = { leader, nodes: [describeNode('n1')], draining: new Set([nodeId('n1')]) };
    assert.deepEqual(told(same, { ...same, leader: { ...leader } }), []);
    assert.deepEqual(told({}, {}), []);
  });

  it('tell who joined, who left in order and who was lost', () => {
    const reports = new Map([
      [nodeId('n1'), reportOf('n1', { unavailable: 'stopping' })],
      [nodeId('n2'), reportOf('n2')],
    ]);
    const before = { nodes: [describeNode('n1'), describeNode('n2')], reports };
    assert.deepEqual(told(before, { nodes: [describeNode('n3')] }), ['left n1', 'lost n2', 'joined n3']);
    // A drain alone does not mean that a node was to go.
    assert.deepEqual(told({ ...before, draining: new Set([nodeId('n2')]) }, {}), ['left n1', 'lost n2']);
  });

  it('tell of drain marks of members alone', () => {
    const nodes = [describeNode('n1')];
    const marked = new Set([nodeId('n1'), nodeId('gone')]);
    assert.deepEqual(told({ nodes }, { nodes, draining: marked }), ['drained n1']);
    assert.deepEqual(told({ nodes, draining: marked }, { nodes }), ['undrained n1']);
  });

  it('tell of each new leader, also when the same process was elected again', () => {
    assert.deepEqual(told({}, { leader }), ['elected m1']);
    assert.deepEqual(told({ leader }, { leader: { ...leader, epoch: 2n } }), ['elected m1']);
    assert.deepEqual(told({ leader }, {}), ['leaderless m1']);
  });

  it('say where a node is and which version it runs', () => {
    const [event] = clusterEvents(sight(), sight({ nodes: [describeNode('n1')] }), at);
    assert.deepEqual(event, {
      kind: 'joined',
      at,
      node: 'n1',
      region: 'r1',
      zone: 'z1',
      version: '0.1.0',
    });
  });
});
