import type { DuckDBConnection } from '@duckdb/node-api';
import { limits } from '../../../base/limits.ts';
import { type Distinct, distinctOfHashes, shortenDistinct } from '../../../core/metrics/families/distinct.ts';
import { hashLimit } from '../../../core/metrics/sketches/hash.ts';
import { rank, rankBits, registerCount } from '../../../core/metrics/sketches/hyper-log-log.ts';
import { groupSlices } from './group-slices.ts';
import { registerOf } from './hash-groups.ts';

/**
 * The distinct values of each group of `values`, a table of the group `g` and the value `v`. Registers come first: where
 * more of them are taken than a group may keep hashes, they are the state; the hashes of the other groups are few.
 */
export async function measureSegmentDistinct(
  connection: DuckDBConnection,
  values: string,
): Promise<(group: number) => Distinct> {
  const registers = await groupSlices(
    connection,
    `select g::double, ${registerOf('h')}::double, min((h >> 12) & ${2 ** rankBits - 1})::double
     from (select g, hash(v) as h from ${values}) group by g, ${registerOf('h')}`,
  );
  const few = registers.groups.filter((group) => registers.of(group).rowCount <= limits.segmentDistinctMax);
  const hashes = await groupSlices(
    connection,
    `select distinct g::double, (hash(v) & ${hashLimit - 1})::double
     from ${values} where g in (${[-1, ...few].join(', ')})`,
  );
  return (group) => {
    const taken = registers.of(group);
    if (taken.rowCount <= limits.segmentDistinctMax) {
      return shortenDistinct(distinctOfHashes(hashes.of(group).doubles(1)));
    }
    const all = new Uint8Array(registerCount);
    const leasts = taken.doubles(2);
    taken.doubles(1).forEach((register, at) => {
      all[register] = rank(leasts[at] ?? 0);
    });
    return { kind: 'sketch', registers: all };
  };
}
