import { identifier } from '../../src/adapters/duckdb/sql.ts';
import { type Injection, whole } from './injection.ts';
import { replaced, shuffled } from './select.ts';

/** How many days an error that grows is followed. */
export const driftDays = 20;

/** Errors that grow by 1 % a day from the day on which they begin. */
export const driftInjections: readonly Injection[] = [
  {
    type: 'slow drift',
    magnitude: 'values + 1 % a day',
    size: 0.01,
    targets: ({ numbers }) => numbers,
    select: (strike) => replaced(strike, 1, `${identifier(strike.column)} * ${1.01 ** strike.day}`),
  },
  {
    type: 'slow drift',
    magnitude: 'rows − 1 % a day',
    size: 0.01,
    targets: whole,
    select: (strike) => `
      select * from part
      qualify row_number() over (order by ${shuffled(strike)}) <= ${0.99 ** strike.day} * (select count(*) from part)`,
  },
];
