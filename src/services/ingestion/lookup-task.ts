import { failure } from '../../base/errors.ts';
import { fail, type Outcome } from '../../base/outcome.ts';
import { changedPartitions } from '../../core/datasets/changed-partitions.ts';
import type { TaskSpec } from '../../core/jobs/task.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { RevisionStore } from '../../ports/revision-store.ts';
import type { TaskContext, TaskHandler } from '../cluster/task-handler.ts';
import type { Kit } from '../kit.ts';
import type { ProviderOf } from './provider-of.ts';

type LookupSpec = Extract<TaskSpec, { kind: 'lookup' }>;

/** The first task of an ingestion job: asks the provider which partitions exist and picks those that are new or changed. */
export class LookupTask implements TaskHandler<'lookup'> {
  readonly #kit: Kit;
  readonly #datasets: DatasetStore;
  readonly #revisions: RevisionStore;
  readonly #providerOf: ProviderOf;

  constructor(
    kit: Kit,
    parts: {
      readonly datasets: DatasetStore;
      readonly revisions: RevisionStore;
      readonly providerOf: ProviderOf;
    },
  ) {
    this.#kit = kit;
    this.#datasets = parts.datasets;
    this.#revisions = parts.revisions;
    this.#providerOf = parts.providerOf;
  }

  async run(spec: LookupSpec, context: TaskContext): Promise<Outcome<void>> {
    const startedAt = this.#kit.clock.now();
    const registered = await this.#datasets.get(spec.dataset);
    if (registered === undefined) {
      return fail(failure('DATASET_NOT_FOUND', `the dataset ${spec.dataset} was deleted`));
    }
    const { definition } = registered;
    const listing = await this.#providerOf(definition).partitions({
      definition,
      known: await this.#datasets.getListing(spec.dataset),
      wait: context,
    });
    if (!listing.ok) return listing;

    const missing = spec.only?.find((key) => !listing.value.partitions.some((one) => one.key === key));
    if (missing !== undefined) {
      return fail(
        failure('PARTITION_NOT_FOUND', `${spec.dataset} has no partition ${missing} at its provider`, {
          hint: 'compare the key with those of `assay partitions`',
        }),
      );
    }
    const { changed, unchanged } = changedPartitions(listing.value.partitions, {
      ...spec,
      fingerprints: await this.#revisions.fingerprints(spec.dataset),
    });
    this.#kit.log.info('looked up partitions', {
      dataset: spec.dataset,
      changed: changed.length,
      unchanged,
    });
    return this.#revisions.commitLookup(
      {
        fence: context.fence,
        startedAt,
        endedAt: this.#kit.clock.now(),
        output: { kind: 'lookup', changed, unchanged },
      },
      { dataset: spec.dataset, listing: listing.value.remember },
    );
  }
}
