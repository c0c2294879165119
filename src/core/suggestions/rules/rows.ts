import { spanText } from '../evidence.ts';
import { type DatasetRule, evidenceMin } from './rule.ts';

/** A partition is never empty. */
export const suggestRows: DatasetRule = ({ partitions }) => {
  if (partitions.length < evidenceMin.partitions || partitions.some(({ rowCount }) => rowCount === 0))
    return [];
  const least = Math.min(...partitions.map(({ rowCount }) => rowCount));
  return [
    {
      kind: 'rows',
      check: { row_count: { must_be_greater_than: 0 } },
      text: 'row_count must be greater than 0',
      evidence: `never empty, at least ${least} rows, in ${spanText(partitions)}`,
    },
  ];
};
