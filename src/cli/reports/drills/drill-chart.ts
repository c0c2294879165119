import { formatDuration } from '../../../base/units.ts';
import type { DrillReport } from '../../../core/drills/drill-report.ts';
import { movingMean, spreadOf } from '../../../core/drills/figures.ts';
import { escapeHtml, svgNumber } from '../html/page.ts';
import { faultWords } from './drill-words.ts';
import { type FaultLane, faultLanes, laneHeight } from './fault-lanes.ts';

const frame = { width: 1140, left: 96, right: 14, plot: 230, bottom: 24, gap: 14 } as const;

/**
 * Faults above, throughput below, on one axis of time. Each fault is a numbered bar from its beginning until what it hit
 * was well again; a line leads from it down to what the work did meanwhile.
 */
export function drillChart(report: DrillReport): string {
  const { throughput, faults, startedAt, endedAt } = report;
  const tookMs = Math.max(1, endedAt - startedAt);
  const x = (ms: number): number =>
    frame.left + (Math.min(Math.max(0, ms), tookMs) / tookMs) * (frame.width - frame.left - frame.right);
  const minMs = (laneHeight / (frame.width - frame.left - frame.right)) * tookMs;
  const lanes = faultLanes(faults, { startedAt, tookMs, minMs });
  const top = lanes.reduce((sum, { rows }) => sum + rows.length * laneHeight + 6, 0) + frame.gap;
  const height = top + frame.plot + frame.bottom;
  const perSecond = throughput.tasks.map((count) => (count * 1_000) / throughput.bucketMs);
  const high = niceCeiling(usualHigh(perSecond, throughput.bucketMs));
  // A peak above the edge is cut, and told in words.
  const y = (value: number): number => top + (1 - Math.min(1, value / high)) * frame.plot;
  const summary = `Tasks ended per second over ${formatDuration(tookMs)}, with ${faults.length} numbered faults`;
  return `<svg class="drill" viewBox="0 0 ${frame.width} ${height}" role="img" aria-label="${escapeHtml(summary)}">
${grid({ high, y, tookMs, x, top })}
${marks(lanes, { x, top })}
${area(perSecond, throughput.bucketMs, { x, y })}
${meanLine(perSecond, throughput.bucketMs, { x, y })}
${laneRows(lanes, x)}
</svg>`;
}

type Scale = { readonly x: (ms: number) => number; readonly y: (value: number) => number };

function grid(of: Scale & { readonly high: number; readonly tookMs: number; readonly top: number }): string {
  const { high, y, x, tookMs, top } = of;
  const right = frame.width - frame.right;
  const levels = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = svgNumber(y(share * high));
    const text = share * high;
    return `<line class="grid" x1="${frame.left}" x2="${right}" y1="${at}" y2="${at}"/><text class="axis" x="${frame.left - 8}" y="${svgNumber(y(share * high) + 4)}" text-anchor="end">${Number.isInteger(text) ? text : text.toFixed(1)}</text>`;
  });
  const title = `<text class="axis" x="${frame.left - 8}" y="${svgNumber(top - 8)}" text-anchor="end">tasks/s</text>`;
  const step = tickMs(tookMs);
  const ticks = Array.from({ length: Math.floor(tookMs / step) + 1 }, (_, at) => {
    const place = svgNumber(x(at * step));
    const foot = top + frame.plot;
    return `<line class="grid" x1="${place}" x2="${place}" y1="${foot}" y2="${foot + 4}"/><text class="axis" x="${place}" y="${foot + 17}" text-anchor="middle">${tickText(at * step)}</text>`;
  });
  return [...levels, title, ...ticks].join('');
}

function marks(
  lanes: readonly FaultLane[],
  { x, top }: { readonly x: (ms: number) => number; readonly top: number },
): string {
  let rowTop = 0;
  const lines: string[] = [];
  for (const { rows } of lanes) {
    for (const row of rows) {
      for (const { fromMs, fault } of row) {
        const at = svgNumber(x(fromMs));
        lines.push(
          `<line class="mark k-${fault.kind}" x1="${at}" x2="${at}" y1="${rowTop + laneHeight / 2}" y2="${top + frame.plot}"/>`,
        );
      }
      rowTop += laneHeight;
    }
    rowTop += 6;
  }
  return lines.join('');
}

function laneRows(lanes: readonly FaultLane[], x: (ms: number) => number): string {
  let rowTop = 0;
  const parts: string[] = [];
  for (const { name, rows } of lanes) {
    parts.push(
      `<text class="axis lane" x="${frame.left - 8}" y="${rowTop + laneHeight / 2 + 4}" text-anchor="end">${escapeHtml(name)}</text>`,
    );
    for (const row of rows) {
      for (const bar of row) parts.push(faultBar(bar, rowTop, x));
      rowTop += laneHeight;
    }
    rowTop += 6;
  }
  return parts.join('');
}

function faultBar(
  { fault, fromMs, toMs }: FaultLane['rows'][number][number],
  rowTop: number,
  x: (ms: number) => number,
): string {
  const [from, to] = [x(fromMs), x(toMs)];
  const well =
    fault.healedMs === undefined
      ? 'not seen well again'
      : `well again after ${formatDuration(fault.healedMs)}`;
  const title = `${fault.number}: ${fault.what} ${faultWords[fault.kind]} at ${formatDuration(fromMs)}, ${well}`;
  const middle = rowTop + laneHeight / 2;
  return `<g class="fault k-${fault.kind}"><title>${escapeHtml(title)}</title><rect x="${svgNumber(from)}" y="${rowTop + 4}" width="${svgNumber(Math.max(1, to - from))}" height="${laneHeight - 8}" rx="3"/><circle cx="${svgNumber(from)}" cy="${middle}" r="8.5"/><text x="${svgNumber(from)}" y="${middle + 3.4}" text-anchor="middle">${fault.number}</text></g>`;
}

/** One step for each bucket, so that nothing is smoothed away. */
function area(perSecond: readonly number[], bucketMs: number, { x, y }: Scale): string {
  if (perSecond.length === 0) return '';
  const steps = perSecond.map((value, at) => {
    const level = svgNumber(y(value));
    return `L${svgNumber(x(at * bucketMs))} ${level}H${svgNumber(x((at + 1) * bucketMs))}`;
  });
  return `<path class="buckets" d="M${svgNumber(x(0))} ${svgNumber(y(0))}${steps.join('')}V${svgNumber(y(0))}Z"/>`;
}

/** For the eye. */
function meanLine(perSecond: readonly number[], bucketMs: number, { x, y }: Scale): string {
  const points = meansOf(perSecond, bucketMs).map(
    (value, at) => `${svgNumber(x((at + 0.5) * bucketMs))} ${svgNumber(y(value))}`,
  );
  return points.length === 0 ? '' : `<path class="line" d="M${points.join('L')}"/>`;
}

/** The mean over about a second around each interval. */
function meansOf(perSecond: readonly number[], bucketMs: number): number[] {
  return movingMean(perSecond, 2 * Math.round(500 / bucketMs) + 1);
}

/** What one hundredth of the intervals at most exceed, so that one of them does not flatten all others. */
function usualHigh(perSecond: readonly number[], bucketMs: number): number {
  return Math.max(1, spreadOf(perSecond).p99, 1.1 * spreadOf(meansOf(perSecond, bucketMs)).max);
}

function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const nice = [1, 2, 4, 5, 8, 10].find((step) => step * power >= value) ?? 10;
  return nice * power;
}

/** At most a dozen ticks, at lengths that people count in. */
function tickMs(tookMs: number): number {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600].map((seconds) => seconds * 1_000);
  return steps.find((step) => tookMs / step <= 12) ?? 3_600_000;
}

function tickText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)}:${String(rest).padStart(2, '0')}`;
}
