import { failure } from '../../base/errors.ts';
import { type DatasetName, partitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { formatBytes, formatDuration, minute } from '../../base/units.ts';
import { changedPartitions } from '../../core/datasets/changed-partitions.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { sourceNameOf } from '../../core/datasets/source-name.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { JobStore } from '../../ports/job-store.ts';
import type { RevisionStore } from '../../ports/revision-store.ts';
import type { ClusterWatch } from '../cluster/cluster-watch.ts';
import {
  type Estimate,
  estimate,
  type Known,
  knownSum,
  type ReadPartition,
  sizesOf,
} from './backfill-estimate.ts';
import { type BackfillFrame, checkFrame } from './backfill-frame.ts';
import type { ProviderOf } from './provider-of.ts';
import type { BackfillRequest } from './requests.ts';
import type { Sources, SourceView } from './sources.ts';

/** What a backfill would read, before anything is read. Times are milliseconds. */
export type BackfillCost = BackfillFrame & {
  readonly dataset: DatasetName;
  /** In the frame. */
  readonly partitions: number;
  /** Of them: what is as it was when it was read last, and is not read again. */
  readonly unchanged: number;
  readonly toRead: number;
  /** Of what is to be read, as far as the source says it; absent when it says nothing. */
  readonly bytes?: Known;
  /** Of what is to be read, as far as it was read before. */
  readonly rows?: Known;
  readonly duration: Estimate;
  /** What bounds it, the tightest bound of partitions at once among them. */
  readonly bounds: readonly Bound[];
};

/** A limit that the backfill would work under. `binds`: it is what makes it wait. */
export type Bound = {
  readonly kind:
    | 'concurrency'
    | 'slots'
    | 'source_concurrency'
    | 'source_breaker'
    | 'bytes_per_day'
    | 'minutes_per_day';
  readonly binds: boolean;
  readonly text: string;
};

type Parts = {
  readonly datasets: DatasetStore;
  readonly revisions: RevisionStore;
  readonly jobs: JobStore;
  readonly clusters: Pick<ClusterWatch, 'seen'>;
  readonly sources: Pick<Sources, 'list'>;
  readonly providerOf: ProviderOf;
};

/** Tells what backfills would cost: it lists partitions as a backfill does, and reads none. */
export class BackfillCosts {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** `DATASET_NOT_FOUND`, `REQUEST_INVALID` (frame), and what the listing fails with. */
  async of(request: BackfillRequest, gone: AbortSignal): Promise<Outcome<BackfillCost>> {
    const { dataset } = request;
    const registered = await this.#parts.datasets.get(dataset);
    if (registered === undefined) {
      return fail(
        failure('DATASET_NOT_FOUND', `there is no dataset ${dataset}`, { hint: 'see `assay datasets`' }),
      );
    }
    const { definition } = registered;
    const frame = checkFrame(definition, request);
    if (!frame.ok) return frame;
    const listing = await this.#parts.providerOf(definition).partitions({
      definition,
      known: await this.#parts.datasets.getListing(dataset),
      wait: { signal: gone, timeoutMs: limits.previewTimeoutMs },
    });
    if (!listing.ok) return listing;
    const { changed, unchanged } = changedPartitions(listing.value.partitions, {
      ...frame.value,
      force: request.force,
      fingerprints: await this.#parts.revisions.fingerprints(dataset),
    });
    const rows = await this.#rows(dataset);
    const bytes = knownSum(changed.map(({ sizeBytes }) => sizeBytes));
    const knownRows = knownSum(changed.map(({ key }) => rows.get(key)));
    const { bounds, atOnce } = await this.#bounds(definition, {
      concurrency: request.concurrency ?? limits.backfillConcurrencyDefault,
      bytes,
    });
    const read = await this.#read(dataset, sizesOf(listing.value.partitions));
    return succeed({
      dataset,
      ...frame.value,
      partitions: changed.length + unchanged,
      unchanged,
      toRead: changed.length,
      ...(bytes === undefined ? {} : { bytes }),
      ...(knownRows === undefined ? {} : { rows: knownRows }),
      duration: estimate(changed, { read, atOnce }),
      bounds,
    });
  }

  /** Rows of the newest revisions of the newest partitions. */
  async #rows(dataset: DatasetName): Promise<ReadonlyMap<string, number>> {
    const known = await this.#parts.revisions.partitions({ dataset, limit: limits.pageSizeMax });
    return new Map(known.map(({ partition, rowCount }) => [partition, rowCount]));
  }

  /** The partitions that were read lately, with the sizes that the source tells of them now. */
  async #read(dataset: DatasetName, sizes: ReadonlyMap<string, number>): Promise<readonly ReadPartition[]> {
    const records = await this.#parts.jobs.list({ dataset, limit: jobsLookedAt });
    const prefix = 'ingest/';
    return records
      .flatMap(({ tasks }) => tasks)
      .filter(({ name, status }) => name.startsWith(prefix) && status === 'done')
      .slice(0, limits.pageSizeMax)
      .map(({ name, startedAt, endedAt }) => {
        const bytes = sizes.get(partitionKey(name.slice(prefix.length)));
        return { tookMs: Math.max(1, endedAt - startedAt), ...(bytes === undefined ? {} : { bytes }) };
      });
  }

  async #bounds(
    definition: DatasetDefinition,
    wish: { readonly concurrency: number; readonly bytes: Known | undefined },
  ): Promise<{ readonly bounds: readonly Bound[]; readonly atOnce: number }> {
    const seen = await this.#parts.clusters.seen('ingestion');
    const slots = (seen?.view.nodes ?? []).reduce((sum, node) => sum + node.slots, 0);
    const name = sourceNameOf(definition.provider);
    const source = name && (await this.#parts.sources.list()).find((each) => each.name === name);
    const inParallel = [
      {
        kind: 'concurrency',
        value: wish.concurrency,
        text: `${wish.concurrency} partitions at once, as asked`,
      },
      ...(slots === 0
        ? []
        : [{ kind: 'slots', value: slots, text: `${slots} slots of the ingestion cluster` } as const]),
      ...(name === undefined ? [] : [sourceBound(definition, { name, source })]),
    ] as const;
    const atOnce = Math.min(...inParallel.map(({ value }) => value));
    return {
      atOnce,
      bounds: [
        ...inParallel.map(({ kind, value, text }) => ({ kind, text, binds: value === atOnce })),
        ...(name === undefined ? [] : dayBounds(definition, { name, source, bytes: wish.bytes })),
      ],
    };
  }
}

/** The jobs of a dataset whose tasks tell how fast it is read. */
const jobsLookedAt = 20;

type OfSource = { readonly name: string; readonly source: SourceView | undefined };

function sourceBound(definition: DatasetDefinition, { name, source }: OfSource) {
  const own = definition.limits.sourceConcurrencyMax ?? limits.sourceConcurrencyMax;
  if (source?.state === 'open') {
    const again =
      source.retryInMs === undefined ? '' : `; it is asked again in ${formatDuration(source.retryInMs)}`;
    return {
      kind: 'source_breaker',
      value: 0,
      text: `${name} failed too often and is left alone${again}`,
    } as const;
  }
  const value = Math.min(own, source?.limit ?? limits.sourceConcurrencyInitial);
  const why = source === undefined || source.state === 'idle' ? 'to begin with' : 'at the moment';
  return { kind: 'source_concurrency', value, text: `${value} at once of ${name} ${why}` } as const;
}

function dayBounds(
  { limits: own }: DatasetDefinition,
  { name, source, bytes }: OfSource & { readonly bytes: Known | undefined },
): Bound[] {
  const used = source?.today ?? { bytes: 0, busyMs: 0 };
  const bounds: Bound[] = [];
  if (own.sourceBytesPerDay !== undefined) {
    const left = Math.max(0, own.sourceBytesPerDay - used.bytes);
    const binds = left === 0 || (bytes?.total ?? 0) > left;
    const days =
      bytes === undefined
        ? undefined
        : 1 + Math.ceil(Math.max(0, bytes.total - left) / own.sourceBytesPerDay);
    const needs = days === undefined || days === 1 ? '' : `: it would need ${days} days`;
    const text = `${formatBytes(left)} of ${formatBytes(own.sourceBytesPerDay)} are left of ${name} today${needs}`;
    bounds.push({ kind: 'bytes_per_day', binds, text });
  }
  if (own.sourceMinutesPerDay !== undefined) {
    const leftMs = Math.max(0, own.sourceMinutesPerDay * minute - used.busyMs);
    const text = `${formatDuration(leftMs)} of ${own.sourceMinutesPerDay} min are left of ${name} today`;
    bounds.push({ kind: 'minutes_per_day', binds: leftMs === 0, text });
  }
  return bounds;
}
