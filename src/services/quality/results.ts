import { type Failure, failure } from '../../base/errors.ts';
import type { DatasetName, PartitionKey, ResultId } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { type Sight, shownDetails, shownResult, shownRows, wholeSight } from '../../core/access/sight.ts';
import { hasDetail } from '../../core/checks/explain-details.ts';
import { findCheck } from '../../core/checks/find-check.ts';
import { splitMetricKey } from '../../core/checks/format.ts';
import type { FailedRowsSample } from '../../core/checks/partition-query.ts';
import type { Result, ResultStatus } from '../../core/checks/result.ts';
import { unansweredChecks } from '../../core/checks/unanswered-checks.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import type { RevisionRef } from '../../core/datasets/revision.ts';
import type { MetricDetail, MetricKey, MetricScale } from '../../core/metrics/metric.ts';
import { nearest } from '../../core/text/nearest.ts';
import type { MetricHistory } from '../../core/thresholds/history.ts';
import type { QualityStore, ResultFilter, ResultPlace, SeriesPoint } from '../../ports/quality-store.ts';
import { type ExplanationView, explanationView } from './explain.ts';

export type ResultsRequest = {
  readonly definition: DatasetDefinition;
  readonly partition?: PartitionKey;
  /** Only the newest partition that has results. */
  readonly latest?: boolean;
  readonly check?: string;
  readonly status?: readonly ResultStatus[];
  /** Only those behind this place of the list. */
  readonly after?: ResultPlace;
  readonly limit: number;
  /** With the values of the last so many partitions, for plots; 0 for none. */
  readonly history: number;
};

export type ResultsView = {
  readonly results: readonly Result[];
  /** For each metric of the results that has one. */
  readonly metrics: Readonly<Record<MetricKey, MetricHistoryView>>;
  /** Of one partition: checks of the definition that are newer than its verdicts, by key. It has to be measured again. */
  readonly unanswered: readonly string[];
};

/** The same, and whether more results follow behind them. */
export type ResultsPage = ResultsView & { readonly hasMore: boolean };

/** The last values of a metric, oldest first; null where it has none. */
export type MetricHistoryView = { readonly scale: MetricScale; readonly values: readonly (number | null)[] };

export type SeriesView = {
  readonly dataset: DatasetName;
  readonly metric: MetricKey;
  readonly points: readonly SeriesPoint[];
};

/** What a partition holds, beside numbers. */
export type DetailsView = {
  readonly revision: RevisionRef;
  /** Most frequent values and the like. */
  readonly metrics: readonly MetricDetail[];
  /** Rows that should not exist, a sample for each check that found some. */
  readonly failedRows: readonly FailedRowsSample[];
};

/** Results and the series behind them. */
export class Results {
  readonly #quality: QualityStore;

  constructor(quality: QualityStore) {
    this.#quality = quality;
  }

  /** Results, newest partition first, the worst first within one, with their metrics' last values. */
  async list(request: ResultsRequest): Promise<ResultsPage> {
    const { dataset } = request.definition;
    const partition =
      request.partition ??
      // Of the partition that was the newest when its first page was read.
      (request.latest === true ? (request.after?.partition ?? (await this.#latest(dataset))) : undefined);
    if (request.latest === true && partition === undefined)
      return { results: [], hasMore: false, metrics: {}, unanswered: [] };
    const filter: ResultFilter = {
      dataset,
      limit: request.limit + 1,
      ...(request.after === undefined ? {} : { after: request.after }),
      ...(partition === undefined ? {} : { partition }),
      ...(request.check === undefined ? {} : { check: request.check }),
      ...(request.status === undefined ? {} : { status: request.status }),
    };
    const found = await this.#quality.results(filter);
    const results = found.slice(0, request.limit);
    const hasMore = found.length > request.limit;
    const { check, status, after } = request;
    const isWhole = check === undefined && status === undefined && after === undefined && !hasMore;
    const all = isWhole ? results : undefined;
    const unanswered =
      partition === undefined ? [] : await this.#unanswered(request.definition, partition, all);
    return { results, hasMore, metrics: await this.#metrics(request, results), unanswered };
  }

  /** One result: `RESULT_NOT_FOUND`. */
  async get(id: ResultId): Promise<Outcome<Result>> {
    const result = await this.#quality.result(id);
    return result === undefined ? fail(unknownResult(id)) : succeed(result);
  }

  /** Why a result is what it is, with a sample of the rows or with the values that it is about. */
  async explanation(result: Result, sight: Sight = wholeSight): Promise<ExplanationView> {
    const isOfRows = result.metric.startsWith('failed_rows(');
    const [samples, details] = await Promise.all([
      isOfRows ? this.#quality.failedRows(result.revision) : [],
      hasDetail(result) ? this.#quality.details(result.revision) : [],
    ]);
    return explanationView(shownResult(result, sight), {
      samples: shownRows(samples, sight),
      details: shownDetails(details, sight),
    });
  }

  /** What was found out about a partition's last judged revision beside its results: `RESULT_NOT_FOUND`. */
  async details(dataset: DatasetName, partition: PartitionKey): Promise<Outcome<DetailsView>> {
    const [result] = await this.#quality.results({ dataset, partition, limit: 1 });
    if (result === undefined)
      return fail(failure('RESULT_NOT_FOUND', `${dataset} has no results for the partition ${partition}`));
    const { revision } = result;
    const [metrics, failedRows] = await Promise.all([
      this.#quality.details(revision),
      this.#quality.failedRows(revision),
    ]);
    return succeed({ revision, metrics, failedRows });
  }

  /** The result of one check on a partition's newest revision, found by its key or its name: `RESULT_NOT_FOUND`. */
  async find(wanted: {
    dataset: DatasetName;
    partition: PartitionKey;
    check: string;
  }): Promise<Outcome<Result>> {
    const { dataset, partition, check } = wanted;
    const [exact] = await this.#quality.results({ ...wanted, limit: 1 });
    if (exact !== undefined) return succeed(exact);
    const all = await this.#quality.results({ dataset, partition, limit: limits.resultsPerMessageMax });
    const result = findCheck(all, check);
    if (result !== undefined) return succeed(result);
    return fail(
      failure('RESULT_NOT_FOUND', `${dataset} has no result of ${check} for the partition ${partition}`, {
        hint: missingHint({ dataset, partition, check }, all),
      }),
    );
  }

  /** One metric's values with their bands, oldest first. */
  async series(request: { dataset: DatasetName; metric: MetricKey; limit: number }): Promise<SeriesView> {
    const points = await this.#quality.series(request);
    return { dataset: request.dataset, metric: request.metric, points };
  }

  /** What a definition asks that the verdicts on a partition do not answer. A value that is absent is an answer. */
  async #unanswered(
    definition: DatasetDefinition,
    partition: PartitionKey,
    known: readonly Result[] | undefined,
  ): Promise<readonly string[]> {
    const { dataset } = definition;
    const limit = limits.resultsPerMessageMax;
    const unanswered = unansweredChecks(
      definition,
      known ?? (await this.#quality.results({ dataset, partition, limit })),
    );
    const isOpen = unanswered.map(async (metric) => {
      const points = await this.#quality.series({ dataset, metric, limit: limits.historyPartitionsMax });
      return points.every((point) => point.partition !== partition);
    });
    const open = await Promise.all(isOpen);
    return unanswered.filter((_, place) => open[place]);
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
    const { dataset } = request.definition;
    const last = await this.#quality.history({ dataset, limit });
    if (last.partitions.some((one) => one.key === partition)) return last;
    return this.#quality.history({ dataset, before: partition, limit });
  }
}

/** What is said of a result that there is not, or not for whoever asks. */
export function unknownResult(id: ResultId): Failure {
  return failure('RESULT_NOT_FOUND', `there is no result ${id}`, { hint: 'see `assay results DATASET`' });
}

/** What a person may have meant, or why there is no such result. */
function missingHint(
  { dataset, partition, check }: { dataset: DatasetName; partition: PartitionKey; check: string },
  results: readonly Result[],
): string {
  if (splitMetricKey(check).segment !== undefined)
    return 'groups of rows have a result where they alarm; all others are as they were learned, or not among the largest';
  const keys = results.flatMap((result) => [result.metric, result.check]);
  const meant = nearest(check, new Set(keys));
  const all = `see \`assay results ${dataset} --partition ${partition}\``;
  return meant === undefined ? all : `did you mean “${meant}”? ${all}`;
}
