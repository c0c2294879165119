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
import { DeviationRun } from './deviation-run.ts';
import { Deviations, sideOf } from './deviations.ts';
import { FalseAlarms } from './false-alarms.ts';
import { ForecastSeries, type SeriesPoint } from './forecast-series.ts';
import type { Feedback, HistoryPartition } from './history.ts';
import { type ConstantsTogether, ConstantWatch, constantSeverity } from './invariants.ts';
import type { ConstantJudgement, ForecastJudgement, Judgement } from './judgement.ts';
import { budgetWeight, type MetricFamily } from './metric-family.ts';
import type { MetricRule } from './metric-rule.ts';
import { predictors } from './predictors.ts';
import { errorScale, scaleFloor, spreadOf } from './scale.ts';
import { SpecialDays } from './special-days.ts';
import { TrainingKeys } from './training-keys.ts';
import { fromScale, toScale } from './transform.ts';

/** One value of the metric, and where it stands. */
export type MetricPoint = SeriesPoint & {
  readonly key: PartitionKey;
  readonly feedback: HistoryPartition['feedback'];
  /** What kind of day it is, if it is no ordinary one. */
  readonly specialDay: string | undefined;
};

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

/** What kind of metric it is, and how it is to be judged. */
export type MetricNature = {
  readonly scale: MetricScale;
  readonly family: MetricFamily;
  /** Whose deviations are like its own (`metricKin`). */
  readonly kin: string;
  readonly rule: MetricRule;
  /** Whether it may follow the number of rows behind it. */
  readonly followsRows: boolean;
  /** Whether it is an average, a percentile or a spread of its rows, and so the noisier the fewer there are. */
  readonly isMean: boolean;
};

/** Everything learned about one metric: judges a value by what came before it, then takes the value in. */
export class MetricLearner {
  readonly scale: MetricScale;
  readonly family: MetricFamily;
  readonly kin: string;
  readonly rule: MetricRule;
  readonly keys: TrainingKeys;
  readonly deviations: Readonly<Record<Side, Deviations>>;
  readonly #series: ForecastSeries;
  readonly #isMean: boolean;
  /** Partitions before the first judgement. Groups are many, and each begins when it likes: their notices would never end. */
  readonly #needed: number;
  readonly #constants: ConstantWatch;
  readonly #specialDays = new SpecialDays();
  readonly #run = new DeviationRun();
  readonly #falseAlarms = new FalseAlarms();

  constructor(nature: MetricNature, capacity: number) {
    const { scale, family, rule } = nature;
    this.scale = scale;
    this.family = family;
    this.kin = nature.kin;
    this.rule = rule;
    this.keys = new TrainingKeys(capacity);
    this.deviations = { above: new Deviations(capacity), below: new Deviations(capacity) };
    this.#constants = new ConstantWatch(scale, capacity);
    this.#isMean = nature.isMean;
    this.#needed = family === 'segment' ? coldStart.noticing : coldStart.learning;
    this.#series = new ForecastSeries(nature, capacity);
  }

  /** Whether its next value is judged by a forecast, and so shares the budget's level. */
  isForecast(): boolean {
    return this.keys.size >= this.#needed && !this.#constants.isConstant();
  }

  /** How it stands still, for what the dataset knows of its constants together. */
  constants(): ConstantsTogether {
    return { ...this.#constants.outcomes(), constants: this.#constants.isConstant() ? 1 : 0 };
  }

  /** Judges a value; changes nothing. */
  judge(point: MetricPoint, context: JudgementContext): Judgement {
    const scaled = toScale(this.#series.transform, point.value, point.rows);
    const predictions = this.#series.predict(point);
    const base = { predictions, scaled };
    if (this.#constants.isConstant()) return this.#judgeConstant(point, context, base);
    const model = this.isForecast() ? this.#series.best(predictions) : -1;
    if (model < 0) return { ...base, kind: 'learning', history: this.keys.size, needed: this.#needed };
    return this.#judgeForecast(point, context, { ...base, model });
  }

  /** Learns from a judged value. `feedback` of people decides how. */
  absorb(point: MetricPoint, judgement: Judgement): void {
    const { feedback } = point;
    // In a partition with a confirmed error nothing is to be trusted; what else people say is about what deviated.
    if (feedback === 'real_error') {
      this.keys.exclude(point.key);
      return;
    }
    if (this.#series.transform === 'log' && point.value <= 0) {
      this.#series.dropLogarithm();
      this.absorb(point, { ...judgement, predictions: this.#series.predict(point), scaled: point.value });
      return;
    }
    if (this.#isSpecial(point, judgement)) {
      this.#absorbSpecial(point, judgement);
      return;
    }
    const isSuspect = judgement.kind === 'learning' || judgement.alarm || judgement.severity > 0.5;
    if (feedback !== undefined && isSuspect) this.#absorbWithFeedback({ ...point, feedback }, judgement);
    else if (judgement.kind === 'learning' || !judgement.alarm) this.#include(point, judgement);
    else this.#absorbDeviation(point, judgement);
  }

  #judgeForecast(
    point: MetricPoint,
    context: JudgementContext,
    base: { predictions: Float64Array; scaled: number; model: number },
  ): ForecastJudgement {
    const errors = this.#series.errors(base.model);
    const { transform } = this.#series;
    const ordinary = this.#series.prediction(base.predictions, base.model);
    const level = this.#series.prediction(base.predictions, levelModel);
    const special = this.#specialDays.view(point.specialDay, transform);
    const prediction = special?.effect === undefined ? ordinary : level + special.effect;
    const noise = this.#isMean ? this.#series.noiseOf(point.rows) : 1;
    const usual = errorScale(errors) * noise;
    const scale = special?.scale(usual) ?? usual;
    const floor = scaleFloor({
      metricScale: this.scale,
      transform,
      prediction,
      last: this.#series.last,
      rows: point.rows,
      scale,
      largestStep: this.#series.largestStep,
    });
    const spread = spreadOf(scale, floor, errors.size);
    const shared = {
      lambda: context.lambda,
      sensitivity: sensitivityFactor[this.rule.sensitivity],
      coldFactor: coldFactor(this.keys.size),
    };
    const sideBar = (side: Side): SideBar => {
      const right = this.#falseAlarms.reach(side, transform, point.rows) / spread;
      return this.#sideBar({ side, right, quantiles: context.quantiles, shared });
    };
    const [above, below] = [sideBar('above'), sideBar('below')];
    const figures = {
      metricScale: this.scale,
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
      specialDay: point.specialDay,
      scale,
      floor,
      errors: errors.size,
      deviation,
      alarm,
      sign,
      severity: bandSeverity(point.value, figures, band),
      isNewLevel: alarm && special === undefined && this.#run.isComplete(sign),
      history: this.keys.size,
    };
  }

  /** `right`: the deviation that people called a false alarm; no sensitivity makes it one again. */
  #sideBar({ side, right, quantiles, shared }: SideBarRequest): SideBar {
    const own = this.deviations[side];
    const isBounded = this.family === 'percent' || this.family === 'distance';
    const weight = budgetWeight(this.family);
    const at = { kin: this.kin, side, direction: this.rule.direction, isBounded, weight };
    const quantile = quantiles.of(own.tail.sums(), at);
    const recordZ = Math.max(own.record(quantile), right / Math.min(1, shared.sensitivity));
    const factors = { quantile, recordZ };
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
    const { constant, tolerance, allowed, pastChanges } = this.#constants.view({
      rows: point.rows,
      level: context.constantLevel,
      lambda: context.lambda,
      together: context.constants,
      isGroup: this.family === 'segment',
    });
    const history = this.keys.size;
    if (tolerance === undefined) return { ...base, kind: 'learning', history, needed: coldStart.noticing };
    const reach = Math.max(allowed, tolerance * sensitivityFactor[this.rule.sensitivity]);
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
    let most = Number.POSITIVE_INFINITY;
    if (judgement.kind === 'forecast') {
      // Beyond a band that does not alarm on this side, or within it only thanks to the record: no reason to trust it.
      const side = sideOf(judgement.sign);
      const isTrusted = judgement.severity <= 1 && judgement.deviation <= judgement[side].quantile;
      if (!isTrusted) most = 3 * judgement.scale;
      this.#noteTail(judgement);
      this.deviations[side].absorb(Math.min(judgement.deviation, judgement[side].bar));
    }
    this.#series.absorbErrors(judgement.scaled, judgement.predictions, most);
    this.keys.include(point.key);
    this.#constants.absorb(point.value);
    this.#series.train(point);
    this.#series.reviewTransform();
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

  #absorbWithFeedback(
    point: MetricPoint & { readonly feedback: Exclude<Feedback, 'real_error'> },
    judgement: Judgement,
  ): void {
    switch (point.feedback) {
      case 'new_normal':
        this.#run.take();
        this.#shiftLevel([point]);
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
      case 'false_alarm':
        this.#include(point, judgement);
        this.#allow(point, judgement);
        return;
    }
    this.keys.exclude(point.key);
    this.#absorbClipped(judgement);
  }

  /** What alarmed was right: nothing that lies as far to the same side alarms again. */
  #allow({ value }: MetricPoint, judgement: Judgement): void {
    if (judgement.kind === 'learning' || !judgement.alarm) return;
    if (judgement.kind === 'constant') this.#constants.allow(Math.abs(value - judgement.constant));
    else this.#falseAlarms.note({ side: sideOf(judgement.sign), value, expected: judgement.expected });
  }

  #absorbClipped(judgement: Judgement): void {
    if (judgement.kind !== 'forecast') return;
    this.#series.absorbErrors(judgement.scaled, judgement.predictions, 3 * judgement.scale);
  }

  #shiftLevel(points: readonly SeriesPoint[]): void {
    const last = points.at(-1);
    if (last !== undefined) this.#constants.rebase(last.value);
    this.#series.shiftLevel(points);
  }

  /** Constants are the same on all days, and what is called a new normal begins on any. */
  #isSpecial(point: MetricPoint, judgement: Judgement): boolean {
    return point.specialDay !== undefined && judgement.kind !== 'constant' && point.feedback !== 'new_normal';
  }

  /** A day of its own kind teaches about its like, not about ordinary days. */
  #absorbSpecial(point: MetricPoint, judgement: Judgement): void {
    if (point.specialDay === undefined) return;
    const level = this.#series.prediction(judgement.predictions, levelModel);
    this.#specialDays.absorb(point.specialDay, {
      value: point.value,
      level: fromScale(this.#series.transform, level, point.rows),
      rows: point.rows,
    });
  }
}

const levelModel = predictors.findIndex(({ name }) => name === 'level_42');
