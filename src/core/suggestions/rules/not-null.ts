import { sumOf } from '../column-history.ts';
import { spanText, tolerance, withLevel } from '../evidence.ts';
import { type ColumnRule, evidenceMin } from './rule.ts';

/** A column without nulls, in every partition or in all but very few. */
export const suggestNotNull: ColumnRule = (column) => {
  const { name, partitions } = column;
  const nulls = sumOf(column, 'null_count');
  const rows = partitions.reduce((sum, { rowCount }) => sum + rowCount, 0);
  if (partitions.length < evidenceMin.partitions || rows < evidenceMin.rows) return [];
  const violated = partitions.filter(({ facts }) => facts.metric('null_count')?.value !== 0);
  const tolerated = tolerance(
    violated.map(({ key }) => key),
    partitions.length,
  );
  if (tolerated === undefined) return [];
  return [
    {
      column: name,
      kind: 'not_null',
      check: { null_percent: withLevel({ must_be: 0 }, tolerated) },
      text: 'null_percent must be 0',
      evidence: `${nulls} nulls in ${spanText(partitions)}${tolerated.note}`,
    },
  ];
};
