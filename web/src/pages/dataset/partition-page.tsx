import { Alert, Anchor, Breadcrumbs, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { PartitionView, RevisionView } from '../../../../src/services/registry/partition-history.ts';
import { partition as partitionQuery } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { numberText, sizeText, timeText } from '../../parts/words.ts';
import { PartitionDetails } from './partition-details.tsx';
import { revisionChanges } from './revision-changes.ts';

type Props = { readonly dataset: string; readonly partition: string };

/** One partition: its revisions compared, what was rejected, what it holds. */
export function PartitionPage({ dataset, partition }: Props) {
  const query = useQuery(partitionQuery(dataset, partition));
  const base = `/datasets/${encodeURIComponent(dataset)}`;
  const newest = query.data?.revisions[0];
  return (
    <Stack gap="lg">
      <title>{`${dataset} ${partition} · Assay`}</title>
      <Breadcrumbs aria-label="Where you are">
        <Anchor component={Link} href="/">
          Datasets
        </Anchor>
        <Anchor component={Link} href={base}>
          {dataset}
        </Anchor>
        <Text>{partition}</Text>
      </Breadcrumbs>
      <Group justify="space-between">
        <Title order={2}>{partition}</Title>
        <Anchor component={Link} href={`${base}/checks?partition=${encodeURIComponent(partition)}`}>
          Its checks
        </Anchor>
      </Group>
      <Answer query={query} height={300}>
        {(view) => <Content view={view} />}
      </Answer>
      <PartitionDetails dataset={dataset} partition={partition} />
      {newest === undefined ? null : <Columns revision={newest} />}
    </Stack>
  );
}

function Content({ view: { revisions } }: { readonly view: PartitionView }) {
  const [newest] = revisions;
  return (
    <>
      <section>
        <Title order={3} size="h5" mb="xs">
          Revisions
        </Title>
        <Revisions revisions={revisions} />
      </section>
      {newest === undefined ? null : <Rejected revision={newest} />}
    </>
  );
}

/** Revisions, newest first, each with what is different from the one before. */
function Revisions({ revisions }: { readonly revisions: readonly RevisionView[] }) {
  return (
    <div className="card" style={{ overflow: 'hidden' }}>
      <Table.ScrollContainer minWidth={330}>
        <Table horizontalSpacing="md" verticalSpacing={7}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Revision</Table.Th>
              <Table.Th>What changed</Table.Th>
              <Table.Th>Rows</Table.Th>
              <Table.Th>Rejected</Table.Th>
              <Table.Th visibleFrom="sm">Size</Table.Th>
              <Table.Th visibleFrom="sm">Taken in</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {revisions.map((revision, at) => (
              <Table.Tr key={revision.number}>
                <Table.Td className="numbers">{revision.number}</Table.Td>
                <Table.Td>
                  {revisionChanges(revision, revisions[at + 1]).map((change) => (
                    <Text key={change} size="sm" className="wrap">
                      {change}
                    </Text>
                  ))}
                </Table.Td>
                <Table.Td className="numbers">{numberText(revision.rowCount)}</Table.Td>
                <Table.Td className="numbers">{numberText(revision.rejected.count)}</Table.Td>
                <Table.Td className="numbers" visibleFrom="sm">
                  {sizeText(revision.sizeBytes)}
                </Table.Td>
                <Table.Td visibleFrom="sm">{timeText(revision.ingestedAt)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}

function Columns({ revision: { columns } }: { readonly revision: RevisionView }) {
  return (
    <section>
      <Title order={3} size="h5" mb="xs">
        Columns
      </Title>
      <DataTable
        columns={['Column', 'Type']}
        rows={columns.map(({ name, type }) => [name, type])}
        label="Columns"
      />
    </section>
  );
}

function Rejected({ revision: { rejected } }: { readonly revision: RevisionView }) {
  if (rejected.count === 0) return null;
  return (
    <section>
      <Title order={3} size="h5" mb="xs">
        Rows that could not be read
      </Title>
      <Alert color="yellow" mb="sm" role="note">
        {numberText(rejected.count)} {rejected.count === 1 ? 'row was' : 'rows were'} left out
        {rejected.samples.length === 0
          ? '. Their texts are for owners.'
          : rejected.samples.length < rejected.count
            ? `; the first ${rejected.samples.length} of them:`
            : ':'}
      </Alert>
      {rejected.samples.length === 0 ? null : (
        <DataTable
          columns={['File', 'Row', 'Why', 'Text']}
          rows={rejected.samples.map(({ file, row, column, reason, text }) => [
            file,
            row === undefined ? null : String(row),
            column === undefined ? reason : `${column}: ${reason}`,
            text ?? null,
          ])}
          label="Rows that could not be read"
        />
      )}
    </section>
  );
}
