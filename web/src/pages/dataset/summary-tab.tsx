import { Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { DatasetDetailView } from '../../../../src/services/registry/registry.ts';
import { incidents, partitions, results } from '../../api/queries.ts';
import { MetricChart } from '../../charts/metric-chart.tsx';
import { Answer } from '../../parts/answer.tsx';
import { IncidentList } from '../../parts/incident-list.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Calendar } from './calendar.tsx';
import { Facts } from './facts.tsx';
import { worthSeeing } from './worth-seeing.ts';

const chartsShown = 4;

/** How the dataset is: its days, its worst metrics, what is open. */
export function SummaryTab({ dataset }: { readonly dataset: DatasetDetailView }) {
  const name = dataset.dataset;
  const days = useQuery(partitions(name));
  const latest = useQuery(results(name, undefined));
  const open = useQuery(incidents({ dataset: name, open: true }));
  return (
    <Stack gap="lg">
      {open.data === undefined || open.data.incidents.length === 0 ? null : (
        <IncidentList incidents={open.data.incidents} />
      )}
      <Facts dataset={dataset} results={latest.data?.results} />
      <section>
        <Title order={3} size="h5" mb="xs">
          Partitions
        </Title>
        <Answer query={days} height={140}>
          {(list) => <Calendar dataset={name} partitions={list} />}
        </Answer>
      </section>
      <section>
        <Group justify="space-between" mb="xs">
          <Title order={3} size="h5">
            Metrics
          </Title>
          <Link href={`/datasets/${encodeURIComponent(name)}/checks`}>
            <Text size="sm">All checks</Text>
          </Link>
        </Group>
        <Answer query={latest} height={280}>
          {(view) =>
            view.results.length === 0 ? (
              <Notice title="Nothing is measured yet">
                Let Assay learn from the past: <code>assay backfill {name}</code>
              </Notice>
            ) : (
              <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
                {worthSeeing(view.results, chartsShown).map((metric) => (
                  <MetricChart key={metric} dataset={name} metric={metric} height={210} />
                ))}
              </SimpleGrid>
            )
          }
        </Answer>
      </section>
    </Stack>
  );
}
