import type { GroupRule, MarkRule } from '../../ports/table-source.ts';
import { isExactNumber, isTime, isUnboundedNumeric, type ServerColumn } from './column-types.ts';
import { isDatedSql, named } from './filter-sql.ts';
import { rowName } from './relation-sql.ts';
import { identifier } from './sql.ts';

/**
 * The statement that counts rows by partition. Its columns: the number of rows, the mark, the largest updated time in ms,
 * then what the key is made of: the start of the slice in ms, or the values of the columns.
 */
export function groupsSql(request: {
  readonly from: string;
  readonly where: string | undefined;
  readonly columns: readonly ServerColumn[];
  readonly rule: GroupRule;
  readonly mark: string;
  readonly updatedMs: string;
  readonly max: number;
}): string {
  const { from, where, columns, rule, mark, updatedMs, max } = request;
  const { keys, shown } = keysOf(rule, columns);
  const inner = [
    `count(*) as n`,
    `${mark} as m`,
    `${updatedMs} as u`,
    ...keys.map((key, at) => `${key} as k${at}`),
  ];
  const groupBy =
    keys.length === 0
      ? ''
      : ` group by ${keys.map((_, at) => at + inner.length - keys.length + 1).join(', ')}`;
  return `select n::text, m, u::text${shown.map((key) => `, ${key}`).join('')} from (
    select ${inner.join(', ')} from ${from}${where === undefined ? '' : ` where ${where}`}${groupBy} limit ${max}) g`;
}

/** What is grouped by, and how it is shown. */
function keysOf(
  rule: GroupRule,
  columns: readonly ServerColumn[],
): { readonly keys: readonly string[]; readonly shown: readonly string[] } {
  switch (rule.kind) {
    case 'none':
      return { keys: [], shown: [] };
    case 'time': {
      const column = named(rule.column, columns);
      const sql = identifier(column.name);
      const utc =
        column.type.native === 'TIMESTAMP WITH TIME ZONE' ? `${sql} at time zone 'UTC'` : `${sql}::timestamp`;
      const slice = `date_trunc('${rule.by}', case when ${isDatedSql(column)} then ${utc} end)`;
      return { keys: [slice], shown: ['(extract(epoch from k0) * 1000)::bigint::text'] };
    }
    case 'columns':
      return {
        keys: rule.columns.map((name) => identifier(named(name, columns).name)),
        shown: rule.columns.map((name, at) =>
          isUnboundedNumeric(named(name, columns)) ? `trim_scale(k${at})::text` : `k${at}::text`,
        ),
      };
  }
}

/** The mark of a group, and the largest updated time in ms, as aggregates. `hasVersions`: rows of the relation have an `xmin`. */
export function markSql(
  rule: MarkRule,
  columns: readonly ServerColumn[],
  hasVersions: boolean,
): { readonly mark: string; readonly updatedMs: string } {
  switch (rule.kind) {
    case 'count':
      return { mark: "''", updatedMs: 'null' };
    case 'content': {
      // The transaction that wrote a row is another one after every change of it, and costs little to look at.
      const row = hasVersions ? `${rowName}.xmin` : rowName;
      return { mark: `coalesce(sum(hashtextextended(${row}::text, 0)), 0)::text`, updatedMs: 'null' };
    }
    case 'updated': {
      const column = named(rule.column, columns);
      const sql = identifier(column.name);
      if (isTime(column)) {
        const largest = `max(${sql})`;
        return {
          mark: `concat_ws(' ', ${largest}, sum(extract(epoch from ${sql})))`,
          updatedMs: `case when isfinite(${largest}) then (extract(epoch from ${largest}) * 1000)::bigint end`,
        };
      }
      const largest = isExactNumber(column)
        ? `concat_ws(' ', max(${sql}), sum(${sql}))`
        : `concat(max(${sql}::text collate "C"))`;
      return { mark: largest, updatedMs: 'null' };
    }
  }
}
