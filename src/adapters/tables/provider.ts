import { assert } from '../../base/assert.ts';
import { limits } from '../../base/limits.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import type { TableProviderDefinition } from '../../core/datasets/provider-definition.ts';
import type { Provider } from '../../ports/provider.ts';
import type { TableSource } from '../../ports/table-source.ts';
import { withinDeadline } from '../../ports/within-deadline.ts';
import { fetchRows } from './fetch-rows.ts';
import { listGroups } from './list-groups.ts';
import { schemaOf } from './table-columns.ts';

export type TableProviderOptions = {
  /** Rows that may be read without an index to find a partition, and to tell whether it has changed. */
  readonly scanRowsMax?: number;
};

/**
 * The provider of a database's tables, views and queries. Partitions are counted by the database, in one statement. Their
 * rows are written to a file here, which the engine then reads: what is verified and what is read is the same state of
 * the data. A partition that only a scan of a large table could find is refused.
 */
export function createTableProvider(
  source: TableSource,
  { scanRowsMax = limits.tableScanRowsMax }: TableProviderOptions = {},
): Provider {
  return {
    partitions: (request) =>
      withinDeadline('The listing of partitions', request.wait, async (wait) => {
        await using session = await source.open(tablesOf(request.definition), wait);
        return await listGroups(session, { ...request, wait }, scanRowsMax);
      }),
    schema: (definition, given) =>
      withinDeadline('The look at the columns', given, async (wait) => {
        const provider = tablesOf(definition);
        await using session = await source.open(provider, wait);
        return schemaOf((await session.describe(provider)).columns);
      }),
    fetch: (request) =>
      withinDeadline('The reading of rows', request.wait, async (wait) => {
        await using session = await source.open(tablesOf(request.definition), wait);
        return await fetchRows(session, { ...request, wait }, scanRowsMax);
      }),
  };
}

function tablesOf({ provider }: DatasetDefinition): TableProviderDefinition {
  assert(
    provider.type === 'postgres' || provider.type === 'mysql' || provider.type === 'sqlite',
    'providers of tables read tables',
  );
  return provider;
}
