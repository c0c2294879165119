import { Table, UnstyledButton } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { PartitionSummary } from '../../../../src/ports/revision-store.ts';
import type { OverviewSort } from '../../../../src/services/registry/overview.ts';
import { DatasetRow, rowHeight } from './dataset-row.tsx';
import { histories as historiesQuery, type Line, type OverviewFilter } from './overview-queries.ts';
import { type RowRange, useVisibleRows } from './use-visible-rows.ts';

/** `from`: only on screens at least so wide. `starts`: the order that a first click asks for. */
type Column = {
  readonly title: string;
  readonly from?: 'sm' | 'md' | 'lg' | 'xl';
  readonly sort?: OverviewSort;
  readonly starts?: 'desc';
};

const columns: readonly Column[] = [
  { title: 'Dataset', sort: 'name' },
  { title: 'State', sort: 'attention' },
  { title: 'Last partitions', from: 'md' },
  { title: 'Newest', from: 'sm' },
  { title: 'Rows', from: 'lg', sort: 'rows', starts: 'desc' },
  { title: 'Last check', from: 'lg', sort: 'checked', starts: 'desc' },
  { title: 'Next scan', from: 'xl' },
];

type Props = {
  /** Those that were read; there are `found`. */
  readonly lines: readonly Line[];
  readonly found: number;
  readonly filter: OverviewFilter;
  readonly onSort: (sort: OverviewSort, order: 'asc' | 'desc') => void;
  /** More of them are needed. */
  readonly onMore: () => void;
};

/** Datasets, a line each: only those that the window shows are drawn, however many there are. */
export function DatasetTable({ lines, found, filter, onSort, onMore }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const range = useVisibleRows(body, { count: found, height: rowHeight });
  const histories = useHistories(lines, range);
  const isShort = range.last > lines.length;
  useEffect(() => {
    if (isShort) onMore();
  }, [isShort, onMore, lines.length]);
  const last = Math.min(range.last, lines.length);
  const first = Math.min(range.first, last);
  return (
    <div className="card" style={{ overflow: 'hidden' }}>
      <Table horizontalSpacing="md" highlightOnHover aria-rowcount={found + 1} layout="auto">
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Head key={column.title} column={column} filter={filter} onSort={onSort} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody ref={body}>
          <Gap rows={first} />
          {lines.slice(first, last).map((line, at) => (
            <DatasetRow
              key={line.dataset}
              line={line}
              place={first + at + 2}
              history={histories.get(line.dataset)}
            />
          ))}
          <Gap rows={found - last} />
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** The place of rows that are not drawn. */
function Gap({ rows }: { readonly rows: number }) {
  if (rows <= 0) return null;
  return (
    <tr aria-hidden="true" style={{ height: rows * rowHeight }}>
      <td colSpan={columns.length} style={{ padding: 0 }} />
    </tr>
  );
}

function Head({
  column: { title, from, sort, starts },
  filter,
  onSort,
}: {
  readonly column: Column;
  readonly filter: OverviewFilter;
  readonly onSort: Props['onSort'];
}) {
  const shown = from === undefined ? {} : { visibleFrom: from };
  if (sort === undefined) return <Table.Th {...shown}>{title}</Table.Th>;
  const order = filter.sort === sort ? filter.order : undefined;
  return (
    <Table.Th
      {...shown}
      aria-sort={order === undefined ? 'none' : order === 'asc' ? 'ascending' : 'descending'}
    >
      <UnstyledButton
        fz="sm"
        fw={700}
        style={{ whiteSpace: 'nowrap' }}
        onClick={() => onSort(sort, nextOrder(order, starts ?? 'asc'))}
      >
        {title}
        <span
          aria-hidden="true"
          className="quiet"
          style={{ visibility: order === undefined ? 'hidden' : undefined }}
        >
          {order === 'desc' ? ' ↓' : ' ↑'}
        </span>
      </UnstyledButton>
    </Table.Th>
  );
}

type Order = 'asc' | 'desc';

/** The order in which a column starts, or the other one where it has that already. */
function nextOrder(order: Order | undefined, starts: Order): Order {
  return order !== starts ? starts : starts === 'asc' ? 'desc' : 'asc';
}

/** Asked for in blocks, so that scrolling by a row asks for nothing new. */
const block = 50;

function useHistories(
  lines: readonly Line[],
  { first, last }: RowRange,
): ReadonlyMap<string, readonly PartitionSummary[]> {
  // What was known stays until it is known anew, also when rows move from block to block.
  const known = useRef(new Map<string, readonly PartitionSummary[]>());
  const names: string[][] = [];
  for (let at = Math.floor(first / block) * block; at < Math.min(last, lines.length); at += block) {
    names.push(lines.slice(at, at + block).map(({ dataset }) => dataset));
  }
  for (const { data } of useQueries({ queries: names.map(historiesQuery) })) {
    for (const [name, history] of Object.entries(data ?? {})) known.current.set(name, history);
  }
  return known.current;
}
