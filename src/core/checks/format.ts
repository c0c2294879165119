import { day, formatDuration } from '../../base/units.ts';
import type { MetricKey, MetricScale } from '../metrics/metric.ts';
import { splitSegment } from '../metrics/segments/segment-label.ts';
import { timeText } from '../metrics/texts/calendar-text.ts';

/**
 * How a metric's values are written for people. `time`: milliseconds since 1970 of a date or timestamp column; `clock`: those
 * since midnight of a time of day.
 */
export type ValueFormat = MetricScale | 'time' | 'clock';

/** A value for people: `8,212`, `12.3 %`, `26 h`, `0.0123`, `2001-01-31`. */
export function formatValue(value: number, format: ValueFormat): string {
  if (!Number.isFinite(value)) return value > 0 ? 'any' : String(value);
  switch (format) {
    case 'percent':
      return `${formatNumber(value)} %`;
    case 'duration':
      return value < 0 ? `−${formatDuration(-value)}` : formatDuration(value);
    case 'time':
      return formatTime(value);
    case 'clock':
      return formatClock(value);
    case 'count':
    case 'distance':
    case 'number':
      return formatNumber(value);
  }
}

/** The format of a metric by its key and, where it is known, the exact text of its value. */
export function formatOf(metric: string, exact?: string): ValueFormat {
  const { name } = splitMetricKey(metric);
  if (name === 'freshness' || name === 'load_delay') return 'duration';
  if (name.endsWith('_percent')) return 'percent';
  if (exact === undefined) return 'number';
  if (/^\d\d:\d\d:\d\d/.test(exact)) return 'clock';
  return /^[+-]?\d{4,6}-\d\d-\d\d(?:T|$)/.test(exact) ? 'time' : 'number';
}

/**
 * The column and the metric's name within a key: `delay.null_percent`, `delay.p99.9`, `row_count`. What is valid and which
 * segment it is are no part of the name: `origin.invalid_percent(regex=^[A-Z]{3}$)`, `delay.avg[origin=SFO]`.
 */
export function splitMetricKey(key: MetricKey): {
  readonly column?: string;
  readonly name: string;
  readonly segment?: string;
} {
  // The names of queries are people's words, whatever they look like.
  if (/^(?:custom_sql|failed_rows)\(/.test(key)) return { name: key };
  const { metric, segment } = splitSegment(key);
  const match =
    /^(.+?)\.(invalid_(?:count|percent))\(/s.exec(metric) ?? /^(.+)\.(p\d+(?:\.\d+)?|[a-z_]+)$/s.exec(metric);
  return match?.[1] === undefined || match[2] === undefined
    ? { name: metric, ...(segment === undefined ? {} : { segment }) }
    : { column: match[1], name: match[2], ...(segment === undefined ? {} : { segment }) };
}

/** A number with thousands separators and about five digits: `1,234,567`, `12.35`, `0.00042`, `1.2e+21`. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e15 || size < 1e-6)) return withMinus(value.toExponential(2));
  const digits = Number.isInteger(value) || size >= 10_000 ? 0 : decimalsOf(size);
  const [whole = '', fraction = ''] = size.toFixed(digits).split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  const trimmed = fraction.replace(/0+$/, '');
  const text = trimmed === '' ? grouped : `${grouped}.${trimmed}`;
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** A change for people: `−50 %`, `+0.4 points`, `from 0 to 12`. */
export function formatChange(from: number, to: number, format: ValueFormat): string {
  if (format === 'percent') return `${signed(to - from)} points`;
  if (format === 'time' || format === 'clock' || from === 0)
    return `from ${formatValue(from, format)} to ${formatValue(to, format)}`;
  return `${signed((100 * (to - from)) / Math.abs(from))} %`;
}

/** A large enough figure has no decimals, a small one three digits that count. */
function decimalsOf(size: number): number {
  if (size >= 100) return 1;
  if (size >= 1 || size === 0) return 2;
  return Math.min(8, 2 - Math.floor(Math.log10(size)));
}

function signed(value: number): string {
  const rounded = Math.abs(value) >= 10 ? Math.round(value) : Math.round(value * 10) / 10;
  return rounded > 0 ? `+${formatNumber(rounded)}` : formatNumber(rounded);
}

function withMinus(text: string): string {
  return text.startsWith('-') ? `−${text.slice(1)}` : text;
}

const datesMax = 8.64e15;

function formatTime(epochMs: number): string {
  if (Math.abs(epochMs) > datesMax) return formatNumber(epochMs);
  const iso = new Date(epochMs).toISOString();
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, -14) : iso.slice(0, -5).replace('T', ' ');
}

function formatClock(sinceMidnight: number): string {
  const isOfDay = sinceMidnight >= 0 && sinceMidnight <= day;
  return isOfDay ? timeText(BigInt(Math.round(sinceMidnight)) * 1_000n) : formatDuration(sinceMidnight);
}
