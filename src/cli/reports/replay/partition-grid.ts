import type { PartitionKey } from '../../../base/ids.ts';
import { partitionGrain, partitionStart } from '../../../core/datasets/partition-key.ts';

/** Partitions as rows of a calendar: a month of days, a day of hours, a year of months; else simply in lines. */
export type PartitionGrid = {
  /** Places of a row. */
  readonly columns: number;
  readonly rows: readonly GridRow[];
};

export type GridRow = {
  readonly label: string;
  /** The places of the partitions in the list that was given; undefined where there is none. */
  readonly cells: readonly (number | undefined)[];
};

const slots = { hour: 24, day: 31, month: 12, year: 10 } as const;

/** Lays partitions out in rows of at most `columnsMax`: as a calendar where its rows are not wider. */
export function partitionGrid(partitions: readonly PartitionKey[], columnsMax: number): PartitionGrid {
  const dated = calendar(partitions);
  if (dated !== undefined && dated.columns <= columnsMax) return dated;
  return lines(partitions, Math.max(1, Math.min(50, columnsMax)));
}

/** Undefined when the keys are no times of one length, or name a time twice. */
function calendar(partitions: readonly PartitionKey[]): PartitionGrid | undefined {
  const grain = partitionGrain(partitions[0] ?? ('' as PartitionKey));
  if (grain === undefined) return undefined;
  const columns = slots[grain];
  const rows = new Map<string, (number | undefined)[]>();
  for (const [place, key] of partitions.entries()) {
    const start = partitionStart(key);
    if (start === undefined || partitionGrain(key) !== grain) return undefined;
    const { label, slot } = placeOf(new Date(start).toISOString(), grain);
    const cells = rows.get(label) ?? Array.from({ length: columns }, () => undefined);
    if (cells[slot] !== undefined) return undefined;
    cells[slot] = place;
    rows.set(label, cells);
  }
  return { columns, rows: [...rows].map(([label, cells]) => ({ label, cells })) };
}

function placeOf(iso: string, grain: keyof typeof slots): { readonly label: string; readonly slot: number } {
  switch (grain) {
    case 'hour':
      return { label: iso.slice(0, 10), slot: Number(iso.slice(11, 13)) };
    case 'day':
      return { label: iso.slice(0, 7), slot: Number(iso.slice(8, 10)) - 1 };
    case 'month':
      return { label: iso.slice(0, 4), slot: Number(iso.slice(5, 7)) - 1 };
    case 'year':
      return { label: `${iso.slice(0, 3)}0`, slot: Number(iso.slice(3, 4)) };
  }
}

function lines(partitions: readonly PartitionKey[], columns: number): PartitionGrid {
  const rows: GridRow[] = [];
  for (let from = 0; from < partitions.length; from += columns) {
    const count = Math.min(columns, partitions.length - from);
    rows.push({ label: partitions[from] ?? '', cells: Array.from({ length: count }, (_, at) => from + at) });
  }
  return { columns, rows };
}
