import { Badge, Group, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { memo } from 'react';
import { Link } from 'wouter';
import type { PartitionSummary } from '../../../../src/ports/revision-store.ts';
import type { DatasetView } from '../../../../src/services/registry/registry.ts';
import { histories as historiesQuery } from '../../api/queries.ts';
import { MoreRows } from '../../parts/more-rows.tsx';
import { StatusMark } from '../../parts/status.tsx';
import { StatusStrip } from '../../parts/status-strip.tsx';
import { agoText, numberText } from '../../parts/words.ts';

/** Datasets, a line each. On a narrow screen the columns that say least are left out. */
export function DatasetTable({ datasets }: { readonly datasets: readonly DatasetView[] }) {
  // Asked for when the rows are there: it is many times as much.
  const { data: histories } = useQuery(historiesQuery);
  return (
    <MoreRows
      rows={datasets}
      minWidth={0}
      head={[
        'Dataset',
        'State',
        { title: 'Last partitions', from: 'md' },
        { title: 'Newest', from: 'sm' },
        { title: 'Rows', from: 'lg' },
        { title: 'Taken in', from: 'lg' },
      ]}
      row={(dataset) => (
        <DatasetRow key={dataset.dataset} dataset={dataset} history={histories?.[dataset.dataset]} />
      )}
    />
  );
}

/** Drawn again only when its dataset changed: answers that are equal keep their identity. */
const DatasetRow = memo(function DatasetRow({
  dataset,
  history,
}: {
  readonly dataset: DatasetView;
  readonly history: readonly PartitionSummary[] | undefined;
}) {
  const { lastPartition } = dataset;
  const path = `/datasets/${encodeURIComponent(dataset.dataset)}`;
  return (
    <Table.Tr>
      <Table.Td>
        <Link href={path} className="row-link">
          <Text component="span" fw={600} style={{ overflowWrap: 'anywhere' }}>
            {dataset.dataset}
          </Text>
        </Link>
        <Text size="xs" className="quiet" lineClamp={1} style={{ overflowWrap: 'anywhere' }}>
          {dataset.description ?? dataset.owner}
        </Text>
      </Table.Td>
      <Table.Td>
        <Group gap={8}>
          <StatusMark status={lastPartition?.status} />
          <OpenIncidents path={path} count={dataset.incidentsOpen} />
        </Group>
      </Table.Td>
      <Table.Td visibleFrom="md">
        <StatusStrip history={history} />
      </Table.Td>
      <Table.Td visibleFrom="sm" className="numbers" style={{ whiteSpace: 'nowrap' }}>
        {lastPartition?.partition ?? <span className="quiet">–</span>}
      </Table.Td>
      <Table.Td visibleFrom="lg" className="numbers">
        {lastPartition === undefined ? '–' : numberText(lastPartition.rowCount)}
      </Table.Td>
      <Table.Td visibleFrom="lg" className="quiet">
        {lastPartition === undefined ? '–' : agoText(lastPartition.ingestedAt, Date.now())}
      </Table.Td>
    </Table.Tr>
  );
});

function OpenIncidents({ path, count }: { readonly path: string; readonly count: number }) {
  if (count === 0) return null;
  return (
    <Badge
      component={Link}
      href={`${path}/incidents`}
      color="red"
      variant="light"
      tt="none"
      style={{ cursor: 'pointer' }}
    >
      {count} open
    </Badge>
  );
}
