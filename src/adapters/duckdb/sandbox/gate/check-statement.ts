import type { DuckDBConnection } from '@duckdb/node-api';
import { type Failure, FailureError, failure } from '../../../../base/errors.ts';
import { limits } from '../../../../base/limits.ts';
import type { Schema } from '../../../../core/datasets/schema.ts';
import { placeOf, refuseAt, tooNested } from './refusal.ts';
import { walkStatement } from './statement-walk.ts';

/**
 * Why a statement of a user must not run; undefined when it may. DuckDB's own parser reads it, on a connection that the
 * user's statement never sees, so that what is checked is what would run.
 */
export async function checkStatement(
  trusted: DuckDBConnection,
  sql: string,
  columns: Schema,
): Promise<Failure | undefined> {
  try {
    checkText(sql);
    const body = await parse(trusted, sql);
    walkStatement(body, { columns, refuse: (offset) => refuseAt(sql, offset) });
    return undefined;
  } catch (thrown) {
    if (thrown instanceof FailureError) return thrown.failure;
    throw thrown;
  }
}

function checkText(sql: string): void {
  const refuse = refuseAt(sql, undefined);
  if (sql.length > limits.queryCharactersMax) {
    throw refuse(
      `the statement has ${sql.length} characters, more than the ${limits.queryCharactersMax} allowed`,
      { hint: 'make it shorter, or split it into several checks' },
    );
  }
  if (sql.includes('\0') || !sql.isWellFormed()) {
    throw refuse('the statement has characters that no text has', { hint: 'write it anew, by hand' });
  }
}

type Parsed =
  | { readonly error: false; readonly statements: readonly unknown[] }
  | {
      readonly error: true;
      readonly error_type: string;
      readonly error_message: string;
      readonly position?: string;
    };

async function parse(trusted: DuckDBConnection, sql: string): Promise<unknown> {
  const reader = await trusted.runAndReadAll(
    'select json_serialize_sql($1::varchar, skip_null := true, skip_empty := true, skip_default := true)::varchar',
    [sql],
  );
  const parsed = JSON.parse(String(reader.getRows()[0]?.[0])) as Parsed;
  const refuse = refuseAt(sql, undefined);
  if (parsed.error) throw parsed.error_type === 'not implemented' ? refuse(onlySelect) : notSql(sql, parsed);
  const [statement, another] = parsed.statements;
  if (statement === undefined) throw refuse('the statement is empty');
  if (another !== undefined) {
    throw refuse(`there are ${parsed.statements.length} statements: exactly one is allowed`);
  }
  return statement;
}

const messageCharactersMax = 300;
const onlySelect = 'the statement is no single SELECT: changes, settings, PIVOT and the like are not allowed';

const tooDeep = /expression depth limit|memory exhausted/;

function notSql(sql: string, { error_message: message, position }: Extract<Parsed, { error: true }>): Error {
  if (tooDeep.test(message)) return refuseAt(sql, undefined)(tooNested, { hint: 'make it simpler' });
  return new FailureError(
    failure('QUERY_FAILED', `the statement is not valid SQL: ${message.slice(0, messageCharactersMax)}`, {
      where: position === undefined ? undefined : placeOf(sql, Number(position)),
      hint: 'write it in the SQL of DuckDB',
    }),
  );
}
