import { registerCount } from './hyper-log-log.ts';

/** How a column's rows lie on the 4,096 groups into which the hashes of their values fall. */
export type HashSpread = {
  /** Groups that stand out of the even spread, the fullest first: only they can hold a frequent value. */
  readonly heavy: readonly number[];
  /** Any value outside of the heavy groups has at most so many rows: those of the fullest other group. */
  readonly bound: number;
  /** Σ count² ÷ Σ count of the values outside of the heavy groups: 1 when each has one row. */
  readonly unevenness: number;
};

/** The spread of rows by group, at most `heavyMax` groups taken out as heavy. */
export function hashSpread(rowsOfGroup: Float64Array, heavyMax: number): HashSpread {
  const mean = rowsOfGroup.reduce((sum, rows) => sum + rows, 0) / registerCount;
  // Six standard deviations of an even spread: no group of 4,096 gets there by chance.
  const bar = mean + 6 * Math.sqrt(mean) + 1;
  const order = Array.from(rowsOfGroup.keys())
    .filter((group) => (rowsOfGroup[group] ?? 0) > bar)
    .sort((a, b) => (rowsOfGroup[b] ?? 0) - (rowsOfGroup[a] ?? 0));
  const heavy = order.slice(0, heavyMax);
  const chosen = new Set(heavy);
  const others = rowsOfGroup.filter((_, group) => !chosen.has(group));
  const bound = others.reduce((most, rows) => Math.max(most, rows), 0);
  return { heavy, bound, unevenness: unevennessOf(others) };
}

/** The variance of groups into which values fall by chance is the sum of their squared rows, divided by the groups. */
function unevennessOf(groups: Float64Array): number {
  const mean = groups.reduce((sum, rows) => sum + rows, 0) / groups.length;
  if (!(mean > 0)) return 0;
  const squares = groups.reduce((sum, rows) => sum + (rows - mean) ** 2, 0);
  return squares / groups.length / mean;
}
