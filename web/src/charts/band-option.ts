import type { EChartsCoreOption } from 'echarts/core';
import { formatOf, formatValue } from '../../../src/core/checks/format.ts';
import type { SeriesPoint } from '../../../src/ports/quality-store.ts';
import { statusWord } from '../parts/status-words.ts';
import { shortNumber } from '../parts/words.ts';

export type PlotColours = Readonly<
  Record<'ink' | 'grid' | 'line' | 'band' | 'surface' | 'fail' | 'warn', string>
>;

/** What the plot of a metric is made of. A side of the band that is open reaches to the edge of the plot. */
export function bandOption(
  points: readonly SeriesPoint[],
  metric: string,
  colours: PlotColours,
): EChartsCoreOption {
  const range = rangeOf(points);
  return {
    animation: false,
    aria: { enabled: true, label: { description: `${metric} over ${points.length} partitions` } },
    grid: { left: 52, right: 10, top: 14, bottom: 26 },
    tooltip: {
      trigger: 'axis',
      // Within the plot, which cuts off what leaves it.
      confine: true,
      backgroundColor: colours.surface,
      borderColor: colours.grid,
      textStyle: { color: colours.ink, fontSize: 12 },
      formatter: (at: unknown) => tip({ points, metric }, at),
    },
    dataZoom: [{ type: 'inside', zoomOnMouseWheel: 'ctrl' }],
    ...axes({ points, metric }, range, colours),
    series: [...bandSeries(points, range, colours), ...valueSeries(points, colours)],
  };
}

type Range = { readonly low: number; readonly high: number };

function axes(
  { points, metric }: { readonly points: readonly SeriesPoint[]; readonly metric: string },
  { low, high }: Range,
  colours: PlotColours,
) {
  const format = formatOf(metric);
  const short = (value: number): string =>
    format === 'duration' ? formatValue(value, format) : shortNumber(value);
  const label = { color: colours.ink, fontSize: 11 };
  return {
    xAxis: {
      type: 'category',
      data: points.map(({ partition }) => partition),
      boundaryGap: false,
      axisLine: { lineStyle: { color: colours.grid } },
      axisTick: { show: false },
      axisLabel: { ...label, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      min: low,
      max: high,
      splitNumber: 4,
      axisLabel: { ...label, formatter: short, showMinLabel: false, showMaxLabel: false },
      splitLine: { lineStyle: { color: colours.grid } },
    },
  };
}

/** The band as two stacked lines: an unseen one at its lower edge, and the area between the two. */
function bandSeries(points: readonly SeriesPoint[], { low, high }: Range, colours: PlotColours) {
  const lower = points.map((point) => edge(point, point.lower, low));
  const upper = points.map((point) => edge(point, point.upper, high));
  const width = upper.map((value, at) => {
    const below = lower[at];
    return value === null || below === null || below === undefined ? null : value - below;
  });
  const line = {
    type: 'line',
    stack: 'band',
    symbol: 'none',
    step: 'middle',
    silent: true,
    lineStyle: { opacity: 0 },
  };
  return [
    { ...line, data: lower, areaStyle: { opacity: 0 } },
    { ...line, data: width, areaStyle: { color: colours.band, opacity: 0.17 } },
  ];
}

function valueSeries(points: readonly SeriesPoint[], colours: PlotColours) {
  const alarms = points.flatMap(({ value, status }, at) =>
    value !== null && (status === 'fail' || status === 'warn')
      ? [{ value: [at, value], itemStyle: { color: colours[status] } }]
      : [],
  );
  return [
    {
      type: 'line',
      data: points.map(({ value }) => value),
      symbol: 'none',
      lineStyle: { color: colours.line, width: 1.7 },
      z: 3,
    },
    { type: 'scatter', data: alarms, symbolSize: 9, z: 4 },
  ];
}

/** Room for all values and for the usual band; the few wide ones, as of the first partitions, do not flatten the values. */
function rangeOf(points: readonly SeriesPoint[]): Range {
  const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
  if (values.length === 0) return { low: 0, high: 1 };
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const low = Math.min(least, usual(points.map(({ lower }) => lower)) ?? least);
  const high = Math.max(most, usual(points.map(({ upper }) => upper)) ?? most);
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return { low: least >= 0 ? Math.max(0, low - room) : low - room, high: high + room };
}

/** The median of the bounds that there are. */
function usual(bounds: readonly (number | undefined)[]): number | undefined {
  const known = bounds.filter((bound) => bound !== undefined).toSorted((a, b) => a - b);
  return known[Math.floor(known.length / 2)];
}

function edge(point: SeriesPoint, bound: number | undefined, outside: number): number | null {
  if (bound !== undefined) return bound;
  return point.lower === undefined && point.upper === undefined ? null : outside;
}

function tip(
  { points, metric }: { readonly points: readonly SeriesPoint[]; readonly metric: string },
  at: unknown,
): string {
  const first: unknown = Array.isArray(at) ? at[0] : at;
  const index =
    typeof first === 'object' && first !== null && 'dataIndex' in first ? Number(first.dataIndex) : -1;
  const point = points[index];
  if (point === undefined) return '';
  const { value, lower, upper, status, partition, revision } = point;
  const text = (bound: number | undefined): string =>
    bound === undefined ? '…' : formatValue(bound, formatOf(metric));
  const band = lower === undefined && upper === undefined ? '' : `<br>band ${text(lower)} to ${text(upper)}`;
  const again = revision > 1 ? ` · revision ${revision}` : '';
  return `<b>${escaped(partition)}</b>${again}<br>${value === null ? 'no value' : text(value)} · ${statusWord(status)}${band}`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
