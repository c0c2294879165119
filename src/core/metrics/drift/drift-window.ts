import type { PartitionKey } from '../../../base/ids.ts';
import { limits } from '../../../base/limits.ts';
import { partitionStart } from '../../datasets/partition-key.ts';
import type { Profile } from '../profile.ts';
import { type Bin, binsOf } from './bins.ts';
import { ColumnBaseline } from './column-baseline.ts';
import { type ColumnCounts, columnCounts, isComparable } from './column-counts.ts';
import { jensenShannonDistance, populationStabilityIndex } from './divergence.ts';

/** How far one column of a partition is from its baseline. */
export type ColumnDrift = {
  readonly column: string;
  readonly rows: number;
  /** Undefined without rows, and while fewer than 5 partitions of the window have rows of the column. */
  readonly distance: Drifted | undefined;
};

export type Drifted = {
  readonly jsDistance: number;
  readonly psi: number;
  /** The bins that moved most first; shares are percentages of all rows. */
  readonly moved: readonly MovedBin[];
};

/** A part of a column's values, and the percentage of rows in it before and now. */
export type MovedBin = {
  readonly label: string;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
};

/** A partition as the window sees it: without a profile it takes a place, but says nothing. */
export type DriftPartition = {
  readonly key: PartitionKey;
  readonly profile: Pick<Profile, 'columns'> | undefined;
  /** Bytes of its encoded profiles. */
  readonly bytes: number;
};

/**
 * The baseline that partitions are compared with: the last 28 before each, fewer where their profiles are very large.
 * What it says depends on those partitions alone, so that it is the same whether a frame is judged in one go or
 * partition by partition.
 */
export class DriftWindow {
  readonly #columns = new Map<string, ColumnBaseline>();
  /** The bytes of each partition in the window, oldest first. */
  #sizes: number[] = [];
  #next = 0;

  /** Compares a partition with those before it, then takes it in. */
  step(partition: DriftPartition): ColumnDrift[] {
    const columns = countsOf(partition);
    const compared = this.#compareAll(partition, columns);
    this.#take(columns, partition.bytes);
    return compared;
  }

  /** Compares a partition with those taken in, and does not take it in. */
  compare(partition: DriftPartition): ColumnDrift[] {
    return this.#compareAll(partition, countsOf(partition));
  }

  /** Takes a partition in. */
  add(partition: DriftPartition): void {
    this.#take(countsOf(partition), partition.bytes);
  }

  #compareAll(partition: DriftPartition, columns: ReadonlyMap<string, ColumnCounts>): ColumnDrift[] {
    return comparableColumns(partition).map((column) => {
      const counts = columns.get(column);
      const distance = counts && this.#compare(column, counts);
      return { column, rows: counts?.rows ?? 0, distance };
    });
  }

  #compare(column: string, counts: ColumnCounts): Drifted | undefined {
    const baseline = this.#columns.get(column);
    if (baseline === undefined || baseline.partitions < baselinePartitionsMin) return undefined;
    if (!baseline.fits(counts)) return undefined;
    const bins = binsOf(baseline, counts);
    return {
      jsDistance: jensenShannonDistance(bins),
      psi: populationStabilityIndex(bins),
      moved: movedBins(bins, baseline.rows, counts.rows),
    };
  }

  #take(columns: ReadonlyMap<string, ColumnCounts>, bytes: number): void {
    for (const [column, counts] of columns) {
      const baseline = this.#columns.get(column) ?? new ColumnBaseline();
      baseline.add(this.#next, counts);
      this.#columns.set(column, baseline);
    }
    this.#next += 1;
    this.#sizes.push(bytes);
    let total = this.#sizes.reduce((sum, size) => sum + size, 0);
    while (this.#sizes.length > limits.baselinePartitionsMax || total > limits.baselineBytesMax) {
      total -= this.#sizes.shift() ?? 0;
    }
    for (const [column, baseline] of this.#columns) {
      baseline.leave(this.#next - this.#sizes.length);
      if (baseline.partitions === 0) this.#columns.delete(column);
    }
  }
}

/** Partitions with a column before it is compared. */
const baselinePartitionsMin = 5;

/** Columns that have a distribution at all. */
function comparableColumns({ key, profile }: DriftPartition): string[] {
  const start = partitionStart(key);
  const columns = profile?.columns ?? [];
  return columns.filter(({ type }) => isComparable(type.kind, start)).map(({ name }) => name);
}

function countsOf({ key, profile }: DriftPartition): Map<string, ColumnCounts> {
  const start = partitionStart(key);
  const columns = new Map<string, ColumnCounts>();
  for (const column of profile?.columns ?? []) {
    const counts = columnCounts(column, start);
    if (counts !== undefined) columns.set(column.name, counts);
  }
  return columns;
}

const movedBinsMax = 5;
/** Percentage points below which a bin counts as unmoved. */
const movedPointsMin = 1;

function movedBins(bins: readonly Bin[], fromRows: number, toRows: number): MovedBin[] {
  return bins
    .map((bin) => ({ bin, from: (100 * bin.from) / fromRows, to: (100 * bin.to) / toRows }))
    .filter(({ from, to }) => Math.abs(to - from) >= movedPointsMin)
    .sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from))
    .slice(0, movedBinsMax)
    .map(({ bin, from, to }) => ({ label: bin.label(), rows: bin.to, from, to }));
}
