import { type MetricDetail, metricKey } from '../../core/metrics/metric.ts';
import type { CheckReport, PartitionReport } from '../../services/quality/check-files.ts';
import { exitCodeOf } from './result-text.ts';

/** A check report as plain data for programs: one object, its keys in the words of the YAML form. */
export function checkReportJson(report: CheckReport): unknown {
  return {
    dataset: report.dataset,
    status: report.status,
    exit_code: exitCodeOf(report.status),
    row_count: report.rowCount,
    rejected_count: report.rejectedCount,
    size_bytes: report.sizeBytes,
    file_count: report.fileCount,
    elapsed_ms: Math.round(report.elapsedMs),
    partitions: report.partitions.map(partitionJson),
  };
}

function partitionJson({ key, status, files, sizeBytes, rejected, found }: PartitionReport): unknown {
  const common = { partition: key, status, files, size_bytes: sizeBytes, rejected };
  if (found.kind === 'failed') return { ...common, error: found.failure };
  return {
    ...common,
    row_count: found.rowCount,
    schema: found.schema.map(({ name, type }) => ({ name, type: type.native })),
    metrics: Object.fromEntries(
      found.values.map(({ metric, column, segment, value, exact, relativeError, absoluteError }) => [
        metricKey(metric, column, segment),
        { value: value ?? null, exact, relative_error: relativeError, absolute_error: absoluteError },
      ]),
    ),
    ...Object.fromEntries(detailKinds.map((kind) => [kind, detailsOf(found.details, kind)])),
    moved: detailsOf(found.details, 'js_distance'),
    failed_rows: found.failedRows,
    results: found.results.map(({ check, metric, status: verdict, value, lower, upper, record }) => ({
      check,
      metric,
      status: verdict,
      value: value ?? null,
      lower,
      upper,
      record,
    })),
  };
}

const detailKinds = ['top_values', 'top_patterns', 'formats', 'hours', 'histogram'] as const;

/** The details of one kind, by column; those of a group of rows by column and group. */
function detailsOf(details: readonly MetricDetail[], wanted: string): Record<string, unknown> {
  const found = details.filter(({ metric }) => metric === wanted);
  return Object.fromEntries(
    found.map(({ column, segment, values }) => [
      segment === undefined ? column : `${column}[${segment}]`,
      values,
    ]),
  );
}
