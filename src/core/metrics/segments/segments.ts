import type { MeasuredRows } from '../column-profile.ts';
import type { Distinct } from '../families/distinct.ts';

/**
 * Rows by the groups of one segment rule. Every row is either in one of `groups` or in `other`, and a group is never in
 * both: so what is said of a group is said of all its rows.
 */
export type Segments = {
  /** The rule's columns, which name it. */
  readonly columns: readonly string[];
  /** At most so many groups are kept. */
  readonly groupsMax: number;
  /** The kept groups by their label (`segmentLabel`), the largest first, ties by label. */
  readonly groups: ReadonlyMap<string, MeasuredRows>;
  /** All rows of the groups that are not kept. */
  readonly other: MeasuredRows;
  /** No single group in `other` has more rows than this. */
  readonly otherGroupRowsMax: number;
  /** The hashes of all groups that there were, kept or not. */
  readonly offered: Distinct;
};

/** No rows at all. */
export const noRows: MeasuredRows = { rowCount: 0, columns: [] };

/** Names a rule among the segments of a profile: the columns as JSON. */
export function segmentsKey(columns: readonly string[]): string {
  return JSON.stringify(columns);
}
