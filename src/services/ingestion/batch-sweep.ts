import { limits } from '../../base/limits.ts';
import type { BatchStore } from '../../ports/batch-store.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { RevisionStore } from '../../ports/revision-store.ts';
import type { Kit } from '../kit.ts';
import type { Service } from '../lifecycle.ts';

type Parts = {
  readonly datasets: DatasetStore;
  readonly revisions: RevisionStore;
  readonly batches: BatchStore;
};

/**
 * Removes batch files that no revision names: what interrupted ingests left behind. Only files older than any running
 * ingest can be: a younger one may be on its way to its commit.
 */
export class BatchSweep implements Service {
  readonly name = 'batch-sweep';
  readonly #kit: Kit;
  readonly #parts: Parts;
  readonly #stop = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  async start(): Promise<void> {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.sweep();
      } catch (error) {
        this.#kit.log.warn('batches could not be swept', { error });
      }
      await this.#kit.clock.sleep(limits.sweepIntervalMs, signal);
    }
  }

  /** Sweeps every dataset once; returns how many files went. */
  async sweep(olderThanMs: number = limits.orphanBatchAgeMs): Promise<number> {
    let removed = 0;
    for (const { definition } of await this.#parts.datasets.list()) {
      if (this.#stop.signal.aborted) break;
      const { dataset } = definition;
      const kept = await this.#parts.revisions.batchLocations(dataset);
      removed += await this.#parts.batches.sweep({ dataset, kept, olderThanMs });
    }
    if (removed > 0) this.#kit.log.info('removed batches that nobody names', { removed });
    return removed;
  }
}
