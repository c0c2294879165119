import { Group, ScrollArea, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import type { ResultStatus } from '../../../../src/core/checks/result.ts';
import type { PartitionSummary } from '../../../../src/ports/revision-store.ts';
import { Notice } from '../../parts/notice.tsx';
import { type Status, statusFill, statusWord } from '../../parts/status-words.ts';
import { numberText } from '../../parts/words.ts';
import { type Day, weeksOf } from './weeks.ts';

const size = 24;
const gap = 2;

/** Partitions by day, a column for each week; partitions that are no days stand in a row. */
export function Calendar({
  dataset,
  partitions,
  withRows = true,
}: {
  readonly dataset: string;
  readonly partitions: readonly PartitionSummary[];
  /** Whether the numbers of rows are known. */
  readonly withRows?: boolean;
}) {
  const viewport = useRef<HTMLDivElement>(null);
  // The newest days are what one looks for.
  useEffect(() => {
    if (viewport.current !== null) viewport.current.scrollLeft = viewport.current.scrollWidth;
  }, []);
  if (partitions.length === 0) return <Notice title="No partition is taken in yet" />;
  const weeks = weeksOf(partitions);
  return (
    <div className="card" style={{ padding: 16 }}>
      <ScrollArea type="auto" offsetScrollbars viewportRef={viewport}>
        {weeks === undefined ? (
          <Group gap={gap}>
            {partitions.toReversed().map((partition) => (
              <Cell
                key={partition.partition}
                dataset={dataset}
                day={{ key: partition.partition, partition }}
                withRows={withRows}
              />
            ))}
          </Group>
        ) : (
          <div style={{ display: 'flex', gap, minWidth: 'min-content' }}>
            {weeks.map((week) => (
              <div key={week.first} style={{ display: 'flex', flexDirection: 'column', gap }}>
                <Text fz={10} className="quiet" h={14} style={{ width: size, whiteSpace: 'nowrap' }}>
                  {week.month ?? ''}
                </Text>
                {week.days.map((day, at) =>
                  day === undefined ? (
                    <Blank key={at} />
                  ) : (
                    <Cell key={day.key} dataset={dataset} day={day} withRows={withRows} />
                  ),
                )}
              </div>
            ))}
          </div>
        )}
      </ScrollArea>
      <Legend />
    </div>
  );
}

function Blank() {
  return <span style={{ width: size, height: size }} />;
}

function Cell({
  dataset,
  day: { key, partition },
  withRows,
}: {
  readonly dataset: string;
  readonly day: Day;
  readonly withRows: boolean;
}) {
  const words = partition === undefined ? `${key}: missing` : cellText(partition, withRows);
  if (partition === undefined) {
    return (
      <span
        role="img"
        aria-label={words}
        title={words}
        className="cell"
        style={{ border: '1.5px dashed var(--quiet)' }}
      />
    );
  }
  return (
    <Link
      href={`/datasets/${encodeURIComponent(dataset)}/checks?partition=${encodeURIComponent(key)}`}
      aria-label={words}
      title={words}
      className="cell"
      style={{ background: statusFill(partition.status) }}
    >
      <CellSign status={partition.status} />
    </Link>
  );
}

/** A sign for those who do not see its colour: a cross, a bar, a diamond, a ring; a good day has none. */
function CellSign({ status }: { readonly status: Status }) {
  if (status === 'pass') return null;
  return (
    <svg
      width={9}
      height={9}
      viewBox="0 0 10 10"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
    >
      {status === 'fail' ? <path d="M1.5 1.5l7 7M8.5 1.5l-7 7" /> : null}
      {status === 'warn' ? <path d="M5 0.5v5.5M5 7.6v2" /> : null}
      {status === 'error' ? <path d="M5 1 9 5 5 9 1 5Z" fill="currentColor" /> : null}
      {status === 'not_evaluated' || status === undefined ? <circle cx="5" cy="5" r="3" /> : null}
    </svg>
  );
}

function cellText({ partition, status, rowCount, revision }: PartitionSummary, withRows: boolean): string {
  const rows = withRows ? `, ${numberText(rowCount)} rows` : '';
  return `${partition}: ${statusWord(status)}${rows}${revision > 1 ? `, revision ${revision}` : ''}`;
}

const legend: readonly ResultStatus[] = ['pass', 'warn', 'fail', 'error', 'not_evaluated'];

function Legend() {
  return (
    <Group gap="md" mt="sm">
      {legend.map((status) => (
        <Group key={status} gap={5}>
          <span className="cell" style={{ background: statusFill(status) }}>
            <CellSign status={status} />
          </span>
          <Text size="xs" className="quiet">
            {statusWord(status)}
          </Text>
        </Group>
      ))}
      <Group gap={5}>
        <span className="cell" style={{ border: '1.5px dashed var(--quiet)' }} />
        <Text size="xs" className="quiet">
          Missing
        </Text>
      </Group>
    </Group>
  );
}
