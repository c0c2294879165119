import { Badge, Group, Table, Text } from '@mantine/core';
import { memo } from 'react';
import { Link } from 'wouter';
import type { PartitionSummary } from '../../../../src/ports/revision-store.ts';
import { StatusMark } from '../../parts/status.tsx';
import { StatusStrip } from '../../parts/status-strip.tsx';
import { agoText, numberText, timeText } from '../../parts/words.ts';
import type { Line } from './overview-queries.ts';

/** Of every row, whatever it says: the place of rows that are not drawn is counted with it. */
export const rowHeight = 56;

/** Drawn again only when its dataset changed: answers that are equal keep their identity. */
export const DatasetRow = memo(function DatasetRow({
  line,
  place,
  history,
}: {
  readonly line: Line;
  readonly place: number;
  readonly history: readonly PartitionSummary[] | undefined;
}) {
  const { dataset, lastPartition, description, owner } = line;
  const path = `/datasets/${encodeURIComponent(dataset)}`;
  return (
    <Table.Tr style={{ height: rowHeight }} aria-rowindex={place}>
      <Table.Td py={0} w="40%" style={{ maxWidth: 0 }}>
        <Link href={path} className="row-link" title={dataset}>
          <Text component="span" fw={600} display="block" truncate>
            {dataset}
          </Text>
        </Link>
        <Text size="xs" className="quiet" truncate>
          {description ?? owner}
        </Text>
      </Table.Td>
      <Table.Td py={0}>
        <Group gap={8} wrap="nowrap" style={{ minWidth: 'max-content' }}>
          <StatusMark status={lastPartition?.status} />
          <OpenIncidents path={path} count={line.incidentsOpen} />
        </Group>
      </Table.Td>
      <Table.Td py={0} visibleFrom="md">
        {lastPartition === undefined ? <Nothing /> : <StatusStrip history={history} />}
      </Table.Td>
      <Table.Td py={0} visibleFrom="sm" className="numbers" style={{ whiteSpace: 'nowrap' }}>
        {lastPartition?.partition ?? <Nothing />}
      </Table.Td>
      <Table.Td py={0} visibleFrom="lg" className="numbers" style={{ whiteSpace: 'nowrap' }}>
        {lastPartition === undefined ? <Nothing /> : numberText(lastPartition.rowCount)}
      </Table.Td>
      <Table.Td py={0} visibleFrom="lg" className="quiet" style={{ whiteSpace: 'nowrap' }}>
        {line.checkedAt === undefined ? (
          <Nothing />
        ) : (
          <time dateTime={new Date(line.checkedAt).toISOString()} title={timeText(line.checkedAt)}>
            {agoText(line.checkedAt, Date.now())}
          </time>
        )}
      </Table.Td>
      <Table.Td py={0} visibleFrom="xl" className="quiet" style={{ whiteSpace: 'nowrap' }}>
        <NextScan line={line} />
      </Table.Td>
    </Table.Tr>
  );
});

function NextScan({ line: { publish, nextScanAt } }: { readonly line: Line }) {
  if (publish === 'static' || nextScanAt === undefined) return 'when asked';
  return (
    <time dateTime={new Date(nextScanAt).toISOString()} title={timeText(nextScanAt)}>
      {nextScanAt <= Date.now() ? 'now' : agoText(nextScanAt, Date.now())}
    </time>
  );
}

function Nothing() {
  return <span className="quiet">–</span>;
}

function OpenIncidents({ path, count }: { readonly path: string; readonly count: number }) {
  if (count === 0) return null;
  return (
    <Badge
      component={Link}
      href={`${path}/incidents`}
      color="red"
      variant="light"
      tt="none"
      style={{ cursor: 'pointer', flexShrink: 0 }}
    >
      {count} open
    </Badge>
  );
}
