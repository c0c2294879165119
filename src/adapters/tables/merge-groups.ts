import { assert } from '../../base/assert.ts';
import { instant } from '../../base/units.ts';
import type { RowGroup } from '../../ports/table-source.ts';

/**
 * The groups of rows with each key once. A database may group finer than by keys, such as by days for months, and in any
 * order: the same groups give the same mark.
 */
export function mergeGroups(groups: readonly RowGroup[]): readonly RowGroup[] {
  return Map.groupBy(groups, ({ key }) => key)
    .values()
    .map(together)
    .toArray();
}

function together(parts: readonly RowGroup[]): RowGroup {
  const [first, ...others] = parts;
  assert(first !== undefined, 'a group has at least one member');
  if (others.length === 0) return first;
  const times = parts.flatMap(({ updatedAt }) => updatedAt ?? []);
  return {
    key: first.key,
    rowCount: parts.reduce((sum, { rowCount }) => sum + rowCount, 0),
    mark: parts
      .map(({ rowCount, mark }) => `${rowCount} ${mark}`)
      .toSorted()
      .join(' '),
    ...(times.length === 0 ? {} : { updatedAt: instant(Math.max(...times)) }),
  };
}
