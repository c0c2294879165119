import { errorCatalogue, type Failure, isErrorCode } from '../../base/errors.ts';
import { splitMetricKey } from '../checks/format.ts';
import type { FailedRowsSample } from '../checks/partition-query.ts';
import type { Result } from '../checks/result.ts';
import type { DatasetDefinition } from '../datasets/definition.ts';
import type { RejectedRows } from '../datasets/revision.ts';
import type { Incident } from '../incidents/incident.ts';
import type { MetricDetail, MetricValue } from '../metrics/metric.ts';
import type { Standing } from './identity.ts';

/** What stands in the place of a value that is not for whoever asks. */
const hiddenValue = '***';

/**
 * How much of a dataset somebody sees. Owners see everything. Followers see no rows and no texts of errors, which may quote
 * rows. Values of masked columns are for owners alone: an administrator who is none does not see them either.
 */
export type Sight = {
  readonly seesRows: boolean;
  readonly seesErrors: boolean;
  readonly masked: ReadonlySet<string>;
};

export const wholeSight: Sight = { seesRows: true, seesErrors: true, masked: new Set() };

/** What somebody with this standing sees of a dataset. */
export function sightOf(
  standing: Standing,
  { maskedColumns = [] }: Pick<DatasetDefinition, 'maskedColumns'>,
): Sight {
  if (standing === 'owner') return wholeSight;
  const isAdmin = standing === 'admin';
  return { seesRows: isAdmin, seesErrors: isAdmin, masked: new Set(maskedColumns) };
}

/** A result without what is not for this sight: the text of an error, the exact value of a masked column. */
export function shownResult(result: Result, sight: Sight): Result {
  const { column } = splitMetricKey(result.metric);
  const { exact: _, ...plain } = result;
  const base = column !== undefined && sight.masked.has(column) ? plain : result;
  const { record } = result;
  if (sight.seesErrors || record.kind !== 'error') return base;
  return { ...base, record: { ...record, message: titleOf(record.code) } };
}

/** Values of metrics, without the exact ones of masked columns, which are values of single rows. */
export function shownValues(values: readonly MetricValue[], { masked }: Sight): readonly MetricValue[] {
  if (masked.size === 0) return values;
  return values.map((value) => {
    const { exact: _, ...plain } = value;
    return value.column !== undefined && masked.has(value.column) ? plain : value;
  });
}

/** Frequent values and the like, those of masked columns hidden. */
export function shownDetails(details: readonly MetricDetail[], { masked }: Sight): readonly MetricDetail[] {
  if (masked.size === 0) return details;
  return details.map((detail) =>
    masked.has(detail.column)
      ? { ...detail, values: detail.values.map((one) => ({ ...one, value: hiddenValue })) }
      : detail,
  );
}

/** Samples of rows. A query may give a masked column any name, so that with one, no value is shown. */
export function shownRows(
  samples: readonly FailedRowsSample[],
  { seesRows, masked }: Sight,
): readonly FailedRowsSample[] {
  if (!seesRows) return [];
  if (masked.size === 0) return samples;
  return samples.map((sample) => ({
    ...sample,
    rows: sample.rows.map((row) => row.map((value) => (value === null ? null : hiddenValue))),
  }));
}

/** Rejected rows: their number is everybody's. Their texts hold all columns, their reasons quote values. */
export function shownRejected(rejected: RejectedRows, { seesRows, masked }: Sight): RejectedRows {
  if (!seesRows) return { count: rejected.count, samples: [] };
  if (masked.size === 0) return rejected;
  const samples = rejected.samples.map((one) => ({
    ...one,
    reason: hiddenValue,
    ...(one.text === undefined ? {} : { text: hiddenValue }),
  }));
  return { count: rejected.count, samples };
}

/** An incident whose lines do not quote errors. */
export function shownIncident<T extends Pick<Incident, 'lines'>>(incident: T, { seesErrors }: Sight): T {
  if (seesErrors) return incident;
  const lines = incident.lines.map((line) =>
    line.status === 'error' ? { ...line, text: `${line.check}: it could not be checked` } : line,
  );
  return { ...incident, lines };
}

/** Views of work, such as a job with its tasks, with the texts of errors and the names of sources left out. */
export function shownWork<T>(view: T, { seesErrors }: Sight): T {
  // The shape stays that of the view: texts are replaced by texts, and only optional keys go.
  return seesErrors ? view : (withoutErrorTexts(view) as T);
}

function withoutErrorTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutErrorTexts);
  if (typeof value !== 'object' || value === null) return value;
  if (isFailure(value)) return { code: value.code, message: titleOf(value.code) };
  const entries = Object.entries(value).filter(([key]) => key !== 'source');
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutErrorTexts(item)]));
}

function isFailure(value: object): value is Pick<Failure, 'code' | 'message'> {
  if (!('code' in value) || !('message' in value)) return false;
  return typeof value.code === 'string' && isErrorCode(value.code) && typeof value.message === 'string';
}

function titleOf(code: string): string {
  return isErrorCode(code) ? errorCatalogue[code].title : 'An error';
}

/** A definition without where its data comes from and where it is told, which is for owners and administrators. */
export function shownDefinition(definition: DatasetDefinition, { seesErrors }: Sight): DatasetDefinition {
  if (seesErrors) return definition;
  // The shape stays that of a definition: only its texts are replaced.
  const provider = hiddenTexts(definition.provider, 'type') as DatasetDefinition['provider'];
  return {
    ...definition,
    provider,
    notify: [],
    checks: definition.checks.map(hiddenQuery),
    columns: definition.columns.map((column) => ({ ...column, checks: column.checks.map(hiddenQuery) })),
  };
}

type Check = DatasetDefinition['checks'][number];

function hiddenQuery(check: Check): Check {
  if (check.settings['query'] === undefined) return check;
  return { ...check, settings: { ...check.settings, query: hiddenValue } };
}

/** Data with every text hidden but that under one key of its top. */
function hiddenTexts(value: unknown, kept?: string): unknown {
  if (typeof value === 'string') return hiddenValue;
  if (Array.isArray(value)) return value.map((item) => hiddenTexts(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, key === kept ? item : hiddenTexts(item)]);
  return Object.fromEntries(entries);
}
