import type { PartitionKey } from '../../base/ids.ts';
import type { MetricScale } from '../metrics/metric.ts';
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
import type { SeasonPoint } from './calendar.ts';
import { DeviationRun } from './deviation-run.ts';
import { Deviations, sideOf } from './deviations.ts';
import type { HistoryPartition } from './history.ts';
import { ConstantWatch, constantSeverity } from './invariants.ts';
import type { ConstantJudgement, ForecastJudgement, Judgement } from './judgement.ts';
import type { MetricFamily } from './metric-family.ts';
import type { MetricRule } from './metric-rule.ts';
import { ModelChoice } from './model-choice.ts';
import { errorScale, scaleFloor, spreadOf } from './scale.ts';
import { TrainingKeys } from './training-keys.ts';
import { firstTransform, type Transform, toScale } from './transform.ts';

/** One value of the metric, and where it stands. */
export type MetricPoint = {
  readonly key: PartitionKey;
  readonly value: number;
  readonly rows: number;
  readonly at: SeasonPoint;
  readonly feedback: HistoryPartition['feedback'];
};

/** What the dataset as a whole contributes to a judgement. */
export type JudgementContext = {
  readonly quantiles: BarQuantiles;
  readonly lambda: number;
  readonly constantLevel: number;
};

/** What kind of metric it is, and how it is to be judged. */
export type MetricNature = {
  readonly scale: MetricScale;
  readonly family: MetricFamily;
  readonly rule: MetricRule;
  /** Whether it may follow the number of rows behind it. */
  readonly followsRows: boolean;
};

type TrainedPoint = { readonly value: number; readonly rows: number; readonly at: SeasonPoint };

/** Everything learned about one metric: judges a value by what came before it, then takes the value in. */
export class MetricLearner {
  readonly scale: MetricScale;
  readonly family: MetricFamily;
  readonly rule: MetricRule;
  readonly keys: TrainingKeys;
  readonly deviations: Readonly<Record<Side, Deviations>>;
  readonly #followsRows: boolean;
  readonly #capacity: number;
  readonly #constants: ConstantWatch;
  readonly #run = new DeviationRun();
  #transform: Transform;
  #models: ModelChoice;
  /** Added by level shifts: the forecasts live on the series without its jumps. */
  #offset = 0;
  /** Since the last level shift; what a change of the transform is rebuilt from. */
  #trained: TrainedPoint[] = [];

  constructor(nature: MetricNature, capacity: number) {
    const { scale, family, rule } = nature;
    this.scale = scale;
    this.family = family;
    this.rule = rule;
    this.#capacity = capacity;
    this.keys = new TrainingKeys(capacity);
    this.#followsRows = nature.followsRows;
    this.deviations = { above: new Deviations(capacity), below: new Deviations(capacity) };
    this.#constants = new ConstantWatch(scale, capacity);
    this.#transform = firstTransform(scale);
    this.#models = new ModelChoice(capacity);
  }

  /** Whether its next value is judged by a forecast, and so shares the budget's level. */
  isForecast(): boolean {
    return this.keys.size >= coldStart.learning && !this.#constants.isConstant();
  }

  /** Judges a value; changes nothing. */
  judge(point: MetricPoint, context: JudgementContext): Judgement {
    const scaled = toScale(this.#transform, point.value, point.rows);
    const predictions = this.#models.predict(point.at, this.#size(this.#transform, point.rows));
    const base = { predictions, scaled };
    if (this.#constants.isConstant()) return this.#judgeConstant(point, context, base);
    const model = this.isForecast() ? this.#models.best(predictions) : -1;
    if (model < 0) return { ...base, kind: 'learning', history: this.keys.size, needed: coldStart.learning };
    return this.#judgeForecast(point, context, { ...base, model });
  }

  /** Learns from a judged value. `feedback` of people decides how. */
  absorb(point: MetricPoint, judgement: Judgement): void {
    if (this.#transform === 'log' && point.value <= 0) {
      this.#toIdentity();
      const predictions = this.#models.predict(point.at, this.#size(this.#transform, point.rows));
      this.absorb(point, { ...judgement, predictions, scaled: point.value });
      return;
    }
    const isSuspect = judgement.kind === 'learning' || judgement.alarm || judgement.severity > 0.5;
    if (point.feedback !== undefined && isSuspect) this.#absorbWithFeedback(point, judgement);
    else if (judgement.kind === 'learning' || !judgement.alarm) this.#include(point, judgement);
    else this.#absorbDeviation(point, judgement);
  }

  #judgeForecast(
    point: MetricPoint,
    context: JudgementContext,
    base: { predictions: Float64Array; scaled: number; model: number },
  ): ForecastJudgement {
    const errors = this.#models.errors(base.model);
    const prediction = (base.predictions[base.model] ?? 0) + this.#offset;
    const scale = errorScale(errors);
    const floor = scaleFloor({
      metricScale: this.scale,
      transform: this.#transform,
      prediction,
      last: this.#trained.at(-1)?.value ?? 0,
      rows: point.rows,
      scale,
      largestStep: this.#models.largestStep(),
    });
    const spread = spreadOf(scale, floor, errors.size);
    const shared = {
      lambda: context.lambda,
      sensitivity: sensitivityFactor[this.rule.sensitivity],
      coldFactor: coldFactor(this.keys.size),
    };
    const above = this.#sideBar('above', context.quantiles, shared);
    const below = this.#sideBar('below', context.quantiles, shared);
    const figures = {
      metricScale: this.scale,
      transform: this.#transform,
      prediction,
      spread,
      barAbove: above.bar,
      barBelow: below.bar,
      rows: point.rows,
    };
    const band = bandOf(figures);
    const distance = Math.abs(base.scaled - prediction);
    const deviation = distance === 0 ? 0 : Math.min(severityMax, distance / spread);
    const alarm = isOutside(point.value, band, this.rule.direction);
    const sign = point.value > band.expected ? 1 : -1;
    return {
      ...base,
      kind: 'forecast',
      ...figures,
      ...shared,
      above,
      below,
      ...band,
      scale,
      floor,
      errors: errors.size,
      deviation,
      alarm,
      sign,
      severity: bandSeverity(point.value, figures, band),
      isNewLevel: alarm && this.#run.isComplete(sign),
      history: this.keys.size,
    };
  }

  #sideBar(side: Side, quantiles: BarQuantiles, shared: SharedFactors): SideBar {
    const own = this.deviations[side];
    const at = { family: this.family, side, direction: this.rule.direction };
    const quantile = quantiles.of(own.tail.sums(), at);
    const factors = { quantile, recordZ: own.record(quantile) };
    return { ...factors, bar: barOf({ ...factors, ...shared }) };
  }

  /** What alarmed counts in the tail as twice the quantile at most. A forecast that was met says nothing about tails. */
  #noteTail(judgement: ForecastJudgement): void {
    const { deviation, sign } = judgement;
    if (deviation === 0) return;
    const side = sideOf(sign);
    this.deviations[side].tail.add(Math.min(deviation, 2 * judgement[side].quantile));
    this.deviations[sideOf(-sign)].tail.add(0);
  }

  #judgeConstant(
    point: MetricPoint,
    context: JudgementContext,
    base: { predictions: Float64Array; scaled: number },
  ): ConstantJudgement | Extract<Judgement, { kind: 'learning' }> {
    const { constant, tolerance, pastChanges } = this.#constants.view({
      rows: point.rows,
      level: context.constantLevel,
      lambda: context.lambda,
    });
    const history = this.keys.size;
    if (tolerance === undefined) return { ...base, kind: 'learning', history, needed: coldStart.noticing };
    const reach = tolerance * sensitivityFactor[this.rule.sensitivity];
    const least = this.scale === 'number' ? -Number.MAX_VALUE : 0;
    const band = { lower: Math.max(least, constant - reach), upper: constant + reach };
    const alarm = isOutside(point.value, band, this.rule.direction);
    const sign = point.value > constant ? 1 : -1;
    const severity = constantSeverity({
      value: point.value,
      constant,
      ...band,
      metricScale: this.scale,
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
      isNewLevel: alarm && this.#run.isComplete(sign),
    };
  }

  #include(point: MetricPoint, judgement: Judgement): void {
    this.#endRun();
    const scaled = judgement.scaled - this.#offset;
    let most = Number.POSITIVE_INFINITY;
    if (judgement.kind === 'forecast') {
      // Beyond a band that does not alarm on this side, or within it only thanks to the record: no reason to trust it.
      const side = sideOf(judgement.sign);
      const isTrusted = judgement.severity <= 1 && judgement.deviation <= judgement[side].quantile;
      if (!isTrusted) most = 3 * judgement.scale;
      this.#noteTail(judgement);
      this.deviations[side].absorb(Math.min(judgement.deviation, judgement[side].bar));
    }
    this.#models.absorbErrors(scaled, judgement.predictions, most);
    this.#train(point, scaled);
    this.#reviewTransform();
  }

  /** An alarm that nobody has commented on: left out of training, until the third in a row makes a new level. */
  #absorbDeviation(point: MetricPoint, judgement: ForecastJudgement | ConstantJudgement): void {
    const { value, rows, at } = point;
    if (judgement.isNewLevel) {
      const points = this.#run.take();
      this.#noteLargest([...points.map((one) => one.judgement), judgement], value);
      this.#shiftLevel([...points, point]);
      this.keys.include(point.key);
      return;
    }
    if (!this.#run.continues(judgement.sign)) this.#endRun();
    this.keys.exclude(point.key);
    this.#run.add({ value, rows, at, judgement });
  }

  /** Learns from a run of alarms that did not become a new level: one record, and errors that are clipped. */
  #endRun(): void {
    const points = this.#run.take();
    const last = points.at(-1);
    if (last === undefined) return;
    for (const { judgement } of points) this.#absorbClipped(judgement);
    this.#noteLargest(
      points.map(({ judgement }) => judgement),
      last.value,
    );
  }

  #noteLargest(run: readonly (ForecastJudgement | ConstantJudgement)[], value: number): void {
    const forecasts = run.filter((one) => one.kind === 'forecast');
    const [largest] = forecasts.sort((a, b) => b.deviation - a.deviation);
    if (largest !== undefined) {
      this.#noteTail(largest);
      this.deviations[sideOf(largest.sign)].absorb(largest.deviation);
    }
    if (run.some(({ kind }) => kind === 'constant')) this.#constants.noteDeviation(value);
  }

  #absorbWithFeedback(point: MetricPoint, judgement: Judgement): void {
    switch (point.feedback) {
      case 'new_normal':
        this.#run.take();
        this.#shiftLevel([{ value: point.value, rows: point.rows, at: point.at }]);
        this.keys.include(point.key);
        return;
      case 'expected':
      case 'expected_weekly':
      case 'expected_monthly':
      case 'expected_yearly':
        if (judgement.kind === 'forecast')
          this.deviations[sideOf(judgement.sign)].expect(judgement.deviation);
        if (judgement.kind === 'constant') this.#constants.expect(point.value);
        break;
      case 'expected_once':
        if (judgement.kind === 'forecast')
          this.deviations[sideOf(judgement.sign)].absorb(judgement.deviation);
        break;
      case 'real_error':
      case undefined:
        this.keys.exclude(point.key);
        return;
    }
    this.keys.exclude(point.key);
    this.#absorbClipped(judgement);
  }

  #absorbClipped(judgement: Judgement): void {
    if (judgement.kind !== 'forecast') return;
    this.#models.absorbErrors(judgement.scaled - this.#offset, judgement.predictions, 3 * judgement.scale);
  }

  /** Moves the whole past by the typical error of the given points, so that seasons and scale are kept. */
  #shiftLevel(points: readonly TrainedPoint[]): void {
    const jumps = points.map(({ value, rows, at }) => {
      const predictions = this.#models.predict(at, this.#size(this.#transform, rows));
      const model = Math.max(0, this.#models.best(predictions));
      return toScale(this.#transform, value, rows) - this.#offset - (predictions[model] ?? 0);
    });
    const jump = jumps.sort((a, b) => a - b)[jumps.length >> 1] ?? 0;
    if (Number.isFinite(jump)) this.#offset += jump;
    this.#trained = [];
    const last = points.at(-1);
    if (last !== undefined) this.#constants.rebase(last.value);
    for (const point of points) {
      const scaled = toScale(this.#transform, point.value, point.rows) - this.#offset;
      if (Number.isFinite(scaled)) this.#trainScaled(point, scaled);
    }
  }

  #train(point: MetricPoint, scaled: number): void {
    this.keys.include(point.key);
    this.#constants.absorb(point.value);
    this.#trainScaled(point, scaled);
  }

  #trainScaled(point: TrainedPoint, scaled: number): void {
    this.#models.absorbValue(scaled, point.at, this.#size(this.#transform, point.rows));
    this.#trained.push({ value: point.value, rows: point.rows, at: point.at });
    if (this.#trained.length > this.#capacity) this.#trained.shift();
  }

  /** Now and then: whether the logarithm describes the series better, by the likelihood of the forecasts' errors. */
  #reviewTransform(): void {
    const isDue = transformReviews.includes(this.#trained.length);
    // Delays are watched for being long: their logarithm is even, but its band reaches to days.
    if (!isDue || this.scale === 'duration' || this.#transform === 'arcsine' || !this.#staysPositive())
      return;
    const other = this.#transform === 'log' ? 'identity' : 'log';
    const logarithms =
      this.#trained.reduce((sum, { value }) => sum + Math.log(value), 0) / this.#trained.length;
    const models = this.#rebuilt(other);
    // The geometric mean is what the density of a value gains when its logarithm is taken (Box and Cox, 1964).
    const gain = Math.exp(other === 'log' ? logarithms : -logarithms);
    if (models.leastLoss() * gain > transformMargin * this.#models.leastLoss()) return;
    this.#transform = other;
    this.#offset = 0;
    this.#models = models;
  }

  /** Numbers that may as well be negative need a distance from 0; counts and durations can not. */
  #staysPositive(): boolean {
    const sorted = this.#trained.map(({ value }) => value).sort((a, b) => a - b);
    const [least = 0] = sorted;
    if (this.scale !== 'number') return least > 0;
    return sorted.length >= 28 && least > 0.1 * (sorted[sorted.length >> 1] ?? 0) && least > 0;
  }

  /** The number of rows as the metric may follow it. */
  #size(transform: Transform, rows: number): number | undefined {
    if (!this.#followsRows) return undefined;
    return transform === 'identity' ? rows : Math.log1p(rows);
  }

  #toIdentity(): void {
    this.#transform = 'identity';
    this.#offset = 0;
    this.#models = this.#rebuilt('identity');
  }

  #rebuilt(transform: Transform): ModelChoice {
    const models = new ModelChoice(this.#capacity);
    for (const { value, rows, at } of this.#trained) {
      const scaled = toScale(transform, value, rows);
      const size = this.#size(transform, rows);
      models.absorbErrors(scaled, models.predict(at, size));
      models.absorbValue(scaled, at, size);
    }
    return models;
  }
}

/** Points after which the transform is reviewed, and how much better the other one must be. */
const transformReviews = [14, 28, 56, 112, 224];
const transformMargin = 0.93;
