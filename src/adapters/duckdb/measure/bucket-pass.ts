import type { DuckDBConnection } from '@duckdb/node-api';
import { day, hour, minute } from '../../../base/units.ts';
import { type Hours, hoursFamily } from '../../../core/metrics/families/hours.ts';
import {
  logGamma,
  type Quantiles,
  quantilesFamily,
  settleQuantiles,
} from '../../../core/metrics/families/quantiles.ts';
import { type Signs, signsFamily } from '../../../core/metrics/families/signs.ts';
import { settleTimeQuantiles, timeQuantilesFamily } from '../../../core/metrics/families/time-quantiles.ts';
import { stateEntry } from '../../../core/metrics/family.ts';
import { bucketTotal, collectBuckets } from '../../../core/metrics/sketches/buckets.ts';
import { finiteMilliseconds } from './frequency-pass.ts';
import { type GroupStates, squareLimit } from './group-aggregates.ts';
import type { ColumnForm, MeasuredColumn } from './measured-column.ts';
import { queryColumns } from './result-columns.ts';

/** Entries of `ColumnStates`. */
export type StateEntries = readonly (readonly [string, unknown])[];

/** Bucket numbers of doubles lie between −37,300 and 35,500; negative values are moved below, the rest has its own. */
const negativeOffset = -200_000;
const special = { zero: 400_000, nan: 400_001, infinite: 400_002 } as const;

/** A number column by buckets: quantiles without their range, and signs. */
export type LogBuckets = { readonly quantiles: Quantiles; readonly signs: Signs };

/** Quantiles and signs of a number column from one `GROUP BY bucket`. */
export async function queryLogBuckets(
  connection: DuckDBConnection,
  column: MeasuredColumn,
): Promise<LogBuckets> {
  const result = await queryColumns(
    connection,
    `select b::double, count(*)::double
     from (select ${logBucketNumber(column.form)} as b from (select v::double as x from ${column.values})) group by b`,
  );
  return logBucketsOf(result.doubles(0), result.doubles(1));
}

/** Over the double `x`: the number of its bucket, as `logBucketsOf` reads it. */
export function logBucketNumber({ kind }: ColumnForm): string {
  const unusual = `when isnan(x) then ${special.nan} when isinf(x) then ${special.infinite}`;
  // ln(0) is an error, and CASE keeps it from what is not positive.
  return `case ${kind === 'float' ? unusual : ''}
    when x > 0 then ceil(ln(x) / ${logGamma})::integer
    when x < 0 then ${negativeOffset} - ceil(ln(-x) / ${logGamma})::integer
    else ${special.zero} end`;
}

/** Quantiles and signs from the numbers of buckets and the rows of each. */
export function logBucketsOf(numbers: Float64Array, counts: Float64Array): LogBuckets {
  const of = (number: number): number => counts[numbers.indexOf(number)] ?? 0;
  const isNegative = (number: number): boolean => number < negativeOffset / 2;
  const positives = numbers.map((number) =>
    isNegative(number) || number >= special.zero ? Number.NaN : number,
  );
  const negatives = numbers.map((number) => (isNegative(number) ? negativeOffset - number : Number.NaN));
  const negative = collectBuckets(negatives, counts);
  const zeros = of(special.zero);
  return {
    quantiles: { ...quantilesFamily.empty(), zeros, negative, positive: collectBuckets(positives, counts) },
    signs: {
      zeros,
      negatives: bucketTotal(negative),
      nans: of(special.nan),
      infinites: of(special.infinite),
    },
  };
}

/** Whether all values are finite and small enough to be squared. */
export function isModerate({ quantiles, signs }: LogBuckets): boolean {
  const limit = Math.floor(Math.log(squareLimit) / logGamma);
  const largest = Math.max(quantiles.negative.indices.at(-1) ?? 0, quantiles.positive.indices.at(-1) ?? 0);
  return signs.nans + signs.infinites === 0 && largest <= limit;
}

/** The states of the buckets, once the range of the values is known. */
export function logBucketStates({ quantiles, signs }: LogBuckets, { min, max }: GroupStates): StateEntries {
  return [
    stateEntry(quantilesFamily, settleQuantiles({ ...quantiles, min, max })),
    stateEntry(signsFamily, signs),
  ];
}

/** Buckets that one query may give before they are joined in TypeScript. */
const queriedBucketsMax = 8_192;

type TimeKind = 'date' | 'timestamp' | 'time';

/** How finite times of a range are put into buckets: `number` is that of the bucket, over `v`. */
export function timeBuckets(
  kind: TimeKind,
  { min, max }: Pick<GroupStates, 'min' | 'max'>,
): { readonly stepMs: number; readonly collapses: number; readonly number: string } {
  const stepMs = kind === 'date' ? day : minute;
  let collapses = 0;
  while ((max - min) / (stepMs * 2 ** collapses) > queriedBucketsMax) collapses++;
  const width = stepMs * 2 ** collapses;
  return { stepMs, collapses, number: `floor(${finiteMilliseconds(kind)} / ${width}::double)::bigint` };
}

/** Quantiles and infinite values of a date, timestamp or time column from one `GROUP BY bucket`. */
export async function measureTimeBuckets(
  connection: DuckDBConnection,
  column: MeasuredColumn,
  states: GroupStates & { readonly infinites: number },
): Promise<StateEntries> {
  const { kind } = column.form;
  if (kind !== 'date' && kind !== 'timestamp' && kind !== 'time') return [];
  const signs = { ...signsFamily.empty(), infinites: states.infinites };
  const infinite = kind === 'time' ? [] : [stateEntry(signsFamily, signs)];
  if (states.finite === 0) return [...infinite, stateEntry(timeQuantilesFamily, timeQuantilesFamily.empty())];
  const { stepMs, collapses, number } = timeBuckets(kind, states);
  const result = await queryColumns(
    connection,
    `select b::double, count(*)::double from (
       select ${number} as b
       from ${column.values} ${states.infinites === 0 ? '' : 'where isfinite(v)'}) group by b`,
  );
  const buckets = collectBuckets(result.doubles(0), result.doubles(1));
  const { min, max } = states;
  const quantiles = settleTimeQuantiles({ stepMs, collapses, buckets, min, max });
  return [...infinite, stateEntry(timeQuantilesFamily, quantiles)];
}

/** Rows of each hour of the day, of a timestamp column, from one `GROUP BY hour`. */
export async function measureHours(
  connection: DuckDBConnection,
  { form, values }: MeasuredColumn,
  hasInfinite: boolean,
): Promise<StateEntries> {
  if (form.kind !== 'timestamp') return [];
  const result = await queryColumns(
    connection,
    `select b::double, count(*)::double
     from (select (${hourNumber})::utinyint as b from (
       select epoch_us(v) as e from ${values} ${hasInfinite ? 'where isfinite(v)' : ''})) group by b`,
  );
  return [stateEntry(hoursFamily, hoursOf(result.doubles(0), result.doubles(1)))];
}

/** Over the microseconds `e` since 1970: the hour of the day. Before 1970 the quotient is negative, and // rounds towards zero. */
export const hourNumber = `case when e >= 0 then (e // ${hour * 1_000}) % 24
    else (floor(e / ${hour * 1_000}::double)::bigint % 24 + 24) % 24 end`;

/** Rows of each hour from those that have some. */
export function hoursOf(found: Float64Array, counts: Float64Array): Hours {
  return Array.from({ length: 24 }, (_, each) => counts[found.indexOf(each)] ?? 0);
}
