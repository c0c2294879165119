import type { MetricScale } from '../metrics/metric.ts';

/** The scale on which a metric is forecast. */
export type Transform = 'identity' | 'log' | 'arcsine';

/**
 * Takes a metric's value to the scale on which its noise is even. Percentages (0–100 of `rows`) take Anscombe's arcsine
 * of the square root, so that 0 of many rows says more than 0 of few. The logarithm of 0 or less is -Infinity.
 */
export function toScale(transform: Transform, value: number, rows: number): number {
  switch (transform) {
    case 'identity':
      return value;
    case 'log':
      return value > 0 ? Math.log(value) : Number.NEGATIVE_INFINITY;
    case 'arcsine': {
      const share = Math.min(1, Math.max(0, value / 100));
      return Math.asin(Math.sqrt((share * rows + 3 / 8) / (rows + 3 / 4)));
    }
  }
}

/** The inverse of `toScale`, within what the metric can be; always finite. */
export function fromScale(transform: Transform, scaled: number, rows: number): number {
  switch (transform) {
    case 'identity':
      return clamp(scaled, -Number.MAX_VALUE, Number.MAX_VALUE);
    case 'log':
      return clamp(Math.exp(scaled), 0, Number.MAX_VALUE);
    case 'arcsine': {
      if (rows <= 0) return 0;
      const square = Math.sin(clamp(scaled, 0, Math.PI / 2)) ** 2;
      return 100 * clamp((square * (rows + 3 / 4) - 3 / 8) / rows, 0, 1);
    }
  }
}

/** The transform that a metric starts with: the logarithm must be earned (`MetricLearner`). */
export function firstTransform(scale: MetricScale): Transform {
  return scale === 'percent' ? 'arcsine' : 'identity';
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
