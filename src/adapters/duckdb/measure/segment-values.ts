import type { DuckDBConnection } from '@duckdb/node-api';
import { limits } from '../../../base/limits.ts';
import { familyByKey } from '../../../core/metrics/catalogue.ts';
import { duplicatesFamily } from '../../../core/metrics/families/duplicates.ts';
import { formatRows, formatsFamily } from '../../../core/metrics/families/formats.ts';
import { patternsFamily, patternsOf } from '../../../core/metrics/families/patterns.ts';
import { shapesOf, textShapesFamily } from '../../../core/metrics/families/text-shapes.ts';
import { frequentValues, topValuesFamily } from '../../../core/metrics/families/top-values.ts';
import { validityFamily } from '../../../core/metrics/families/validity.ts';
import { stateEntry } from '../../../core/metrics/family.ts';
import type { Frequencies } from '../../../core/metrics/frequencies.ts';
import { hashLimit } from '../../../core/metrics/sketches/hash.ts';
import { levelLimit, sampleValues } from '../../../core/metrics/sketches/value-sample.ts';
import { chooseTexts } from '../../../core/metrics/texts/text-sample.ts';
import type { StateEntries } from './bucket-pass.ts';
import { valueCells, valueTable } from './frequency-pass.ts';
import { groupSlices } from './group-slices.ts';
import type { MeasuredColumn } from './measured-column.ts';
import { queryColumns, type ResultColumns } from './result-columns.ts';
import { validityByGroup } from './validity-pass.ts';

/** The families that take the values themselves. */
const valueFamilies: readonly string[] = [
  duplicatesFamily.key,
  textShapesFamily.key,
  patternsFamily.key,
  formatsFamily.key,
  topValuesFamily.key,
];

/** Temporary table: the different values of each group with their rows. */
const valuesTable = 'assay_segment_values';

/**
 * What takes the values of each group, of those of `families` that need them: duplicates, frequent values, texts' shapes,
 * patterns and formats, validity. `values` is a table of the group `g` and the value `v`. DuckDB counts the different values
 * of each group within its memory, spilling to disk. Of columns with more of them than are looked at, each group's frequent
 * ones come back with exact counts and, of the others, those that a hash chose.
 */
export async function measureSegmentValues(
  connection: DuckDBConnection,
  column: MeasuredColumn,
  { values, families }: { readonly values: string; readonly families: ReadonlySet<string> },
): Promise<(group: number) => StateEntries> {
  const wanted = valueFamilies.filter((key) => families.has(key));
  const isJudged = families.has(validityFamily.key) && column.validity.length > 0;
  if (wanted.length > 0) {
    await connection.run(
      `create or replace temp table ${valuesTable} as select g, v, count(*) as n from ${values} group by g, v`,
    );
  }
  const rows = wanted.length > 0 ? valuesTable : `(select g, v, 1 as n from ${values})`;
  const validity = isJudged ? await validityByGroup(connection, column, { rows, group: 'g' }) : undefined;
  const counted = wanted.length > 0 ? await countedValues(connection, column, wanted) : undefined;
  // After a failure it goes with the connection.
  await connection.run(`drop table if exists ${valuesTable}`);
  return (group) => [
    ...(counted?.(group) ?? []),
    ...(validity === undefined ? [] : [stateEntry(validityFamily, validity(group))]),
  ];
}

async function countedValues(
  connection: DuckDBConnection,
  { form }: MeasuredColumn,
  wanted: readonly string[],
): Promise<(group: number) => StateEntries> {
  const spreads = await groupSpreads(connection);
  const chosen = Array.from(spreads.values(), ({ group, level, bound }) => {
    return `(${group}, ${levelLimit(level)}, ${bound})`;
  });
  const cells = valueCells(form).map((cell) => `, ${cell}`);
  const found = await groupSlices(
    connection,
    `select g::double, n::double, (hash(v) & ${hashLimit - 1})::double${cells.join('')}
     from (select ${valuesTable}.* from ${valuesTable}
       join (values ${[...chosen, '(-1, 0, 0)'].join(', ')}) as spread(of_group, below, bound)
         on g = of_group where (hash(v) & ${hashLimit - 1}) < below or n > bound)`,
  );
  return (group) => {
    const result = found.of(group);
    const table = frequencies(result, valueTable(form, result));
    const spread = spreads.get(group);
    if (spread === undefined || spread.level === 0) {
      return wanted.flatMap((key) => {
        const family = familyByKey(key);
        return family === undefined ? [] : [stateEntry(family, family.fromFrequencies(table))];
      });
    }
    const sampled = sampledEntries(table, spread);
    return sampled.filter(([key]) => wanted.includes(key));
  };
}

function frequencies(result: ResultColumns, values: Frequencies['values']): Frequencies {
  const counts = result.doubles(1);
  const rows = counts.reduce((sum, count) => sum + count, 0);
  return { rows, nulls: 0, missing: 0, counts, hashes: result.doubles(2), values };
}

/** How the rows of a group lie on its values, and which values are looked at. */
type GroupSpread = {
  readonly group: number;
  readonly rows: number;
  /** Of the values with at most `bound` rows those whose hash lies below this level's limit; at 0 all. */
  readonly level: number;
  /** All values with more rows are looked at. */
  readonly bound: number;
  /** Σ count² ÷ Σ count of the values with at most `bound` rows. */
  readonly unevenness: number;
};

async function groupSpreads(connection: DuckDBConnection): Promise<ReadonlyMap<number, GroupSpread>> {
  const most = limits.segmentCandidatesMax + 1;
  const bound = `coalesce(tops[${most}], 0)`;
  const frequent = `list_filter(tops, lambda n: n > ${bound})`;
  const result = await queryColumns(
    connection,
    `select g::double, different::double, total::double, ${bound}::double,
       coalesce(total - list_sum(${frequent}), total)::double,
       coalesce(squares - list_sum(list_transform(${frequent}, lambda n: n::double * n)), squares)::double
     from (select g, count(*) as different, sum(n) as total, sum(n::double * n) as squares, max(n, ${most}) as tops
       from ${valuesTable} group by g)`,
  );
  const [groups, different, rows, bounds, others, squares] = [0, 1, 2, 3, 4, 5].map((at) =>
    result.doubles(at),
  );
  const all = different?.reduce((sum, count) => sum + count, 0) ?? 0;
  const share = Math.max(limits.segmentDistinctMax, limits.segmentValuesMax / Math.max(1, result.rowCount));
  return new Map(
    Array.from(groups ?? [], (group, at) => {
      const count = different?.[at] ?? 0;
      const isWhole = all <= limits.segmentValuesMax || count <= share;
      const rest = others?.[at] ?? 0;
      return [
        group,
        {
          group,
          rows: rows?.[at] ?? 0,
          level: isWhole ? 0 : Math.ceil(Math.log2(count / share)),
          bound: isWhole ? 0 : (bounds?.[at] ?? 0),
          unevenness: rest === 0 ? 0 : (squares?.[at] ?? 0) / rest,
        },
      ] as const;
    }),
  );
}

function sampledEntries(table: Frequencies, spread: GroupSpread): StateEntries {
  const { level, bound, rows } = spread;
  const { hashes, counts, values } = table;
  const entries = [
    stateEntry(duplicatesFamily, { rows, sample: sampleValues(hashes, counts, level) }),
    stateEntry(topValuesFamily, frequentValues(table, bound)),
  ];
  if (values.kind !== 'text') return entries;
  const sample = chooseTexts({ texts: values.texts, hashes, counts }, { ...spread, heavy: [] });
  return [
    ...entries,
    stateEntry(textShapesFamily, shapesOf(sample)),
    stateEntry(patternsFamily, patternsOf(sample)),
    stateEntry(formatsFamily, formatRows(sample)),
  ];
}
