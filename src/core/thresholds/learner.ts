import { assert } from '../../base/assert.ts';
import { limits } from '../../base/limits.ts';
import type { MetricKey, MetricScale } from '../metrics/metric.ts';
import { coldStart, type Side } from './bar.ts';
import { BarQuantiles, type KinTails } from './bar-quantiles.ts';
import { Spacing, seasonPoint } from './calendar.ts';
import { BudgetController, type BudgetLevels, segmentShare } from './controller.ts';
import type { HistoryPartition, MetricHistory } from './history.ts';
import type { ConstantsTogether } from './invariants.ts';
import type { ConstantJudgement, ForecastJudgement, Judgement } from './judgement.ts';
import {
  budgetWeight,
  isMeanOfRows,
  isMeasuredPerRow,
  type MetricFamily,
  metricFamily,
  metricKin,
} from './metric-family.ts';
import { MetricLearner } from './metric-learner.ts';
import type { MetricPoint } from './metric-memory.ts';
import type { MetricRule } from './metric-rule.ts';
import { pooled } from './pooled-tail.ts';
import { RecurringDays } from './recurring-days.ts';
import { type LearnedVerdict, verdictOf } from './verdict.ts';

/** What a learner is made with. */
export type LearnerSettings = {
  /** Expected false alarms per month over all metrics together. */
  readonly alertsPerMonth: number;
  /** How each metric is judged; asked once per metric. */
  readonly ruleOf: (metric: MetricKey) => MetricRule;
  /** Partitions that are learned from. */
  readonly historyMax?: number;
};

/** One partition's metrics, in any order. */
export type LearnerPoint = {
  readonly partition: HistoryPartition;
  readonly metrics: readonly LearnerMetric[];
};

export type LearnerMetric = {
  readonly metric: MetricKey;
  readonly scale: MetricScale;
  /** Null where the metric has no value. */
  readonly value: number | null;
  readonly rows: number;
};

/**
 * A fold over the partitions of one dataset: each is judged by those before it, then learned from. The algorithm is
 * described in `docs/thresholds.md`. Deterministic: one go and one by one give the same, and so does any order of metrics.
 */
export interface Learner {
  /** Judges the next partition and learns from it: a verdict for each metric that has a value and is not off. */
  step(point: LearnerPoint): readonly LearnedVerdict[];
  /** Judges a partition as if it were the next one, and learns nothing. */
  judge(point: LearnerPoint): readonly LearnedVerdict[];
  /** Learns from the next partition without writing verdicts down: for partitions that were judged before. */
  absorb(point: LearnerPoint): void;
  /** The present factor of the budget on the bands of a family of metrics. */
  lambda(family: MetricFamily): number;
}

/** Partitions within which alarms of one metric are one incident. */
export const joiningPartitions = 3;

type Judged = { metric: MetricKey; learner: MetricLearner; point: MetricPoint; judgement: Judgement };

/** Makes a learner that knows nothing yet. */
export function createLearner(settings: LearnerSettings): Learner {
  return new DatasetLearner(settings);
}

class DatasetLearner implements Learner {
  readonly #settings: LearnerSettings;
  readonly #controller: BudgetController;
  readonly #spacing = new Spacing();
  readonly #learners = new Map<MetricKey, MetricLearner>();
  readonly #recurring = new RecurringDays();
  readonly #lastAlarms = new Map<MetricKey, number>();
  #partitions = 0;

  constructor(settings: LearnerSettings) {
    this.#settings = settings;
    this.#controller = new BudgetController(settings.alertsPerMonth);
  }

  step(point: LearnerPoint): LearnedVerdict[] {
    const judged = this.#judge(point);
    // Records speak of the training before this partition.
    const verdicts = judged.map(writeDown);
    this.#learn(point, judged);
    return verdicts;
  }

  judge(point: LearnerPoint): LearnedVerdict[] {
    return this.#judge(point).map(writeDown);
  }

  absorb(point: LearnerPoint): void {
    this.#learn(point, this.#judge(point));
  }

  lambda(family: MetricFamily): number {
    return this.#controller.lambda(family);
  }

  #levels(): BudgetLevels {
    return this.#controller.levels(this.#spacing.perMonth());
  }

  #learnerOf({ metric, scale }: LearnerMetric): MetricLearner {
    const known = this.#learners.get(metric);
    if (known !== undefined) return known;
    const { ruleOf, historyMax = limits.historyPartitionsMax } = this.#settings;
    const family = metricFamily(metric, scale);
    const nature = {
      scale,
      family,
      kin: metricKin(metric, family),
      rule: ruleOf(metric),
      followsRows: isMeasuredPerRow(metric),
      isMean: isMeanOfRows(metric, scale),
    };
    const made = new MetricLearner(nature, historyMax);
    this.#learners.set(metric, made);
    return made;
  }

  #judge(point: LearnerPoint): Judged[] {
    const levels = this.#levels();
    const [whole, groups] = [this.#constants(false), this.#constants(true)];
    const share = groups.constants === 0 ? 0 : segmentShare;
    const quantilesOf = this.#quantiles(levels.forecast);
    const at = seasonPoint(point.partition.key);
    const { key, feedback } = point.partition;
    const specialDay = this.#specialDay(point.partition);
    return point.metrics.flatMap((measured) => {
      const { metric, value, rows } = measured;
      const learner = this.#learnerOf(measured);
      if (!learner.rule.enabled || value === null || !Number.isFinite(value)) return [];
      const metricPoint = { key, value, rows, at, feedback, specialDay };
      const lambda = this.#controller.lambda(learner.family);
      const quantiles = quantilesOf(learner.family);
      const isGroup = learner.family === 'segment';
      const constants = isGroup ? groups : whole;
      const constantLevel = levels.constant * (isGroup ? share : 1 - share);
      const context = { quantiles, lambda, constantLevel, constants };
      const judgement = learner.judge(metricPoint, context);
      return [{ metric, learner, point: metricPoint, judgement }];
    });
  }

  /** The quantiles of groups of rows, and those of all other metrics: each share a part of the level. */
  #quantiles(level: number): (family: MetricFamily) => BarQuantiles {
    const forecasts = [...this.#learners.values()].filter((learner) => learner.isForecast());
    const grouped = forecasts.filter(({ family }) => family === 'segment').length;
    const weights = forecasts.reduce((sum, { family }) => sum + budgetWeight(family), 0);
    const share = grouped === 0 ? 0 : segmentShare;
    const tails = kinTails(forecasts);
    const whole = new BarQuantiles(level * (1 - share), weights - grouped, tails);
    const groups = new BarQuantiles(level * share, grouped, tails);
    return (family) => (family === 'segment' ? groups : whole);
  }

  #constants(ofGroups: boolean): ConstantsTogether {
    let together: ConstantsTogether = { constants: 0, days: 0, changes: 0 };
    for (const learner of this.#learners.values()) {
      if ((learner.family === 'segment') !== ofGroups) continue;
      const { constants, days, changes } = learner.constants();
      together = {
        constants: together.constants + constants,
        days: together.days + days,
        changes: together.changes + changes,
      };
    }
    return together;
  }

  /** What kind of day a partition is: by the calendar, else by what people said of days like it. */
  #specialDay(partition: HistoryPartition): string | undefined {
    return partition.specialDay ?? this.#recurring.nameOf(partition);
  }

  #learn(point: LearnerPoint, judged: readonly Judged[]): void {
    const levels = this.#levels();
    const opening = this.#openingFamily(judged);
    const opened = point.partition.feedback === 'real_error' ? undefined : opening;
    this.#controller.step({ opened, judged: countFamilies(judged, opened), level: levels.forecast });
    for (const { learner, point: metricPoint, judgement } of judged) learner.absorb(metricPoint, judgement);
    this.#spacing.observe(point.partition.key);
    this.#recurring.note(point.partition);
    this.#partitions += 1;
  }

  /** The family of the worst alarm, when the alarms of this partition open an incident rather than join one. */
  #openingFamily(judged: readonly Judged[]): MetricFamily | undefined {
    const alarms = judged.flatMap(({ metric, learner, judgement }) =>
      isBudgeted(judgement) ? [{ metric, family: learner.family, severity: judgement.severity }] : [],
    );
    const joins = alarms.some(({ metric }) => {
      const last = this.#lastAlarms.get(metric);
      return last !== undefined && this.#partitions - last <= joiningPartitions;
    });
    for (const { metric } of alarms) this.#lastAlarms.set(metric, this.#partitions);
    const [worst] = alarms.sort((a, b) => b.severity - a.severity || (a.metric < b.metric ? -1 : 1));
    return joins ? undefined : worst?.family;
  }
}

/** The tails of kindred metrics, pooled. */
function kinTails(learners: readonly MetricLearner[]): KinTails {
  const tails = [...Map.groupBy(learners, ({ kin }) => kin)].map(([name, kin]) => {
    const of = (side: Side) => pooled(kin.map(({ deviations }) => deviations[side].tail.sums()));
    return [name, { above: of('above'), below: of('below') }] as const;
  });
  return new Map(tails);
}

/**
 * How many metrics of each family were judged by forecasts; constants count only where they opened an incident. Those of
 * groups of rows count as much together as their share of the budget is.
 */
function countFamilies(
  judged: readonly Judged[],
  opened: MetricFamily | undefined,
): ReadonlyMap<MetricFamily, number> {
  const counts = new Map<MetricFamily, number>();
  for (const { learner, judgement } of judged) {
    const counted =
      judgement.kind === 'forecast' || (judgement.kind === 'constant' && learner.family === opened);
    if (counted) counts.set(learner.family, (counts.get(learner.family) ?? 0) + 1);
  }
  const groups = counts.get('segment') ?? 0;
  const whole = [...counts.values()].reduce((sum, count) => sum + count, -groups);
  if (groups > 0 && whole > 0) counts.set('segment', (whole * segmentShare) / (1 - segmentShare));
  return counts;
}

function writeDown({ metric, learner, point: { value, rows }, judgement }: Judged): LearnedVerdict {
  return verdictOf(judgement, { metric, value, rows, learner });
}

/** Whether a judgement is an alarm that the budget counts: notices of the first days are none. */
function isBudgeted(judgement: Judgement): judgement is ForecastJudgement | ConstantJudgement {
  if (judgement.kind === 'learning' || judgement.isNewLevel) return false;
  return judgement.alarm && judgement.history >= coldStart.noticing;
}

/** Replays a stored history through a learner. */
export function replayHistory(learner: Learner, history: MetricHistory): void {
  for (const [place, partition] of history.partitions.entries()) {
    learner.absorb({ partition, metrics: metricsAt(history, place) });
  }
}

/** The metrics of one partition of a history. */
export function metricsAt(history: MetricHistory, place: number): LearnerMetric[] {
  return history.series.map(({ metric, scale, values, rows }) => {
    assert(
      values.length === history.partitions.length,
      `the series of ${metric} has a value for each partition`,
    );
    return { metric, scale, value: values[place] ?? null, rows: rows[place] ?? 0 };
  });
}
