import {
  DuckDBDecimalValue,
  type DuckDBPreparedStatement,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api';
import { FailureError, failure } from '../../../base/errors.ts';
import type { QueryAnswer } from '../../../core/checks/partition-query.ts';
import { decimalText } from '../../../core/metrics/texts/decimal-text.ts';

const numberTypes: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.BIGNUM,
  DuckDBTypeId.DECIMAL,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.BOOLEAN,
  DuckDBTypeId.SQLNULL,
]);

/** Fails a statement whose result is no single column of numbers or truth values, before it runs. */
export function refuseOtherTypes(prepared: DuckDBPreparedStatement): void {
  const { columnCount } = prepared;
  if (columnCount !== 1) {
    throw unfit(
      `${columnCount} columns`,
      'select one number; for rows that should not exist there is failed_rows',
    );
  }
  const typeId = prepared.columnTypeId(0);
  if (numberTypes.has(typeId)) return;
  const type = prepared.columnType(0).toString();
  throw unfit(`a column of type ${type.slice(0, 100)}`, hintOf(typeId));
}

/**
 * The value of a cell: a truth value is 0 or 1, null is none. An infinite number or one that is not a number fails: it
 * says that the statement divided by zero, which is no answer and should not look like a missing one.
 */
export function toNumber(cell: DuckDBValue): Pick<QueryAnswer, 'value' | 'exact'> {
  if (cell === null) return { value: undefined };
  if (typeof cell === 'boolean') return { value: cell ? 1 : 0 };
  if (typeof cell === 'bigint') return ofUnits(cell, 0);
  if (cell instanceof DuckDBDecimalValue) return ofUnits(cell.value, cell.scale);
  if (typeof cell !== 'number') throw new Error('a cell of a number column holds something else');
  if (!Number.isFinite(cell)) {
    const what = Number.isNaN(cell) ? 'a number that is not one (NaN)' : 'an infinite number';
    throw unfit(what, 'it divides by zero: write x / nullif(y, 0), whose result is null then');
  }
  return { value: cell };
}

function ofUnits(units: bigint, scale: number): Pick<QueryAnswer, 'value' | 'exact'> {
  const exact = decimalText(units, scale);
  const value = Number(exact);
  if (scale === 0 && Number.isSafeInteger(value)) return { value };
  return Number.isFinite(value) ? { value, exact } : { value: undefined, exact };
}

function hintOf(typeId: DuckDBTypeId): string {
  switch (typeId) {
    case DuckDBTypeId.VARCHAR:
      return 'cast it: x::double';
    case DuckDBTypeId.INTERVAL:
      return 'take a number of it: epoch(x) is its seconds';
    case DuckDBTypeId.DATE:
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_TZ:
      return 'take a number of it: epoch(x) is its seconds since 1970, date_diff counts days';
    default:
      return 'a number or a truth value is wanted';
  }
}

function unfit(what: string, hint: string): FailureError {
  return new FailureError(
    failure('QUERY_FAILED', `the statement of custom_sql has ${what} as its result`, { hint }),
  );
}
