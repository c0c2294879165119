import type { PlanCost } from '../../ports/table-source.ts';

/** One table of a plan, as `explain` tells it. */
export type PlanStep = {
  readonly table: string;
  /** How its rows are found: `ALL` and `index` are all of them. */
  readonly access: string;
  /** Indexes that could be used, by the names that the table gives them. */
  readonly indexes: readonly string[];
  /** Partitions of the table that are looked into, where it has any. */
  readonly partitions: string;
  readonly rows: number;
};

/** Reads the result of `explain`: its columns differ between servers, their names do not. */
export function planSteps(
  names: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): readonly PlanStep[] {
  return rows.map((row) => {
    const of = (name: string): string => row[names.indexOf(name)] ?? '';
    return {
      table: of('table'),
      access: of('type'),
      indexes: of('possible_keys')
        .split(',')
        .filter((index) => index !== ''),
      partitions: of('partitions'),
      rows: Number(of('rows')),
    };
  });
}

/**
 * What the filter costs, by the plans with and without it. Whether an index can lead to its rows is what counts: where
 * these are most of a small table, the server reads the table all the same, and rightly so.
 */
export function planCost(plain: readonly PlanStep[], filtered: readonly PlanStep[]): PlanCost {
  // No table at all: the plan knows already that there is no such row.
  const tables = filtered.filter(({ table }) => table !== '');
  const isServed = tables.length === 0 || filtered.some((step) => gains(step, plain));
  if (isServed) return { rowsScanned: 0, rowsFound: Math.max(0, ...tables.map(({ rows }) => rows)) };
  // How many of the scanned rows are found, the server does not know.
  const scanned = tables.filter(({ access }) => access === 'ALL' || access === 'index');
  return { rowsScanned: scanned.reduce((sum, { rows }) => sum + rows, 0), rowsFound: 0 };
}

function gains(step: PlanStep, plain: readonly PlanStep[]): boolean {
  const before = plain.find(({ table }) => table === step.table);
  if (before === undefined) return step.indexes.length > 0;
  const isLed = step.access !== 'ALL' && step.access !== 'index' && step.rows < before.rows;
  return (
    isLed ||
    step.partitions.length < before.partitions.length ||
    step.indexes.some((index) => !before.indexes.includes(index))
  );
}
