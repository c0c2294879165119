import { Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { MetricDetail } from '../../../../src/core/metrics/metric.ts';
import { details as detailsQuery } from '../../api/queries.ts';
import { RequestError } from '../../api/request.ts';
import { Answer } from '../../parts/answer.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Notice } from '../../parts/notice.tsx';
import { numberText } from '../../parts/words.ts';

const valuesShown = 8;

/** What a partition holds beside numbers: rows that should not exist, and the most frequent values. */
export function PartitionDetails({
  dataset,
  partition,
}: {
  readonly dataset: string;
  readonly partition: string;
}) {
  const query = useQuery(detailsQuery(dataset, partition));
  if (query.error instanceof RequestError && query.error.code === 'RESULT_NOT_FOUND')
    return <Notice title="It is not checked yet">Its values are shown when its checks are done.</Notice>;
  return (
    <Answer query={query} height={200}>
      {({ failedRows, metrics }) => (
        <>
          {failedRows.map(({ metric, count, columns, rows }) => (
            <section key={metric}>
              <Title order={3} size="h5" mb="xs">
                Rows that should not exist: {rows.length} of {numberText(count)}
              </Title>
              <DataTable columns={columns} rows={rows} label={`Rows found by ${metric}`} />
            </section>
          ))}
          <Values details={metrics.filter(isOfAllRows)} />
        </>
      )}
    </Answer>
  );
}

/** Not of groups of rows, nor a comparison with the past: what the whole partition holds. */
function isOfAllRows({ segment, values }: MetricDetail): boolean {
  return segment === undefined && values.length > 0 && values.every(({ percent }) => percent === undefined);
}

function Values({ details }: { readonly details: readonly MetricDetail[] }) {
  if (details.length === 0) return null;
  return (
    <section>
      <Title order={3} size="h5" mb="xs">
        Values
      </Title>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md">
        {details.map((detail) => (
          <Stack key={`${detail.column} ${detail.metric}`} className="card" p="md" gap={6}>
            <Text ff="monospace" size="sm" fw={600} lineClamp={2}>
              <bdi>{detail.column}</bdi>{' '}
              <Text component="span" size="xs" className="quiet">
                {detail.metric.replaceAll('_', ' ')}
              </Text>
            </Text>
            <Bars values={detail.values} />
          </Stack>
        ))}
      </SimpleGrid>
    </section>
  );
}

function Bars({ values }: { readonly values: MetricDetail['values'] }) {
  const most = Math.max(1, ...values.map(({ count }) => count));
  const hidden = values.length - valuesShown;
  return (
    <>
      {values.slice(0, valuesShown).map(({ value, count }) => (
        <Group key={value} gap="sm" wrap="nowrap" justify="space-between" className="bar">
          <span className="bar-fill" style={{ width: `${(count / most) * 100}%` }} />
          <Text size="xs" ff="monospace" truncate>
            {value}
          </Text>
          <Text size="xs" className="numbers">
            {numberText(count)}
          </Text>
        </Group>
      ))}
      {hidden > 0 ? (
        <Text size="xs" className="quiet">
          and {hidden} more
        </Text>
      ) : null}
    </>
  );
}
