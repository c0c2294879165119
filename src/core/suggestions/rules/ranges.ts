import { formatNumber } from '../../checks/format.ts';
import { type ColumnHistory, rangeOf } from '../column-history.ts';
import { spanText, tolerance, withLevel } from '../evidence.ts';
import { type ColumnRule, evidenceMin } from './rule.ts';

/** Bounds that a quantity has by its nature: those that were seen are no law, the largest flight is still to come. */
type NaturalRange = { readonly valid_min?: number; readonly valid_max?: number };

/** A natural range that all values keep. */
export const suggestRange: ColumnRule = (column) => {
  const { name, type, partitions } = column;
  const isNumber = type.kind === 'integer' || type.kind === 'decimal' || type.kind === 'float';
  const rows = partitions.reduce((sum, { rowCount }) => sum + rowCount, 0);
  if (!isNumber || partitions.length < evidenceMin.partitions || rows < evidenceMin.rows) return [];
  const [low, high] = [rangeOf(column, 'min'), rangeOf(column, 'max')];
  if (low === undefined || high === undefined || low.least === high.most) return [];
  const range = naturalRange(column, { least: low.least, most: high.most });
  if (range === undefined) return [];
  const violated = partitions.filter(({ facts }) => {
    const [min, max] = [facts.metric('min')?.value, facts.metric('max')?.value];
    return (min ?? 0) < (range.valid_min ?? -Infinity) || (max ?? 0) > (range.valid_max ?? Infinity);
  });
  const tolerated = tolerance(
    violated.map(({ key }) => key),
    partitions.length,
  );
  if (tolerated === undefined) return [];
  const words = [
    ...(range.valid_min === undefined ? [] : [`at least ${range.valid_min}`]),
    ...(range.valid_max === undefined ? [] : [`at most ${range.valid_max}`]),
  ].join(' and ');
  return [
    {
      column: name,
      kind: 'range',
      check: { invalid_percent: withLevel({ ...range, must_be: 0 }, tolerated) },
      text: `invalid_percent of values ${words} must be 0`,
      evidence: `values from ${formatNumber(low.least)} to ${formatNumber(high.most)} in ${spanText(partitions)}${tolerated.note}`,
    },
  ];
};

/** By what the values are, and by what the name says where it says something. */
function naturalRange(
  { name }: ColumnHistory,
  seen: { least: number; most: number },
): NaturalRange | undefined {
  const word = name.toLowerCase();
  if (/(?:^|_)lat(?:itude)?$/.test(word) && seen.least >= -90 && seen.most <= 90)
    return { valid_min: -90, valid_max: 90 };
  if (/(?:^|_)(?:lon|lng|longitude)$/.test(word) && seen.least >= -180 && seen.most <= 180)
    return { valid_min: -180, valid_max: 180 };
  if (seen.least < 0) return undefined;
  const isShare = /percent|pct|share|ratio|rate|probability/.test(word);
  if (isShare && seen.most <= 1) return { valid_min: 0, valid_max: 1 };
  if ((isShare && seen.most <= 100) || seen.most === 100) return { valid_min: 0, valid_max: 100 };
  return { valid_min: 0 };
}
