import { Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { DatasetDetailView } from '../../../../src/services/registry/registry.ts';
import { schemas } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Notice } from '../../parts/notice.tsx';

/** Which columns the partitions had, newest first. */
export function SchemaTab({ dataset }: { readonly dataset: DatasetDetailView }) {
  const query = useQuery(schemas(dataset.dataset));
  return (
    <Answer query={query} height={300}>
      {({ periods: [newest, ...rest] }) =>
        newest === undefined ? (
          <Notice title="No partition is measured yet">
            Let Assay learn from the past: <code>assay backfill {dataset.dataset}</code>
          </Notice>
        ) : (
          <Stack gap="lg">
            <section>
              <Title order={3} size="h5" mb="xs">
                Columns since {newest.from}
              </Title>
              <DataTable
                columns={['Column', 'Type']}
                rows={newest.columns.map(({ name, type }) => [name, type])}
                label="Columns"
              />
            </section>
            <section>
              <Title order={3} size="h5" mb="xs">
                Changes
              </Title>
              {rest.length === 0 ? (
                <Text className="quiet">
                  All {newest.partitions} partitions since {newest.from} have had these columns.
                </Text>
              ) : (
                <Stack gap="xs">
                  {[newest, ...rest].map(({ from, partitions, changes, columns }) => (
                    <Stack key={from} className="card" p="sm" gap={2}>
                      <Text fw={600} className="numbers">
                        {from}
                      </Text>
                      {changes.length === 0 ? <Text size="sm">{columns.length} columns</Text> : null}
                      {changes.map((change) => (
                        <Text key={change} size="sm">
                          {change}
                        </Text>
                      ))}
                      <Text size="xs" className="quiet">
                        {partitions} {partitions === 1 ? 'partition' : 'partitions'}
                      </Text>
                    </Stack>
                  ))}
                </Stack>
              )}
            </section>
          </Stack>
        )
      }
    </Answer>
  );
}
