import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { PartitionSummary } from '../../../../src/ports/revision-store.ts';
import type { DatasetDetailView } from '../../../../src/services/registry/registry.ts';
import { partitions } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { MoreRows } from '../../parts/more-rows.tsx';
import { Notice } from '../../parts/notice.tsx';
import { StatusMark } from '../../parts/status.tsx';
import { numberText, timeText } from '../../parts/words.ts';

/** Every partition with its newest revision. */
export function PartitionsTab({ dataset }: { readonly dataset: DatasetDetailView }) {
  const query = useQuery(partitions(dataset.dataset));
  return (
    <Answer query={query} height={400}>
      {(list) =>
        list.length === 0 ? (
          <Notice title="No partition is taken in yet">
            Let Assay look for them: <code>assay scan {dataset.dataset}</code>
          </Notice>
        ) : (
          <MoreRows
            rows={list}
            minWidth={640}
            head={['Partition', 'State', 'Rows', 'Rejected', 'Revision', 'Taken in']}
            row={(each) => <PartitionRow key={each.partition} dataset={dataset.dataset} partition={each} />}
          />
        )
      }
    </Answer>
  );
}

function PartitionRow({
  dataset,
  partition,
}: {
  readonly dataset: string;
  readonly partition: PartitionSummary;
}) {
  const { partition: key, status, rowCount, rejectedCount, revision, ingestedAt } = partition;
  return (
    <Table.Tr>
      <Table.Td>
        <Link
          href={`/datasets/${encodeURIComponent(dataset)}/partitions/${encodeURIComponent(key)}`}
          className="row-link numbers"
        >
          {key}
        </Link>
      </Table.Td>
      <Table.Td>
        <StatusMark status={status} />
      </Table.Td>
      <Table.Td className="numbers">{numberText(rowCount)}</Table.Td>
      <Table.Td className="numbers">
        {rejectedCount === 0 ? <span className="quiet">0</span> : numberText(rejectedCount)}
      </Table.Td>
      <Table.Td className="numbers">{revision}</Table.Td>
      <Table.Td className="quiet">{timeText(ingestedAt)}</Table.Td>
    </Table.Tr>
  );
}
