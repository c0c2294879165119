import { Alert, Anchor, Badge, Drawer, Group, List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Result } from '../../../../src/core/checks/result.ts';
import type { ExplanationView } from '../../../../src/services/quality/explain.ts';
import { dataset as datasetQuery, explanation } from '../../api/queries.ts';
import { MetricChart } from '../../charts/metric-chart.tsx';
import { Answer } from '../../parts/answer.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { StatusMark } from '../../parts/status.tsx';
import { bandText, valueText } from './check-table.tsx';

/** Why a result is what it is: in words, as a plot, and recomputed. */
export function ResultDrawer({
  result,
  onClose,
}: {
  readonly result: Result | undefined;
  readonly onClose: () => void;
}) {
  return (
    <Drawer
      opened={result !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={
        <Text ff="monospace" fw={600}>
          {result?.check}
        </Text>
      }
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {result === undefined ? null : <Explained result={result} />}
    </Drawer>
  );
}

function Explained({ result }: { readonly result: Result }) {
  const query = useQuery(explanation(result.id));
  const { dataset, partition, number } = result.revision;
  return (
    <Stack gap="md">
      <Group gap="lg">
        <StatusMark status={result.status} size="md" />
        <Text className="numbers">
          <b>{valueText(result)}</b> <span className="quiet">band {bandText(result)}</span>
        </Text>
        <Text className="quiet">
          {partition}
          {number > 1 ? `, revision ${number}` : ''}
        </Text>
      </Group>
      <Answer query={query} height={180}>
        {(view) => <Words view={view} />}
      </Answer>
      {result.value === undefined ? null : (
        <MetricChart dataset={dataset} metric={result.metric} height={240} />
      )}
      <EditThreshold result={result} />
      {query.data?.failedRows === undefined ? null : <FailedRows sample={query.data.failedRows} />}
    </Stack>
  );
}

/** Leads owners to what holds for a metric. Those of groups of rows are as their column's. */
function EditThreshold({ result: { revision, metric, record } }: { readonly result: Result }) {
  const { data } = useQuery(datasetQuery(revision.dataset));
  const isJudged = record.kind === 'learned' || record.kind === 'set';
  if (!isJudged || metric.endsWith(']') || data?.standing === 'follower') return null;
  const base = `/datasets/${encodeURIComponent(revision.dataset)}`;
  return (
    <Anchor component={Link} href={`${base}/policy?metric=${encodeURIComponent(metric)}`} size="sm">
      Change what holds for this metric
    </Anchor>
  );
}

function Words({ view: { explanation: words, recomputation } }: { readonly view: ExplanationView }) {
  return (
    <Stack gap="xs">
      <Text fw={600}>{words.headline}</Text>
      <List size="sm" spacing={4}>
        {words.sentences.map((sentence) => (
          <List.Item key={sentence}>{sentence}</List.Item>
        ))}
      </List>
      {recomputation.agrees ? (
        <Badge variant="light" color="gray" tt="none">
          Recomputed from its record: the same, bit for bit
        </Badge>
      ) : (
        <Alert color="red" title="A recomputation differs">
          {recomputation.differences.join('; ')}
        </Alert>
      )}
    </Stack>
  );
}

function FailedRows({ sample }: { readonly sample: NonNullable<ExplanationView['failedRows']> }) {
  return (
    <section>
      <Text fw={600} mb={4}>
        Rows that should not exist: {sample.rows.length} of {sample.count}
      </Text>
      <DataTable columns={sample.columns} rows={sample.rows} label="Rows that should not exist" />
    </section>
  );
}
