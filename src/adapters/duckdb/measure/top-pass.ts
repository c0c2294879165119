import type { DuckDBConnection } from '@duckdb/node-api';
import {
  settleTopValues,
  type TopValues,
  topCandidatesMax,
} from '../../../core/metrics/families/top-values.ts';
import { hashLimit } from '../../../core/metrics/sketches/hash.ts';
import { registerCount } from '../../../core/metrics/sketches/hyper-log-log.ts';
import { textCharactersMax, textLabel } from '../../../core/metrics/texts/shorten.ts';
import { registerOf, total } from './hash-groups.ts';
import type { MeasuredColumn } from './measured-column.ts';
import { queryColumns } from './result-columns.ts';

/** Groups that are counted value by value: at most 1.6 % of evenly spread values. */
const heavyGroupsMax = 64;

/**
 * The most frequent values of a column with many different ones, with exact counts. A value is at most as frequent as
 * the group its hash falls into, so only groups that stand out of the even spread can hold a frequent one: their rows
 * are counted by value, and the largest other group bounds what is unknown.
 */
export async function measureTopValues(
  connection: DuckDBConnection,
  column: MeasuredColumn,
  rowsOfRegister: Float64Array,
): Promise<TopValues> {
  const { heavy, bound } = heavyGroups(rowsOfRegister);
  if (heavy.length === 0) return settleTopValues([], bound);
  const result = await queryColumns(
    connection,
    `select left(v::varchar, ${textCharactersMax}), length(v::varchar)::double, (h & ${hashLimit - 1})::double, n::double
     from (select v, hash(v) as h, count(*) as n from ${column.values}
       where ${registerOf('hash(v)')} in (${heavy.join(', ')}) group by v)
     where n > ${bound} order by n desc, h limit ${topCandidatesMax + 1}`,
  );
  const [texts, lengths, hashes, counts] = [
    result.texts(0),
    result.doubles(1),
    result.doubles(2),
    result.doubles(3),
  ];
  const candidates = texts.map((text, at) => ({
    text: textLabel(text, lengths[at] ?? 0, hashes[at] ?? 0),
    count: counts[at] ?? 0,
    error: 0,
  }));
  return settleTopValues(candidates, bound);
}

function heavyGroups(rows: Float64Array): { heavy: readonly number[]; bound: number } {
  const mean = total(rows) / registerCount;
  // Six standard deviations of an even spread: no group of 4,096 gets there by chance.
  const bar = mean + 6 * Math.sqrt(mean) + 1;
  const order = Array.from(rows.keys())
    .filter((group) => (rows[group] ?? 0) > bar)
    .sort((a, b) => (rows[b] ?? 0) - (rows[a] ?? 0));
  const heavy = order.slice(0, heavyGroupsMax);
  const chosen = new Set(heavy);
  const bound = rows.reduce((most, count, group) => (chosen.has(group) ? most : Math.max(most, count)), 0);
  return { heavy, bound };
}
