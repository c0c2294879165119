import { type ColumnProfile, type MeasuredRows, mergeColumns } from '../column-profile.ts';
import { distinctFamily, shortenDistinct } from '../families/distinct.ts';
import { duplicatesFamily, shortenDuplicates } from '../families/duplicates.ts';
import { shortenTopValues, topValuesFamily } from '../families/top-values.ts';
import { type ColumnStates, type StateFamily, stateEntry, stateOf } from '../family.ts';
import { compareText } from '../texts/order.ts';
import { noRows, type Segments, segmentsKey } from './segments.ts';

type SegmentedRows = { readonly rowCount: number; readonly segments: readonly Segments[] };

/**
 * The segments of both sets of rows: of the rules that both sides were measured by. What only one side was measured by
 * would speak for a part of the rows: it is dropped, unless the other side has no rows.
 */
export function mergeSegmentLists(a: SegmentedRows, b: SegmentedRows): readonly Segments[] {
  const theirs = new Map(b.segments.map((each) => [segmentsKey(each.columns), each]));
  const merged = a.segments.flatMap((mine) => {
    const key = segmentsKey(mine.columns);
    const other = theirs.get(key);
    theirs.delete(key);
    if (other !== undefined) return [mergeSegments(mine, other)];
    return b.rowCount === 0 ? [mine] : [];
  });
  return a.rowCount === 0 ? [...merged, ...theirs.values()] : merged;
}

/**
 * The groups of both sets of rows. A group that only one side kept, while the other side has rows of groups that it did
 * not keep, may be among those: it is no longer known by itself and joins `other`. So every group that is left has all
 * its rows. Then the largest groups stay, as many as the larger limit allows, and the rest joins `other` as well.
 */
function mergeSegments(a: Segments, b: Segments): Segments {
  const groups = new Map<string, MeasuredRows>();
  const hidden: MeasuredRows[] = [];
  let otherGroupRowsMax = a.otherGroupRowsMax + b.otherGroupRowsMax;
  // Sorted, so that either order of the sides adds up the same way, to the last bit.
  for (const label of [...new Set([...a.groups.keys(), ...b.groups.keys()])].sort(compareText)) {
    const [mine, theirs] = [a.groups.get(label), b.groups.get(label)];
    const rows = mergeRows(mine ?? noRows, theirs ?? noRows);
    const unknownRowsMax =
      mine === undefined ? a.otherGroupRowsMax : theirs === undefined ? b.otherGroupRowsMax : 0;
    if (unknownRowsMax === 0) {
      groups.set(label, rows);
    } else {
      hidden.push(rows);
      otherGroupRowsMax = Math.max(otherGroupRowsMax, rows.rowCount + unknownRowsMax);
    }
  }
  return limitGroups({
    columns: a.columns,
    groupsMax: Math.max(a.groupsMax, b.groupsMax),
    groups,
    other: hidden.reduce(mergeRows, mergeRows(a.other, b.other)),
    otherGroupRowsMax,
    offered: distinctFamily.merge(a.offered, b.offered),
  });
}

/** Orders the groups and keeps the largest; the rows of the others join `other`. */
export function limitGroups(segments: Segments): Segments {
  const sorted = [...segments.groups].sort(([x, a], [y, b]) => b.rowCount - a.rowCount || compareText(x, y));
  const dropped = sorted.slice(segments.groupsMax).map(([, rows]) => rows);
  const largest = dropped[0]?.rowCount ?? 0;
  const other = dropped.reduce(mergeRows, segments.other);
  return {
    ...segments,
    groups: new Map(sorted.slice(0, segments.groupsMax)),
    other,
    otherGroupRowsMax: Math.min(other.rowCount, Math.max(segments.otherGroupRowsMax, largest)),
  };
}

/** Both sets of rows together. */
export function mergeRows(a: MeasuredRows, b: MeasuredRows): MeasuredRows {
  if (a.rowCount === 0) return b;
  if (b.rowCount === 0) return a;
  return {
    rowCount: a.rowCount + b.rowCount,
    columns: mergeColumns(a.columns, b.columns).map(shortened),
  };
}

/** Groups are many: each keeps its values in little room. */
export function shortened(column: ColumnProfile): ColumnProfile {
  const shorter = [
    shorterEntry(column.states, distinctFamily, shortenDistinct),
    shorterEntry(column.states, duplicatesFamily, shortenDuplicates),
    shorterEntry(column.states, topValuesFamily, shortenTopValues),
  ].filter((entry) => entry !== undefined);
  return shorter.length === 0 ? column : { ...column, states: new Map([...column.states, ...shorter]) };
}

function shorterEntry<State>(
  states: ColumnStates,
  family: StateFamily<State>,
  shorten: (state: State) => State,
): readonly [string, unknown] | undefined {
  const state = stateOf(states, family);
  const short = state === undefined ? undefined : shorten(state);
  return short === undefined || short === state ? undefined : stateEntry(family, short);
}
