import { Button, Group, Stack, Text } from '@mantine/core';
import { partitionKey } from '../../../../../src/base/ids.ts';
import type { DatasetDefinition } from '../../../../../src/core/datasets/definition.ts';
import type { ReplayedMetric } from '../../../../../src/core/policies/replay-metrics.ts';
import type { SeriesPoint } from '../../../../../src/ports/quality-store.ts';
import { LazyBandPlot } from '../../../charts/lazy-band-plot.tsx';
import { bandWords, MetricChart } from '../../../charts/metric-chart.tsx';
import { FailedRequest } from '../../../parts/answer.tsx';
import { useReplay } from './use-replay.ts';

type Props = { readonly draft: DatasetDefinition; readonly metric: string; readonly isReady: boolean };

/** A metric as it was judged, and as a draft would have judged it. */
export function MetricPreview({ draft, metric, isReady }: Props) {
  const replay = useReplay([metric]);
  const found = replay.data?.metrics.find((one) => one.metric === metric);
  const alarms = found?.alarms.filter((alarm) => alarm !== null).length;
  return (
    <Stack gap="xs">
      {found === undefined ? (
        <MetricChart dataset={draft.dataset} metric={metric} height={190} />
      ) : (
        <ReplayedPlot series={found} height={190} />
      )}
      <Group gap="sm">
        <Button
          variant="light"
          size="xs"
          disabled={!isReady}
          loading={replay.isPending}
          onClick={() => replay.mutate(draft)}
        >
          What would it have done?
        </Button>
        <Text size="sm" className="quiet" role="status">
          {found === undefined || alarms === undefined
            ? replay.data === undefined
              ? 'as it was judged'
              : 'nobody has measured it yet'
            : `as it would be: ${alarms === 0 ? 'no alarm' : alarms === 1 ? '1 alarm' : `${alarms} alarms`} on ${found.partitions.length} partitions`}
        </Text>
      </Group>
      {replay.error === null ? null : <FailedRequest error={replay.error} title="It could not be replayed" />}
    </Stack>
  );
}

/** The plot of a metric by a policy that is not in force. */
export function ReplayedPlot({
  series,
  height,
}: {
  readonly series: ReplayedMetric;
  readonly height: number;
}) {
  const { metric, next } = series;
  return (
    <div className="card" style={{ padding: '12px 14px 4px' }}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text fw={600} size="sm" ff="monospace" truncate>
          {metric}
        </Text>
        <Text size="sm" className="numbers quiet" style={{ whiteSpace: 'nowrap' }}>
          {next === undefined ? '' : `next ${bandWords(metric, next)}`}
        </Text>
      </Group>
      <LazyBandPlot points={pointsOf(series)} metric={metric} height={height} next={next} />
    </div>
  );
}

function pointsOf({ partitions, values, lower, upper, alarms }: ReplayedMetric): readonly SeriesPoint[] {
  return partitions.map((partition, at) => {
    const [low, high] = [lower[at], upper[at]];
    return {
      partition: partitionKey(partition),
      revision: 1,
      value: values[at] ?? null,
      ...(low === null || low === undefined ? {} : { lower: low }),
      ...(high === null || high === undefined ? {} : { upper: high }),
      status: alarms[at] ?? 'pass',
    };
  });
}
