import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { incidentId, partitionKey } from '../../../src/base/ids.ts';
import { instant } from '../../../src/base/units.ts';
import { type Comparable, comparableIncident, differences } from '../../../src/core/drills/comparable.ts';
import type { Incident } from '../../../src/core/incidents/incident.ts';
import { datasetOf } from '../../support/names.ts';

const some = fc.array(
  fc.record({ key: fc.constantFrom('a', 'b', 'c'), text: fc.constantFrom('1', '2', '3') }),
  { maxLength: 12 },
);

describe('the comparison of two runs', () => {
  it('finds nothing exactly when both have the same, however ordered', () => {
    const bag = (list: readonly Comparable[]) => list.map(({ key, text }) => key + text).toSorted();
    fc.assert(
      fc.property(some, some, (one, other) => {
        const isSame = JSON.stringify(bag(one)) === JSON.stringify(bag(other));
        assert.equal(differences(one, other).length === 0, isSame);
        assert.deepEqual(differences(one, one.toReversed()), []);
      }),
      { numRuns: 1_000 },
    );
  });

  it('tells one difference as one', () => {
    const [first, second] = [
      { key: 'a', text: '1' },
      { key: 'a', text: '2' },
    ];
    assert.deepEqual(differences([first, first], [second, first]), [
      { kind: 'different', expected: first, found: second },
    ]);
  });
});

describe('an incident that is compared', () => {
  const incident: Incident = {
    id: incidentId('i1'),
    dataset: datasetOf('shop'),
    firstPartition: partitionKey('part-1'),
    openedAt: instant(1),
    updatedAt: instant(2),
    level: 'fail',
    lines: [],
    state: { state: 'resolved', reason: 'restated', by: 'assay', at: instant(3) },
    log: [{ at: instant(3), by: 'assay', text: 'resolved' }],
  };

  it('is the same whatever its id and its times, and another in every other way', () => {
    const later: Incident = {
      ...incident,
      id: incidentId('i2'),
      openedAt: instant(9),
      updatedAt: instant(9),
      state: { state: 'resolved', reason: 'restated', by: 'assay', at: instant(9) },
      log: [{ at: instant(9), by: 'assay', text: 'resolved' }],
    };
    assert.deepEqual(comparableIncident(later), comparableIncident(incident));
    const others: Partial<Incident>[] = [
      { level: 'warn' },
      { state: { state: 'new' } },
      { log: [] },
      { state: { state: 'resolved', reason: 'other', by: 'assay', at: instant(3) } },
    ];
    for (const other of others) {
      assert.notDeepEqual(comparableIncident({ ...incident, ...other }), comparableIncident(incident));
    }
  });
});
