import { type Failure, failure } from '../../base/errors.ts';
import { type DatasetName, type PartitionKey, parseDatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Evaluation, EvaluationTarget } from '../../core/checks/evaluate.ts';
import { type FailedRowsSample, failedRowsOf } from '../../core/checks/partition-query.ts';
import type { Result, ResultStatus } from '../../core/checks/result.ts';
import { worstStatus } from '../../core/checks/status.ts';
import type { ChecksDefinition } from '../../core/datasets/decode.ts';
import type { DatasetDefinition, PartitionRule } from '../../core/datasets/definition.ts';
import type { FileFormat } from '../../core/datasets/provider-definition.ts';
import type { RejectedRows } from '../../core/datasets/revision.ts';
import type { Schema } from '../../core/datasets/schema.ts';
import type { ListedFiles } from '../../core/datasets/source.ts';
import type { MetricDetail, MetricValue } from '../../core/metrics/metric.ts';
import { noHistory } from '../../core/thresholds/history.ts';
import type { Staging } from '../../ports/batch-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Engine } from '../../ports/engine.ts';
import type { Holidays } from '../../ports/holidays.ts';
import type { Provider } from '../../ports/provider.ts';
import { columnDistributions, type Distribution } from './check-files/distribution.ts';
import { listFiles } from './check-files/list-files.ts';
import { mapConcurrently } from './check-files/map-concurrently.ts';
import { type ProfiledPartition, profilePartition } from './check-files/profile-partition.ts';
import { specialDaysOf } from './special-days.ts';

export type CheckFilesDependencies = {
  readonly engine: Engine;
  /** The provider of files. */
  readonly provider: Provider;
  readonly clock: Clock;
  readonly holidays: Holidays;
  /** A fresh private directory for batches of text files; disposing it removes them. */
  readonly stage: () => Promise<Staging>;
  /** Partitions that are worked on at once: the number of workers. */
  readonly parallelism: number;
};

export type CheckFilesRequest = {
  /** Absolute: files and globs, which make one dataset together, or one directory, whose files are partitions. */
  readonly paths: readonly string[];
  readonly checks: ChecksDefinition;
  /** Wins over what the checks say. */
  readonly format?: FileFormat;
  /** Wins over what the checks say; by default the files of a directory, else none. */
  readonly partition?: PartitionRule;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: CheckProgress) => void;
};

/** How far a check is: `done` of `total` partitions, with parts of those in work. */
export type CheckProgress = {
  readonly done: number;
  readonly total: number;
  readonly partition: PartitionKey;
};

/** Everything that was found out about some files. */
export type CheckReport = {
  readonly dataset: DatasetName;
  /** The worst of all partitions. */
  readonly status: ResultStatus;
  /** In the order of their keys. */
  readonly partitions: readonly PartitionReport[];
  readonly rowCount: number;
  readonly rejectedCount: number;
  /** Of the files as they lie there. */
  readonly sizeBytes: number;
  readonly fileCount: number;
  readonly elapsedMs: number;
};

export type PartitionReport = {
  readonly key: PartitionKey;
  readonly files: readonly string[];
  readonly sizeBytes: number;
  readonly status: ResultStatus;
  readonly rejected: RejectedRows;
  readonly found:
    | { readonly kind: 'failed'; readonly failure: Failure }
    | {
        readonly kind: 'checked';
        readonly schema: Schema;
        readonly rowCount: number;
        readonly values: readonly MetricValue[];
        readonly details: readonly MetricDetail[];
        readonly results: readonly Result[];
        /** Rows that should not exist, of each check that found some. */
        readonly failedRows: readonly FailedRowsSample[];
        /** The shape of number and time columns, of the last partition only. */
        readonly distributions: readonly Distribution[];
      };
};

/**
 * Measures files and judges them by set checks and, when there are several partitions, by what the earlier ones teach.
 * Needs no server and no database; leaves nothing behind. A partition that can not be read is part of the report.
 * Errors: `SOURCE_NOT_FOUND`, `SOURCE_LIMIT`, `REQUEST_INVALID`, `TASK_CANCELLED`, and those of listing and judging.
 */
export async function checkFiles(
  dependencies: CheckFilesDependencies,
  request: CheckFilesRequest,
): Promise<Outcome<CheckReport>> {
  const startedMs = dependencies.clock.monotonicMs();
  const dataset = datasetNameOf(request.paths[0] ?? '');
  const listed = await listFiles(dependencies.provider, { ...request, dataset });
  if (!listed.ok) return listed;
  const { definition, partitions } = listed.value;
  if (partitions.length > limits.checkPartitionsMax) {
    const message = `${partitions.length} partitions are more than one check takes (${limits.checkPartitionsMax})`;
    return fail(
      failure('SOURCE_LIMIT', message, { hint: 'check a part of them: a glob such as "data/2001-*.csv"' }),
    );
  }
  const profiled = await profileAll(dependencies, { definition, partitions, request });
  if (request.signal.aborted) return fail(failure('TASK_CANCELLED', 'the check was stopped'));
  const evaluated = await evaluateAll(dependencies, { definition, profiled, signal: request.signal });
  if (!evaluated.ok) return evaluated;
  const reports = reportsOf({ definition, profiled, evaluations: evaluated.value });
  const elapsedMs = dependencies.clock.monotonicMs() - startedMs;
  return succeed({ dataset, ...totals(reports, partitions), elapsedMs });
}

function totals(
  reports: readonly PartitionReport[],
  partitions: readonly ListedFiles[],
): Omit<CheckReport, 'dataset' | 'elapsedMs'> {
  // A file that holds rows of several partitions counts once.
  const files = new Map(
    partitions.flatMap(({ scan }) => scan.files.map(({ path, sizeBytes }) => [path, sizeBytes])),
  );
  const sum = (of: (report: PartitionReport) => number): number =>
    reports.reduce((all, one) => all + of(one), 0);
  return {
    status: worstStatus(reports.map(({ status }) => status)),
    partitions: reports,
    rowCount: sum(({ found }) => (found.kind === 'checked' ? found.rowCount : 0)),
    rejectedCount: sum(({ rejected }) => rejected.count),
    sizeBytes: files.values().reduce((all, size) => all + size, 0),
    fileCount: files.size,
  };
}

type Work = {
  readonly definition: DatasetDefinition;
  readonly partitions: readonly ListedFiles[];
  readonly request: CheckFilesRequest;
};

/** Profiles every partition, a few at once. One that fails does not hold up the others. */
async function profileAll(dependencies: CheckFilesDependencies, work: Work): Promise<ProfiledPartition[]> {
  const { definition, partitions, request } = work;
  const isText = partitions.some(({ scan }) => scan.format !== 'parquet');
  // The types of the newest file hold for all, so that a column does not change its mind from one file to the next.
  const wait = { signal: request.signal, timeoutMs: limits.lookupTimeoutMs };
  const described =
    isText && partitions.length > 1 ? await dependencies.provider.schema(definition, wait) : undefined;
  const schema = described?.ok === true ? { previousSchema: described.value } : {};
  const { parallelism } = dependencies;
  const fractions = partitions.map(() => 0);
  return mapConcurrently(partitions, parallelism, (listed, index) => {
    const onProgress = (fraction: number): void => {
      fractions[index] = Math.min(1, fraction);
      const done = fractions.reduce((sum, part) => sum + part, 0);
      request.onProgress?.({ done, total: partitions.length, partition: listed.key });
    };
    const { signal } = request;
    return profilePartition(dependencies, {
      definition,
      listed,
      signal,
      onProgress,
      ...schema,
    });
  });
}

type Profiled = Extract<ProfiledPartition, { kind: 'profiled' }>;

async function evaluateAll(
  { engine, clock, holidays }: CheckFilesDependencies,
  work: {
    readonly definition: DatasetDefinition;
    readonly profiled: readonly ProfiledPartition[];
    readonly signal: AbortSignal;
  },
): Promise<Outcome<readonly Evaluation[]>> {
  const { definition, profiled, signal } = work;
  const now = clock.now();
  const targets = profiled
    .filter((partition): partition is Profiled => partition.kind === 'profiled')
    .map(({ listed, ...found }): EvaluationTarget => {
      const { sizeBytes, rejected, schema, rowCount, profile, queries } = found;
      const revision = { dataset: definition.dataset, partition: listed.key, number: 1 };
      const modified = listed.modifiedAt === undefined ? {} : { modifiedAt: listed.modifiedAt };
      const measured = { schema, rejected, sizeBytes, rowCount, profiles: [profile], queries };
      return { revision, ...measured, ...modified, ingestedAt: now };
    });
  if (targets.length === 0) return succeed([]);
  const options = { signal, timeoutMs: limits.evaluateTimeoutMs, memoryMb: limits.measureMemoryMb };
  const special = await specialDaysOf(
    holidays,
    definition.policy,
    targets.map(({ revision }) => revision.partition),
  );
  const input = { definition, now, history: noHistory, ...special, targets };
  const evaluated = await engine.evaluate(input, options);
  return evaluated.ok ? succeed(evaluated.value.evaluations) : evaluated;
}

function reportsOf(work: {
  readonly definition: DatasetDefinition;
  readonly profiled: readonly ProfiledPartition[];
  readonly evaluations: readonly Evaluation[];
}): PartitionReport[] {
  const byKey = new Map(work.evaluations.map((evaluation) => [evaluation.revision.partition, evaluation]));
  const last = work.profiled.findLast((partition) => partition.kind === 'profiled');
  return work.profiled.map((partition): PartitionReport => {
    const { listed, sizeBytes, rejected } = partition;
    const common = { key: listed.key, files: listed.scan.files.map(({ path }) => path), sizeBytes, rejected };
    if (partition.kind === 'failed') {
      return { ...common, status: 'error', found: { kind: 'failed', failure: partition.failure } };
    }
    const { schema, rowCount, profile, queries } = partition;
    const failedRows = failedRowsOf(queries);
    const { values = [], details = [], results = [] } = byKey.get(listed.key) ?? {};
    const distributions = partition === last ? columnDistributions(profile) : [];
    const status = worstStatus([
      ...results.map((result) => result.status),
      ...(isRejectionUnjudged(rejected, work.definition) ? (['warn'] as const) : []),
      'pass',
    ]);
    const judged = { values, details, results, failedRows, distributions };
    const found = { kind: 'checked', schema, rowCount, ...judged } as const;
    return { ...common, status, found };
  });
}

/** Rejected rows are worth a warning, unless the owner said how many may be. */
function isRejectionUnjudged(rejected: RejectedRows, definition: DatasetDefinition): boolean {
  const isJudged = definition.checks.some(
    ({ metric, threshold }) => metric === 'rejected_count' && threshold.kind === 'set',
  );
  return rejected.count > 0 && !isJudged;
}

/** A dataset name for files that have none: that of the file or folder, without endings and wildcards. */
function datasetNameOf(path: string): DatasetName {
  const base = path.split(/[/\\]/).findLast((part) => /[a-z0-9]/i.test(part)) ?? '';
  const text = base
    .toLowerCase()
    .replace(/(\.[a-z0-9]{1,8}){1,2}$/, '')
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .replace(/[-._]+$/, '')
    .slice(0, 100);
  return parseDatasetName(text) ?? ('data' as DatasetName);
}
