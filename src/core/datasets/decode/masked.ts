import type { DatasetDefinition, PartitionRule } from '../definition.ts';
import type { ColumnEntry } from './columns.ts';
import type { Place } from './place.ts';

type Given = Pick<DatasetDefinition, 'partition' | 'segments'> & { readonly columns: readonly ColumnEntry[] };

/** The columns that are `masked`; reports those whose values are keys of partitions or groups, which everybody sees. */
export function maskedColumns(
  { columns, partition, segments }: Given,
  place: Place,
): Pick<DatasetDefinition, 'maskedColumns'> {
  const shown = new Set([...partitionColumns(partition), ...segments.flatMap((segment) => segment.columns)]);
  for (const [position, { name, masked, segment }] of columns.entries()) {
    if (!masked || !(segment || shown.has(name))) continue;
    place
      .at('columns')
      .at(position)
      .at('masked')
      .report(
        'can not be true: the values of this column are names of partitions or groups; make the dataset private',
      );
  }
  const names = columns.filter(({ masked }) => masked).map(({ name }) => name);
  return names.length === 0 ? {} : { maskedColumns: names };
}

function partitionColumns(rule: PartitionRule): readonly string[] {
  return rule.kind === 'columns' ? rule.columns : rule.kind === 'path' ? rule.keys : [];
}
