import { failure } from '../../base/errors.ts';
import type { DatasetName, PartitionKey, ResultId } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Result, ResultStatus } from '../../core/checks/result.ts';
import type { MetricKey, MetricScale } from '../../core/metrics/metric.ts';
import type { MetricHistory } from '../../core/thresholds/history.ts';
import type { QualityStore, ResultFilter, SeriesPoint } from '../../ports/quality-store.ts';

export type ResultsRequest = {
  readonly dataset: DatasetName;
  readonly partition?: PartitionKey;
  /** Only the newest partition that has results. */
  readonly latest?: boolean;
  readonly check?: string;
  readonly status?: readonly ResultStatus[];
  readonly limit: number;
  /** With the values of the last so many partitions, for plots; 0 for none. */
  readonly history: number;
};

export type ResultsView = {
  readonly results: readonly Result[];
  /** For each metric of the results that has one. */
  readonly metrics: Readonly<Record<MetricKey, MetricHistoryView>>;
};

/** The last values of a metric, oldest first; null where it has none. */
export type MetricHistoryView = { readonly scale: MetricScale; readonly values: readonly (number | null)[] };

export type SeriesView = {
  readonly dataset: DatasetName;
  readonly metric: MetricKey;
  readonly points: readonly SeriesPoint[];
};

/** Results and the series behind them. */
export class Results {
  readonly #quality: QualityStore;

  constructor(quality: QualityStore) {
    this.#quality = quality;
  }

  /** Results, newest partition first, the worst first within one, with their metrics' last values. */
  async list(request: ResultsRequest): Promise<ResultsView> {
    const partition =
      request.partition ?? (request.latest === true ? await this.#latest(request.dataset) : undefined);
    if (request.latest === true && partition === undefined) return { results: [], metrics: {} };
    const filter: ResultFilter = {
      dataset: request.dataset,
      limit: request.limit,
      ...(partition === undefined ? {} : { partition }),
      ...(request.check === undefined ? {} : { check: request.check }),
      ...(request.status === undefined ? {} : { status: request.status }),
    };
    const results = await this.#quality.results(filter);
    return { results, metrics: await this.#metrics(request, results) };
  }

  /** One result: `RESULT_NOT_FOUND`. */
  async get(id: ResultId): Promise<Outcome<Result>> {
    const result = await this.#quality.result(id);
    if (result !== undefined) return succeed(result);
    return fail(
      failure('RESULT_NOT_FOUND', `there is no result ${id}`, { hint: 'see `assay results DATASET`' }),
    );
  }

  /** The result of one check on a partition's newest revision: `RESULT_NOT_FOUND`. */
  async find(wanted: {
    dataset: DatasetName;
    partition: PartitionKey;
    check: string;
  }): Promise<Outcome<Result>> {
    const [result] = await this.#quality.results({ ...wanted, limit: 1 });
    if (result !== undefined) return succeed(result);
    const { dataset, partition, check } = wanted;
    return fail(
      failure('RESULT_NOT_FOUND', `${dataset} has no result of ${check} for the partition ${partition}`, {
        hint: `see \`assay results ${dataset} --partition ${partition}\``,
      }),
    );
  }

  /** One metric's values with their bands, oldest first. */
  async series(request: { dataset: DatasetName; metric: MetricKey; limit: number }): Promise<SeriesView> {
    const points = await this.#quality.series(request);
    return { dataset: request.dataset, metric: request.metric, points };
  }

  async #latest(dataset: DatasetName): Promise<PartitionKey | undefined> {
    const [result] = await this.#quality.results({ dataset, limit: 1 });
    return result?.revision.partition;
  }

  /** The values up to the newest partition among the results. */
  async #metrics(request: ResultsRequest, results: readonly Result[]): Promise<ResultsView['metrics']> {
    const newest = results[0]?.revision.partition;
    if (request.history === 0 || newest === undefined) return {};
    const history = await this.#historyUpTo(newest, request);
    const wanted = new Set(results.map((result) => result.metric));
    const end = history.partitions.findIndex((partition) => partition.key === newest);
    const metrics: Record<MetricKey, MetricHistoryView> = {};
    for (const { metric, scale, values } of history.series) {
      if (wanted.has(metric))
        metrics[metric] = { scale, values: values.slice(0, end < 0 ? undefined : end + 1) };
    }
    return metrics;
  }

  /** The last partitions, which hold the wanted one nearly always; else those before it. */
  async #historyUpTo(partition: PartitionKey, request: ResultsRequest): Promise<MetricHistory> {
    const limit = Math.min(request.history, limits.historyPartitionsMax);
    const last = await this.#quality.history({ dataset: request.dataset, limit });
    if (last.partitions.some((one) => one.key === partition)) return last;
    return this.#quality.history({ dataset: request.dataset, before: partition, limit });
  }
}
