import assert from 'node:assert/strict';
import { DuckDBInstance } from '@duckdb/node-api';
import { checkStatement } from '../../../../src/adapters/duckdb/sandbox/gate/check-statement.ts';
import type { Failure } from '../../../../src/base/errors.ts';
import { columnType, type Schema } from '../../../../src/core/datasets/schema.ts';

/** Columns that statements of the tests may use. */
const flights: Schema = [
  { name: 'id', type: columnType('BIGINT') },
  { name: 'day', type: columnType('DATE') },
  { name: 'delay', type: columnType('DOUBLE') },
  { name: 'carrier', type: columnType('VARCHAR') },
];

const trusted = await (await DuckDBInstance.create(':memory:')).connect();

/** Why a statement is refused; undefined when it may run. */
export function checked(sql: string, columns: Schema = flights): Promise<Failure | undefined> {
  return checkStatement(trusted, sql, columns);
}

/** Fails the test unless each statement is refused for a reason that matches. */
export async function assertRefused(statements: Readonly<Record<string, RegExp>>): Promise<void> {
  for (const [sql, why] of Object.entries(statements)) {
    const refusal = await checked(sql);
    assert.equal(refusal?.code, 'QUERY_REFUSED', sql);
    assert.match(refusal.message, why, sql);
  }
}
