import type { DuckDBConnection } from '@duckdb/node-api';
import { countsFamily } from '../../../core/metrics/families/counts.ts';
import { distinctFamily } from '../../../core/metrics/families/distinct.ts';
import { validityFamily } from '../../../core/metrics/families/validity.ts';
import { type ColumnStates, stateEntry } from '../../../core/metrics/family.ts';
import { estimateDistinct } from '../../../core/metrics/sketches/hyper-log-log.ts';
import {
  isModerate,
  logBucketStates,
  measureHours,
  measureTimeBuckets,
  queryLogBuckets,
  type StateEntries,
} from './bucket-pass.ts';
import { groupAggregates, groupStates, hasInfiniteTimes } from './group-aggregates.ts';
import { type HashGroups, queryHashGroups, total } from './hash-groups.ts';
import type { MeasuredColumn } from './measured-column.ts';
import { measureSample } from './sample-pass.ts';

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
  const sketched = await (isNumber(column)
    ? sketchNumbers(connection, column)
    : sketchOthers(connection, column));
  if (sketched === undefined) return undefined;
  const { groups, entries } = sketched;
  const states = new Map(entries);
  const nulls = rows - total(groups.counts);
  states.set(...stateEntry(countsFamily, { rows, nulls, missing: groups.missing }));
  states.set(...stateEntry(distinctFamily, { kind: 'sketch', registers: groups.registers }));
  // No rules: `measureValidity` counts by them, whichever way the column is measured.
  states.set(...stateEntry(validityFamily, validityFamily.empty()));
  for (const entry of await measureSample(connection, column, groups)) states.set(...entry);
  return states;
}

type Sketched = { readonly groups: HashGroups; readonly entries: StateEntries };

function isNumber({ form }: MeasuredColumn): boolean {
  return form.kind === 'integer' || form.kind === 'wide' || form.kind === 'float';
}

/** Buckets come first: they tell whether plain aggregates would stumble over NaN or overflow. */
async function sketchNumbers(
  connection: DuckDBConnection,
  column: MeasuredColumn,
): Promise<Sketched | undefined> {
  const buckets = await queryLogBuckets(connection, column);
  const groups = await queryGroups(connection, column, !isModerate(buckets));
  if (hasFewValues(groups)) return undefined;
  const states = groupStates(column.form, groups);
  return { groups, entries: [...states.entries, ...logBucketStates(buckets, states)] };
}

async function sketchOthers(
  connection: DuckDBConnection,
  column: MeasuredColumn,
): Promise<Sketched | undefined> {
  let groups = await queryGroups(connection, column, false);
  if (hasFewValues(groups)) return undefined;
  if (hasInfiniteTimes(column.form, groups)) groups = await queryGroups(connection, column, true);
  const states = groupStates(column.form, groups);
  const infinites = total(groups.counts) - states.finite;
  const buckets = await measureTimeBuckets(connection, column, { ...states, infinites });
  const hours = await measureHours(connection, column, infinites > 0);
  return { groups, entries: [...states.entries, ...buckets, ...hours] };
}

async function queryGroups(
  connection: DuckDBConnection,
  column: MeasuredColumn,
  careful: boolean,
): Promise<HashGroups> {
  return await queryHashGroups(connection, column, groupAggregates(column.form, column.type.native, careful));
}

function hasFewValues(groups: HashGroups): boolean {
  return estimateDistinct(groups.registers) <= fewValuesMax;
}
