import { type Failure, failure } from '../../base/errors.ts';
import type { DatasetName, PartitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Instant } from '../../base/units.ts';
import { asksMore } from '../../core/datasets/asks-more.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { type DefinitionChange, diffDefinitions } from '../../core/datasets/diff.ts';
import type { DatasetStore, RegisteredDataset } from '../../ports/dataset-store.ts';
import type { Holidays } from '../../ports/holidays.ts';
import type { QualityStore } from '../../ports/quality-store.ts';
import type { PartitionSummary, RevisionStore } from '../../ports/revision-store.ts';
import type { ScheduleStore } from '../../ports/schedule-store.ts';
import type { Kit } from '../kit.ts';
import { readDefinition, readWithRegions } from './read-definition.ts';
import { redactDefinition } from './redact.ts';

export type ApplyRequest = {
  readonly yaml: string;
  /** The name of the file, for messages. */
  readonly file: string;
  /** What relative paths of the definition start from. */
  readonly baseDirectory: string;
  /** Says what would change, and changes nothing. */
  readonly dryRun?: boolean | undefined;
};

/** What `apply` did, or would do. */
export type ApplyView = {
  readonly dataset: DatasetName;
  readonly action: 'created' | 'changed' | 'unchanged';
  readonly dryRun: boolean;
  /** The version that stands now. 0: not registered. */
  readonly version: number;
  readonly changes: readonly DefinitionChange[];
  /** Whether it asks more of revisions than those that there are were asked: they have to be measured again. */
  readonly asksMore: boolean;
};

/** A dataset in a list. Times are milliseconds since 1970. */
export type DatasetView = {
  readonly dataset: DatasetName;
  readonly owner: string;
  readonly description?: string;
  readonly version: number;
  readonly registeredAt: Instant;
  readonly updatedAt: Instant;
  /** The last partition by key. */
  readonly lastPartition?: PartitionSummary;
  readonly incidentsOpen: number;
  /** When it is looked at next; absent: not before its definition changes, or somebody asks. */
  readonly nextScanAt?: Instant;
  /** The last partitions, newest first, where they were asked for. */
  readonly history?: readonly PartitionSummary[];
};

/** A dataset with its definition, secrets hidden. */
export type DatasetDetailView = DatasetView & { readonly definition: DatasetDefinition };

/** What stands against putting a definition in the place of another one, or of none. */
export type AllowsApply = (
  before: DatasetDefinition | undefined,
  after: DatasetDefinition,
) => Promise<Failure | undefined>;

type Parts = {
  readonly datasets: DatasetStore;
  readonly schedules: ScheduleStore;
  readonly revisions: RevisionStore;
  readonly quality: QualityStore;
  readonly holidays: Holidays;
};

/** Which datasets there are: registering, changing, showing and forgetting them. */
export class Registry {
  readonly #kit: Kit;
  readonly #parts: Parts;

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  /**
   * Registers what a YAML text defines, or replaces it. The same text twice changes nothing. Errors: those of
   * `readDefinition` (`YAML_INVALID`, `DATASET_INVALID`), and what `allows` has against it.
   */
  async apply(request: ApplyRequest, allows?: AllowsApply): Promise<Outcome<ApplyView>> {
    const { yaml, file, baseDirectory } = request;
    const read = await readWithRegions(
      (regions) => readDefinition(yaml, { file, baseDirectory, regions }),
      this.#parts.holidays,
    );
    if (!read.ok) return read;
    const after = read.value;
    const dryRun = request.dryRun === true;
    const before = await this.#parts.datasets.get(after.dataset);
    const refusal = await allows?.(before?.definition, after);
    if (refusal !== undefined) return fail(refusal);
    const changes = diffDefinitions(before && redactDefinition(before.definition), redactDefinition(after));
    const view = {
      dataset: after.dataset,
      dryRun,
      changes,
      asksMore: before !== undefined && asksMore(before.definition, after),
    };
    if (dryRun) {
      // A change of something hidden is a change as well, though none is shown.
      const differs = diffDefinitions(before?.definition, after).length > 0;
      const action = before === undefined ? 'created' : differs ? 'changed' : 'unchanged';
      return succeed({ ...view, action, version: before?.version ?? 0 });
    }
    const { changed, version } = await this.#parts.datasets.apply(after, this.#kit.clock.now());
    const action = !changed ? 'unchanged' : before === undefined ? 'created' : 'changed';
    this.#kit.log.info('applied a dataset definition', { dataset: after.dataset, action, version });
    return succeed({ ...view, action, version });
  }

  /** Up to `limit` datasets by name, after the name `after`, each with its last `history` partitions. */
  async list(request: {
    readonly after?: string | undefined;
    readonly limit: number;
    readonly history?: number;
    /** Only these. */
    readonly only?: readonly DatasetName[];
  }): Promise<readonly DatasetView[]> {
    const { history = 0, ...asked } = request;
    const page = await this.#parts.datasets.page({ after: undefined, ...asked });
    const names = page.map(({ definition }) => definition.dataset);
    const [partitions, open, schedules] = await Promise.all([
      this.#parts.revisions.lastPartitions({
        datasets: names,
        perDataset: Math.max(1, history),
      }),
      this.#parts.quality.openIncidentsByDataset(),
      this.#parts.schedules.of(names),
    ]);
    return page.map((registered) => {
      const { dataset } = registered.definition;
      const last = partitions.get(dataset) ?? [];
      const view = datasetView(registered, {
        lastPartition: last[0],
        incidentsOpen: open.get(dataset) ?? 0,
        nextScanAt: schedules.get(dataset)?.nextAt,
      });
      return history === 0 ? view : { ...view, history: last };
    });
  }

  /** One dataset with its definition: `DATASET_NOT_FOUND`. */
  async get(dataset: DatasetName): Promise<Outcome<DatasetDetailView>> {
    const registered = await this.#parts.datasets.get(dataset);
    if (registered === undefined) return fail(unknownDataset(dataset));
    const [[lastPartition], open, schedules] = await Promise.all([
      this.#parts.revisions.partitions({ dataset, limit: 1 }),
      this.#parts.quality.incidents({ dataset, open: true, limit: limits.pageSizeMax }),
      this.#parts.schedules.of([dataset]),
    ]);
    const view = datasetView(registered, {
      lastPartition,
      incidentsOpen: open.length,
      nextScanAt: schedules.get(dataset)?.nextAt,
    });
    return succeed({ ...view, definition: redactDefinition(registered.definition) });
  }

  /** Forgets a dataset with everything about it: `DATASET_NOT_FOUND`. Running tasks of it can commit nothing any more. */
  async remove(dataset: DatasetName): Promise<Outcome<void>> {
    const removed = await this.#parts.datasets.remove(dataset);
    if (!removed.ok) return removed;
    this.#kit.log.info('deleted a dataset', { dataset });
    return succeed(undefined);
  }

  /** Partitions of a dataset, newest first: `DATASET_NOT_FOUND`. */
  async partitions(request: {
    readonly dataset: DatasetName;
    readonly before?: PartitionKey;
    readonly limit: number;
  }): Promise<Outcome<readonly PartitionSummary[]>> {
    const known = await this.require(request.dataset);
    if (!known.ok) return known;
    return succeed(await this.#parts.revisions.partitions(request));
  }

  /** `DATASET_NOT_FOUND` unless it is registered. */
  async require(dataset: DatasetName): Promise<Outcome<RegisteredDataset>> {
    const registered = await this.#parts.datasets.get(dataset);
    return registered === undefined ? fail(unknownDataset(dataset)) : succeed(registered);
  }
}

function datasetView(
  { definition, version, registeredAt, updatedAt }: RegisteredDataset,
  state: {
    readonly lastPartition: PartitionSummary | undefined;
    readonly incidentsOpen: number;
    readonly nextScanAt: Instant | undefined;
  },
): DatasetView {
  const { dataset, owner, description } = definition;
  const { lastPartition, incidentsOpen, nextScanAt } = state;
  return {
    dataset,
    owner,
    ...(description === undefined ? {} : { description }),
    version,
    registeredAt,
    updatedAt,
    ...(lastPartition === undefined ? {} : { lastPartition }),
    incidentsOpen,
    ...(nextScanAt === undefined ? {} : { nextScanAt }),
  };
}

/** What is said of a dataset that there is not, or not for whoever asks. */
export function unknownDataset(dataset: DatasetName): Failure {
  return failure('DATASET_NOT_FOUND', `there is no dataset ${dataset}`, {
    hint: 'see `assay datasets`, or register it with `assay apply -f FILE`',
  });
}
