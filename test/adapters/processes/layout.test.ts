import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { membersOf, nodeName } from '../../../src/adapters/processes/layout.ts';

describe('the layout of a cluster', () => {
  it('names each member once, and spreads the nodes of a cluster evenly over the zones', () => {
    const sizes = { nodesPerCluster: fc.nat(20), managersPerCluster: fc.nat(3) };
    const zones = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'a1', 'a-1', 'zone-2'), { minLength: 1 });
    fc.assert(
      fc.property(fc.record({ ...sizes, zones }), (options) => {
        const members = membersOf(options);
        assert.equal(new Set(members.map(({ name }) => name)).size, members.length);
        assert.equal(members.length, 2 + 2 * (options.nodesPerCluster + options.managersPerCluster));
        for (const cluster of ['ingestion', 'quality']) {
          const counts = options.zones.map(
            (zone) =>
              members.filter(
                (member) => member.role === 'node' && member.cluster === cluster && member.zone === zone,
              ).length,
          );
          assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
        }
      }),
    );
  });

  it('keeps the managers of the two clusters and the standbys of one in different zones', () => {
    const managers = membersOf({ nodesPerCluster: 1, managersPerCluster: 2, zones: ['a', 'b', 'c'] })
      .filter(({ role }) => role === 'manager')
      .map(({ name, zone }) => [name, zone]);
    assert.deepEqual(managers, [
      ['manager-ingestion-1', 'a'],
      ['manager-ingestion-2', 'b'],
      ['manager-quality-1', 'b'],
      ['manager-quality-2', 'c'],
    ]);
  });

  it('keeps the number of a node apart from a zone that ends with one', () => {
    assert.equal(nodeName('quality', 'a', 1), 'node-quality-a1');
    assert.equal(nodeName('quality', 'eu-1', 1), 'node-quality-eu-1-1');
  });
});
