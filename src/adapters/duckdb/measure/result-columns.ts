import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { assert } from '../../../base/assert.ts';

/** The result of a query, column by column. Every cell must be there: queries coalesce their nulls. */
export type ResultColumns = {
  readonly rowCount: number;
  /** A column of DOUBLE. */
  doubles(column: number): Float64Array;
  /** A column of BIGINT. */
  bigints(column: number): BigInt64Array;
  /** A column of VARCHAR. */
  texts(column: number): string[];
};

/**
 * Runs a query and reads its columns through the vectors' typed arrays: rows as objects would cost a hundred times as
 * much (measured: 5.7 against 0.16 s for a million rows).
 */
export async function queryColumns(connection: DuckDBConnection, sql: string): Promise<ResultColumns> {
  const result = await connection.run(sql);
  const chunks = await result.fetchAllChunks();
  const rowCount = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
  return {
    rowCount,
    doubles: remembered((column) => gather(chunks, column, new Float64Array(rowCount))),
    bigints: remembered((column) => gather(chunks, column, new BigInt64Array(rowCount))),
    texts: remembered((column) => chunks.flatMap((chunk) => textsOf(chunk, column))),
  };
}

/** Each column is gathered once, however often it is asked for. */
function remembered<Items>(gathered: (column: number) => Items): (column: number) => Items {
  const known = new Map<number, Items>();
  return (column) => {
    const items = known.get(column) ?? gathered(column);
    known.set(column, items);
    return items;
  };
}

/** Some of a result's rows, as a result. */
export function rowsBetween(
  result: ResultColumns,
  { from, to }: { readonly from: number; readonly to: number },
): ResultColumns {
  return {
    rowCount: to - from,
    doubles: (column) => result.doubles(column).subarray(from, to),
    bigints: (column) => result.bigints(column).subarray(from, to),
    texts: (column) => result.texts(column).slice(from, to),
  };
}

function gather<Items extends Float64Array | BigInt64Array>(
  chunks: readonly DuckDBDataChunk[],
  column: number,
  target: Items,
): Items {
  let offset = 0;
  for (const chunk of chunks) {
    copyItems(chunk, column, target, offset);
    offset += chunk.rowCount;
  }
  return target;
}

function copyItems(
  chunk: DuckDBDataChunk,
  column: number,
  target: Float64Array | BigInt64Array,
  offset: number,
): void {
  const vector = chunk.getColumnVector(column);
  // The client library keeps the typed array of a numeric vector in a private field; there is no public access to it.
  const items: unknown = Reflect.get(vector, 'items');
  if (target instanceof Float64Array && items instanceof Float64Array) target.set(items, offset);
  else if (target instanceof BigInt64Array && items instanceof BigInt64Array) target.set(items, offset);
  else copyCells(chunk, column, target, offset);
}

function copyCells(
  chunk: DuckDBDataChunk,
  column: number,
  target: Float64Array | BigInt64Array,
  offset: number,
): void {
  for (let row = 0; row < chunk.rowCount; row++) {
    const cell = chunk.getColumnVector(column).getItem(row);
    if (target instanceof Float64Array) {
      assert(typeof cell === 'number', 'the query gave something else than a double');
      target[offset + row] = cell;
    } else {
      assert(typeof cell === 'bigint', 'the query gave something else than a bigint');
      target[offset + row] = cell;
    }
  }
}

function textsOf(chunk: DuckDBDataChunk, column: number): string[] {
  const vector = chunk.getColumnVector(column);
  return Array.from({ length: chunk.rowCount }, (_, row) => String(vector.getItem(row)));
}
