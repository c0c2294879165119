import type { PartitionKey } from '../../base/ids.ts';
import type { MetricScale } from '../metrics/metric.ts';
import type { Side } from './bar.ts';
import { DeviationRun } from './deviation-run.ts';
import { Deviations } from './deviations.ts';
import { FalseAlarms } from './false-alarms.ts';
import { ForecastSeries, type SeriesPoint } from './forecast-series.ts';
import type { HistoryPartition } from './history.ts';
import { ConstantWatch } from './invariants.ts';
import type { MetricFamily } from './metric-family.ts';
import type { MetricRule } from './metric-rule.ts';
import { predictors } from './predictors.ts';
import { SpecialDays } from './special-days.ts';
import { TrainingKeys } from './training-keys.ts';

/** Everything known about one metric: judging reads it (`judge-metric.ts`), learning changes it (`metric-learner.ts`). */
export type MetricMemory = {
  readonly nature: MetricNature;
  readonly keys: TrainingKeys;
  readonly deviations: Readonly<Record<Side, Deviations>>;
  readonly series: ForecastSeries;
  readonly constants: ConstantWatch;
  readonly specialDays: SpecialDays;
  /** Alarms in a row that may become a new level. */
  readonly run: DeviationRun;
  readonly falseAlarms: FalseAlarms;
};

/** The memory of a metric of which nothing is known yet; `capacity`: partitions that are remembered. */
export function newMemory(nature: MetricNature, capacity: number): MetricMemory {
  return {
    nature,
    keys: new TrainingKeys(capacity),
    deviations: { above: new Deviations(capacity), below: new Deviations(capacity) },
    series: new ForecastSeries(nature, capacity),
    constants: new ConstantWatch(nature.scale, capacity),
    specialDays: new SpecialDays(),
    run: new DeviationRun(),
    falseAlarms: new FalseAlarms(),
  };
}

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

/** One value of the metric, and where it stands. */
export type MetricPoint = SeriesPoint & {
  readonly key: PartitionKey;
  readonly feedback: HistoryPartition['feedback'];
  /** What kind of day it is, if it is no ordinary one. */
  readonly specialDay: string | undefined;
};

/** The place of the forecast that days of their own kind are measured from. */
export const levelModel = predictors.findIndex(({ name }) => name === 'level_42');
