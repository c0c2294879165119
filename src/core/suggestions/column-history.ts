import type { PartitionKey } from '../../base/ids.ts';
import type { ColumnType } from '../datasets/schema.ts';
import type { ColumnFacts, PartitionFacts } from './facts.ts';

/** One column over all partitions that have it, in partition order. */
export type ColumnHistory = {
  readonly name: string;
  /** As in the newest partition. */
  readonly type: ColumnType;
  readonly partitions: readonly {
    readonly key: PartitionKey;
    readonly rowCount: number;
    readonly facts: ColumnFacts;
  }[];
};

/** The columns of the newest partition that every partition with rows has, with one type. */
export function columnHistories(partitions: readonly PartitionFacts[]): readonly ColumnHistory[] {
  const filled = partitions.filter(({ rowCount }) => rowCount > 0);
  return (filled.at(-1)?.schema ?? []).flatMap(({ name, type }) => {
    const own = filled.flatMap(({ key, rowCount, columns }) => {
      const facts = columns.get(name);
      return facts?.type.kind === type.kind ? [{ key, rowCount, facts }] : [];
    });
    return own.length === filled.length ? [{ name, type, partitions: own }] : [];
  });
}

/** The sum of a metric over the partitions. */
export function sumOf({ partitions }: ColumnHistory, metric: string): number {
  return partitions.reduce((sum, { facts }) => sum + (facts.metric(metric)?.value ?? 0), 0);
}

/** The least and the greatest value of a metric; undefined when no partition has it. */
export function rangeOf(
  { partitions }: ColumnHistory,
  metric: string,
): { readonly least: number; readonly most: number } | undefined {
  const values = partitions.flatMap(({ facts }) => facts.metric(metric)?.value ?? []);
  if (values.length === 0) return undefined;
  return { least: Math.min(...values), most: Math.max(...values) };
}
