import type { DuckDBConnection } from '@duckdb/node-api';
import { day, minute } from '../../../base/units.ts';
import { logGamma, quantilesFamily, settleQuantiles } from '../../../core/metrics/families/quantiles.ts';
import { signsFamily } from '../../../core/metrics/families/signs.ts';
import { settleTimeQuantiles, timeQuantilesFamily } from '../../../core/metrics/families/time-quantiles.ts';
import { stateEntry } from '../../../core/metrics/family.ts';
import { collectBuckets } from '../../../core/metrics/sketches/buckets.ts';
import { timeMilliseconds } from './frequency-pass.ts';
import type { GroupStates } from './group-aggregates.ts';
import type { MeasuredColumn } from './measured-column.ts';
import { queryColumns } from './result-columns.ts';

type StateEntries = readonly (readonly [string, unknown])[];

/** Bucket numbers of doubles lie between −37,300 and 35,500; negative values are moved below, the rest has its own. */
const negativeOffset = -200_000;
const special = { zero: 400_000, nan: 400_001, infinite: 400_002 } as const;

/** Quantiles and signs of a number column from one `GROUP BY bucket`. */
export async function measureLogBuckets(
  connection: DuckDBConnection,
  column: MeasuredColumn,
  { min, max }: GroupStates,
): Promise<StateEntries> {
  // ln(0) is an error, and CASE keeps it from what is not positive.
  const result = await queryColumns(
    connection,
    `select b::double, count(*)::double from (
       select case when isnan(x) then ${special.nan} when isinf(x) then ${special.infinite}
         when x > 0 then ceil(ln(x) / ${logGamma})::integer
         when x < 0 then ${negativeOffset} - ceil(ln(-x) / ${logGamma})::integer
         else ${special.zero} end as b
       from (select v::double as x from ${column.values})) group by b`,
  );
  const [numbers, counts] = [result.doubles(0), result.doubles(1)];
  const of = (number: number): number => counts[numbers.indexOf(number)] ?? 0;
  const isNegative = (number: number): boolean => number < negativeOffset / 2;
  const isPositive = (number: number): boolean => !isNegative(number) && number < special.zero;
  const pick = (wanted: (number: number) => boolean, place: (number: number) => number): Float64Array =>
    numbers.map((number) => (wanted(number) ? place(number) : Number.NaN));
  const negatives = pick(isNegative, (number) => negativeOffset - number);
  const quantiles = settleQuantiles({
    collapses: 0,
    negative: collectBuckets(negatives, counts),
    zeros: of(special.zero),
    positive: collectBuckets(
      pick(isPositive, (number) => number),
      counts,
    ),
    min,
    max,
  });
  const signs = {
    zeros: of(special.zero),
    negatives: counts.reduce((sum, count, at) => sum + (Number.isNaN(negatives[at]) ? 0 : count), 0),
    nans: of(special.nan),
    infinites: of(special.infinite),
  };
  return [stateEntry(quantilesFamily, quantiles), stateEntry(signsFamily, signs)];
}

/** Buckets that one query may give before they are joined in TypeScript. */
const queriedBucketsMax = 65_536;

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
  const stepMs = kind === 'date' ? day : minute;
  let collapses = 0;
  while ((states.max - states.min) / (stepMs * 2 ** collapses) > queriedBucketsMax) collapses++;
  const finite = kind === 'time' ? 'true' : 'isfinite(v)';
  const result = await queryColumns(
    connection,
    `select b, count(*)::double from (
       select floor(${timeMilliseconds(kind)} / ${stepMs * 2 ** collapses}::double) as b
       from ${column.values} where ${finite}) group by b`,
  );
  const buckets = collectBuckets(result.doubles(0), result.doubles(1));
  const { min, max } = states;
  const quantiles = settleTimeQuantiles({ stepMs, collapses, buckets, min, max });
  return [...infinite, stateEntry(timeQuantilesFamily, quantiles)];
}
