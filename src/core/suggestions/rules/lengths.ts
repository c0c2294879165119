import { rangeOf } from '../column-history.ts';
import { spanText } from '../evidence.ts';
import { type ColumnRule, evidenceMin } from './rule.ts';

/** Texts that all have the same length, such as codes. */
export const suggestLength: ColumnRule = (column) => {
  const { name, type, partitions } = column;
  const rows = partitions.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const [shortest, longest] = [rangeOf(column, 'min_length'), rangeOf(column, 'max_length')];
  if (type.kind !== 'string' || partitions.length < evidenceMin.partitions || rows < evidenceMin.rows)
    return [];
  if (
    shortest === undefined ||
    longest === undefined ||
    shortest.least !== longest.most ||
    longest.most === 0
  )
    return [];
  const length = longest.most;
  const common = {
    column: name,
    kind: 'length',
    evidence: `all texts have ${length} characters in ${spanText(partitions)}`,
  } as const;
  return (['min_length', 'max_length'] as const).map((metric) => ({
    ...common,
    check: { [metric]: { must_be: length } },
    text: `${metric} must be ${length}`,
  }));
};
