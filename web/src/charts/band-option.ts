import type { EChartsCoreOption } from 'echarts/core';
import { partitionKey } from '../../../src/base/ids.ts';
import { formatOf, formatValue } from '../../../src/core/checks/format.ts';
import type { SeriesPoint } from '../../../src/ports/quality-store.ts';
import { statusWord } from '../parts/status-words.ts';
import { shortNumber } from '../parts/words.ts';

export type PlotColours = Readonly<
  Record<'ink' | 'grid' | 'line' | 'band' | 'surface' | 'fail' | 'warn', string>
>;

/** The band of the partition that comes next; null on a side without a bound. */
export type NextBand = { readonly lower: number | null; readonly upper: number | null };

type Plotted = {
  readonly points: readonly SeriesPoint[];
  readonly metric: string;
  readonly next?: NextBand | undefined;
};

/** What the plot of a metric is made of. A side of the band that is open reaches to the edge of the plot. */
export function bandOption(
  { points: known, metric, next }: Plotted,
  colours: PlotColours,
): EChartsCoreOption {
  const ahead = next === undefined ? [] : aheadOf(known, next);
  const points = [...known, ...ahead];
  const range = rangeOf(points, next);
  return {
    animation: false,
    aria: { enabled: true, label: { description: `${metric} over ${known.length} partitions` } },
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
    series: [
      ...bandSeries(points, range, colours),
      ...(ahead.length === 0 ? [] : nextSeries(points, known.length, range, colours)),
      ...valueSeries(points, colours),
    ],
  };
}

/** The share of the plot that what comes next takes, so that it can be seen. */
const aheadShare = 0.04;

/** Places behind the last partition that hold the next band, and no value. */
function aheadOf(known: readonly SeriesPoint[], { lower, upper }: NextBand): readonly SeriesPoint[] {
  const count = Math.max(1, Math.round(known.length * aheadShare));
  const band = {
    ...(lower === null ? {} : { lower }),
    ...(upper === null ? {} : { upper }),
  };
  return Array.from({ length: count }, (_, at): SeriesPoint => {
    return { partition: partitionKey(at === 0 ? 'next' : ''), revision: 1, value: null, ...band };
  });
}

/** The band of what comes next alone, drawn over the one of all. */
function nextSeries(points: readonly SeriesPoint[], from: number, range: Range, colours: PlotColours) {
  const future = points.map((point, at) =>
    at < from ? { ...point, lower: undefined, upper: undefined } : point,
  );
  return bandSeries(future, range, { ...colours, opacity: 0.3, stack: 'next' });
}

type Bounds = { readonly lower?: number | undefined; readonly upper?: number | undefined };

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
function bandSeries(
  points: readonly Bounds[],
  { low, high }: Range,
  {
    band,
    stack = 'band',
    opacity = 0.17,
  }: PlotColours & { readonly stack?: string; readonly opacity?: number },
) {
  const lower = points.map((point) => edge(point, point.lower, low));
  const upper = points.map((point) => edge(point, point.upper, high));
  const width = upper.map((value, at) => {
    const below = lower[at];
    return value === null || below === null || below === undefined ? null : value - below;
  });
  const line = {
    type: 'line',
    stack,
    symbol: 'none',
    step: 'middle',
    silent: true,
    lineStyle: { opacity: 0 },
  };
  return [
    { ...line, data: lower, areaStyle: { opacity: 0 } },
    { ...line, data: width, areaStyle: { color: band, opacity } },
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
function rangeOf(points: readonly SeriesPoint[], next: NextBand | undefined): Range {
  const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
  if (values.length === 0) return { low: 0, high: 1 };
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const low = Math.min(least, usual(points.map(({ lower }) => lower)) ?? least, next?.lower ?? least);
  const high = Math.max(most, usual(points.map(({ upper }) => upper)) ?? most, next?.upper ?? most);
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return { low: least >= 0 ? Math.max(0, low - room) : low - room, high: high + room };
}

/** The median of the bounds that there are. */
function usual(bounds: readonly (number | undefined)[]): number | undefined {
  const known = bounds.filter((bound) => bound !== undefined).toSorted((a, b) => a - b);
  return known[Math.floor(known.length / 2)];
}

function edge(point: Bounds, bound: number | undefined, outside: number): number | null {
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
  if (status === undefined && value === null && partition === 'next')
    return `<b>The next partition</b><br>band ${text(lower)} to ${text(upper)}`;
  const again = revision > 1 ? ` · revision ${revision}` : '';
  return `<b>${escaped(partition)}</b>${again}<br>${value === null ? 'no value' : text(value)} · ${statusWord(status)}${band}`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
