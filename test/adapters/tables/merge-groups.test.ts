import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { mergeGroups } from '../../../src/adapters/tables/merge-groups.ts';
import { partitionKey } from '../../../src/base/ids.ts';
import { instant } from '../../../src/base/units.ts';
import type { RowGroup } from '../../../src/ports/table-source.ts';

const groups: fc.Arbitrary<RowGroup[]> = fc.array(
  fc
    .record({
      key: fc.constantFrom('2001-01', '2001-02').map(partitionKey),
      rowCount: fc.nat(9),
      mark: fc.constantFrom('', 'a', 'b', 'a b'),
      updatedAt: fc.option(fc.nat(99).map(instant), { nil: undefined }),
    })
    .map(({ updatedAt, ...group }) => ({ ...group, ...(updatedAt === undefined ? {} : { updatedAt }) })),
  { maxLength: 6 },
);

describe('groups that are finer than keys', () => {
  it('are merged to the same, in whatever order the database gives them', () => {
    const byKey = (some: readonly RowGroup[]) =>
      new Map(mergeGroups(some).map((group) => [group.key, group]));
    const shuffled = groups.chain((given) =>
      fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
    );
    fc.assert(
      fc.property(shuffled, ([given, other]) => {
        const merged = byKey(given);
        assert.deepEqual(byKey(other), merged);
        const sum = (some: Iterable<RowGroup>) => [...some].reduce((all, { rowCount }) => all + rowCount, 0);
        assert.equal(sum(merged.values()), sum(given));
      }),
    );
  });

  it('have another mark when rows have moved from one to another', () => {
    const key = partitionKey('2001-01');
    const markOf = (...counts: readonly number[]) =>
      mergeGroups(counts.map((rowCount) => ({ key, rowCount, mark: '' })))[0]?.mark;
    assert.notEqual(markOf(2, 2), markOf(1, 3));
  });

  it('that come alone stay as they are, also without rows', () => {
    const empty = { key: partitionKey('all'), rowCount: 0, mark: '' };
    assert.deepEqual(mergeGroups([empty]), [empty]);
  });
});
