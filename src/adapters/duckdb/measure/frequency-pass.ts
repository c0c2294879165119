import type { DuckDBConnection } from '@duckdb/node-api';
import { unreachable } from '../../../base/assert.ts';
import { statesFromFrequencies } from '../../../core/metrics/catalogue.ts';
import type { ColumnStates } from '../../../core/metrics/family.ts';
import type { ValueTable } from '../../../core/metrics/frequencies.ts';
import { hashLimit } from '../../../core/metrics/sketches/hash.ts';
import { scannedCharactersMax } from '../../../core/metrics/texts/shorten.ts';
import type { ColumnForm, MeasuredColumn } from './measured-column.ts';
import { queryColumns, type ResultColumns } from './result-columns.ts';

/**
 * Every state of a column from `GROUP BY value`: the cheapest formulation for columns with few different values (Parquet
 * dictionaries are grouped by entry, not by row) and for small batches, where the number of queries is what counts.
 */
export async function measureByFrequencies(
  connection: DuckDBConnection,
  column: MeasuredColumn,
  rows: number,
): Promise<ColumnStates> {
  const missing = column.missing === undefined ? '0' : `(${column.missing})`;
  // A value of another type, such as a list, is known by its hash alone, so that it need not be kept whole.
  const grouped =
    column.form.kind === 'opaque' ? `(select hash(v) as v from ${column.values})` : column.values;
  const hash = column.form.kind === 'opaque' ? 'v' : 'hash(v)';
  const cells = valueCells(column.form).map((cell) => `, ${cell}`);
  const result = await queryColumns(
    connection,
    `select n::double, (${hash} & ${hashLimit - 1})::double, ${missing}::double${cells.join('')}
     from (select v, count(*) as n from ${grouped} group by v)`,
  );
  const counts = result.doubles(0);
  const missings = result.doubles(2);
  return statesFromFrequencies(column.type.kind, {
    rows,
    nulls: rows - counts.reduce((sum, count) => sum + count, 0),
    missing: counts.reduce((sum, count, at) => sum + count * (missings[at] ?? 0), 0),
    counts,
    hashes: result.doubles(1),
    values: valueTable(column.form, result),
  });
}

const firstCell = 3;

/** The expressions over `v` that `valueTable` reads, from the fourth column of a result on. */
export function valueCells(form: ColumnForm): readonly string[] {
  switch (form.kind) {
    case 'integer':
      return ['v::bigint', 'v::double'];
    case 'wide':
      return ['v::varchar', 'v::double'];
    case 'float':
    case 'boolean':
      return ['v::double'];
    case 'date':
    case 'timestamp':
    case 'time':
      return [timeUnits(form.kind), timeMilliseconds(form.kind)];
    case 'text':
      return [`left(v, ${scannedCharactersMax})`, 'length(v)::double'];
    case 'opaque':
      return [];
    default:
      return unreachable(form);
  }
}

/** The values of a result, one for each row. */
export function valueTable(form: ColumnForm, result: ResultColumns): ValueTable {
  const [first, second] = [firstCell, firstCell + 1];
  switch (form.kind) {
    case 'integer':
      return { kind: 'whole', scale: 0, units: result.bigints(first), numbers: result.doubles(second) };
    case 'wide':
      return {
        kind: 'whole',
        scale: form.scale,
        units: result.texts(first).map(unitsOfText),
        numbers: result.doubles(second),
      };
    case 'float':
      return { kind: 'float', numbers: result.doubles(first) };
    case 'boolean':
      return { kind: 'boolean', truths: Uint8Array.from(result.doubles(first)) };
    case 'date':
    case 'timestamp':
    case 'time': {
      const unit = form.kind === 'date' ? 'day' : 'microsecond';
      return { kind: 'time', unit, units: result.bigints(first), numbers: result.doubles(second) };
    }
    case 'text':
      return { kind: 'text', texts: result.texts(first), lengths: result.doubles(second) };
    case 'opaque':
      return { kind: 'opaque' };
    default:
      return unreachable(form);
  }
}

/** Decimal text without its point: units of the column's scale. */
export function unitsOfText(text: string): bigint {
  return BigInt(text.replace('.', ''));
}

/** Days or microseconds of a time, as in `ValueTable`. Infinite and absent ones give something finite. */
export function timeUnits(kind: 'date' | 'timestamp' | 'time', time = 'v'): string {
  return `coalesce(${kind === 'date' ? `(${time} - date '1970-01-01')::bigint` : `epoch_us(${time})`}, 0)`;
}

/** Over `v`: milliseconds as a double; infinite values stay infinite. */
function timeMilliseconds(kind: 'date' | 'timestamp' | 'time'): string {
  if (kind === 'time') return finiteMilliseconds(kind);
  const infinite = `case when v > '2000-01-01' then 'infinity' else '-infinity' end::double`;
  return `case when isfinite(v) then ${finiteMilliseconds(kind)} else ${infinite} end`;
}

/** Over `v`, which is finite: milliseconds as a double. */
export function finiteMilliseconds(kind: 'date' | 'timestamp' | 'time'): string {
  if (kind === 'date') return `(v - date '1970-01-01') * 86400000.0::double`;
  return 'epoch_us(v) / 1000.0::double';
}
