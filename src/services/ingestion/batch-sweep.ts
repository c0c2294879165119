import { limits } from '../../base/limits.ts';
import type { BatchStore } from '../../ports/batch-store.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { RevisionStore } from '../../ports/revision-store.ts';
import type { Kit } from '../kit.ts';

type Parts = {
  readonly datasets: DatasetStore;
  readonly revisions: RevisionStore;
  readonly batches: BatchStore;
};

/**
 * Removes batches that no revision names: what interrupted ingests left behind. Only those older than any running ingest
 * can be: a younger one may be on its way to its commit. Several processes may do it at once.
 */
export class BatchSweep {
  readonly #kit: Kit;
  readonly #parts: Parts;

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  /** Sweeps every dataset once, until the signal aborts; returns how many batches went. */
  async sweep(signal: AbortSignal, olderThanMs: number = limits.orphanBatchAgeMs): Promise<number> {
    let removed = 0;
    for (const { definition } of await this.#parts.datasets.list()) {
      if (signal.aborted) break;
      const { dataset } = definition;
      const kept = await this.#parts.revisions.batchLocations(dataset);
      removed += await this.#parts.batches.sweep({ dataset, kept, olderThanMs });
    }
    if (removed > 0) this.#kit.log.info('removed batches that nobody names', { removed });
    return removed;
  }
}
