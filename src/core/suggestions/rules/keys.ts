import { spanText } from '../evidence.ts';
import { type ColumnRule, evidenceMin } from './rule.ts';

/** So many rows on average must have different values: in small partitions everything is unique by chance. */
const rowsPerPartitionMin = 100;

/** A column whose values are all different within every partition. */
export const suggestKey: ColumnRule = ({ name, type, partitions }) => {
  const rows = partitions.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const isKeyKind = type.kind === 'integer' || type.kind === 'string' || type.kind === 'decimal';
  if (
    !isKeyKind ||
    partitions.length < evidenceMin.partitions ||
    rows < rowsPerPartitionMin * partitions.length
  )
    return [];
  const counts = partitions.map(({ facts }) => facts.metric('duplicate_count'));
  const hasNulls = partitions.some(({ facts }) => facts.metric('null_count')?.value !== 0);
  if (hasNulls || counts.some((count) => count?.value !== 0)) return [];
  const isSampled = counts.some(
    (count) => count?.absoluteError !== undefined || count?.relativeError !== undefined,
  );
  const how = isSampled ? ', in large partitions as far as a sample tells' : '';
  return [
    {
      column: name,
      kind: 'key',
      check: { duplicate_count: { must_be: 0 } },
      text: 'duplicate_count must be 0',
      evidence: `all values differ within each partition${how}: ${spanText(partitions)}`,
    },
  ];
};
