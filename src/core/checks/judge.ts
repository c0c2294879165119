import type { DatasetDefinition } from '../datasets/definition.ts';
import type { RevisionRef } from '../datasets/revision.ts';
import type { Schema } from '../datasets/schema.ts';
import { type MetricKey, type MetricValue, metricKey } from '../metrics/metric.ts';
import type { HistoryPartition, MetricHistory } from '../thresholds/history.ts';
import { createLearner, type Learner, type LearnerPoint, replayHistory } from '../thresholds/learner.ts';
import type { LearnedVerdict } from '../thresholds/verdict.ts';
import type { CheckProblem } from './check-problem.ts';
import { groupResults } from './group-checks.ts';
import { learnedRules } from './learned-rules.ts';
import { MetricTable } from './metric-table.ts';
import { RepeatedPartitions } from './repeated-partition.ts';
import type { Result } from './result.ts';
import { resultIdOf } from './result-id.ts';
import { DefinedMetrics, emptyPartitionResult } from './rules.ts';
import { type KnownSchema, schemaResult } from './schema-check.ts';
import { segmentResults, withoutQuietGroups } from './segment-results.ts';
import { setResults } from './set-checks.ts';

/** A revision with everything measured of it. */
export type MeasuredRevision = {
  readonly revision: RevisionRef;
  readonly schema: Schema;
  readonly values: readonly MetricValue[];
  readonly rowCount: number;
  /** Metrics that have no value because something went wrong: their checks are errors. */
  readonly problems?: ReadonlyMap<MetricKey, CheckProblem>;
  /** What is known of the partition beside its values, for those that are judged again. */
  readonly known?: Omit<HistoryPartition, 'key' | 'revision'>;
};

/**
 * Judges measured revisions in partition order, each by those before it: by the checks of the definition, by learned
 * thresholds, by the schema before it and by rules that are always on. What was measured just now and what was stored long
 * ago is judged alike.
 */
export class Judge {
  readonly #definition: DatasetDefinition;
  readonly #learner: Learner;
  readonly #defined: DefinedMetrics;
  readonly #repeated: RepeatedPartitions;
  #previous: KnownSchema | undefined;

  /** `previous` is what the schema of the first revision is compared with: the partition before it. */
  constructor(definition: DatasetDefinition, history: MetricHistory, previous: KnownSchema | undefined) {
    this.#definition = definition;
    this.#learner = createLearner({
      alertsPerMonth: definition.policy.alertsPerMonth,
      ruleOf: learnedRules(definition),
    });
    replayHistory(this.#learner, history);
    this.#defined = new DefinedMetrics(history);
    this.#repeated = new RepeatedPartitions(history);
    this.#previous = previous;
  }

  /** The results of the next revision, which is history for those after it. */
  step(measured: MeasuredRevision): readonly Result[] {
    const { revision, schema, values, rowCount } = measured;
    const verdicts = this.#learner.step(learnerPoint(measured));
    const table = new MetricTable(
      values,
      schema.map(({ name }) => name),
      measured.problems,
    );
    const results = [
      emptyPartitionResult(revision, rowCount),
      ...(isSchemaJudged(this.#definition) ? [schemaResult(revision, schema, this.#previous)] : []),
      ...setResults(this.#definition, revision, table),
      ...groupResults(this.#definition, measured, table),
      // Where there are no rows, that is the only thing to say.
      ...(rowCount === 0 ? [] : this.#defined.judge(revision, values)),
      ...this.#repeated.step(revision, measured),
      ...segmentResults(this.#definition, measured),
      ...verdicts.map((verdict) => learnedResult(revision, verdict, table.get(verdict.metric)?.exact)),
    ];
    this.#defined.absorb(values);
    this.#previous = { revision, schema };
    return withoutQuietGroups(results);
  }

  /** What learned thresholds would say of a next partition; it is no history for those after it. */
  foresee(point: LearnerPoint): readonly LearnedVerdict[] {
    return this.#learner.judge(point);
  }
}

function learnerPoint({ revision, values, known }: MeasuredRevision): LearnerPoint {
  const metrics = values.map(({ metric, column, segment, scale, value, rows }) => {
    return { metric: metricKey(metric, column, segment), scale, value: value ?? null, rows };
  });
  return { partition: { ...known, key: revision.partition, revision: revision.number }, metrics };
}

function isSchemaJudged(definition: DatasetDefinition): boolean {
  return !definition.checks.some(({ metric, threshold }) => {
    return metric === 'schema' && threshold.kind === 'learned' && !threshold.enabled;
  });
}

function learnedResult(revision: RevisionRef, verdict: LearnedVerdict, exact: string | undefined): Result {
  const { metric, record, ...shown } = verdict;
  return {
    id: resultIdOf(revision, metric),
    revision,
    check: metric,
    metric,
    ...shown,
    ...(exact === undefined ? {} : { exact }),
    record: { kind: 'learned', learned: record },
  };
}
