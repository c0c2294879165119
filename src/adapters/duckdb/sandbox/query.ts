import { FailureError } from '../../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../../base/outcome.ts';
import type { QueryAnswer } from '../../../core/checks/partition-query.ts';
import type { QueryRequest } from '../../../ports/engine.ts';
import { readParquetFault } from '../parquet/parquet-relation.ts';
import type { Session } from '../worker/session.ts';
import { countDuplicates } from './duplicates.ts';
import { checkStatement } from './gate/check-statement.ts';
import { openLockedDatabase } from './locked-database.ts';
import { runStatement, type UserQuery } from './user-statement.ts';

/** Puts a question to all rows of a revision. */
export async function query(session: Session, request: QueryRequest): Promise<Outcome<QueryAnswer>> {
  const { query: asked } = request;
  switch (asked.kind) {
    case 'custom_sql':
    case 'failed_rows': {
      const refusal = await checkStatement(session.connection, asked.sql, request.schema);
      return refusal === undefined ? runUserQuery(session, request, asked) : fail(refusal);
    }
    case 'duplicate_rows':
      return succeed(await countDuplicates(session, request));
    case 'duplicate_values':
      return succeed(await countDuplicates(session, request, asked.column));
  }
}

/** Runs a user's statement without looking at it: for `query`, after its look, and for tests of what holds if that fails. */
export async function runUserQuery(
  session: Session,
  request: QueryRequest,
  asked: UserQuery,
): Promise<Outcome<QueryAnswer>> {
  using database = await openData(session, request);
  const { connection, rows } = database;
  const run = { connection, signal: session.signal };
  return await session.lend(connection, () => runStatement(run, asked, { rows, request }));
}

async function openData(session: Session, request: QueryRequest): ReturnType<typeof openLockedDatabase> {
  try {
    return await openLockedDatabase(request, session.memoryMb);
  } catch (thrown) {
    throw new FailureError(readParquetFault(thrown, request.paths));
  }
}
