import type { PartitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Instant } from '../../base/units.ts';
import type { DatasetDefinition } from '../datasets/definition.ts';
import { segmentRules } from '../datasets/measure-plan.ts';
import type { RejectedRows, RevisionRef } from '../datasets/revision.ts';
import type { Schema } from '../datasets/schema.ts';
import { DriftWindow } from '../metrics/drift/drift-window.ts';
import type { MetricDetail, MetricValue } from '../metrics/metric.ts';
import { refusedRules } from '../metrics/refused-rules.ts';
import type { Feedback, MetricHistory } from '../thresholds/history.ts';
import { addToBaseline, driftPartition, driftValues } from './drift-values.ts';
import { failedEvaluation } from './failed-evaluation.ts';
import { Judge } from './judge.ts';
import { KnownGroups } from './known-groups.ts';
import type { QueryOutcome } from './partition-query.ts';
import { withQueryValues } from './query-values.ts';
import type { Result } from './result.ts';
import { segmentDetails } from './segment-values.ts';
import { specialDay, withSpecialDays } from './special-days.ts';
import { targetValues } from './target-values.ts';
import { unaskedMetrics } from './unasked.ts';

/**
 * Judges revisions in partition order by their history, by the checks of the definition, by the schema before them and by
 * rules that are always on. A revision whose measurement is incomplete gets one `error` result and teaches nothing.
 */
export function evaluate(input: EvaluationInput): EvaluationOutput {
  const { definition, now } = input;
  const history = withSpecialDays(withoutTargets(input.history, input.targets), input.specialDays);
  const judge = new Judge(definition, history, input.previousSchema);
  const drift = new DriftWindow();
  const rules = segmentRules(definition);
  for (const partition of input.baseline ?? []) addToBaseline(drift, partition, rules);
  const groups = new KnownGroups(history);
  const evaluations = input.targets.map((target): Evaluation => {
    const { revision, schema } = target;
    const measured = targetValues(target, { definition, now });
    if (!measured.ok) {
      addToBaseline(drift, { key: revision.partition, profiles: [] }, rules);
      return failedEvaluation(revision, measured.error);
    }
    const { rowCount, profile } = measured.value;
    const partition = { key: revision.partition, profiles: target.profiles };
    const compared = driftPartition(partition, profile, rules);
    // What people called wrong is compared with the past, and is no past for what follows.
    const moved = driftValues(
      target.feedback === 'real_error' ? drift.compare(compared) : drift.step(compared),
    );
    const outcomes = target.queries ?? [];
    const { values: own, problems: queries } = withQueryValues(measured.value.values, {
      definition,
      outcomes,
    });
    const unmeasured =
      profile === undefined ? [] : [...unaskedMetrics(definition, profile), ...refusedRules(profile)];
    const problems = new Map([...queries, ...unmeasured]);
    const grouped = profile === undefined ? [] : groups.step(profile, rules);
    const groupDetails = profile === undefined ? [] : segmentDetails(profile, rules);
    const values = [...own, ...moved.values, ...grouped];
    const known = {
      ...specialDay(revision.partition, input.specialDays),
      ...(target.feedback === undefined ? {} : { feedback: target.feedback }),
    };
    const results = judge.step({ revision, schema, values, rowCount, known, problems });
    const movedDetails = withinLimit(moved.details, limits.segmentDetailsMax);
    const details = [...measured.value.details, ...movedDetails, ...groupDetails];
    return { revision, values: values.map(withoutNaN), details, results };
  });
  return { evaluations };
}

/** Everything a verdict depends on: the same input gives the same output, bit for bit. */
export type EvaluationInput = {
  readonly definition: DatasetDefinition;
  readonly now: Instant;
  /** The partitions before the first target, in order. */
  readonly history: MetricHistory;
  /** The newest partitions before the first target, in order: what the distributions of the targets are compared with. */
  readonly baseline?: readonly BaselinePartition[];
  /** The name of each day of its own kind, by ISO date: holidays and the policy's special days. */
  readonly specialDays?: Readonly<Record<string, string>>;
  /** What the schema of the first target is compared with: the partition before it. */
  readonly previousSchema?: { readonly revision: RevisionRef; readonly schema: Schema };
  /** In partition order; each is history for those after it. */
  readonly targets: readonly EvaluationTarget[];
};

/** A measured partition by which others are judged. */
export type BaselinePartition = {
  readonly key: PartitionKey;
  /** The encoded profile of each batch. */
  readonly profiles: readonly Uint8Array[];
};

/** A revision to judge. */
export type EvaluationTarget = {
  readonly revision: RevisionRef;
  readonly schema: Schema;
  readonly rejected: RejectedRows;
  readonly sizeBytes: number;
  readonly modifiedAt?: Instant;
  readonly ingestedAt: Instant;
  /** Rows of the revision; lets evaluation notice that a batch was not measured. */
  readonly rowCount?: number;
  /** The encoded profile of each batch. */
  readonly profiles: readonly Uint8Array[];
  /** What became of the queries over all its rows. */
  readonly queries?: readonly QueryOutcome[];
  /** What people said of it, when it was judged before. */
  readonly feedback?: Feedback;
};

export type EvaluationOutput = { readonly evaluations: readonly Evaluation[] };

/** What was found out about one revision. */
export type Evaluation = {
  readonly revision: RevisionRef;
  readonly values: readonly MetricValue[];
  readonly details: readonly MetricDetail[];
  readonly results: readonly Result[];
};

/** Everything about all rows, and at most `groupsMax` about groups. */
function withinLimit<T extends { readonly segment?: string }>(
  all: readonly T[],
  groupsMax: number,
): readonly T[] {
  let groups = 0;
  return all.filter(({ segment }) => segment === undefined || groups++ < groupsMax);
}

/** A restated partition replaces its old value, wherever the caller's history ends. */
function withoutTargets(history: MetricHistory, targets: readonly EvaluationTarget[]): MetricHistory {
  const judged = new Set<string>(targets.map(({ revision }) => revision.partition));
  const kept = history.partitions.flatMap(({ key }, place) => (judged.has(key) ? [] : [place]));
  if (kept.length === history.partitions.length) return history;
  const pick = <T>(list: readonly T[]): T[] =>
    list.filter((_, place) => !judged.has(history.partitions[place]?.key ?? ''));
  return {
    partitions: pick(history.partitions),
    series: history.series.map((series) => ({
      ...series,
      values: pick(series.values),
      rows: pick(series.rows),
    })),
  };
}

/** What is stored as JSON knows neither NaN nor infinity. */
function withoutNaN(value: MetricValue): MetricValue {
  return value.value === undefined || Number.isFinite(value.value) ? value : { ...value, value: undefined };
}
