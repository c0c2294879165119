import { failure } from '../../base/errors.ts';
import { fail, type Outcome } from '../../base/outcome.ts';
import { measurePlan } from '../../core/datasets/measure-plan.ts';
import type { TaskSpec } from '../../core/jobs/task.ts';
import type { BatchStore } from '../../ports/batch-store.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { Engine } from '../../ports/engine.ts';
import type { QualityStore } from '../../ports/quality-store.ts';
import type { RevisionStore } from '../../ports/revision-store.ts';
import type { TaskContext, TaskHandler } from '../cluster/task-handler.ts';
import type { Kit } from '../kit.ts';

type MeasureSpec = Extract<TaskSpec, { kind: 'measure' }>;

type Parts = {
  readonly datasets: DatasetStore;
  readonly revisions: RevisionStore;
  readonly quality: QualityStore;
  readonly batches: BatchStore;
  readonly engine: Engine;
};

/** Computes the metric states of one batch and commits them. */
export class MeasureTask implements TaskHandler<'measure'> {
  readonly #kit: Kit;
  readonly #parts: Parts;

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  async run(spec: MeasureSpec, context: TaskContext): Promise<Outcome<void>> {
    const startedAt = this.#kit.clock.now();
    const { dataset, partition, number } = spec.revision;
    const [registered, revision] = await Promise.all([
      this.#parts.datasets.get(dataset),
      this.#parts.revisions.get(spec.revision),
    ]);
    const batch = revision?.batches[spec.batch];
    if (registered === undefined || revision === undefined || batch === undefined) {
      return fail(
        failure(
          'BATCH_MISSING',
          `${dataset} ${partition} revision ${number} has no batch ${spec.batch} any more`,
        ),
      );
    }
    const opened = await this.#parts.batches.open(batch);
    if (!opened.ok) return opened;
    await using local = opened.value;
    const measured = await this.#parts.engine.measure(
      {
        source: { kind: 'batch', path: local.path, schema: revision.schema },
        plan: measurePlan(registered.definition),
      },
      { ...context, onProgress: context.progress },
    );
    if (!measured.ok) return measured;
    return await this.#parts.quality.commitMeasure(
      {
        fence: context.fence,
        startedAt,
        endedAt: this.#kit.clock.now(),
        output: { kind: 'measure', rowCount: measured.value.rowCount },
      },
      { revision: spec.revision, batch: spec.batch, bytes: measured.value.profile },
    );
  }
}
