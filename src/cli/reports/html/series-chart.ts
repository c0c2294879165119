import { formatValue } from '../../../core/checks/format.ts';
import { bandText } from '../../../core/checks/summary.ts';
import type { ReplayedMetric } from '../../../core/policies/replay-metrics.ts';
import { plotRange } from '../../render/plot.ts';
import { escapeHtml, svgNumber } from './page.ts';
import { statusSquare } from './status-sign.ts';

/** Places of the partitions that a chart shows, and of those that it is about. */
export type ChartFrame = {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly last: number;
};

const size = { width: 360, height: 150, left: 4, right: 4, top: 18, bottom: 18 } as const;
const signSize = 13;

/** A metric over partitions: the learned band, the value as a line, alarms as signs, the incident as a stripe. */
export function seriesChart(metric: ReplayedMetric, frame: ChartFrame): string {
  const part = sliceOf(metric, frame);
  const range = plotRange(part);
  if (range === undefined) return '';
  const scale = scaleOf(part, range);
  const { format, partitions } = part;
  const alarms = part.alarms.filter((alarm) => alarm !== null).length;
  const summary = `${metric.metric} from ${partitions[0] ?? ''} to ${partitions.at(-1) ?? ''}: between ${formatValue(range.low, format)} and ${formatValue(range.high, format)}, ${alarms} alarms`;
  return `<figure><figcaption>${escapeHtml(metric.metric)}</figcaption>
<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeHtml(summary)}">
${stripe(frame, scale)}${gridLines(range, { format, scale })}${band(part, scale)}${line(part.values, scale)}${signs(part, scale)}${keys(partitions)}
</svg></figure>`;
}

type Scale = { readonly x: (at: number) => number; readonly y: (value: number) => number };
type Range = { readonly low: number; readonly high: number };

function sliceOf(metric: ReplayedMetric, { from, to }: ChartFrame): ReplayedMetric {
  const cut = <T>(list: readonly T[]): readonly T[] => list.slice(from, to + 1);
  return {
    ...metric,
    partitions: cut(metric.partitions),
    values: cut(metric.values),
    lower: cut(metric.lower),
    upper: cut(metric.upper),
    alarms: cut(metric.alarms),
  };
}

function scaleOf({ values }: ReplayedMetric, { low, high }: Range): Scale {
  const width = size.width - size.left - size.right;
  const height = size.height - size.top - size.bottom;
  const span = high > low ? high - low : 1;
  return {
    x: (at) => size.left + ((at + 0.5) * width) / values.length,
    // What lies far outside is drawn at the edge.
    y: (value) => size.top + (1 - Math.min(1, Math.max(0, (value - low) / span))) * height,
  };
}

function stripe({ from, first, last }: ChartFrame, { x }: Scale): string {
  const [begin, end] = [x(first - from - 0.5), x(last - from + 0.5)];
  return `<rect class="stripe" x="${svgNumber(begin)}" y="${size.top}" width="${svgNumber(Math.max(4, end - begin))}" height="${size.height - size.top - size.bottom}"/>`;
}

function gridLines({ low, high }: Range, of: { format: ReplayedMetric['format']; scale: Scale }): string {
  const at = (value: number, dy: number): string => {
    const y = svgNumber(of.scale.y(value));
    return `<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${y}" y2="${y}"/><text class="axis" x="${size.left}" y="${svgNumber(of.scale.y(value) + dy)}">${escapeHtml(formatValue(value, of.format))}</text>`;
  };
  return at(high, -5) + at(low, -4);
}

/** One area for each run of partitions with a band; a side without a bound reaches the edge. */
function band({ lower, upper }: ReplayedMetric, { x, y }: Scale): string {
  const runs: number[][] = [];
  for (const at of lower.keys()) {
    if ((lower[at] ?? null) === null && (upper[at] ?? null) === null) continue;
    const run = runs.at(-1);
    if (run?.at(-1) === at - 1) run.push(at);
    else runs.push([at]);
  }
  const point = (at: number, value: number | null | undefined, edge: number): string =>
    `${svgNumber(x(at))} ${svgNumber(y(value ?? edge))}`;
  return runs
    .map((run) => {
      const tops = run.map((at) => point(at, upper[at], Number.POSITIVE_INFINITY));
      const bottoms = run.map((at) => point(at, lower[at], Number.NEGATIVE_INFINITY));
      return `<path class="band" d="M${[...tops, ...bottoms.toReversed()].join('L')}Z"/><path class="band-edge" d="M${tops.join('L')}M${bottoms.join('L')}"/>`;
    })
    .join('');
}

function line(values: readonly (number | null)[], { x, y }: Scale): string {
  let path = '';
  let isPenDown = false;
  const lonely: string[] = [];
  for (const [at, value] of values.entries()) {
    if (value === null) {
      isPenDown = false;
      continue;
    }
    const point = `${svgNumber(x(at))} ${svgNumber(y(value))}`;
    const isAlone = !isPenDown && (values[at + 1] ?? null) === null;
    if (isAlone)
      lonely.push(`<circle class="dot" cx="${svgNumber(x(at))}" cy="${svgNumber(y(value))}" r="1.8"/>`);
    path += `${isPenDown ? 'L' : 'M'}${point}`;
    isPenDown = true;
  }
  return `<path class="line" d="${path}"/>${lonely.join('')}`;
}

function signs(metric: ReplayedMetric, { x, y }: Scale): string {
  return metric.alarms
    .map((kind, at) => {
      if (kind === null) return '';
      const value = metric.values[at] ?? null;
      const expected = bandText(
        { lower: metric.lower[at] ?? undefined, upper: metric.upper[at] ?? undefined },
        metric.format,
      );
      const said = value === null ? 'no value' : formatValue(value, metric.format);
      const title = escapeHtml(`${metric.partitions[at] ?? ''}: ${said}, expected ${expected} (${kind})`);
      const top = (value === null ? size.height - size.bottom : y(value)) - signSize / 2;
      return statusSquare({ kind, x: x(at) - signSize / 2, y: top, size: signSize, title });
    })
    .join('');
}

function keys(partitions: readonly string[]): string {
  const y = size.height - 4;
  const [first = '', last = ''] = [partitions[0], partitions.at(-1)];
  const end =
    first === last
      ? ''
      : `<text class="axis" x="${size.width - size.right}" y="${y}" text-anchor="end">${escapeHtml(shortKey(last))}</text>`;
  return `<text class="axis" x="${size.left}" y="${y}">${escapeHtml(shortKey(first))}</text>${end}`;
}

function shortKey(key: string): string {
  return key.length > 24 ? `…${key.slice(-23)}` : key;
}
