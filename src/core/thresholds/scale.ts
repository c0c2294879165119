import type { MetricScale } from '../metrics/metric.ts';
import type { SortedWindow } from './sorted-window.ts';
import { normalQuantile, studentQuantile } from './student.ts';
import type { Transform } from './transform.ts';

/**
 * The scale of a forecast from the absolute values of its past errors: the largest of a scaled median, a scaled 90 %
 * quantile and a scaled second largest error. The median alone is 0 for metrics that mostly stand still and would alarm
 * whenever they move; after seven errors, recent unrest widens it by up to a half.
 */
export function errorScale(errors: SortedWindow): number {
  const size = errors.size;
  if (size === 0) return 0;
  const scale = Math.max(
    1.4826 * smallSampleFactor(size) * errors.median(),
    errors.quantile(0.9) / 1.645,
    (0.9 * errors.largest(1)) / normalQuantile(1 - 0.75 / (size + 0.5)),
  );
  return fewErrors(errors) * Math.max(scale, Math.min(recentUnrest(errors), 1.5 * scale));
}

/**
 * A metric that mostly meets its forecast exactly has few errors to learn a scale from, however long its history is. Its
 * scale is wider by as much as Student's quantile for so few exceeds the normal one.
 */
function fewErrors(errors: SortedWindow): number {
  if (errors.median() > 0) return 1;
  const moved = errors.size - errors.rank(Number.MIN_VALUE);
  if (moved > manyErrors) return 1;
  return studentQuantile(Math.max(3, moved - 1), fewProbability) / -normalQuantile(fewProbability / 2);
}

const manyErrors = 30;
const fewProbability = 0.001;

const smallSampleFactors = [1, 1, 1.196, 1.495, 1.363, 1.206, 1.2, 1.14, 1.129, 1.107];

/** Corrects the median absolute deviation of few points. Source: Croux and Rousseeuw (1992). */
export function smallSampleFactor(size: number): number {
  return smallSampleFactors[size] ?? size / (size - 0.8);
}

function recentUnrest(errors: SortedWindow): number {
  if (errors.size < 7) return 0;
  const recent = [0, 1, 2, 3, 4, 5, 6].map((nth) => errors.newest(nth)).sort((a, b) => a - b);
  const [, , , , low = 0, high = 0] = recent;
  return (low + (high - low) / 2) / 1.3;
}

/**
 * What a forecast can never be more certain than, on the transformed scale: the counting noise of counts and shares, two
 * thousandths of the value otherwise. A series of which nearly all errors are 0 keeps half of its largest step.
 */
export function scaleFloor(of: {
  readonly metricScale: MetricScale;
  readonly transform: Transform;
  readonly prediction: number;
  readonly last: number;
  readonly rows: number;
  readonly scale: number;
  readonly largestStep: number;
}): number {
  const lumpy = of.scale === 0 ? of.largestStep / 2 : 0;
  return Math.max(lumpy, countingNoise(of));
}

function countingNoise(of: {
  readonly metricScale: MetricScale;
  readonly transform: Transform;
  readonly prediction: number;
  readonly last: number;
  readonly rows: number;
  readonly scale: number;
}): number {
  if (of.transform === 'arcsine') return 0.5 / Math.sqrt(Math.max(1, of.rows));
  const isCount = of.metricScale === 'count' && of.scale > 0;
  if (of.transform === 'log') return isCount ? 0.5 / Math.sqrt(Math.max(1, of.last)) : 0.002;
  return isCount ? 0.5 * Math.sqrt(Math.max(0, of.last)) : 0.002 * Math.abs(of.prediction);
}

/** The width of one step of the bar: scale and floor together, wider after few errors. */
export function spreadOf(scale: number, floor: number, errors: number): number {
  return Math.sqrt(scale * scale + floor * floor) * Math.sqrt(1 + 1 / Math.max(1, errors));
}
