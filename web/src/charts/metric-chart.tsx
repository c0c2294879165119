import { Center, Group, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { formatOf, formatValue } from '../../../src/core/checks/format.ts';
import { series } from '../api/queries.ts';
import { Answer } from '../parts/answer.tsx';

// The library of plots is larger than all the rest: it is loaded beside the first page with a plot, while its values come.
const loading = import('./band-plot.tsx');
const BandPlot = lazy(async () => ({ default: (await loading).BandPlot }));

type Props = { readonly dataset: string; readonly metric: string; readonly height?: number };

/** A metric over the partitions with the band that it was compared with. */
export function MetricChart({ dataset, metric, height = 260 }: Props) {
  const query = useQuery(series(dataset, metric));
  return (
    <div className="card" style={{ padding: '12px 14px 4px' }}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text fw={600} size="sm" ff="monospace" truncate>
          {metric}
        </Text>
        <Text size="sm" className="numbers quiet">
          {lastText(metric, query.data?.points.at(-1)?.value)}
        </Text>
      </Group>
      <Answer query={query} height={height}>
        {({ points }) => (
          <Suspense
            fallback={
              <Center h={height}>
                <Loader size="sm" role="status" aria-label="Loading" />
              </Center>
            }
          >
            <BandPlot points={points} metric={metric} height={height} />
          </Suspense>
        )}
      </Answer>
    </div>
  );
}

function lastText(metric: string, value: number | null | undefined): string {
  return value === null || value === undefined ? '' : formatValue(value, formatOf(metric));
}
