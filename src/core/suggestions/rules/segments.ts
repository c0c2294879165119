import { formatNumber } from '../../checks/format.ts';
import { spanText } from '../evidence.ts';
import type { ColumnRule } from './rule.ts';
import { closedSet } from './values.ts';

const groupsMax = 20;
/** Partitions in which a value occurs, so that its group has a history to learn from. */
const presentShareMin = 0.9;

/** Groups of rows that may be worth a look of their own: few values, nearly all in nearly every partition. A proposal only. */
export const suggestSegment: ColumnRule = (column) => {
  const { name, type, partitions } = column;
  const set = closedSet(column);
  if (type.kind !== 'string' || set === undefined || set.values.size > groupsMax) return [];
  const steady = [...set.values].filter(
    (value) =>
      partitions.filter(({ facts }) => facts.values?.has(value) === true).length >=
      presentShareMin * partitions.length,
  );
  if (steady.length < 2 || steady.length < presentShareMin * set.values.size) return [];
  return [
    {
      column: name,
      kind: 'segment',
      text: 'segment: true',
      evidence: `${formatNumber(set.values.size)} groups, ${formatNumber(steady.length)} of them in nearly every partition: ${spanText(partitions)}`,
    },
  ];
};
