import type { Direction } from '../checks/definition.ts';
import type { MetricScale } from '../metrics/metric.ts';
import { fromScale, type Transform, toScale } from './transform.ts';

/** The figures that a band follows from. */
export type BandFigures = {
  readonly metricScale: MetricScale;
  readonly transform: Transform;
  readonly prediction: number;
  readonly spread: number;
  /** How many spreads the band reaches above and below. */
  readonly barAbove: number;
  readonly barBelow: number;
  readonly rows: number;
};

/** A band in the metric's own unit. Both sides are finite. */
export type Band = {
  readonly expected: number;
  readonly minimumEffect: number;
  readonly lower: number;
  readonly upper: number;
};

/** The band of a forecast: bar times spread around it, at least the minimum effect, rounded outwards for counts. */
export function bandOf(of: BandFigures): Band {
  const expected = within(of.metricScale, fromScale(of.transform, of.prediction, of.rows));
  const effect = minimumEffect(of.metricScale, expected, of.rows);
  const low = Math.min(
    fromScale(of.transform, of.prediction - of.barBelow * of.spread, of.rows),
    expected - effect,
  );
  const high = Math.max(
    fromScale(of.transform, of.prediction + of.barAbove * of.spread, of.rows),
    expected + effect,
  );
  const isCount = of.metricScale === 'count';
  return {
    expected,
    minimumEffect: effect,
    lower: within(of.metricScale, isCount ? Math.floor(low) : low),
    upper: within(of.metricScale, isCount ? Math.ceil(high) : high),
  };
}

/** Whether a value lies outside a band on a side that matters. */
export function isOutside(
  value: number,
  band: { lower: number; upper: number },
  direction: Direction,
): boolean {
  return (direction !== 'up' && value < band.lower) || (direction !== 'down' && value > band.upper);
}

/** Nothing is so severe that it can not be written as JSON. */
export const severityMax = 1_000_000;

/** How far outside a band a value lies, on the forecast's scale: 0 is the forecast, 1 the edge. */
export function bandSeverity(value: number, of: BandFigures, band: Band): number {
  const edge = value < band.expected ? band.lower : band.upper;
  const reach = Math.abs(toScale(of.transform, edge, of.rows) - of.prediction);
  const distance = Math.abs(toScale(of.transform, value, of.rows) - of.prediction);
  const isBeyond = value < band.lower || value > band.upper;
  const severity = distance === 0 ? 0 : distance / reach;
  const sided = isBeyond ? Math.max(severity, 1) : Math.min(severity, 1);
  return Math.min(severityMax, Number.isNaN(sided) ? 1 : sided);
}

/**
 * The smallest deviation that may alarm, in the metric's own unit: on many rows even a harmless difference is significant.
 * Shares: 0.2 points and two rows; counts 1 %; durations a minute; distances what as many new values make; other numbers
 * 0.5 %.
 */
export function minimumEffect(scale: MetricScale, expected: number, rows: number): number {
  switch (scale) {
    case 'percent':
      return Math.max(0.2, 200 / Math.max(1, rows));
    case 'count':
      // A count that is expected to be 0 is judged like a share of the rows.
      return expected === 0 ? Math.min(Math.max(2, 0.002 * rows), Number.MAX_SAFE_INTEGER) : 0.01 * expected;
    case 'duration':
      return Math.max(60_000, 0.005 * Math.abs(expected));
    case 'distance':
      // A share of values where none had been is a divergence of half of it.
      return Math.sqrt(Math.max(0.002, 2 / Math.max(1, rows)) / 2);
    case 'number':
      return 0.005 * Math.abs(expected);
  }
}

function within(scale: MetricScale, value: number): number {
  if (scale === 'number') return value;
  const most = scale === 'percent' ? 100 : scale === 'distance' ? 1 : Number.POSITIVE_INFINITY;
  return Math.min(most, Math.max(0, value));
}
