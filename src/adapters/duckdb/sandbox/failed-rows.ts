import {
  type DuckDBDataChunk,
  type DuckDBResult,
  DuckDBTimestampTZValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { limits } from '../../../base/limits.ts';
import { MiB } from '../../../base/units.ts';
import type { FailedRows } from '../../../core/checks/partition-query.ts';

/** Counts the rows of a result and keeps the first of them as texts. It holds few rows at once. */
export async function collectFailedRows(
  result: DuckDBResult,
  signal: AbortSignal,
): Promise<{ readonly count: number; readonly sample: FailedRows }> {
  const columnCount = Math.min(result.columnCount, limits.failedColumnsMax);
  const columns = Array.from({ length: columnCount }, (_, index) => cut(result.columnName(index)));
  const rows: (string | null)[][] = [];
  const release = chunkRelease();
  let count = 0;
  for (let chunk = await result.fetchChunk(); chunk !== null; chunk = await result.fetchChunk()) {
    signal.throwIfAborted();
    if (chunk.rowCount === 0) break;
    const wanted = Math.min(limits.failedRowsMax - rows.length, chunk.rowCount);
    for (let row = 0; row < wanted; row++) rows.push(textsOf(chunk, row, columnCount));
    count += chunk.rowCount;
    release(chunk);
  }
  return { count, sample: { columns, rows } };
}

function textsOf(chunk: DuckDBDataChunk, row: number, columnCount: number): (string | null)[] {
  return Array.from({ length: columnCount }, (_, column) => {
    const value = chunk.getColumnVector(column).getItem(row);
    return value === null ? null : cut(textOf(value));
  });
}

/** In UTC, whatever the time zone of this machine is. */
function textOf(value: Exclude<DuckDBValue, null>): string {
  if (!(value instanceof DuckDBTimestampTZValue)) return String(value);
  DuckDBTimestampTZValue.timezoneOffsetInMinutes = 0;
  return value.toString();
}

function cut(text: string): string {
  if (text.length <= limits.failedValueCharactersMax) return text;
  return `${text.slice(0, limits.failedValueCharactersMax - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

const cellBytes = 16;
const unusedBytesMax = 32 * MiB;

/**
 * Frees the texts of chunks at once, and the chunks themselves now and then: only the garbage collection of Node does
 * so, which knows nothing of their size and would let gigabytes of them gather.
 */
function chunkRelease(): (chunk: DuckDBDataChunk) => void {
  let unusedBytes = 0;
  return (chunk) => {
    unusedBytes += chunk.rowCount * chunk.columnCount * cellBytes;
    chunk.reset();
    if (unusedBytes < unusedBytesMax) return;
    unusedBytes = 0;
    // Only there where Node was started with `--expose-gc`, as workers are.
    globalThis.gc?.({ type: 'minor' });
  };
}
