import { identifier } from '../../src/adapters/duckdb/sql.ts';
import type { Strike } from './injection.ts';

/**
 * `part` with `value` in the struck column of a share of the rows that have a value there; at least one. Which rows is
 * decided by a hash of their number. `value` may use `__k`, the place of the row among those struck.
 */
export function replaced(strike: Strike, share: number, value: string): string {
  const column = identifier(strike.column);
  const native = strike.natives[strike.column] ?? 'VARCHAR';
  const inside = `__k <= greatest(1, round(${share} * __present)) and ${column} is not null`;
  return `
    select * exclude (__k, __present)
      replace (case when ${inside} then cast(${value} as ${native}) else ${column} end as ${column})
    from (${ranked(strike, column)})`;
}

/** `part` with `__k`, a permutation of the rows with those that have a value first, and `__present`, how many have one. */
export function ranked(strike: Strike, column: string): string {
  return `
    select *, row_number() over (order by ${column} is null, ${shuffled(strike)}) as __k,
      count(${column}) over () as __present
    from part`;
}

/** A number for each row that orders the rows by chance. */
export function shuffled({ seed }: Strike): string {
  return `hash(__n * 4294967296 + ${seed})`;
}

/** A share in percent, as text. */
export function percentText(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
