import type { DuckDBConnection } from '@duckdb/node-api';
import { limits } from '../../../base/limits.ts';
import { duplicatesFamily } from '../../../core/metrics/families/duplicates.ts';
import { formatRows, formatsFamily } from '../../../core/metrics/families/formats.ts';
import { patternsFamily, patternsOf } from '../../../core/metrics/families/patterns.ts';
import { shapesOf, textShapesFamily } from '../../../core/metrics/families/text-shapes.ts';
import {
  settleTopValues,
  type TopEntry,
  topValuesFamily,
} from '../../../core/metrics/families/top-values.ts';
import { stateEntry } from '../../../core/metrics/family.ts';
import { hashLimit } from '../../../core/metrics/sketches/hash.ts';
import { type HashSpread, hashSpread } from '../../../core/metrics/sketches/hash-spread.ts';
import { estimateDistinct } from '../../../core/metrics/sketches/hyper-log-log.ts';
import { levelLimit, sampleValues } from '../../../core/metrics/sketches/value-sample.ts';
import { scannedCharactersMax, textLabel } from '../../../core/metrics/texts/shorten.ts';
import { chooseTexts, type HashedTexts } from '../../../core/metrics/texts/text-sample.ts';
import type { StateEntries } from './bucket-pass.ts';
import { type HashGroups, registerOf, total } from './hash-groups.ts';
import type { MeasuredColumn } from './measured-column.ts';
import { queryColumns } from './result-columns.ts';

/** Different texts whose shapes, patterns and formats stand for those of all. */
const sampledTextsMin = 8_192;

/** Groups that are counted value by value: at most 1.6 % of evenly spread values. */
const heavyGroupsMax = 64;

/**
 * What takes the values themselves, of a column with too many to look at them all: those that are frequent, with exact
 * counts, and those whose hash lies below a limit, which stand for the others.
 *
 * A value is at most as frequent as the group its hash falls into, so only groups that stand out of the even spread can
 * hold a frequent one: their rows are counted by value, and the largest other group bounds what is unknown.
 */
export async function measureSample(
  connection: DuckDBConnection,
  column: MeasuredColumn,
  groups: HashGroups,
): Promise<StateEntries> {
  const hasTop = topValuesFamily.applies(column.type.kind);
  const spread = hashSpread(groups.rowsOfRegister, hasTop ? heavyGroupsMax : 0);
  const isText = column.form.kind === 'text';
  const wanted = isText ? sampledTextsMin : limits.sampledValuesMax;
  // A tenth more than wanted, because the number of different values is an estimate.
  const level = Math.max(0, Math.floor(Math.log2((0.9 * estimateDistinct(groups.registers)) / wanted)));
  const values = await queryValues(connection, column, { level, ...spread });
  const rows = total(groups.counts);
  const entries = [
    stateEntry(duplicatesFamily, { rows, sample: sampleValues(values.hashes, values.counts, level) }),
  ];
  if (hasTop) {
    const candidates = topEntries(values, spread.bound);
    entries.push(stateEntry(topValuesFamily, settleTopValues(candidates, spread.bound)));
  }
  if (!isText) return entries;
  const sample = chooseTexts(values, { level, rows, ...spread });
  return [
    ...entries,
    stateEntry(textShapesFamily, shapesOf(sample)),
    stateEntry(patternsFamily, patternsOf(sample)),
    stateEntry(formatsFamily, formatRows(sample)),
  ];
}

/** Different values with their full lengths; without texts where only the hash is wanted. */
type Values = HashedTexts & { readonly lengths: Float64Array };

async function queryValues(
  connection: DuckDBConnection,
  column: MeasuredColumn,
  { level, heavy, bound }: HashSpread & { readonly level: number },
): Promise<Values> {
  const isText = column.form.kind === 'text';
  const isChosen = `(h & ${hashLimit - 1}) < ${levelLimit(level)}`;
  const isHeavy = heavy.length === 0 ? '' : ` or ${registerOf('h')} in (${heavy.join(', ')})`;
  // Of a list or another long value its hash is enough, and of a chosen number as well.
  const grouped = heavy.length === 0 && !isText ? 'h' : 'v, h';
  const shown = isText ? 'v' : `case when n > ${bound} then v::varchar else '' end`;
  const text = grouped === 'h' ? `'', 0::double` : `left(t, ${scannedCharactersMax}), length(t)::double`;
  const result = await queryColumns(
    connection,
    `select (h & ${hashLimit - 1})::double, n::double, ${text}
     from (select *${grouped === 'h' ? '' : `, ${shown} as t`}
       from (select ${grouped}, count(*) as n from (select v, hash(v) as h from ${column.values})
         where ${isChosen}${isHeavy} group by ${grouped})
       where ${isChosen} or n > ${bound})
     order by h`,
  );
  return {
    hashes: result.doubles(0),
    counts: result.doubles(1),
    texts: grouped === 'h' ? [] : result.texts(2),
    lengths: result.doubles(3),
  };
}

function topEntries({ hashes, counts, texts, lengths }: Values, bound: number): TopEntry[] {
  const entries: TopEntry[] = [];
  counts.forEach((count, at) => {
    if (count <= bound) return;
    const text = textLabel(texts[at] ?? '', lengths[at] ?? 0, hashes[at] ?? 0);
    entries.push({ text, count, error: 0 });
  });
  return entries;
}
