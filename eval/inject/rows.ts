import { identifier } from '../../src/adapters/duckdb/sql.ts';
import { type Injection, type Strike, whole } from './injection.ts';
import { percentText, shuffled } from './select.ts';

/** Rows that are lost, repeated, or those of another day. */
export const rowInjections: readonly Injection[] = [
  ...[0.05, 0.5, 1].map((share) => duplicates(share, `+ ${percentText(share)}`)),
  duplicates(9, '× 10'),
  ...[0.1, 0.3, 0.5, 0.9].map(truncation),
  ...[0.1, 0.3, 0.5, 0.9].map(randomLoss),
  {
    type: 'empty partition',
    magnitude: 'all rows lost',
    size: 1,
    targets: whole,
    select: () => 'select * from part where false',
  },
  {
    type: 'yesterday again',
    magnitude: 'as it was',
    size: 1,
    // Where the rows' own time decides the partition, they could not come as today's.
    targets: ({ times }) => (times.length > 0 ? [undefined] : []),
    select: () => 'select * from yesterday',
  },
  {
    type: 'yesterday again',
    magnitude: "with today's date",
    size: 0.5,
    targets: whole,
    select: (strike) => `
      select * replace (${datesMoved(strike)}) from yesterday`,
  },
  tenantError('lost', (chosen) => `select * from part where ${chosen} is not true`),
  tenantError(
    'rows × 10',
    (chosen) => `
    select part.* from part, range(10) copy(nth) where nth = 0 or ${chosen}`,
  ),
  tenantError('values × 10', (chosen, strike) => {
    const values = strike.columns.numbers.map((name) => {
      const column = identifier(name);
      const larger = `cast(${column} * 10 as ${strike.natives[name] ?? 'DOUBLE'})`;
      return `case when ${chosen} then ${larger} else ${column} end as ${column}`;
    });
    return `select * replace (${values.join(', ')}) from part`;
  }),
];

function datesMoved({ columns, daysApart }: Strike): string {
  const dated = columns.times.length > 0 ? columns.times : ['date'];
  return dated
    .map((name) => `${identifier(name)} + interval ${daysApart} day as ${identifier(name)}`)
    .join(', ');
}

/** More rows by a share: random rows come a second time, or all rows several times. */
function duplicates(share: number, magnitude: string): Injection {
  return {
    type: 'duplicates',
    magnitude,
    size: share,
    targets: whole,
    select: (strike) =>
      share <= 1
        ? `select * from part union all (${shareOfRows(strike, share)})`
        : `select part.* from part, range(${share + 1})`,
  };
}

/** The last rows of the file are lost. */
function truncation(share: number): Injection {
  return {
    type: 'truncated',
    magnitude: percentText(share),
    size: share,
    targets: whole,
    select: () => `select * from part where __n <= (1 - ${share}) * (select count(*) from part)`,
  };
}

function randomLoss(share: number): Injection {
  return {
    type: 'random loss',
    magnitude: percentText(share),
    size: share,
    targets: whole,
    select: (strike) => shareOfRows(strike, 1 - share),
  };
}

function shareOfRows(strike: Strike, share: number): string {
  return `
    select * from part
    qualify row_number() over (order by ${shuffled(strike)}) <= greatest(1, round(${share} * (select count(*) from part)))`;
}

/** An error of one tenant: one of the larger ones that come on nearly every day. */
function tenantError(magnitude: string, write: (chosen: string, strike: Strike) => string): Injection {
  return {
    type: 'one tenant',
    magnitude,
    size: 1,
    targets: ({ tenant }) => [tenant],
    select: (strike) => {
      const column = identifier(strike.column);
      const present = `select value from tenants where value in (select ${column} from part)`;
      const one = `(${present} order by hash(value || '${strike.seed}') limit 1)`;
      return write(`(${column} = ${one})`, strike);
    },
  };
}
