import { FailureError, failure } from '../../../base/errors.ts';
import type { QueryAnswer } from '../../../core/checks/partition-query.ts';
import { suggestion } from '../../../core/text/nearest.ts';
import type { QueryRequest } from '../../../ports/engine.ts';
import { readParquetFault } from '../parquet/parquet-relation.ts';
import { identifier } from '../sql.ts';
import type { Session } from '../worker/session.ts';
import { rowsSql } from './locked-database.ts';

/**
 * Counts, exactly, rows that are equal to an earlier one: in all columns, or in `column`, where null is equal to
 * nothing. First only hashes are grouped, which is small; then the rows themselves whose hash occurs twice. What does
 * not fit into memory is spilled.
 */
export async function countDuplicates(
  session: Session,
  request: QueryRequest,
  column?: string,
): Promise<QueryAnswer> {
  if (column !== undefined) refuseUnknown(column, request);
  const columns = column === undefined ? request.schema.map(({ name }) => name) : [column];
  const names = columns.map(identifier).join(', ');
  const present = column === undefined ? '' : `where ${names} is not null`;
  const data = `(${rowsSql(request)})`;
  try {
    const { rows } = await session.row(`select count(*)::double as rows from ${data}`);
    const { value } = await session.row(
      `with repeated as (select hash(${names}) as h from ${data} ${present} group by h having count(*) > 1)
       select coalesce(sum(n - 1), 0)::double as value from (
         select count(*) as n from (select ${names} from ${data} ${present})
         where hash(${names}) in (from repeated) group by ${names})`,
    );
    return { value: Number(value), rows: Number(rows) };
  } catch (thrown) {
    throw new FailureError(readParquetFault(thrown, request.paths));
  }
}

function refuseUnknown(column: string, { schema }: QueryRequest): void {
  if (schema.some(({ name }) => name === column)) return;
  const meant = suggestion(
    column,
    schema.map(({ name }) => name),
  );
  throw new FailureError(failure('COLUMN_NOT_FOUND', `the data has no column “${column}”${meant}`));
}
