import type { Direction } from '../checks/definition.ts';
import type { ResultStatus } from '../checks/result.ts';
import type { MetricKey } from '../metrics/metric.ts';
import { coldStart } from './bar.ts';
import type { ConstantJudgement, ForecastJudgement, Judgement } from './judgement.ts';
import type { MetricLearner } from './metric-learner.ts';
import { predictors } from './predictors.ts';
import type { LearnedRecord } from './record.ts';

/** What a learned threshold says about one value. */
export type LearnedVerdict = {
  readonly metric: MetricKey;
  readonly value: number;
  readonly status: ResultStatus;
  readonly record: LearnedRecord;
  /** The sides of the band that alarm. */
  readonly lower?: number;
  readonly upper?: number;
  readonly severity?: number;
};

/** From this severity on an alarm fails the partition; below, it warns. The edge of the band is 1. */
export const failSeverity = 1.5;

/** The status of a learned verdict. Metrics with fewer than 14 partitions of history are noticed, never failed. */
export function learnedStatus(of: { alarm: boolean; severity: number; history: number }): ResultStatus {
  if (!of.alarm) return 'pass';
  return of.severity >= failSeverity && of.history >= coldStart.noticing ? 'fail' : 'warn';
}

type VerdictSubject = {
  readonly metric: MetricKey;
  readonly value: number;
  readonly rows: number;
  readonly learner: MetricLearner;
};

/** Writes a judgement down, before its value is learned from. */
export function verdictOf(judgement: Judgement, of: VerdictSubject): LearnedVerdict {
  const { metric, value } = of;
  if (judgement.kind === 'learning') {
    const { history, needed } = judgement;
    return { metric, value, status: 'not_evaluated', record: { state: 'learning', history, needed } };
  }
  if (judgement.isNewLevel) {
    const expected = judgement.kind === 'forecast' ? judgement.expected : judgement.constant;
    const record = { state: 'new_level', expected, history: judgement.history } as const;
    return { metric, value, status: 'warn', record, severity: 1 };
  }
  const { direction } = of.learner.rule;
  return {
    metric,
    value,
    status: learnedStatus(judgement),
    record: judgement.kind === 'forecast' ? bandRecord(judgement, of) : constantRecord(judgement, of),
    ...alarmingSides(judgement, direction),
    severity: judgement.severity,
  };
}

/** The sides of a band that alarm. */
export function alarmingSides(
  band: { readonly lower: number; readonly upper: number },
  direction: Direction,
): { lower?: number; upper?: number } {
  return {
    ...(direction === 'up' ? {} : { lower: band.lower }),
    ...(direction === 'down' ? {} : { upper: band.upper }),
  };
}

function bandRecord(judgement: ForecastJudgement, { rows, learner }: VerdictSubject): LearnedRecord {
  return {
    state: 'banded',
    model: predictors[judgement.model]?.name ?? '',
    transform: judgement.transform,
    prediction: judgement.prediction,
    scale: judgement.scale,
    floor: judgement.floor,
    bar: judgement.above.bar,
    spread: judgement.spread,
    history: judgement.history,
    quantile: judgement.above.quantile,
    recordZ: judgement.above.recordZ,
    below: judgement.below,
    lambda: judgement.lambda,
    sensitivity: judgement.sensitivity,
    minimumEffect: judgement.minimumEffect,
    expected: judgement.expected,
    lower: judgement.lower,
    upper: judgement.upper,
    ...learner.keys.span(),
    excluded: learner.keys.excluded,
    ...(judgement.specialDay === undefined ? {} : { specialDay: judgement.specialDay }),
    basis: {
      metricScale: learner.scale,
      direction: learner.rule.direction,
      rows,
      errors: judgement.errors,
      coldFactor: judgement.coldFactor,
    },
  };
}

function constantRecord(judgement: ConstantJudgement, { rows, learner }: VerdictSubject): LearnedRecord {
  const { constant, history, pastChanges, lower, upper } = judgement;
  return {
    state: 'constant',
    constant,
    history,
    pastChanges,
    lower,
    upper,
    ...learner.keys.span(),
    basis: { metricScale: learner.scale, direction: learner.rule.direction, rows },
  };
}
