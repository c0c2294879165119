import { failure } from '../../base/errors.ts';
import { incidentId, type PartitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Instant } from '../../base/units.ts';
import type { Evaluation, EvaluationTarget } from '../../core/checks/evaluate.ts';
import { failedEvaluation, failureEvaluation } from '../../core/checks/failed-evaluation.ts';
import { partitionQueries } from '../../core/checks/partition-queries.ts';
import { isFailing } from '../../core/checks/status.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import type { Revision } from '../../core/datasets/revision.ts';
import { mergeResults } from '../../core/incidents/merge-results.ts';
import type { EvaluateTarget, TaskSpec } from '../../core/jobs/task.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { Engine } from '../../ports/engine.ts';
import type { Holidays } from '../../ports/holidays.ts';
import type { EvaluateCommit, QualityStore } from '../../ports/quality-store.ts';
import type { RevisionStore } from '../../ports/revision-store.ts';
import type { TaskContext, TaskHandler } from '../cluster/task-handler.ts';
import type { Kit } from '../kit.ts';
import { TargetJudge, targetsAtOnce } from './target-judge.ts';

type EvaluateSpec = Extract<TaskSpec, { kind: 'evaluate' }>;

type Parts = {
  readonly datasets: DatasetStore;
  readonly revisions: RevisionStore;
  readonly quality: QualityStore;
  readonly engine: Engine;
  readonly holidays: Holidays;
};

/** What was found out, and the partitions before it that decide which incident an alarm joins. */
type Found = { readonly evaluations: readonly Evaluation[]; readonly before: readonly PartitionKey[] };

type Measured = Omit<Revision, 'batches'>;

/**
 * Judges one revision, or a backfilled frame in partition order, and brings the incidents up to date, in one commit.
 * The judging itself is a pure function, computed in a worker; here its input is gathered.
 */
export class EvaluateTask implements TaskHandler<'evaluate'> {
  readonly #kit: Kit;
  readonly #parts: Parts;

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  async run(spec: EvaluateSpec, context: TaskContext): Promise<Outcome<void>> {
    const startedAt = this.#kit.clock.now();
    const registered = await this.#parts.datasets.get(spec.dataset);
    if (registered === undefined) {
      return fail(failure('DATASET_NOT_FOUND', `the dataset ${spec.dataset} was deleted`));
    }
    const found = await this.#evaluate(registered.definition, spec.target, context);
    if (!found.ok) return found;
    return this.#commit(spec, { ...found.value, startedAt, context });
  }

  #evaluate(
    definition: DatasetDefinition,
    target: EvaluateTarget,
    context: TaskContext,
  ): Promise<Outcome<Found>> {
    switch (target.kind) {
      case 'revision':
        return this.#evaluateRevision(definition, target, context);
      case 'frame':
        return this.#evaluateFrame(definition, target, context);
      case 'failure':
        return this.#evaluateFailure(definition, target);
    }
  }

  async #evaluateRevision(
    definition: DatasetDefinition,
    { revision: reference }: Extract<EvaluateTarget, { kind: 'revision' }>,
    context: TaskContext,
  ): Promise<Outcome<Found>> {
    const [revision, profiles, queries] = await Promise.all([
      this.#parts.revisions.get(reference),
      this.#parts.quality.profiles(reference),
      this.#parts.quality.queryOutcomes(reference),
    ]);
    if (revision === undefined) {
      return fail(failure('PARTITION_NOT_FOUND', `${reference.dataset} ${reference.partition} is gone`));
    }
    if (profiles.some((profile) => profile === undefined) || profiles.length < revision.batches.length) {
      // A measure task failed for good: its outcome tells why. There is no verdict on what was not measured.
      const missing = failure('STATE_UNREADABLE', 'a batch of the partition could not be measured', {
        hint: '`assay jobs` shows the cause; scan the partition again with --force',
      });
      const before = await this.#keysBefore(definition, reference.partition);
      return succeed({ evaluations: [failedEvaluation(reference, missing)], before });
    }
    const target = targetOf(revision, {
      profiles: profiles.filter((profile) => profile !== undefined),
      queries,
    });
    const judge = await this.#judge(definition, [reference.partition]);
    const judged = await judge.step([target], { ...context, onProgress: context.progress });
    return judged.ok ? succeed({ evaluations: judged.value, before: judge.before }) : judged;
  }

  async #evaluateFrame(
    definition: DatasetDefinition,
    { from, to }: Extract<EvaluateTarget, { kind: 'frame' }>,
    context: TaskContext,
  ): Promise<Outcome<Found>> {
    const measured = await this.#measuredFrame(definition, {
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    if (measured.length === 0) return succeed({ evaluations: [], before: [] });
    const judge = await this.#judge(
      definition,
      measured.map(({ partition }) => partition),
    );
    const evaluations: Evaluation[] = [];
    for (let place = 0; place < measured.length; ) {
      const targets = await this.#nextTargets(definition, measured.slice(place));
      const done = place;
      const onProgress = (fraction: number): void =>
        context.progress((done + fraction * targets.length) / measured.length);
      const judged = await judge.step(targets, { ...context, onProgress });
      if (!judged.ok) return judged;
      evaluations.push(...judged.value);
      place += targets.length;
    }
    return succeed({ evaluations, before: judge.before });
  }

  /** The first of some revisions with their states: as many as are judged at once. */
  async #nextTargets(
    definition: DatasetDefinition,
    measured: readonly Measured[],
  ): Promise<readonly EvaluationTarget[]> {
    const next = measured.slice(0, targetsAtOnce(definition, measured[0]?.schema.length ?? 1));
    const read = await this.#parts.quality.profilesOf(next, limits.frameBytesMax);
    // One revision alone may be larger than that: it is taken as it is.
    const lists = read.length > 0 ? read : await this.#parts.quality.profilesOf(next.slice(0, 1));
    const taken = next.slice(0, Math.max(1, lists.length));
    const asksQueries = partitionQueries(definition).length > 0;
    const outcomes = asksQueries ? await this.#parts.quality.queryOutcomesOf(taken) : [];
    return taken.map((revision, place) => {
      const profiles = lists[place]?.filter((profile) => profile !== undefined) ?? [];
      return targetOf(revision, { profiles, queries: outcomes[place] ?? [] });
    });
  }

  /** The newest partitions of the frame, in order: as many as one commit may hold. */
  async #measuredFrame(
    definition: DatasetDefinition,
    frame: { from?: string; to?: string },
  ): Promise<readonly Measured[]> {
    const { dataset } = definition;
    const all: Measured[] = [];
    for (let more = true; more; ) {
      const after = all.at(-1)?.partition;
      const page = await this.#parts.revisions.measured({
        dataset,
        ...frame,
        ...(after === undefined ? {} : { after }),
        limit: limits.pageSizeMax,
      });
      all.push(...page);
      more = page.length === limits.pageSizeMax;
    }
    return all.slice(-limits.learnedPartitionsMax);
  }

  #judge(definition: DatasetDefinition, keys: readonly PartitionKey[]): Promise<TargetJudge> {
    return TargetJudge.open({ ...this.#parts, clock: this.#kit.clock }, definition, keys);
  }

  async #evaluateFailure(
    definition: DatasetDefinition,
    { partition, failure: error }: Extract<EvaluateTarget, { kind: 'failure' }>,
  ): Promise<Outcome<Found>> {
    const evaluation = failureEvaluation({ dataset: definition.dataset, partition }, error);
    return succeed({ evaluations: [evaluation], before: await this.#keysBefore(definition, partition) });
  }

  async #keysBefore({ dataset }: DatasetDefinition, before: PartitionKey): Promise<readonly PartitionKey[]> {
    const history = await this.#parts.quality.history({ dataset, before, limit: joiningKeys });
    return history.partitions.map((partition) => partition.key);
  }

  async #commit(
    spec: EvaluateSpec,
    work: Found & { startedAt: Instant; context: TaskContext },
  ): Promise<Outcome<void>> {
    const { evaluations, before } = work;
    const results = evaluations.flatMap((evaluation) => evaluation.results);
    const committed = await this.#parts.quality.commitEvaluate({
      commit: {
        fence: work.context.fence,
        startedAt: work.startedAt,
        endedAt: this.#kit.clock.now(),
        output: {
          kind: 'evaluate',
          partitions: evaluations.length,
          results: results.length,
          alarms: results.filter((result) => isFailing(result.status)).length,
        },
      },
      dataset: spec.dataset,
      evaluations,
      ...refusedBy(spec.target),
      incidents: (unresolved) =>
        mergeResults({
          unresolved,
          evaluations,
          before,
          now: this.#kit.clock.now(),
          newId: () => incidentId(this.#kit.random.id()),
          mode: spec.target.kind === 'frame' ? 'backfill' : 'check',
        }),
    });
    if (!committed.ok) return committed;
    for (const result of results) this.#kit.telemetry.count('assay_results_total', { status: result.status });
    return committed;
  }
}

function refusedBy(target: EvaluateTarget): Pick<EvaluateCommit, 'refused'> {
  if (target.kind !== 'failure' || target.fingerprint === undefined) return {};
  return { refused: { partition: target.partition, fingerprint: target.fingerprint } };
}

/** Partitions before a failed one that its alarm may join. */
const joiningKeys = 8;

function targetOf(
  revision: Measured,
  found: Required<Pick<EvaluationTarget, 'profiles' | 'queries'>>,
): EvaluationTarget {
  const { dataset, partition, number, schema, rejected, sizeBytes, modifiedAt, ingestedAt, rowCount } =
    revision;
  return {
    revision: { dataset, partition, number },
    schema,
    rejected,
    sizeBytes,
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
    ingestedAt,
    rowCount,
    ...found,
  };
}
