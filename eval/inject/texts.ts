import { identifier, literal } from '../../src/adapters/duckdb/sql.ts';
import type { Injection, Strike } from './injection.ts';
import { percentText, ranked, replaced, shuffled } from './select.ts';

/** Texts written otherwise, and categories that change. */
export const textInjections: readonly Injection[] = [
  ...[0.05, 0.2, 0.8].map((share) => spelling('typos', share, typo)),
  ...[0.1, 0.5, 1].map((share) => spelling('inserted character', share, inserted)),
  ...[0.1, 0.5, 1].map((share) => spelling('deleted character', share, deleted)),
  ...[0.1, 0.5, 1].map((share) => spelling('padding', share, (column) => `' ' || ${column} || ' '`)),
  ...[0.1, 0.5, 1].map(casing),
  ...[0.05, 0.2, 0.5].map(newCategory),
  ...[0.05, 0.2, 0.5].map(collapsedCategories),
  ...[0.05, 0.2, 0.5].map(renamedCategories),
];

type Spelling = (column: string, place: string) => string;

/** Changes one character of a text; `place` is its position, from 1. */
function spelling(type: string, share: number, write: Spelling): Injection {
  return {
    type,
    magnitude: percentText(share),
    size: share,
    targets: ({ texts }) => texts,
    select: (strike) => {
      const column = identifier(strike.column);
      const place = `(1 + (${shuffled({ ...strike, seed: strike.seed + 1 })} % greatest(length(${column}), 1))::bigint)`;
      return replaced(strike, share, write(column, place));
    },
  };
}

/** Each key of a keyboard, and a neighbour of it. */
const keys = 'qwertyuiopasdfghjklzxcvbnmQWERTYUIOPASDFGHJKLZXCVBNM1234567890 -./';
const neighbours = 'wertyuioiosdfghjkkxcvbnmbWERTYUIOIOSDFGHJKKXCVBNMB2345678909b=,.';

function typo(column: string, place: string): string {
  const character = `substr(${column}, ${place}, 1)`;
  const wrong = `translate(${character}, ${literal(keys)}, ${literal(neighbours)})`;
  return `left(${column}, ${place} - 1) || ${wrong} || substr(${column}, ${place} + 1)`;
}

function inserted(column: string, place: string): string {
  return `left(${column}, ${place}) || 'x' || substr(${column}, ${place} + 1)`;
}

function deleted(column: string, place: string): string {
  return `left(${column}, ${place} - 1) || substr(${column}, ${place} + 1)`;
}

function casing(share: number): Injection {
  return {
    type: 'casing',
    magnitude: percentText(share),
    size: share,
    targets: ({ lettered }) => lettered,
    select: (strike) => {
      const column = identifier(strike.column);
      const other = `case when ${column} = upper(${column}) then lower(${column}) else upper(${column}) end`;
      return replaced(strike, share, other);
    },
  };
}

function newCategory(share: number): Injection {
  return {
    type: 'new category',
    magnitude: percentText(share),
    size: share,
    targets: ({ categories }) => categories,
    select: (strike) => replaced(strike, share, `'Unheard'`),
  };
}

/** Rows take the most frequent value. */
function collapsedCategories(share: number): Injection {
  return {
    type: 'collapsed categories',
    magnitude: percentText(share),
    size: share,
    targets: ({ categories }) => categories,
    select: (strike) => {
      const column = identifier(strike.column);
      const top = `(select ${column} from part where ${column} is not null group by 1 order by count(*) desc, 1 limit 1)`;
      return replaced(strike, share, top);
    },
  };
}

/** Whole categories, chosen by chance until they make up the share, have another name. */
function renamedCategories(share: number): Injection {
  return {
    type: 'renamed categories',
    magnitude: percentText(share),
    size: share,
    targets: ({ categories }) => categories,
    select: (strike) => {
      const column = identifier(strike.column);
      return `
        select * exclude (__k, __present)
          replace (case when ${column} in (${renamed(strike, column, share)}) then 'X-' || ${column} else ${column} end as ${column})
        from (${ranked(strike, column)})`;
    },
  };
}

function renamed({ seed }: Strike, column: string, share: number): string {
  const rows = `(select count(${column}) from part)`;
  return `
    select value from (
      select value, sum(rows) over (order by hash(value || ${literal(String(seed))}), value) - rows as before
      from (
        select ${column} as value, count(*) as rows from part where ${column} is not null group by 1
        qualify rows <= ${share} * ${rows} or row_number() over (order by rows, value) = 1
      )
    ) where before < ${share} * ${rows}`;
}
