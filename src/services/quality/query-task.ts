import { failure } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { partitionQueries } from '../../core/checks/partition-queries.ts';
import type { Batch } from '../../core/datasets/revision.ts';
import type { TaskSpec } from '../../core/jobs/task.ts';
import type { BatchStore, LocalBatch } from '../../ports/batch-store.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { Engine } from '../../ports/engine.ts';
import type { QualityStore } from '../../ports/quality-store.ts';
import type { RevisionStore } from '../../ports/revision-store.ts';
import type { TaskContext, TaskHandler } from '../cluster/task-handler.ts';
import type { Kit } from '../kit.ts';
import { putQueries } from './put-queries.ts';

type QuerySpec = Extract<TaskSpec, { kind: 'query' }>;

type Parts = {
  readonly datasets: DatasetStore;
  readonly revisions: RevisionStore;
  readonly quality: QualityStore;
  readonly batches: BatchStore;
  readonly engine: Engine;
};

/** Puts the definition's questions to all rows of a revision and commits what became of each. */
export class QueryTask implements TaskHandler<'query'> {
  readonly #kit: Kit;
  readonly #parts: Parts;

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  async run({ revision: reference }: QuerySpec, context: TaskContext): Promise<Outcome<void>> {
    const startedAt = this.#kit.clock.now();
    const [registered, revision] = await Promise.all([
      this.#parts.datasets.get(reference.dataset),
      this.#parts.revisions.get(reference),
    ]);
    if (registered === undefined || revision === undefined) {
      return fail(failure('PARTITION_NOT_FOUND', `${reference.dataset} ${reference.partition} is gone`));
    }
    await using opened = new AsyncDisposableStack();
    const paths = await this.#open(revision.batches, opened);
    if (!paths.ok) return paths;
    const put = await putQueries(this.#parts.engine, {
      queries: partitionQueries(registered.definition),
      paths: paths.value,
      schema: revision.schema,
      signal: context.signal,
      onProgress: context.progress,
    });
    if (!put.ok) return put;
    const outcomes = put.value;
    return await this.#parts.quality.commitQuery(
      {
        fence: context.fence,
        startedAt,
        endedAt: this.#kit.clock.now(),
        output: { kind: 'query', queries: outcomes.length, failed: outcomes.filter(({ ok }) => !ok).length },
      },
      { revision: reference, outcomes },
    );
  }

  /** Local files of all batches, kept open together: a query sees the whole revision at once. */
  async #open(batches: readonly Batch[], opened: AsyncDisposableStack): Promise<Outcome<string[]>> {
    const paths: string[] = [];
    for (const batch of batches) {
      const local: Outcome<LocalBatch> = await this.#parts.batches.open(batch);
      if (!local.ok) return local;
      paths.push(opened.use(local.value).path);
    }
    return succeed(paths);
  }
}
