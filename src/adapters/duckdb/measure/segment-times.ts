import type { DuckDBConnection } from '@duckdb/node-api';
import { hoursFamily } from '../../../core/metrics/families/hours.ts';
import { settleTimeQuantiles, timeQuantilesFamily } from '../../../core/metrics/families/time-quantiles.ts';
import { stateEntry } from '../../../core/metrics/family.ts';
import { collectBuckets } from '../../../core/metrics/sketches/buckets.ts';
import { hourNumber, hoursOf, type StateEntries, timeBuckets } from './bucket-pass.ts';
import type { GroupStates } from './group-aggregates.ts';
import { groupSlices } from './group-slices.ts';
import type { MeasuredColumn } from './measured-column.ts';

/**
 * Percentiles of times and hours of the day of each group, each from one `GROUP BY` of `values`, a table of the group `g`
 * and the value `v`, where `families` has them. `ranges` are those of the groups, by number.
 */
export async function measureSegmentTimes(
  connection: DuckDBConnection,
  { form }: MeasuredColumn,
  of: {
    readonly values: string;
    readonly ranges: readonly GroupStates[];
    readonly families: ReadonlySet<string>;
  },
): Promise<(group: number) => StateEntries> {
  const { kind } = form;
  if (kind !== 'date' && kind !== 'timestamp' && kind !== 'time') return () => [];
  const { values, ranges, families } = of;
  const finite = kind === 'time' ? values : `(select * from ${values} where isfinite(v))`;
  // One width for all groups, so that one query is enough.
  const buckets = timeBuckets(kind, {
    min: ranges.reduce((least, { min }) => Math.min(least, min), Number.POSITIVE_INFINITY),
    max: ranges.reduce((most, { max }) => Math.max(most, max), Number.NEGATIVE_INFINITY),
  });
  const quantiles = families.has(timeQuantilesFamily.key)
    ? await groupSlices(
        connection,
        `select g::double, ${buckets.number}::double as b, count(*)::double from ${finite} group by g, b`,
      )
    : undefined;
  const hours = families.has(hoursFamily.key)
    ? await groupSlices(
        connection,
        `select g::double, (${hourNumber})::double as b, count(*)::double
         from (select g, epoch_us(v) as e from ${finite}) group by g, b`,
      )
    : undefined;
  return (group) => {
    const own = quantiles?.of(group);
    const hourly = hours?.of(group);
    const { min, max } = ranges[group] ?? timeQuantilesFamily.empty();
    const { stepMs, collapses } = buckets;
    return [
      ...(own === undefined || own.rowCount === 0
        ? []
        : [
            stateEntry(
              timeQuantilesFamily,
              settleTimeQuantiles({
                stepMs,
                collapses,
                min,
                max,
                buckets: collectBuckets(own.doubles(1), own.doubles(2)),
              }),
            ),
          ]),
      ...(own?.rowCount === 0 ? [stateEntry(timeQuantilesFamily, timeQuantilesFamily.empty())] : []),
      ...(hourly === undefined
        ? []
        : [stateEntry(hoursFamily, hoursOf(hourly.doubles(1), hourly.doubles(2)))]),
    ];
  };
}
