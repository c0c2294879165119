import { Group, ScrollArea, Text, Tooltip } from '@mantine/core';
import { Link } from 'wouter';
import type { PartitionSummary } from '../../../../src/ports/revision-store.ts';
import { Notice } from '../../parts/notice.tsx';
import { StatusSign } from '../../parts/status.tsx';
import { type Status, statusFill, statusWord } from '../../parts/status-words.ts';
import { numberText } from '../../parts/words.ts';
import { type Day, weeksOf } from './weeks.ts';

const size = 15;
const gap = 3;

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
  if (partitions.length === 0) return <Notice title="No partition is taken in yet" />;
  const weeks = weeksOf(partitions);
  return (
    <div className="card" style={{ padding: 16 }}>
      <ScrollArea type="auto" offsetScrollbars>
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
  const shape = { width: size, height: size, borderRadius: 4, display: 'block' };
  if (partition === undefined) {
    return (
      <Tooltip label={words}>
        <span role="img" aria-label={words} style={{ ...shape, border: '1.5px dashed var(--fill-none)' }} />
      </Tooltip>
    );
  }
  return (
    <Tooltip label={words}>
      <Link
        href={`/datasets/${encodeURIComponent(dataset)}/checks?partition=${encodeURIComponent(key)}`}
        aria-label={words}
        style={{ ...shape, background: statusFill(partition.status) }}
      />
    </Tooltip>
  );
}

function cellText({ partition, status, rowCount, revision }: PartitionSummary, withRows: boolean): string {
  const rows = withRows ? `, ${numberText(rowCount)} rows` : '';
  return `${partition}: ${statusWord(status)}${rows}${revision > 1 ? `, revision ${revision}` : ''}`;
}

const legend: readonly Status[] = ['pass', 'warn', 'fail', 'error', 'not_evaluated'];

function Legend() {
  return (
    <Group gap="md" mt="sm">
      {legend.map((status) => (
        <Group key={status} gap={5}>
          <StatusSign status={status} size={10} />
          <Text size="xs" className="quiet">
            {statusWord(status)}
          </Text>
        </Group>
      ))}
    </Group>
  );
}
