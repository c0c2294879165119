import { Badge, Table, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { DatasetView } from '../../../../src/services/registry/registry.ts';
import { MoreRows } from '../../parts/more-rows.tsx';
import { StatusMark } from '../../parts/status.tsx';
import { StatusStrip } from '../../parts/status-strip.tsx';
import { agoText, numberText } from '../../parts/words.ts';

/** Datasets, a line each. */
export function DatasetTable({ datasets }: { readonly datasets: readonly DatasetView[] }) {
  return (
    <MoreRows
      rows={datasets}
      minWidth={860}
      head={['Dataset', 'State', 'Last partitions', 'Incidents', 'Newest', 'Rows', 'Taken in']}
      row={(dataset) => <DatasetRow key={dataset.dataset} dataset={dataset} />}
    />
  );
}

function DatasetRow({ dataset }: { readonly dataset: DatasetView }) {
  const { lastPartition, incidentsOpen } = dataset;
  return (
    <Table.Tr>
      <Table.Td>
        <Link href={`/datasets/${encodeURIComponent(dataset.dataset)}`} className="row-link">
          <Text component="span" fw={600}>
            {dataset.dataset}
          </Text>
        </Link>
        <Text size="xs" className="quiet" lineClamp={1}>
          {dataset.description ?? dataset.owner}
        </Text>
      </Table.Td>
      <Table.Td>
        <StatusMark status={lastPartition?.status} />
      </Table.Td>
      <Table.Td>
        <StatusStrip history={dataset.history ?? []} />
      </Table.Td>
      <Table.Td>
        {incidentsOpen === 0 ? (
          <span className="quiet">none open</span>
        ) : (
          <Badge
            component={Link}
            href={`/datasets/${encodeURIComponent(dataset.dataset)}/incidents`}
            color="red"
            variant="light"
            style={{ cursor: 'pointer' }}
          >
            {incidentsOpen} open
          </Badge>
        )}
      </Table.Td>
      <Table.Td className="numbers">{lastPartition?.partition ?? <span className="quiet">–</span>}</Table.Td>
      <Table.Td className="numbers">
        {lastPartition === undefined ? '–' : numberText(lastPartition.rowCount)}
      </Table.Td>
      <Table.Td className="quiet">
        {lastPartition === undefined ? '–' : agoText(lastPartition.ingestedAt, Date.now())}
      </Table.Td>
    </Table.Tr>
  );
}
