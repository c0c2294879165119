import type { ColumnType } from '../datasets/schema.ts';
import type { MetricKey, MetricValue } from '../metrics/metric.ts';
import { splitSegment } from '../metrics/segments/segment-label.ts';
import { textOfTime } from '../metrics/texts/calendar-text.ts';
import type { MetricSeries } from '../thresholds/history.ts';

/** Column, metric and segment of a key, by the columns that there are: their names may hold any character. */
export function partsOfKey(
  key: MetricKey,
  columns: Iterable<string>,
): { readonly metric: string; readonly column?: string; readonly segment?: string } {
  const { metric: whole, segment } = splitSegment(key);
  let column: string | undefined;
  for (const name of columns) {
    if (whole.startsWith(`${name}.`) && name.length > (column?.length ?? -1)) column = name;
  }
  return {
    metric: column === undefined ? whole : whole.slice(column.length + 1),
    ...(column === undefined ? {} : { column }),
    ...(segment === undefined ? {} : { segment }),
  };
}

/** Makes the metric values of a stored series. Times get their exact text again, which tells people that they are times. */
export function storedValue(
  series: MetricSeries,
  columns: ReadonlyMap<string, ColumnType>,
): (at: { readonly value: number | undefined; readonly rows: number }) => MetricValue {
  const parts = partsOfKey(series.metric, columns.keys());
  const type = columns.get(parts.column ?? '');
  const isTime = type !== undefined && timeKinds.has(type.kind) && timeMetric.test(parts.metric);
  return ({ value, rows }) => ({
    ...parts,
    value,
    ...(isTime && value !== undefined ? { exact: textOfTime(type, value) } : {}),
    scale: series.scale,
    rows,
  });
}

const timeMetric = /^(?:min|max|p\d+(?:\.\d+)?)$/;
const timeKinds: ReadonlySet<string> = new Set(['date', 'timestamp', 'time'] satisfies ColumnType['kind'][]);
