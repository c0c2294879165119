import type { DatasetDefinition, PartitionRule } from '../../../src/core/datasets/definition.ts';
import type {
  PostgresProviderDefinition,
  RelationDefinition,
} from '../../../src/core/datasets/provider-definition.ts';
import { defineFiles } from '../files/define-files.ts';

/** The definition of a dataset of a PostgreSQL server, whose address is in the variable SOURCE. */
export function definePostgres(
  relation: RelationDefinition,
  partition: PartitionRule = { kind: 'none' },
  provider: Partial<Pick<PostgresProviderDefinition, 'updatedColumn' | 'url'>> = {},
): DatasetDefinition {
  const url = { from: 'environment', name: 'SOURCE' } as const;
  return { ...defineFiles('', partition), provider: { type: 'postgres', url, ...relation, ...provider } };
}
