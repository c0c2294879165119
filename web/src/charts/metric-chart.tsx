import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { formatOf, formatValue } from '../../../src/core/checks/format.ts';
import { series } from '../api/queries.ts';
import { Answer } from '../parts/answer.tsx';
import type { NextBand } from './band-option.ts';
import { LazyBandPlot } from './lazy-band-plot.tsx';

type Props = {
  readonly dataset: string;
  readonly metric: string;
  readonly height?: number;
  /** What is normal next, where it is known. */
  readonly next?: NextBand | undefined;
};

/** A metric over the partitions with the band that it was compared with. */
export function MetricChart({ dataset, metric, height = 260, next }: Props) {
  const query = useQuery(series(dataset, metric));
  return (
    <div className="card" style={{ padding: '12px 14px 4px' }}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text fw={600} size="sm" ff="monospace" truncate>
          {metric}
        </Text>
        <Text size="sm" className="numbers quiet" style={{ whiteSpace: 'nowrap' }}>
          {next === undefined
            ? lastText(metric, query.data?.points.at(-1)?.value)
            : `next ${bandWords(metric, next)}`}
        </Text>
      </Group>
      <Answer query={query} height={height}>
        {({ points }) => <LazyBandPlot points={points} metric={metric} height={height} next={next} />}
      </Answer>
    </div>
  );
}

function lastText(metric: string, value: number | null | undefined): string {
  return value === null || value === undefined ? '' : formatValue(value, formatOf(metric));
}

/** A band in words: `100 – 120`, `≤ 5`. */
export function bandWords(metric: string, { lower, upper }: NextBand): string {
  const text = (bound: number): string => formatValue(bound, formatOf(metric));
  if (lower === null) return upper === null ? 'anything' : `≤ ${text(upper)}`;
  return upper === null ? `≥ ${text(lower)}` : `${text(lower)} – ${text(upper)}`;
}
