import type { DuckDBConnection } from '@duckdb/node-api';
import { countsFamily } from '../../../core/metrics/families/counts.ts';
import { distinctFamily } from '../../../core/metrics/families/distinct.ts';
import { topValuesFamily } from '../../../core/metrics/families/top-values.ts';
import { type ColumnStates, stateEntry } from '../../../core/metrics/family.ts';
import { estimateDistinct } from '../../../core/metrics/sketches/hyper-log-log.ts';
import { measureLogBuckets, measureTimeBuckets } from './bucket-pass.ts';
import { type GroupStates, groupAggregates, groupStates } from './group-aggregates.ts';
import { queryHashGroups, total } from './hash-groups.ts';
import type { MeasuredColumn } from './measured-column.ts';
import { measureTopValues } from './top-pass.ts';

/** A column with fewer different values is measured value by value: cheaper, and exact. */
const fewValuesMax = 16_384;

/**
 * Every state of a column with many different values, from two or three queries of which none gives a row for each
 * value. Undefined when there are few values after all, which `measureByFrequencies` does better.
 */
export async function measureBySketches(
  connection: DuckDBConnection,
  column: MeasuredColumn,
  rows: number,
): Promise<ColumnStates | undefined> {
  const aggregates = groupAggregates(column.form, column.type.native);
  const groups = await queryHashGroups(connection, column, aggregates);
  if (estimateDistinct(groups.registers) <= fewValuesMax) return undefined;
  const values = total(groups.counts);
  const states = groupStates(column.form, groups);
  const entries = [
    stateEntry(countsFamily, { rows, nulls: rows - values, missing: groups.missing }),
    stateEntry(distinctFamily, { kind: 'sketch', registers: groups.registers }),
    ...states.entries,
    ...(await bucketStates(connection, column, { ...states, infinites: values - states.finite })),
  ];
  if (topValuesFamily.applies(column.type.kind)) {
    entries.push(
      stateEntry(topValuesFamily, await measureTopValues(connection, column, groups.rowsOfRegister)),
    );
  }
  return new Map(entries);
}

async function bucketStates(
  connection: DuckDBConnection,
  column: MeasuredColumn,
  states: GroupStates & { readonly infinites: number },
): Promise<readonly (readonly [string, unknown])[]> {
  switch (column.form.kind) {
    case 'integer':
    case 'wide':
    case 'float':
      return await measureLogBuckets(connection, column, states);
    case 'date':
    case 'timestamp':
    case 'time':
      return await measureTimeBuckets(connection, column, states);
    default:
      return [];
  }
}
