import { FailureError, failure } from '../../base/errors.ts';
import type { RelationDefinition } from '../../core/datasets/provider-definition.ts';
import type { PartitionFilter } from '../../core/datasets/source.ts';
import type { TableSession } from '../../ports/table-source.ts';
import { relationName } from './table-columns.ts';

/** Scanning is right when most of what is scanned is found. */
const scannedPerFoundMax = 4;

/**
 * Protects a database from readings that would scan a large table for each of its partitions: throws
 * `PARTITION_COLUMN_UNFIT` unless an index leads to the rows of a partition.
 */
export async function refuseScan(
  session: TableSession,
  of: { readonly relation: RelationDefinition; readonly filter: PartitionFilter },
  scanRowsMax: number,
): Promise<void> {
  const { rowsScanned, rowsFound } = await session.cost(of.relation, of.filter);
  if (rowsScanned <= scanRowsMax || rowsScanned <= scannedPerFoundMax * rowsFound) return;
  const columns = columnsOf(of.filter);
  const name = relationName(of.relation);
  const rows = rowsScanned.toLocaleString('en-US', { maximumFractionDigits: 0 });
  throw new FailureError(
    failure(
      'PARTITION_COLUMN_UNFIT',
      `No index serves partitions by ${columns}: to find one, about ${rows} rows of ${name} would be read`,
      {
        where: columns,
        hint:
          of.relation.table === undefined
            ? `Create an index on ${columns} of the table behind the query, or partition by a column that has one`
            : `Create an index on ${name} (${columns}), or partition by a column that has an index`,
      },
    ),
  );
}

function columnsOf(filter: PartitionFilter): string {
  return filter.kind === 'time' ? filter.column : Object.keys(filter.values).join(', ');
}
