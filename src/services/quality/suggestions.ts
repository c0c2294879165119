import { failure } from '../../base/errors.ts';
import type { DatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { MeasuredPartition, Suggestions } from '../../core/suggestions/suggestion.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { Engine } from '../../ports/engine.ts';
import type { QualityStore } from '../../ports/quality-store.ts';
import type { RevisionStore } from '../../ports/revision-store.ts';

export type SuggestionsView = Suggestions & { readonly dataset: DatasetName };

type Parts = {
  readonly datasets: DatasetStore;
  readonly revisions: RevisionStore;
  readonly quality: QualityStore;
  readonly engine: Pick<Engine, 'suggest'>;
};

/** Finds checks that a dataset's measured past speaks for. No data are read: profiles and metrics are stored. */
export class CheckSuggestions {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** `DATASET_NOT_FOUND`; `PARTITION_NOT_FOUND` when nothing is measured yet; or what stopped the engine. */
  async suggest(dataset: DatasetName, signal: AbortSignal): Promise<Outcome<SuggestionsView>> {
    const { datasets, quality, engine } = this.#parts;
    const known = await datasets.get(dataset);
    if (known === undefined) return fail(failure('DATASET_NOT_FOUND', `there is no dataset ${dataset}`));
    const partitions = await this.#measured(dataset);
    if (partitions.length === 0) {
      const hint = `begin with \`assay backfill ${dataset}\``;
      return fail(failure('PARTITION_NOT_FOUND', `no partition of ${dataset} is measured yet`, { hint }));
    }
    const history = await quality.history({ dataset, limit: limits.suggestPartitionsMax });
    const suggested = await engine.suggest(
      { definition: known.definition, history, partitions },
      { signal, timeoutMs: limits.replayTimeoutMs, memoryMb: limits.evaluateMemoryMb },
    );
    return suggested.ok ? succeed({ dataset, ...suggested.value }) : suggested;
  }

  /** The newest measured partitions, in order, with their profiles: as many as a worker can take at once. */
  async #measured(dataset: DatasetName): Promise<MeasuredPartition[]> {
    const { revisions, quality } = this.#parts;
    const found: Awaited<ReturnType<RevisionStore['measured']>>[number][] = [];
    for (let more = true; more; ) {
      const after = found.at(-1)?.partition;
      const page = await revisions.measured({
        dataset,
        ...(after === undefined ? {} : { after }),
        limit: limits.pageSizeMax,
      });
      found.push(...page);
      more = page.length === limits.pageSizeMax;
    }
    const measured: MeasuredPartition[] = [];
    let bytes = 0;
    for (const revision of found.slice(-limits.suggestPartitionsMax).toReversed()) {
      const profiles = await quality.profiles(revision);
      bytes += profiles.reduce((sum, profile) => sum + (profile?.byteLength ?? 0), 0);
      if (bytes > limits.suggestBytesMax && measured.length > 0) break;
      measured.push({
        key: revision.partition,
        schema: revision.schema,
        rowCount: revision.rowCount,
        profiles: profiles.filter((profile) => profile !== undefined),
      });
    }
    return measured.reverse();
  }
}
