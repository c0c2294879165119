import { bandOf, bandSeverity, isOutside, severityMax } from './band.ts';
import {
  barOf,
  coldFactor,
  coldStart,
  type SharedFactors,
  type Side,
  type SideBar,
  sensitivityFactor,
} from './bar.ts';
import type { BarQuantiles } from './bar-quantiles.ts';
import { type ConstantsTogether, constantSeverity } from './invariants.ts';
import type { ConstantJudgement, ForecastJudgement, Judgement } from './judgement.ts';
import { budgetWeight } from './metric-family.ts';
import { levelModel, type MetricMemory, type MetricPoint } from './metric-memory.ts';
import { errorScale, scaleFloor, spreadOf } from './scale.ts';

/** Judges a value by the best of the forecasts. */
export function judgeForecast(
  memory: MetricMemory,
  point: MetricPoint,
  context: JudgementContext,
  base: { predictions: Float64Array; scaled: number; model: number },
): ForecastJudgement {
  const { nature, keys, series, specialDays, run, falseAlarms } = memory;
  const errors = series.errors(base.model);
  const { transform } = series;
  const ordinary = series.prediction(base.predictions, base.model);
  const level = series.prediction(base.predictions, levelModel);
  const special = specialDays.view(point.specialDay, transform);
  const prediction = special?.effect === undefined ? ordinary : level + special.effect;
  const noise = nature.isMean ? series.noiseOf(point.rows) : 1;
  const usual = errorScale(errors) * noise;
  const scale = special?.scale(usual) ?? usual;
  const floor = scaleFloor({
    metricScale: nature.scale,
    transform,
    prediction,
    last: series.last,
    rows: point.rows,
    scale,
    largestStep: series.largestStep,
  });
  const spread = spreadOf(scale, floor, errors.size);
  const shared = {
    lambda: context.lambda,
    sensitivity: sensitivityFactor[nature.rule.sensitivity],
    coldFactor: coldFactor(keys.size),
  };
  const barOn = (side: Side): SideBar => {
    const right = falseAlarms.reach(side, transform, point.rows) / spread;
    return sideBar(memory, { side, right, quantiles: context.quantiles, shared });
  };
  const [above, below] = [barOn('above'), barOn('below')];
  const figures = {
    metricScale: nature.scale,
    transform,
    prediction,
    spread,
    barAbove: above.bar,
    barBelow: below.bar,
    rows: point.rows,
  };
  const band = bandOf(figures);
  const distance = Math.abs(base.scaled - prediction);
  const deviation = distance === 0 ? 0 : Math.min(severityMax, distance / spread);
  const alarm = isOutside(point.value, band, nature.rule.direction);
  const sign = point.value > band.expected ? 1 : -1;
  return {
    ...base,
    kind: 'forecast',
    ...figures,
    ...shared,
    above,
    below,
    ...band,
    specialDay: point.specialDay,
    scale,
    floor,
    errors: errors.size,
    deviation,
    alarm,
    sign,
    severity: bandSeverity(point.value, figures, band),
    isNewLevel: alarm && special === undefined && run.isComplete(sign),
    history: keys.size,
  };
}

/** Judges a value of a metric that stands still. */
export function judgeConstant(
  memory: MetricMemory,
  point: MetricPoint,
  context: JudgementContext,
  base: { predictions: Float64Array; scaled: number },
): ConstantJudgement | Extract<Judgement, { kind: 'learning' }> {
  const { nature, keys, constants, run } = memory;
  const { constant, tolerance, allowed, pastChanges } = constants.view({
    rows: point.rows,
    level: context.constantLevel,
    lambda: context.lambda,
    together: context.constants,
    isGroup: nature.family === 'segment',
  });
  const history = keys.size;
  if (tolerance === undefined) return { ...base, kind: 'learning', history, needed: coldStart.noticing };
  const reach = Math.max(allowed, tolerance * sensitivityFactor[nature.rule.sensitivity]);
  const least = nature.scale === 'number' ? -Number.MAX_VALUE : 0;
  const band = { lower: Math.max(least, constant - reach), upper: constant + reach };
  const alarm = isOutside(point.value, band, nature.rule.direction);
  const sign = point.value > constant ? 1 : -1;
  const severity = constantSeverity({
    value: point.value,
    constant,
    ...band,
    metricScale: nature.scale,
    rows: point.rows,
  });
  return {
    ...base,
    kind: 'constant',
    constant,
    pastChanges,
    history,
    ...band,
    alarm,
    sign,
    severity,
    isNewLevel: alarm && run.isComplete(sign),
  };
}

/** What the dataset as a whole contributes to a judgement. */
export type JudgementContext = {
  readonly quantiles: BarQuantiles;
  readonly lambda: number;
  readonly constantLevel: number;
  readonly constants: ConstantsTogether;
};

type SideBarRequest = {
  readonly side: Side;
  readonly right: number;
  readonly quantiles: BarQuantiles;
  readonly shared: SharedFactors;
};

/** `right`: the deviation that people called a false alarm; no sensitivity makes it one again. */
function sideBar(
  { nature, deviations }: MetricMemory,
  { side, right, quantiles, shared }: SideBarRequest,
): SideBar {
  const own = deviations[side];
  const isBounded = nature.family === 'percent' || nature.family === 'distance';
  const weight = budgetWeight(nature.family);
  const at = { kin: nature.kin, side, direction: nature.rule.direction, isBounded, weight };
  const quantile = quantiles.of(own.tail.sums(), at);
  const recordZ = Math.max(own.record(quantile), right / Math.min(1, shared.sensitivity));
  const factors = { quantile, recordZ };
  return { ...factors, bar: barOf({ ...factors, ...shared }) };
}
