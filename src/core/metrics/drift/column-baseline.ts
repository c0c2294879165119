import { CategorySum } from './category-sum.ts';
import type { ColumnCounts } from './column-counts.ts';
import { addLines, type Line, subtractLine } from './line.ts';

/**
 * The sum of a column's counts over a window of partitions. A partition that enters is added, one that leaves is
 * subtracted, which is exact: the sum depends on what is in the window alone, not on the way there.
 */
export class ColumnBaseline {
  /** Oldest first. */
  #entries: { readonly at: number; readonly counts: ColumnCounts }[] = [];
  #rows = 0;
  #nulls = 0;
  #unordered = 0;
  #line: Line | undefined;
  /** Of texts, integers and booleans; of texts also by pattern. */
  readonly values = new CategorySum();
  readonly patterns = new CategorySum();

  /** Partitions in the window that have the column. */
  get partitions(): number {
    return this.#entries.length;
  }

  get rows(): number {
    return this.#rows;
  }

  get nulls(): number {
    return this.#nulls;
  }

  get unordered(): number {
    return this.#unordered;
  }

  get line(): Line | undefined {
    return this.#line;
  }

  /** Whether counts are about values of the same nature: not after the type has changed. */
  fits(counts: ColumnCounts): boolean {
    const [first] = this.#entries;
    return first === undefined || first.counts.nature === counts.nature;
  }

  /** Takes in the column of the partition with this number; counts of another nature than before begin a new baseline. */
  add(at: number, counts: ColumnCounts): void {
    if (!this.fits(counts)) this.leave(Number.POSITIVE_INFINITY);
    this.#entries.push({ at, counts });
    this.#count(counts, 1);
    const { line } = counts;
    if (line !== undefined) this.#line = this.#line === undefined ? line : addLines(this.#line, line);
  }

  /** Lets go of partitions with numbers below `from`. */
  leave(from: number): void {
    const kept = this.#entries.findIndex(({ at }) => at >= from);
    const left = this.#entries.splice(0, kept < 0 ? this.#entries.length : kept);
    if (left.length === 0) return;
    for (const { counts } of left) this.#count(counts, -1);
    this.#line = this.#lineWithout(left.map(({ counts }) => counts));
  }

  #count(counts: ColumnCounts, sign: 1 | -1): void {
    this.#rows += sign * counts.rows;
    this.#nulls += sign * counts.nulls;
    this.#unordered += sign * counts.unordered;
    this.values.count(counts.values, sign);
    this.patterns.count(counts.patterns, sign);
  }

  #lineWithout(left: readonly ColumnCounts[]): Line | undefined {
    const lines = this.#entries.flatMap(({ counts }) => counts.line ?? []);
    const [first, ...others] = lines;
    if (this.#line === undefined || first === undefined) return undefined;
    const coarsest = lines.reduce((most, { collapses }) => Math.max(most, collapses), 0);
    // When the coarsest partition leaves, what it blurred must become sharp again.
    if (coarsest < this.#line.collapses) return others.reduce(addLines, first);
    return left.reduce((sum, { line }) => (line === undefined ? sum : subtractLine(sum, line)), this.#line);
  }
}
