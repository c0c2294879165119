import { failure } from '../../base/errors.ts';
import type { DatasetName, PartitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { WindowOutput } from '../../core/checks/window-values.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { segmentRules } from '../../core/datasets/measure-plan.ts';
import type { RevisionRef } from '../../core/datasets/revision.ts';
import type { Schema } from '../../core/datasets/schema.ts';
import { type WindowGrain, windowOf } from '../../core/datasets/sub-windows.ts';
import { type MetricDetail, type MetricKey, type MetricValue, metricKey } from '../../core/metrics/metric.ts';
import type { Engine } from '../../ports/engine.ts';
import type { QualityStore } from '../../ports/quality-store.ts';
import type { RevisionStore } from '../../ports/revision-store.ts';
import type { Kit } from '../kit.ts';

export type WindowRequest = {
  /** Partition keys or parts of them such as `2001-03`, both inclusive. */
  readonly from?: string;
  readonly to?: string;
  /** One window for each week, month …; by default one for all. */
  readonly by?: WindowGrain;
  /** Only the metrics of this column, beside `row_count`. */
  readonly column?: string;
  /** Only these metrics; any percentile of a number or time column can be asked for. */
  readonly metrics?: readonly MetricKey[];
};

export type WindowsView = { readonly dataset: DatasetName; readonly windows: readonly WindowView[] };

/** All rows of some partitions together. */
export type WindowView = {
  /** `2001-03`, or the Monday of a week; absent when there is one window for all. */
  readonly name?: string;
  /** The first and the last of its partitions. */
  readonly from: PartitionKey;
  readonly to: PartitionKey;
  readonly partitions: number;
  readonly rowCount: number;
  readonly schema: Schema;
  readonly values: readonly MetricValue[];
  readonly details: readonly MetricDetail[];
};

type Parts = {
  readonly revisions: RevisionStore;
  readonly quality: QualityStore;
  readonly engine: Pick<Engine, 'merge'>;
};

type Group = { readonly name: string | undefined; readonly revisions: RevisionRef[] };

/** Metrics over ranges of partitions, from what is stored of each: no data are read. */
export class Windows {
  readonly #kit: Kit;
  readonly #parts: Parts;

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  /**
   * Merges the newest revisions of a frame of partitions, in a worker, some megabytes at a time. Errors:
   * `PARTITION_NOT_FOUND` when nothing in it is measured, `REQUEST_INVALID` when it is too large or can not be cut,
   * `TASK_TIMEOUT` after `limits.windowTimeoutMs`, and those of the engine.
   */
  async of(
    definition: DatasetDefinition,
    request: WindowRequest,
    signal: AbortSignal,
  ): Promise<Outcome<WindowsView>> {
    const endMs = this.#kit.clock.monotonicMs() + limits.windowTimeoutMs;
    const groups = await this.#groups(definition, request);
    if (!groups.ok) return groups;
    const windows: WindowView[] = [];
    for (const group of groups.value) {
      const merged = await this.#merge(definition, group, { request, signal, endMs });
      if (!merged.ok) return merged;
      windows.push(viewOf(group, merged.value, request));
    }
    return succeed({ dataset: definition.dataset, windows });
  }

  async #groups(definition: DatasetDefinition, request: WindowRequest): Promise<Outcome<Group[]>> {
    const measured = await this.#measured(definition, request);
    if (!measured.ok) return measured;
    const groups = new Map<string | undefined, Group>();
    for (const revision of measured.value) {
      const name = request.by === undefined ? undefined : windowOf(revision.partition, request.by);
      if (request.by !== undefined && name === undefined) {
        const message = `the partition ${revision.partition} names no time, so that it belongs to no ${request.by}`;
        return fail(failure('REQUEST_INVALID', message, { hint: 'leave out by' }));
      }
      const group = groups.get(name) ?? { name, revisions: [] };
      group.revisions.push(revision);
      groups.set(name, group);
    }
    return succeed([...groups.values()]);
  }

  async #measured(
    { dataset }: DatasetDefinition,
    { from, to }: WindowRequest,
  ): Promise<Outcome<RevisionRef[]>> {
    const all: RevisionRef[] = [];
    const frame = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    for (let more = true; more; ) {
      const last = all.at(-1)?.partition;
      const after = last === undefined ? {} : { after: last };
      const page = await this.#parts.revisions.measured({
        dataset,
        ...frame,
        ...after,
        limit: limits.pageSizeMax,
      });
      all.push(...page.map(({ partition, number }) => ({ dataset, partition, number })));
      more = page.length === limits.pageSizeMax;
      if (all.length > limits.windowPartitionsMax) {
        const message = `a window takes at most ${limits.windowPartitionsMax} partitions, and these are more`;
        return fail(failure('REQUEST_INVALID', message, { hint: 'ask for a shorter time' }));
      }
    }
    if (all.length > 0) return succeed(all);
    const where = from === undefined && to === undefined ? '' : ' in this frame';
    return fail(
      failure('PARTITION_NOT_FOUND', `${dataset} has no measured partition${where}`, {
        hint: `\`assay partitions ${dataset}\` lists those that there are`,
      }),
    );
  }

  /** Never holds more than what is merged so far and the next few megabytes. */
  async #merge(
    definition: DatasetDefinition,
    { revisions }: Group,
    run: { readonly request: WindowRequest; readonly signal: AbortSignal; readonly endMs: number },
  ): Promise<Outcome<WindowOutput | undefined>> {
    let merged: WindowOutput | undefined;
    for (let place = 0; place < revisions.length; ) {
      const next = revisions.slice(place, place + limits.pageSizeDefault);
      const read = await this.#parts.quality.profilesOf(next, limits.windowBytesMax);
      // One partition alone may be larger than that: it is taken as it is.
      const lists = read.length > 0 ? read : await this.#parts.quality.profilesOf(next.slice(0, 1));
      place += Math.max(1, lists.length);
      const profiles = lists.flat().filter((profile) => profile !== undefined);
      if (profiles.length === 0) continue;
      const outcome = await this.#parts.engine.merge(
        {
          profiles: merged === undefined ? profiles : [merged.profile, ...profiles],
          segments: segmentRules(definition),
          metrics: run.request.metrics ?? [],
        },
        {
          signal: run.signal,
          timeoutMs: Math.max(1, run.endMs - this.#kit.clock.monotonicMs()),
          memoryMb: limits.evaluateMemoryMb,
        },
      );
      if (!outcome.ok) return outcome;
      merged = outcome.value;
    }
    return succeed(merged);
  }
}

function viewOf(
  { name, revisions }: Group,
  merged: WindowOutput | undefined,
  { by, column, metrics }: WindowRequest,
): WindowView {
  const keys = revisions.map(({ partition }) => partition);
  // Of many windows only what is asked for: all metrics of each would be a very long answer.
  const wanted = new Set(metrics ?? (by === undefined || column !== undefined ? undefined : ['row_count']));
  const isWanted = (value: MetricValue): boolean => {
    if (column !== undefined && value.column !== undefined && value.column !== column) return false;
    return wanted.size === 0 || wanted.has(metricKey(value.metric, value.column, value.segment));
  };
  return {
    ...(name === undefined ? {} : { name }),
    from: keys[0] ?? ('' as PartitionKey),
    to: keys.at(-1) ?? ('' as PartitionKey),
    partitions: keys.length,
    rowCount: merged?.rowCount ?? 0,
    schema: (merged?.schema ?? []).filter((one) => column === undefined || one.name === column),
    values: (merged?.values ?? []).filter(isWanted).map(finite),
    details: (merged?.details ?? []).filter((detail) => {
      return by === undefined && wanted.size === 0 && (column === undefined || detail.column === column);
    }),
  };
}

/** JSON knows neither NaN nor infinity. */
function finite({ value, ...rest }: MetricValue): MetricValue {
  return { ...rest, value: value !== undefined && Number.isFinite(value) ? value : undefined };
}
