import type { DuckDBConnection } from '@duckdb/node-api';
import { InvariantError } from '../../../base/assert.ts';
import { FailureError, failure, failureOf } from '../../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../../base/outcome.ts';
import type { Schema } from '../../../core/datasets/schema.ts';
import type { ColumnProfile } from '../../../core/metrics/column-profile.ts';
import { countsFamily } from '../../../core/metrics/families/counts.ts';
import { validityFamily } from '../../../core/metrics/families/validity.ts';
import { type ColumnStates, stateEntry } from '../../../core/metrics/family.ts';
import type { MeasurePlan } from '../../../core/metrics/plan.ts';
import { encodeProfile } from '../../../core/metrics/profile-codec.ts';
import type { Segments } from '../../../core/metrics/segments/segments.ts';
import type { MeasureOutput } from '../../../ports/engine.ts';
import { isOutOfMemory } from '../duckdb-fault.ts';
import { literalList } from '../sql.ts';
import { measureByFrequencies } from './frequency-pass.ts';
import { type MeasuredColumn, measuredColumn } from './measured-column.ts';
import { queryColumns } from './result-columns.ts';
import { measureSegments, type SegmentTask } from './segment-pass.ts';
import { measureBySketches } from './sketch-pass.ts';
import { measureValidity } from './validity-pass.ts';

/** What to measure. */
export type MeasureRelationRequest = {
  /**
   * A table expression for a FROM clause, such as `read_parquet('…')` or a quoted table name. It is read several times
   * for each column: a text source belongs into a table or a Parquet file first. It must not change meanwhile.
   */
  readonly relation: string;
  /** The Parquet files behind the relation: their metadata tell columns with few different values from others. */
  readonly parquetFiles?: readonly string[];
  readonly schema: Schema;
  readonly plan: MeasurePlan;
};

/**
 * Computes the profile of a relation, column by column, each by the cheapest formulation for its kind and number of
 * different values. Types are those that the relation has, whatever the schema says: a Parquet file has no HUGEINT.
 * Failures: `COLUMN_NOT_FOUND`, `MEMORY_LIMIT`, `QUERY_FAILED` (also when interrupted).
 */
export async function measureRelation(
  connection: DuckDBConnection,
  request: MeasureRelationRequest,
  onProgress?: (fraction: number) => void,
): Promise<Outcome<MeasureOutput>> {
  try {
    const columns = await wantedColumns(connection, request);
    const rowCount = await countRows(connection, request.relation);
    const distinctMax = await distinctBounds(connection, request, rowCount);
    const profiles: ColumnProfile[] = [];
    for (const column of columns) {
      const states = await measureColumn({
        connection,
        column,
        rowCount,
        distinctMax: distinctMax(column.name),
      });
      profiles.push({ name: column.name, type: column.type, states });
      onProgress?.(profiles.length / columns.length);
    }
    const segments: Segments[] = [];
    for (const rule of request.plan.segments) {
      segments.push(
        ...(await measureRule(connection, { relation: request.relation, columns, rowCount, rule })),
      );
    }
    const profile = encodeProfile({ schema: request.schema, rowCount, columns: profiles, segments });
    return succeed({ rowCount, profile });
  } catch (error) {
    if (error instanceof InvariantError) throw error;
    return fail(failureOf(error));
  }
}

async function measureRule(connection: DuckDBConnection, task: SegmentTask): Promise<Segments[]> {
  try {
    const measured = await measureSegments(connection, task);
    return measured === undefined ? [] : [measured];
  } catch (error) {
    throw queryFailed(error, `The groups by ${task.rule.columns.join(', ')} could not be measured`);
  }
}

type ColumnTask = {
  readonly connection: DuckDBConnection;
  readonly column: MeasuredColumn;
  readonly rowCount: number;
  /** A bound of its number of different values. */
  readonly distinctMax: number;
};

async function measureColumn(task: ColumnTask): Promise<ColumnStates> {
  const { connection, column, rowCount } = task;
  try {
    const sketched = hasFewValues(task) ? undefined : await measureBySketches(connection, column, rowCount);
    const states = sketched ?? (await measureByFrequencies(connection, column, rowCount));
    const validity = await measureValidity(connection, column, { hasFewValues: sketched === undefined });
    return validity === undefined ? states : new Map([...states, stateEntry(validityFamily, validity)]);
  } catch (error) {
    // Some types can not be hashed; how many nulls they have can still be told.
    if (column.form.kind === 'opaque' && isAboutTypes(error)) return await measureCounts(task);
    throw queryFailed(error, `The column ${column.name} (${column.type.native}) could not be measured`);
  }
}

async function measureCounts({ connection, column, rowCount }: ColumnTask): Promise<ColumnStates> {
  const result = await query(connection, `select count(*)::double from ${column.values}`);
  const nulls = rowCount - (result.doubles(0)[0] ?? 0);
  return new Map([stateEntry(countsFamily, { rows: rowCount, nulls, missing: 0 })]);
}

async function wantedColumns(
  connection: DuckDBConnection,
  { relation, schema, plan }: MeasureRelationRequest,
): Promise<MeasuredColumn[]> {
  const described = await query(
    connection,
    `select column_name, column_type from (describe select * from ${relation} as "data")`,
  );
  const natives = described.texts(1);
  const types = new Map(described.texts(0).map((name, at) => [name, natives[at] ?? '']));
  const ignored = new Set(plan.ignoredColumns);
  return schema
    .filter(({ name }) => !ignored.has(name))
    .map(({ name }) => {
      const native = types.get(name);
      if (native !== undefined) return measuredColumn({ relation, name, native, plan });
      throw new FailureError(
        failure('COLUMN_NOT_FOUND', `The batch has no column ${name}`, {
          where: name,
          hint: 'Ingest the partition again: the batch and its recorded schema do not match.',
        }),
      );
    });
}

async function countRows(connection: DuckDBConnection, relation: string): Promise<number> {
  const result = await query(connection, `select count(*)::double from ${relation} as "data"`);
  return result.doubles(0)[0] ?? 0;
}

/** Below this every column is counted value by value: more queries would cost more than they save. */
const smallRowsMax = 32_768;

/** The share and the numbers of different values up to which counting them one by one is cheaper than sketching. */
const fewValuesShareMax = 0.3;
const fewValuesMax = 300_000;
/** Texts cost more on their way to TypeScript; but as long as that is bearable, none of their formats is missed. */
const fewTextsMax = 65_536;

function hasFewValues({ column, distinctMax, rowCount }: ColumnTask): boolean {
  if (rowCount <= smallRowsMax || column.form.kind === 'boolean') return true;
  const isText = column.form.kind === 'text';
  if (isText && rowCount <= fewTextsMax) return true;
  return distinctMax <= Math.min(isText ? fewTextsMax : fewValuesMax, fewValuesShareMax * rowCount);
}

/**
 * Bounds of each column's number of different values. DuckDB's writer notes the exact number for each dictionary-coded
 * column of each row group, whose sum is a bound. Where nothing is noted, it is the number of values.
 */
async function distinctBounds(
  connection: DuckDBConnection,
  { parquetFiles }: MeasureRelationRequest,
  rowCount: number,
): Promise<(column: string) => number> {
  if (rowCount <= smallRowsMax || parquetFiles === undefined || parquetFiles.length === 0)
    return () => rowCount;
  const result = await query(
    connection,
    `select path_in_schema, sum(coalesce(stats_distinct_count, num_values))::double
     from parquet_metadata(${literalList(parquetFiles)}) group by path_in_schema`,
  );
  const bounds = result.doubles(1);
  const byName = new Map(result.texts(0).map((name, at) => [name, bounds[at] ?? rowCount]));
  return (column) => byName.get(column) ?? rowCount;
}

async function query(connection: DuckDBConnection, sql: string): ReturnType<typeof queryColumns> {
  try {
    return await queryColumns(connection, sql);
  } catch (error) {
    throw queryFailed(error, 'The batch could not be read');
  }
}

function queryFailed(error: unknown, message: string): unknown {
  if (error instanceof InvariantError || error instanceof FailureError) return error;
  if (error instanceof Error && isOutOfMemory(error.message)) {
    const hint = 'Give the task more memory.';
    return new FailureError(failure('MEMORY_LIMIT', `${message} within its memory`, { hint, cause: error }));
  }
  return new FailureError(failure('QUERY_FAILED', message, { cause: error }));
}

/** Whether DuckDB refused a query, rather than being interrupted in it or running out of memory. */
function isAboutTypes(error: unknown): boolean {
  return error instanceof Error && /^(Binder|Not implemented|Invalid Input) Error/.test(error.message);
}
