import {
  type DuckDBConnection,
  type DuckDBPreparedStatement,
  type DuckDBResult,
  StatementType,
} from '@duckdb/node-api';
import { FailureError, failure } from '../../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../../base/outcome.ts';
import type { PartitionQuery, QueryAnswer } from '../../../core/checks/partition-query.ts';
import { collectFailedRows } from './failed-rows.ts';
import { refuseOtherTypes, toNumber } from './number-result.ts';
import { type StatementContext, statementFault } from './statement-fault.ts';

/** The queries whose SQL a user wrote. */
export type UserQuery = Extract<PartitionQuery, { readonly sql: string }>;

/**
 * Runs a user's statement and takes its answer from the stream of its rows, so that nobody holds them all. The statement
 * runs as it was checked and is not made part of another one.
 */
export async function runStatement(
  run: { readonly connection: DuckDBConnection; readonly signal: AbortSignal },
  asked: UserQuery,
  about: StatementContext & { readonly rows: number },
): Promise<Outcome<QueryAnswer>> {
  try {
    const prepared = await run.connection.prepare(asked.sql);
    refuseOtherKinds(prepared);
    run.signal.throwIfAborted();
    if (asked.kind === 'custom_sql') {
      refuseOtherTypes(prepared);
      return succeed({ ...(await readNumber(await prepared.stream())), rows: about.rows });
    }
    const { count, sample } = await collectFailedRows(await prepared.stream(), run.signal);
    return succeed({ value: count, rows: about.rows, sample });
  } catch (thrown) {
    return fail(statementFault(thrown, asked, about));
  }
}

/** The gate has seen to it; it is looked at again because COPY could overwrite the very files that may be read. */
function refuseOtherKinds(prepared: DuckDBPreparedStatement): void {
  if (prepared.statementType === StatementType.SELECT) return;
  throw new FailureError(failure('QUERY_REFUSED', 'the statement is no single SELECT'));
}

async function readNumber(result: DuckDBResult): Promise<Pick<QueryAnswer, 'value' | 'exact'>> {
  const chunk = await result.fetchChunk();
  if (chunk === null || chunk.rowCount === 0) return { value: undefined };
  const next = chunk.rowCount === 1 ? await result.fetchChunk() : chunk;
  if (next !== null && next.rowCount > 0) {
    throw new FailureError(
      failure('QUERY_FAILED', 'the statement of custom_sql has more than one row as its result', {
        hint: 'give one number with an aggregate such as count(*); rows that should not exist are failed_rows',
      }),
    );
  }
  return toNumber(chunk.getColumnVector(0).getItem(0));
}
