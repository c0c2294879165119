import { formatNumber } from '../../checks/format.ts';
import { validFormats } from '../../metrics/validity-rule.ts';
import { sumOf } from '../column-history.ts';
import { spanText } from '../evidence.ts';
import { type ColumnRule, evidenceMin } from './rule.ts';

const matchMin = 0.999;

/** A format that at least 99.9 % of all texts have; it fails, or bounds the share of others by what it was. */
export const suggestFormat: ColumnRule = (column) => {
  const { name, type, partitions } = column;
  const texts = partitions.reduce((sum, { rowCount }) => sum + rowCount, 0) - sumOf(column, 'null_count');
  if (type.kind !== 'string' || partitions.length < evidenceMin.partitions || texts < evidenceMin.rows)
    return [];
  const rowsOf = (format: string): number =>
    partitions.reduce((sum, { facts }) => sum + (facts.formats.get(format) ?? 0), 0);
  // The order of the list is from special to general: every UUID is text, few texts are UUIDs.
  const format = validFormats.find((one) => rowsOf(one) >= matchMin * texts);
  if (format === undefined) return [];
  const share = rowsOf(format) / texts;
  const worst = Math.max(
    ...partitions.map(({ rowCount, facts }) => {
      const own = rowCount - (facts.metric('null_count')?.value ?? 0);
      return own === 0 ? 0 : 100 * (1 - (facts.formats.get(format) ?? 0) / own);
    }),
  );
  const isWhole = share === 1;
  const bound = isWhole
    ? { must_be: 0 }
    : { must_be_less_than: Math.ceil(10 * (worst + 0.1)) / 10, level: 'warn' };
  return [
    {
      column: name,
      kind: 'format',
      check: { invalid_percent: { valid_format: format, ...bound } },
      text: `invalid_percent of format ${format} must be ${isWhole ? '0' : `less than ${bound.must_be_less_than ?? 0}`}`,
      evidence: `${isWhole ? 'all' : `${formatNumber(100 * share)} %`} of the texts are ${format} in ${spanText(partitions)}`,
    },
  ];
};
