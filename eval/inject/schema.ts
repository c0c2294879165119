import { identifier } from '../../src/adapters/duckdb/sql.ts';
import type { StrikeColumns } from '../streams/stream.ts';
import type { Injection } from './injection.ts';

/** Columns that go, come, move, or are of another type. */
export const schemaInjections: readonly Injection[] = [
  change('dropped column', allColumns, (column) => `select * exclude (${column}) from part`),
  change('added column', allColumns, (column) => `select *, ${column} as added from part`),
  change('renamed column', allColumns, (column) => `select * rename (${column} as renamed) from part`),
  change('moved column', allColumns, (column) => `select ${column}, * exclude (${column}) from part`),
  change(
    'number as text',
    ({ numbers }) => numbers,
    (column) => `select * replace (cast(${column} as varchar) as ${column}) from part`,
  ),
  change(
    'date as text',
    ({ times }) => times,
    (column) => `select * replace (strftime(${column}, '%d/%m/%Y %H:%M') as ${column}) from part`,
  ),
];

function allColumns({ numbers, texts, times }: StrikeColumns): readonly string[] {
  return [...numbers, ...texts, ...times];
}

function change(
  magnitude: string,
  targets: (columns: StrikeColumns) => readonly string[],
  write: (column: string) => string,
): Injection {
  return {
    type: 'schema change',
    magnitude,
    size: 1,
    targets,
    select: ({ column }) => write(identifier(column)),
  };
}
