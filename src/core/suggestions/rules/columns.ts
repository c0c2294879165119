import { spanText } from '../evidence.ts';
import { type DatasetRule, evidenceMin } from './rule.ts';

const columnsNamed = 12;

/** The number of columns stays as it is. Which one came, went or changed its type is what the schema check tells anyway. */
export const suggestColumnCount: DatasetRule = ({ partitions }) => {
  const schema = partitions.at(-1)?.schema ?? [];
  const text = JSON.stringify(schema);
  const isStable = partitions.every((one) => JSON.stringify(one.schema) === text);
  if (partitions.length < evidenceMin.partitions || schema.length === 0 || !isStable) return [];
  const named = schema.slice(0, columnsNamed).map(({ name, type }) => `${name} ${type.native}`);
  const more = schema.length > columnsNamed ? ` and ${schema.length - columnsNamed} more` : '';
  return [
    {
      kind: 'schema',
      check: { column_count: { must_be: schema.length } },
      text: `column_count must be ${schema.length}`,
      evidence: `the same columns and types (${named.join(', ')}${more}) in ${spanText(partitions)}`,
    },
  ];
};
