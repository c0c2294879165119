import { formatNumber } from '../../checks/format.ts';
import { rangeOf } from '../column-history.ts';
import { spanText } from '../evidence.ts';
import { type ColumnRule, evidenceMin } from './rule.ts';

const partitionsMin = 14;

/** Where nulls come and go, fewer of them are good news: only a rise is worth an alarm. */
export const suggestNullDirection: ColumnRule = (column) => {
  const { name, partitions } = column;
  const range = rangeOf(column, 'null_percent');
  const withNulls = partitions.filter(({ facts }) => (facts.metric('null_count')?.value ?? 0) > 0).length;
  const isRegular = withNulls > 0.1 * partitions.length && partitions.length >= partitionsMin;
  if (
    range === undefined ||
    !isRegular ||
    range.least === range.most ||
    partitions.length < evidenceMin.partitions
  )
    return [];
  return [
    {
      column: name,
      kind: 'learned',
      check: { null_percent: { learned: true, direction: 'up' } },
      text: 'null_percent as learned, only a rise',
      evidence: `${formatNumber(range.least)}–${formatNumber(range.most)} % nulls in ${spanText(partitions)}; fewer are good news`,
    },
  ];
};
