import { type Failure, failure } from '../../base/errors.ts';
import type { DatasetName, PartitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { inFrame } from '../../core/datasets/partition-key.ts';
import type { Schema } from '../../core/datasets/schema.ts';
import type { Replay, ReplayInput } from '../../core/policies/replay.ts';
import type { MetricHistory } from '../../core/thresholds/history.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { Engine } from '../../ports/engine.ts';
import type { Holidays } from '../../ports/holidays.ts';
import type { QualityStore } from '../../ports/quality-store.ts';
import type { RevisionStore } from '../../ports/revision-store.ts';
import { readWithRegions } from '../registry/read-definition.ts';
import { type PolicyText, withPolicy } from './replay-policy.ts';
import { specialDaysOf } from './special-days.ts';

export type ReplayRequest = {
  readonly dataset: DatasetName;
  /** The policy to try out; without one, the registered policy is replayed. */
  readonly policy?: PolicyText;
  /** Partition keys, both inclusive; what lies before is learned from. */
  readonly from?: string;
  readonly to?: string;
  /** Metrics whose series are wanted beside those of the worst alarms. */
  readonly metrics?: readonly string[];
};

export type ReplayView = Replay & {
  readonly dataset: DatasetName;
  /** The file of the policy; absent for the registered one. */
  readonly policy?: string;
  readonly alertsPerMonth: number;
};

type Parts = {
  readonly datasets: DatasetStore;
  readonly revisions: RevisionStore;
  readonly quality: QualityStore;
  readonly engine: Pick<Engine, 'replay'>;
  readonly holidays: Holidays;
};

/** Shows on which partitions of the past a policy would have alerted, before it goes live. Nothing is stored. */
export class Replays {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Replays a policy over the newest evaluated partitions: `DATASET_NOT_FOUND`, `PARTITION_NOT_FOUND` when there is nothing
   * to replay, what is wrong with the policy (`YAML_INVALID`, `CHECKS_INVALID`), or what stopped the engine.
   */
  async replay(request: ReplayRequest, signal: AbortSignal): Promise<Outcome<ReplayView>> {
    const { dataset, policy } = request;
    const known = await this.#parts.datasets.get(dataset);
    if (known === undefined) return fail(failure('DATASET_NOT_FOUND', `there is no dataset ${dataset}`));
    const registered = known.definition;
    const candidate =
      policy === undefined
        ? succeed(registered)
        : await readWithRegions((regions) => withPolicy(registered, policy, regions), this.#parts.holidays);
    if (!candidate.ok) return candidate;
    const past = await this.#past(request);
    if (!past.ok) return past;
    const keys = past.value.history.partitions.map(({ key }) => key);
    const { holidays } = this.#parts;
    const [{ specialDays }, { specialDays: registeredSpecialDays }] = await Promise.all([
      specialDaysOf(holidays, candidate.value.policy, keys),
      specialDaysOf(holidays, registered.policy, keys),
    ]);
    const input = inputOf({
      registered,
      candidate: candidate.value,
      isOther: policy !== undefined,
      past: past.value,
    });
    const replayed = await this.#parts.engine.replay(
      {
        ...input,
        ...(specialDays === undefined ? {} : { specialDays }),
        ...(registeredSpecialDays === undefined ? {} : { registeredSpecialDays }),
        ...(request.metrics === undefined ? {} : { shown: request.metrics }),
      },
      { signal, timeoutMs: limits.replayTimeoutMs, memoryMb: limits.evaluateMemoryMb },
    );
    if (!replayed.ok) return fail(withAdvice(replayed.error));
    return succeed({
      dataset,
      ...(policy === undefined ? {} : { policy: policy.file }),
      alertsPerMonth: candidate.value.policy.alertsPerMonth,
      ...replayed.value,
    });
  }

  async #past({ dataset, from, to }: ReplayRequest): Promise<Outcome<Past>> {
    const [whole, schemas] = await Promise.all([
      this.#parts.quality.history({ dataset, limit: limits.replayPartitionsMax }),
      this.#schemas(dataset),
    ]);
    const history = newestPartitions(whole);
    const keys = history.partitions.map(({ key }) => key);
    const start = keys.findIndex((key) => inFrame(key, from, to));
    if (start < 0) {
      const frame = from === undefined && to === undefined ? '' : ' in this frame';
      const message = `${dataset} has no evaluated partition${frame}`;
      const hint = `begin with \`assay backfill ${dataset}\`; \`assay partitions ${dataset}\` lists what there is`;
      return fail(failure('PARTITION_NOT_FOUND', message, { hint }));
    }
    const end = keys.findLastIndex((key) => inFrame(key, from, to)) + 1;
    return succeed({ history, schemas, start, end });
  }

  async #schemas(dataset: DatasetName): Promise<Record<PartitionKey, Schema>> {
    const schemas: Record<PartitionKey, Schema> = {};
    for (let after: PartitionKey | undefined, more = true; more; ) {
      const page = await this.#parts.revisions.measured({
        dataset,
        ...(after === undefined ? {} : { after }),
        limit: limits.pageSizeMax,
      });
      for (const { partition, schema } of page) schemas[partition] = schema;
      after = page.at(-1)?.partition;
      more = page.length === limits.pageSizeMax;
    }
    return schemas;
  }
}

function withAdvice(error: Failure): Failure {
  if (error.code !== 'TASK_TIMEOUT' || error.hint !== undefined) return error;
  return {
    ...error,
    hint: 'name fewer partitions (--from, --to), or try again when the machine has less to do',
  };
}

/** As many of the newest partitions as can be judged while a person waits. */
function newestPartitions(history: MetricHistory): MetricHistory {
  const count = Math.max(1, Math.floor(limits.replayValuesMax / Math.max(1, history.series.length)));
  if (count >= history.partitions.length) return history;
  return {
    partitions: history.partitions.slice(-count),
    series: history.series.map((one) => ({
      ...one,
      values: one.values.slice(-count),
      rows: one.rows.slice(-count),
    })),
  };
}

type Past = Pick<ReplayInput, 'history' | 'schemas' | 'start' | 'end'>;

function inputOf(of: {
  readonly registered: DatasetDefinition;
  readonly candidate: DatasetDefinition;
  readonly isOther: boolean;
  readonly past: Past;
}): ReplayInput {
  const { registered, candidate, isOther, past } = of;
  return {
    ...past,
    definition: candidate,
    measuredBy: registered,
    ...(isOther ? { registered } : {}),
  };
}
