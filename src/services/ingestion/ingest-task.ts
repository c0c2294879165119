import { createHash } from 'node:crypto';
import { failure } from '../../base/errors.ts';
import { type JobId, jobId } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { partitionQueries } from '../../core/checks/partition-queries.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import type { Batch, Revision, RevisionRef } from '../../core/datasets/revision.ts';
import type { Schema } from '../../core/datasets/schema.ts';
import type { FilesScan } from '../../core/datasets/source.ts';
import { type Job, newJob } from '../../core/jobs/job.ts';
import type { TaskSpec } from '../../core/jobs/task.ts';
import type { BatchStore } from '../../ports/batch-store.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { Engine, IngestOutput } from '../../ports/engine.ts';
import type { RevisionStore } from '../../ports/revision-store.ts';
import type { TaskContext, TaskHandler } from '../cluster/task-handler.ts';
import type { Kit } from '../kit.ts';
import { traceForJob } from '../tracing/current-work.ts';
import type { ProviderOf } from './provider-of.ts';

type IngestSpec = Extract<TaskSpec, { kind: 'ingest' }>;

/** Jobs whose schema is remembered at once. */
const schemasKept = 16;

type Parts = {
  readonly datasets: DatasetStore;
  readonly revisions: RevisionStore;
  readonly batches: BatchStore;
  readonly engine: Engine;
  readonly providerOf: ProviderOf;
};

/**
 * Takes one partition into Assay's own storage. The files are durable before the commit and counted only after it:
 * dying anywhere in between leaves files that nobody names, which are swept, and never half a revision.
 */
export class IngestTask implements TaskHandler<'ingest'> {
  readonly #kit: Kit;
  readonly #parts: Parts;
  readonly #schemas = new Map<JobId, Promise<Outcome<Schema | undefined>>>();

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  async run(spec: IngestSpec, context: TaskContext): Promise<Outcome<void>> {
    const startedAt = this.#kit.clock.now();
    const registered = await this.#parts.datasets.get(spec.dataset);
    if (registered === undefined) {
      return fail(failure('DATASET_NOT_FOUND', `the dataset ${spec.dataset} was deleted`));
    }
    const { definition } = registered;
    // What has to be fetched first is halfway there then.
    const share = spec.listed.scan.kind === 'files' ? 0 : 0.5;
    await using fetched = await this.#parts.batches.stage();
    const scan = await this.#parts.providerOf(definition).fetch({
      definition,
      listed: spec.listed,
      directory: fetched.directory,
      wait: context,
      onProgress: (fraction) => context.progress(share * fraction),
    });
    if (!scan.ok) return scan;
    await using staging = await this.#parts.batches.stage();
    const known = await this.#previousSchema(spec, { definition, scan: scan.value, context });
    if (!known.ok) return known;
    const previousSchema = known.value;
    const read = await this.#parts.engine.ingest(
      {
        scan: scan.value,
        directory: staging.directory,
        rowsPerBatch: limits.rowsPerBatch,
        rejectedPercentMax: definition.limits.rejectedPercentMax,
        ...(previousSchema === undefined ? {} : { previousSchema }),
      },
      { ...context, onProgress: (fraction) => context.progress(share + (1 - share) * fraction) },
    );
    if (!read.ok) return read;

    const stored = await this.#parts.batches.store({
      revision: { dataset: spec.dataset, partition: spec.listed.key },
      attempt: this.#kit.random.id(),
      batches: read.value.batches,
    });
    if (!stored.ok) return stored;
    const revision = this.#revision(spec, { read: read.value, batches: stored.value });
    // Awaited here: while the staging directory is removed, nobody else would hear of its failure.
    return await this.#commit(spec, { context, startedAt, revision, definition });
  }

  /**
   * Types to hold on to in text formats, where each file would otherwise decide by its own rows. A later partition takes
   * those of the one before it. A backfill, and the first partitions of all, take those of files from all over the
   * source, so that the outcome does not depend on the order in which they are read.
   */
  async #previousSchema(
    spec: IngestSpec,
    { definition, scan, context }: { definition: DatasetDefinition; scan: FilesScan; context: TaskContext },
  ): Promise<Outcome<Schema | undefined>> {
    if (scan.format === 'parquet' || scan.columns !== undefined) return succeed(undefined);
    if (spec.backfill === undefined) {
      const before = await this.#parts.revisions.schemaBefore(spec.dataset, spec.listed.key);
      if (before !== undefined) return succeed(before.schema);
    }
    return this.#schemaOfSource(definition, context);
  }

  /**
   * Looked up once for all partitions of a job; a failure to do so is only a hint less, except that one that was not even
   * tried would give another outcome later.
   */
  #schemaOfSource(definition: DatasetDefinition, context: TaskContext): Promise<Outcome<Schema | undefined>> {
    const { job } = context.fence;
    const known = this.#schemas.get(job);
    if (known !== undefined) return known;
    const asked = this.#parts
      .providerOf(definition)
      .schema(definition, context)
      .then((described) => {
        // What failed for one task, such as its own cancellation, must not decide for the others.
        if (!described.ok) this.#schemas.delete(job);
        const isHeld = !described.ok && described.error.code === 'SOURCE_HELD';
        return described.ok || isHeld ? described : succeed(undefined);
      });
    this.#schemas.set(job, asked);
    const oldest = this.#schemas.keys().next().value;
    if (this.#schemas.size > schemasKept && oldest !== undefined) this.#schemas.delete(oldest);
    return asked;
  }

  #revision(
    spec: IngestSpec,
    { read, batches }: { read: IngestOutput; batches: readonly Batch[] },
  ): Omit<Revision, 'number'> {
    return {
      dataset: spec.dataset,
      partition: spec.listed.key,
      fingerprint: spec.listed.fingerprint,
      contentHash: contentHash(read),
      schema: read.schema,
      rowCount: read.rowCount,
      rejected: read.rejected,
      sizeBytes: batches.reduce((sum, batch) => sum + batch.sizeBytes, 0),
      ...(spec.listed.modifiedAt === undefined ? {} : { modifiedAt: spec.listed.modifiedAt }),
      ingestedAt: this.#kit.clock.now(),
      batches,
    };
  }

  async #commit(
    spec: IngestSpec,
    work: {
      context: TaskContext;
      startedAt: Revision['ingestedAt'];
      revision: Omit<Revision, 'number'>;
      definition: DatasetDefinition;
    },
  ): Promise<Outcome<void>> {
    const { revision } = work;
    // Called inside the transaction exactly when these files become those of a revision.
    let named = false;
    const committed = await this.#parts.revisions.commitIngest({
      commit: {
        fence: work.context.fence,
        startedAt: work.startedAt,
        endedAt: this.#kit.clock.now(),
        output: {
          kind: 'ingest',
          rowCount: revision.rowCount,
          rejectedCount: revision.rejected.count,
          sizeBytes: revision.sizeBytes,
        },
      },
      revision,
      followUp: (reference) => {
        named = true;
        const queries = partitionQueries(work.definition).length > 0;
        return this.#followUp(spec, { reference, batches: revision.batches.length, queries });
      },
      ...(spec.force === true ? { recheck: true } : {}),
    });
    if (!committed.ok || !named) {
      // Superseded, or unchanged content: nobody names these files. (After an unknown outcome, a lost connection,
      // this line is not reached, and the sweep decides later.)
      await this.#parts.batches.remove(revision.batches);
      return committed;
    }
    this.#kit.telemetry.count('assay_partitions_ingested_total');
    this.#kit.telemetry.count('assay_rows_ingested_total', {}, revision.rowCount);
    this.#kit.telemetry.count('assay_rows_rejected_total', {}, revision.rejected.count);
    return committed;
  }

  #followUp(spec: IngestSpec, work: { reference: RevisionRef; batches: number; queries: boolean }): Job {
    const kind = spec.backfill === undefined ? 'check' : 'profile';
    return newJob({
      id: jobId(this.#kit.random.id()),
      dataset: spec.dataset,
      spec: {
        kind,
        revision: work.reference,
        batches: work.batches,
        ...(work.queries ? { queries: true } : {}),
      },
      createdAt: this.#kit.clock.now(),
      traceId: traceForJob(this.#kit.random),
      ...(spec.backfill === undefined ? {} : { group: spec.backfill }),
    });
  }
}

/** Rows that could not be taken over are part of the content: repairing them makes a new revision. */
function contentHash({ batches, rejected }: IngestOutput): string {
  const hash = createHash('sha256');
  for (const batch of batches) hash.update(batch.checksum);
  hash.update(`rejected ${rejected.count}`);
  return hash.digest('hex');
}
