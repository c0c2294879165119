import type { MetricScale } from '../metrics/metric.ts';
import { coldStart, type Side } from './bar.ts';
import { type Deviations, sideOf } from './deviations.ts';
import type { SeriesPoint } from './forecast-series.ts';
import type { Feedback } from './history.ts';
import type { ConstantsTogether } from './invariants.ts';
import { type JudgementContext, judgeConstant, judgeForecast } from './judge-metric.ts';
import type { ConstantJudgement, ForecastJudgement, Judgement } from './judgement.ts';
import type { MetricFamily } from './metric-family.ts';
import {
  levelModel,
  type MetricMemory,
  type MetricNature,
  type MetricPoint,
  newMemory,
} from './metric-memory.ts';
import type { MetricRule } from './metric-rule.ts';
import type { TrainingKeys } from './training-keys.ts';
import { fromScale, toScale } from './transform.ts';

/** Everything learned about one metric: judges a value by what came before it, then takes the value in. */
export class MetricLearner {
  readonly scale: MetricScale;
  readonly family: MetricFamily;
  readonly kin: string;
  readonly rule: MetricRule;
  readonly keys: TrainingKeys;
  readonly deviations: Readonly<Record<Side, Deviations>>;
  readonly #memory: MetricMemory;
  /** Partitions before the first judgement. Groups are many, and each begins when it likes: their notices would never end. */
  readonly #needed: number;

  constructor(nature: MetricNature, capacity: number) {
    const { scale, family, kin, rule } = nature;
    this.scale = scale;
    this.family = family;
    this.kin = kin;
    this.rule = rule;
    this.#memory = newMemory(nature, capacity);
    this.keys = this.#memory.keys;
    this.deviations = this.#memory.deviations;
    this.#needed = family === 'segment' ? coldStart.noticing : coldStart.learning;
  }

  /** Whether its next value is judged by a forecast, and so shares the budget's level. */
  isForecast(): boolean {
    return this.keys.size >= this.#needed && !this.#memory.constants.isConstant();
  }

  /** How it stands still, for what the dataset knows of its constants together. */
  constants(): ConstantsTogether {
    return { ...this.#memory.constants.outcomes(), constants: this.#memory.constants.isConstant() ? 1 : 0 };
  }

  /** Judges a value; changes nothing. */
  judge(point: MetricPoint, context: JudgementContext): Judgement {
    const scaled = toScale(this.#memory.series.transform, point.value, point.rows);
    const predictions = this.#memory.series.predict(point);
    const base = { predictions, scaled };
    if (this.#memory.constants.isConstant()) return judgeConstant(this.#memory, point, context, base);
    const model = this.isForecast() ? this.#memory.series.best(predictions) : -1;
    if (model < 0) return { ...base, kind: 'learning', history: this.keys.size, needed: this.#needed };
    return judgeForecast(this.#memory, point, context, { ...base, model });
  }

  /** Learns from a judged value. `feedback` of people decides how. */
  absorb(point: MetricPoint, judgement: Judgement): void {
    const { feedback } = point;
    // In a partition with a confirmed error nothing is to be trusted; what else people say is about what deviated.
    if (feedback === 'real_error') {
      this.keys.exclude(point.key);
      return;
    }
    if (this.#memory.series.transform === 'log' && point.value <= 0) {
      this.#memory.series.dropLogarithm();
      this.absorb(point, {
        ...judgement,
        predictions: this.#memory.series.predict(point),
        scaled: point.value,
      });
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

  /** What alarmed counts in the tail as twice the quantile at most. A forecast that was met says nothing about tails. */
  #noteTail(judgement: ForecastJudgement): void {
    const { deviation, sign } = judgement;
    if (deviation === 0) return;
    const side = sideOf(sign);
    this.deviations[side].tail.add(Math.min(deviation, 2 * judgement[side].quantile));
    this.deviations[sideOf(-sign)].tail.add(0);
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
    this.#memory.series.absorbErrors(judgement.scaled, judgement.predictions, most);
    this.keys.include(point.key);
    this.#memory.constants.absorb(point.value);
    this.#memory.series.train(point);
    this.#memory.series.reviewTransform();
  }

  /** An alarm that nobody has commented on: left out of training, until the third in a row makes a new level. */
  #absorbDeviation(point: MetricPoint, judgement: ForecastJudgement | ConstantJudgement): void {
    const { value, rows, at } = point;
    if (judgement.isNewLevel) {
      const points = this.#memory.run.take();
      this.#noteLargest([...points.map((one) => one.judgement), judgement], value);
      this.#shiftLevel([...points, point]);
      this.keys.include(point.key);
      return;
    }
    if (!this.#memory.run.continues(judgement.sign)) this.#endRun();
    this.keys.exclude(point.key);
    this.#memory.run.add({ value, rows, at, judgement });
  }

  /** Learns from a run of alarms that did not become a new level: one record, and errors that are clipped. */
  #endRun(): void {
    const points = this.#memory.run.take();
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
    if (run.some(({ kind }) => kind === 'constant')) this.#memory.constants.noteDeviation(value);
  }

  #absorbWithFeedback(
    point: MetricPoint & { readonly feedback: Exclude<Feedback, 'real_error'> },
    judgement: Judgement,
  ): void {
    switch (point.feedback) {
      case 'new_normal':
        this.#memory.run.take();
        this.#shiftLevel([point]);
        this.keys.include(point.key);
        return;
      case 'expected':
      case 'expected_weekly':
      case 'expected_monthly':
      case 'expected_yearly':
        if (judgement.kind === 'forecast')
          this.deviations[sideOf(judgement.sign)].expect(judgement.deviation);
        if (judgement.kind === 'constant') this.#memory.constants.expect(point.value);
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
    if (judgement.kind === 'constant') this.#memory.constants.allow(Math.abs(value - judgement.constant));
    else this.#memory.falseAlarms.note({ side: sideOf(judgement.sign), value, expected: judgement.expected });
  }

  #absorbClipped(judgement: Judgement): void {
    if (judgement.kind !== 'forecast') return;
    this.#memory.series.absorbErrors(judgement.scaled, judgement.predictions, 3 * judgement.scale);
  }

  #shiftLevel(points: readonly SeriesPoint[]): void {
    const last = points.at(-1);
    if (last !== undefined) this.#memory.constants.rebase(last.value);
    this.#memory.series.shiftLevel(points);
  }

  /** Constants are the same on all days, and what is called a new normal begins on any. */
  #isSpecial(point: MetricPoint, judgement: Judgement): boolean {
    return point.specialDay !== undefined && judgement.kind !== 'constant' && point.feedback !== 'new_normal';
  }

  /** A day of its own kind teaches about its like, not about ordinary days. */
  #absorbSpecial(point: MetricPoint, judgement: Judgement): void {
    if (point.specialDay === undefined) return;
    const level = this.#memory.series.prediction(judgement.predictions, levelModel);
    this.#memory.specialDays.absorb(point.specialDay, {
      value: point.value,
      level: fromScale(this.#memory.series.transform, level, point.rows),
      rows: point.rows,
    });
  }
}
