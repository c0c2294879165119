import { identifier, literal } from '../../src/adapters/duckdb/sql.ts';
import type { Injection, Strike } from './injection.ts';
import { percentText, replaced, shuffled } from './select.ts';

/** Values that are gone, or of another size. */
export const valueInjections: readonly Injection[] = [
  ...[0.01, 0.05, 0.2, 0.5, 1].map(explicitMissing),
  ...[0.01, 0.05, 0.2, 0.5].map(implicitMissing),
  ...[0.01, 0.05, 0.2, 0.5].map(noise),
  ...[1.1, 2.54, 10, 100, 1000].flatMap((factor) => [0.1, 1].map((share) => unitChange(factor, share))),
  ...[0.05, 0.2, 0.5, 1].map(swappedColumns),
  ...(['top', 'bottom'] as const).flatMap((side) => [0.5, 0.1].map((share) => biasedSample(side, share))),
];

function explicitMissing(share: number): Injection {
  return {
    type: 'explicit missing',
    magnitude: percentText(share),
    size: share,
    targets: ({ numbers, texts, times }) => [...numbers, ...texts, ...times],
    select: (strike) => replaced(strike, share, 'null'),
  };
}

function implicitMissing(share: number): Injection {
  return {
    type: 'implicit missing',
    magnitude: percentText(share),
    size: share,
    targets: ({ numbers, texts, times }) => [...numbers, ...texts, ...times],
    select: (strike) => replaced(strike, share, literal(placeholder(strike))),
  };
}

function placeholder({ column, columns, variant }: Strike): string {
  if (columns.times.includes(column)) return '1970-01-01';
  const usual = columns.numbers.includes(column) ? ['99999', '-1', '0'] : ['', 'NONE'];
  return usual[variant % usual.length] ?? '';
}

/** Adds or takes away two to five standard deviations. */
function noise(share: number): Injection {
  return {
    type: 'numeric noise',
    magnitude: percentText(share),
    size: share,
    targets: ({ numbers }) => numbers,
    select: (strike) => {
      const column = identifier(strike.column);
      const chance = `(${shuffled({ ...strike, seed: strike.seed + 1 })} % 1000000 / 1000000.0)`;
      const sign = `(case when ${shuffled({ ...strike, seed: strike.seed + 2 })} % 2 = 0 then 1 else -1 end)`;
      const deviation = `(select coalesce(stddev_pop(${column}), 0) from part)`;
      return replaced(strike, share, `${column} + ${sign} * (2 + 3 * ${chance}) * ${deviation}`);
    },
  };
}

function unitChange(factor: number, share: number): Injection {
  return {
    type: `unit change, ${percentText(share)} of rows`,
    magnitude: `× ${factor}`,
    size: factor,
    targets: ({ numbers }) => numbers,
    select: (strike) => replaced(strike, share, `${identifier(strike.column)} * ${factor}`),
  };
}

function swappedColumns(share: number): Injection {
  return {
    type: 'swapped columns',
    magnitude: percentText(share),
    size: share,
    targets: ({ numbers, texts }) => [numbers, texts].filter(({ length }) => length > 1).flat(),
    select: (strike) => {
      const { columns, column, variant, natives } = strike;
      const isNumber = columns.numbers.includes(column);
      const kin = (isNumber ? columns.numbers : columns.texts).filter((name) => name !== column);
      const other = kin[variant % kin.length] ?? column;
      const swap = (to: string, from: string): string => `
        case when __k <= greatest(1, round(${share} * __rows))
          then cast(${identifier(from)} as ${natives[to] ?? 'VARCHAR'}) else ${identifier(to)} end as ${identifier(to)}`;
      return `
        select * exclude (__k, __rows) replace (${swap(column, other)}, ${swap(other, column)})
        from (select *, row_number() over (order by ${shuffled(strike)}) as __k, count(*) over () as __rows from part)`;
    },
  };
}

/** Values drawn from the upper or lower end alone; the number of rows stays. */
function biasedSample(side: 'top' | 'bottom', share: number): Injection {
  return {
    type: `biased sample, ${side}`,
    magnitude: percentText(share),
    size: 1 / share,
    targets: ({ numbers, texts, times }) => [...numbers, ...texts, ...times],
    select: (strike) => {
      const column = identifier(strike.column);
      const order = side === 'top' ? 'desc' : 'asc';
      const sorted = `(select list(${column} order by ${column} ${order}) from part where ${column} is not null)`;
      return replaced(
        strike,
        1,
        `list_extract(${sorted}, 1 + (${shuffled(strike)} % greatest(1, ceil(${share} * __present))::ubigint)::bigint)`,
      );
    },
  };
}
