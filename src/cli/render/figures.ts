import { formatNumber as formatFinite, formatValue } from '../../core/checks/format.ts';
import type { MetricScale } from '../../core/metrics/metric.ts';

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** A number for people: `1,234,567`, `12.35`, `0.00042`; `∞` and `NaN` where it is none. */
export function formatNumber(value: number): string {
  if (Number.isFinite(value)) return formatFinite(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
}

/** A metric's value in its unit: `12,345`, `5.2 %`, `26 h`; `–` when it has none. */
export function formatMetricValue(value: number | undefined, scale: MetricScale): string {
  if (value === undefined) return '–';
  return Number.isFinite(value) ? formatValue(value, scale) : formatNumber(value);
}

/** `≈` before the text of a value that is not exact. */
export function markApproximate(
  text: string,
  of: { readonly relativeError?: number; readonly absoluteError?: number } | undefined,
): string {
  return of?.relativeError === undefined && of?.absoluteError === undefined ? text : `≈ ${text}`;
}

/** Numbers as a line of blocks, `▁▃▇`. `from: 'zero'` for counts; by default the smallest value is the lowest block. */
export function sparkline(
  values: readonly (number | null | undefined)[],
  options: { readonly from?: 'zero' | 'least' } = {},
): string {
  const finite = values.filter(
    (value): value is number => typeof value === 'number' && Number.isFinite(value),
  );
  const low = options.from === 'zero' ? 0 : Math.min(...finite);
  const high = Math.max(...finite);
  return values.map((value) => block(value, low, high)).join('');
}

/** A bar of `width` columns of which `fraction` (0–1) is filled, to an eighth of a column. */
export function bar(fraction: number, width = 10): string {
  const filled = Math.round(Math.min(1, Math.max(0, Number.isNaN(fraction) ? 0 : fraction)) * width * 8);
  const whole = '█'.repeat(Math.floor(filled / 8)) + (eighths[filled % 8] ?? '');
  return whole.padEnd(width, '░');
}

function block(value: number | null | undefined, low: number, high: number): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return ' ';
  const share = high > low ? (value - low) / (high - low) : 0.5;
  return levels[Math.min(levels.length - 1, Math.max(0, Math.round(share * (levels.length - 1))))] ?? ' ';
}

/** `1 partition`, `182 partitions`. */
export function plural(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
}
