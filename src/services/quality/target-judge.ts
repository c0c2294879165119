import type { PartitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Outcome } from '../../base/outcome.ts';
import { succeed } from '../../base/outcome.ts';
import type { Evaluation, EvaluationInput, EvaluationTarget } from '../../core/checks/evaluate.ts';
import { historyAfter } from '../../core/checks/history-after.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import type { RevisionRef } from '../../core/datasets/revision.ts';
import { segmentDetailNames } from '../../core/metrics/segments/segment-metrics.ts';
import type { Feedback } from '../../core/thresholds/history.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Engine, EngineOptions } from '../../ports/engine.ts';
import type { Holidays } from '../../ports/holidays.ts';
import type { QualityStore, RevisionFeedback } from '../../ports/quality-store.ts';
import type { RevisionStore } from '../../ports/revision-store.ts';
import { loadBaseline } from './baseline.ts';
import { specialDaysOf } from './special-days.ts';

type Parts = {
  readonly clock: Clock;
  readonly revisions: RevisionStore;
  readonly quality: QualityStore;
  readonly engine: Pick<Engine, 'evaluate'>;
  readonly holidays: Holidays;
};

type Past = Omit<EvaluationInput, 'targets'> & Required<Pick<EvaluationInput, 'baseline'>>;

/**
 * Judges revisions in partition order, some at a time, each by those before it: what the worker is asked and what it
 * answers stay small, however many revisions there are.
 */
export class TargetJudge {
  /** The partitions before the first revision, in order. */
  readonly before: readonly PartitionKey[];
  readonly #engine: Pick<Engine, 'evaluate'>;
  /** What people said of revisions that were judged before. */
  readonly #feedback: ReadonlyMap<string, Feedback>;
  #past: Past;

  private constructor(engine: Pick<Engine, 'evaluate'>, past: Past, feedback: readonly RevisionFeedback[]) {
    this.#engine = engine;
    this.#past = past;
    this.#feedback = new Map(feedback.map((one) => [revisionKey(one.partition, one.revision), one.feedback]));
    this.before = past.history.partitions.map(({ key }) => key);
  }

  /** Loads what the partitions `keys`, in order, are judged by. */
  static async open(
    { clock, revisions, quality, engine, holidays }: Parts,
    definition: DatasetDefinition,
    keys: readonly PartitionKey[],
  ): Promise<TargetJudge> {
    const { dataset } = definition;
    const [before] = keys;
    const bound = before === undefined ? {} : { before };
    const [history, previousSchema, feedback] = await Promise.all([
      quality.history({ dataset, ...bound, limit: limits.historyPartitionsMax }),
      revisions.schemaBefore(dataset, before),
      quality.feedback({ dataset, ...(before === undefined ? {} : { from: before }) }),
    ]);
    const known = history.partitions.map(({ key }) => key);
    const [baseline, special] = await Promise.all([
      loadBaseline(quality, dataset, history),
      specialDaysOf(holidays, definition.policy, [...known, ...keys]),
    ]);
    const previous = previousSchema === undefined ? {} : { previousSchema };
    const past = { definition, now: clock.now(), history, baseline, ...special, ...previous };
    return new TargetJudge(engine, past, feedback);
  }

  /** The evaluations of the next revisions. */
  async step(
    targets: readonly EvaluationTarget[],
    options: EngineOptions,
  ): Promise<Outcome<readonly Evaluation[]>> {
    const known = targets.map((target) => ({ ...target, ...this.#said(target.revision) }));
    const judged = await this.#engine.evaluate({ ...this.#past, targets: known }, options);
    if (!judged.ok) return judged;
    const { evaluations } = judged.value;
    const last = targets.at(-1);
    const history = historyAfter(this.#past.history, evaluations, limits.historyPartitionsMax);
    const learned = known.filter(({ feedback }) => feedback !== 'real_error');
    this.#past = {
      ...this.#past,
      history: {
        ...history,
        partitions: history.partitions.map((one) => {
          return { ...one, ...this.#said({ partition: one.key, number: one.revision }) };
        }),
      },
      baseline: [
        ...this.#past.baseline,
        ...learned.map(({ revision, profiles }) => ({ key: revision.partition, profiles })),
      ].slice(-limits.baselinePartitionsMax),
      ...(last === undefined ? {} : { previousSchema: { revision: last.revision, schema: last.schema } }),
    };
    return succeed(evaluations);
  }

  #said({ partition, number }: Pick<RevisionRef, 'partition' | 'number'>): { feedback?: Feedback } {
    const feedback = this.#feedback.get(revisionKey(partition, number));
    return feedback === undefined ? {} : { feedback };
  }
}

function revisionKey(partition: PartitionKey, number: number): string {
  return JSON.stringify([partition, number]);
}

/** About what the worker's answer takes of each metric of the whole, with its result, and of one of a group of rows. */
const bytesPerMetric = 1_500;
const bytesPerGroupMetric = 120;
/** Of the result of a set bound of a group, and of a detail of a group, with its values. */
const bytesPerGroupResult = 1_000;
const bytesPerGroupDetail = 4_000;
const metricsPerColumn = 20;

/** How many revisions of so many columns are judged at once: their answer fits with room to spare. */
export function targetsAtOnce(definition: DatasetDefinition, columns: number): number {
  const whole = columns * metricsPerColumn * bytesPerMetric;
  const groups = bytesOfGroups(definition);
  return Math.max(1, Math.floor(limits.workerOutputBytesMax / 2 / (whole + groups + 1)));
}

function bytesOfGroups({ segments }: DatasetDefinition): number {
  if (segments.length === 0) return 0;
  const results = segments.flatMap(({ groupsMax, checks = [] }) =>
    checks.map(({ group }) => (group === undefined ? groupsMax : 1)),
  );
  const hasDetails = segments.some(({ metrics }) =>
    metrics.some((metric) => segmentDetailNames.includes(metric)),
  );
  return (
    limits.segmentMetricsMax * bytesPerGroupMetric +
    results.reduce((sum, count) => sum + count, 0) * bytesPerGroupResult +
    (hasDetails ? limits.segmentDetailsMax * bytesPerGroupDetail : 0)
  );
}
