import { assert } from '../../base/assert.ts';
import { limits } from '../../base/limits.ts';
import type { MetricKey, MetricScale } from '../metrics/metric.ts';
import { BarQuantiles, coldStart } from './bar.ts';
import { Spacing, seasonPoint } from './calendar.ts';
import { BudgetController } from './controller.ts';
import type { HistoryPartition, MetricHistory } from './history.ts';
import type { Judgement } from './judgement.ts';
import { type JudgementContext, MetricLearner, type MetricPoint } from './metric-learner.ts';
import type { MetricRule } from './metric-rule.ts';
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
export type Learner = {
  /** Judges the next partition and learns from it: a verdict for each metric that has a value and is not off. */
  readonly step: (point: LearnerPoint) => readonly LearnedVerdict[];
  /** The same without writing verdicts down: for partitions that were judged before. */
  readonly absorb: (point: LearnerPoint) => void;
  /** The present factor of the budget on all bands. */
  readonly lambda: () => number;
};

/** Partitions within which alarms of one metric are one incident. */
export const joiningPartitions = 3;

type Judged = { metric: MetricKey; learner: MetricLearner; point: MetricPoint; judgement: Judgement };

/** Makes a learner that knows nothing yet. */
export function createLearner(settings: LearnerSettings): Learner {
  const capacity = settings.historyMax ?? limits.historyPartitionsMax;
  const controller = new BudgetController(settings.alertsPerMonth);
  const spacing = new Spacing();
  const learners = new Map<MetricKey, MetricLearner>();
  const lastAlarms = new Map<MetricKey, number>();
  let partitions = 0;

  const learnerOf = ({ metric, scale }: LearnerMetric): MetricLearner => {
    const known = learners.get(metric);
    if (known !== undefined) return known;
    const made = new MetricLearner(scale, settings.ruleOf(metric), capacity);
    learners.set(metric, made);
    return made;
  };

  const judge = (point: LearnerPoint, context: JudgementContext): Judged[] => {
    const at = seasonPoint(point.partition.key);
    const { key, feedback } = point.partition;
    return point.metrics.flatMap((measured) => {
      const { metric, value, rows } = measured;
      const learner = learnerOf(measured);
      if (!learner.rule.enabled || value === null || !Number.isFinite(value)) return [];
      const metricPoint = { key, value, rows, at, feedback };
      return [{ metric, learner, point: metricPoint, judgement: learner.judge(metricPoint, context) }];
    });
  };

  /** Whether the alarms of this partition open an incident, rather than join one of the last partitions. */
  const opensIncident = (judged: readonly Judged[]): boolean => {
    const alarms = judged.filter(({ judgement }) => isBudgeted(judgement));
    const joins = alarms.some(({ metric }) => {
      const last = lastAlarms.get(metric);
      return last !== undefined && partitions - last <= joiningPartitions;
    });
    for (const { metric } of alarms) lastAlarms.set(metric, partitions);
    return alarms.length > 0 && !joins;
  };

  const advance = (point: LearnerPoint, writeDown: (judged: Judged) => void): void => {
    spacing.observe(point.partition.key);
    const levels = controller.levels(spacing.perMonth());
    const forecasts = [...learners.values()].filter((learner) => learner.isForecast()).length;
    const judged = judge(point, {
      quantiles: new BarQuantiles(levels.forecast, forecasts),
      lambda: controller.lambda,
      constantLevel: levels.constant,
    });
    for (const one of judged) writeDown(one);
    for (const { learner, point: metricPoint, judgement } of judged) learner.absorb(metricPoint, judgement);
    const opened = opensIncident(judged) && point.partition.feedback !== 'real_error';
    if (judged.some(({ judgement }) => judgement.kind !== 'learning')) controller.step(opened, levels);
    partitions += 1;
  };

  return {
    absorb: (point) => advance(point, () => {}),
    step: (point) => {
      const verdicts: LearnedVerdict[] = [];
      advance(point, ({ metric, learner, point: { value, rows }, judgement }) =>
        verdicts.push(verdictOf(judgement, { metric, value, rows, learner })),
      );
      return verdicts;
    },
    lambda: () => controller.lambda,
  };
}

/** Whether a judgement is an alarm that the budget counts: notices of the first days are none. */
function isBudgeted(judgement: Judgement): boolean {
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
