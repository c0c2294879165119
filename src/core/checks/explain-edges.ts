import type { MetricScale } from '../metrics/metric.ts';
import { type Band, type BandFigures, bandOf, isOutside } from '../thresholds/band.ts';
import { coldStart, type Side } from '../thresholds/bar.ts';
import { type BandBasis, type LearnedRecord, sideBar } from '../thresholds/record.ts';
import { fromScale, toScale } from '../thresholds/transform.ts';
import { failSeverity } from '../thresholds/verdict.ts';
import { formatNumber, formatValue, type ValueFormat } from './format.ts';
import type { Result } from './result.ts';
import { bandText } from './summary.ts';

type Banded = Extract<LearnedRecord, { state: 'banded' }>;
type Constant = Extract<LearnedRecord, { state: 'constant' }>;

/** How far a value is from alerting: the values that would have, and the band that the budget alone would have drawn. */
export function edgeSentences(result: Result, learned: Banded, format: ValueFormat): string[] {
  const { basis } = learned;
  if (basis === undefined || result.value === undefined) return [];
  return [
    ...wouldAlert(result, learned, { scale: learned.basis?.metricScale, format }),
    ...wouldFail(learned, { basis, format }),
    ...byBudgetAlone(result.value, learned, { basis, format }),
  ];
}

/** The same of a metric that stands still. */
export function constantEdge(result: Result, learned: Constant, format: ValueFormat): string[] {
  if (result.value === undefined || result.status !== 'pass') return [];
  if (learned.lower === learned.upper)
    return [`Any other value than ${formatValue(learned.lower, format)} would have alerted.`];
  return wouldAlert(result, learned, { scale: learned.basis?.metricScale, format });
}

/** A distance in the metric's own unit: of shares in points, of times as a duration. */
export function distanceText(distance: number, format: ValueFormat): string {
  if (format === 'percent') return `${formatNumber(distance)} points`;
  return formatValue(distance, format === 'time' || format === 'clock' ? 'duration' : format);
}

function wouldAlert(
  result: Result,
  band: Pick<Band, 'lower' | 'upper'>,
  { scale, format }: { readonly scale: MetricScale | undefined; readonly format: ValueFormat },
): string[] {
  const { value, lower, upper } = result;
  if (value === undefined || result.status !== 'pass') return [];
  const sides = [
    ...(lower === undefined || isImpossible(band.lower, scale, 'below')
      ? []
      : [{ word: 'below', edge: lower, away: value - lower }]),
    ...(upper === undefined || isImpossible(band.upper, scale, 'above')
      ? []
      : [{ word: 'above', edge: upper, away: upper - value }]),
  ];
  const [nearest] = sides.toSorted((a, b) => a.away - b.away);
  if (nearest === undefined) return ['No value that it can have would have alerted.'];
  const edges = sides.map(({ word, edge }) => `${word} ${formatValue(edge, format)}`).join(' or ');
  const away =
    nearest.away < 0 ? '' : `; the value is ${distanceText(nearest.away, format)} away from the nearer edge`;
  return [`It would have alerted ${edges}${sides.length === 1 ? away.replace('nearer ', '') : away}.`];
}

/** Only plain numbers go below zero; shares do not go above 100, nor distances above 1. */
function isImpossible(edge: number, scale: MetricScale | undefined, side: Side): boolean {
  if (scale === undefined || scale === 'number') return false;
  if (side === 'below') return edge <= 0;
  return scale === 'percent' ? edge >= 100 : scale === 'distance' && edge >= 1;
}

type Basis = { readonly basis: BandBasis; readonly format: ValueFormat };

function wouldFail(learned: Banded, { basis, format }: Basis): string[] {
  if (learned.history < coldStart.noticing) {
    return [`Until the history has ${coldStart.noticing} partitions, a deviation only warns.`];
  }
  const edges = failingEdges(learned, basis);
  if (edges.length === 0) return [];
  const words = edges.map(({ side, value }) => `${side} ${formatValue(value, format)}`);
  return [`It fails ${words.join(' or ')}; between there and the band it warns.`];
}

/** From which values on an alarm is a failure, on the sides that alarm and where the metric can have such values. */
export function failingEdges(
  { transform, prediction, lower, upper }: Banded,
  { metricScale, direction, rows }: BandBasis,
): readonly { readonly side: Side; readonly value: number }[] {
  const at = (edge: number): number => {
    const reach = toScale(transform, edge, rows) - prediction;
    return fromScale(transform, prediction + failSeverity * reach, rows);
  };
  const below = { side: 'below', value: at(lower), isOn: direction !== 'up' && at(lower) < lower } as const;
  const above = { side: 'above', value: at(upper), isOn: direction !== 'down' && at(upper) > upper } as const;
  return [below, above].filter(
    ({ side, value, isOn }) => isOn && Number.isFinite(value) && !isImpossible(value, metricScale, side),
  );
}

/** The band without what widened or narrowed it, and what it would have said. */
function byBudgetAlone(value: number, learned: Banded, { basis, format }: Basis): string[] {
  const { transform, prediction, spread } = learned;
  const [above, below] = [sideBar(learned, 'above'), sideBar(learned, 'below')];
  if ([above, below].every(({ bar, quantile }) => Math.abs(bar / quantile - 1) < 0.005)) return [];
  const { metricScale, rows, direction } = basis;
  const bars = { barAbove: above.quantile, barBelow: below.quantile };
  const figures: BandFigures = { metricScale, transform, prediction, spread, ...bars, rows };
  const plain = bandOf(figures);
  if (plain.lower === learned.lower && plain.upper === learned.upper) return [];
  const [was, is] = [isOutside(value, plain, direction), isOutside(value, learned, direction)];
  const then =
    was === is
      ? 'with the same verdict'
      : was
        ? 'and the value would have alerted'
        : 'and the value would not have alerted';
  return [`By the budget alone the band would be ${bandText(sidesOf(plain, direction), format)}, ${then}.`];
}

function sidesOf(band: Band, direction: BandBasis['direction']): { lower?: number; upper?: number } {
  return {
    ...(direction === 'up' ? {} : { lower: band.lower }),
    ...(direction === 'down' ? {} : { upper: band.upper }),
  };
}
