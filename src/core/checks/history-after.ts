import { type MetricKey, type MetricScale, metricKey } from '../metrics/metric.ts';
import type { MetricHistory } from '../thresholds/history.ts';
import type { Evaluation } from './evaluate.ts';

type Series = { scale: MetricScale; readonly values: (number | null)[]; readonly rows: number[] };

/**
 * A history with the partitions that were judged next, as the store would give it back: the last `partitionsMax` of them
 * all. An evaluation that measured nothing teaches nothing.
 */
export function historyAfter(
  history: MetricHistory,
  evaluations: readonly Evaluation[],
  partitionsMax: number,
): MetricHistory {
  const judged = evaluations.filter(({ values }) => values.length > 0);
  const first = history.partitions.length;
  const all = new Map<MetricKey, Series>();
  for (const { metric, scale, values, rows } of history.series) {
    all.set(metric, { scale, values: [...values], rows: [...rows] });
  }
  for (const [at, evaluation] of judged.entries()) {
    for (const { metric, column, segment, scale, value, rows } of evaluation.values) {
      const key = metricKey(metric, column, segment);
      const series = all.get(key) ?? { scale, values: [], rows: [] };
      all.set(key, series);
      series.scale = scale;
      pad(series, first + at);
      series.values.push(value ?? null);
      series.rows.push(rows);
    }
  }
  const partitions = [
    ...history.partitions,
    ...judged.map(({ revision }) => ({ key: revision.partition, revision: revision.number })),
  ];
  const newest = <T>(list: readonly T[]): readonly T[] => list.slice(-partitionsMax);
  const series = Array.from(all, ([metric, one]) => {
    pad(one, partitions.length);
    return { metric, scale: one.scale, values: newest(one.values), rows: newest(one.rows) };
  });
  return { partitions: newest(partitions), series };
}

/** Partitions that did not have the metric. */
function pad({ values, rows }: Series, length: number): void {
  while (values.length < length) {
    values.push(null);
    rows.push(0);
  }
}
