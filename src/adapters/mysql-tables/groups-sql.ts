import { type PartitionKey, wholeDataset } from '../../base/ids.ts';
import { hour, type Instant, instant } from '../../base/units.ts';
import type { TimeGrain } from '../../core/datasets/definition.ts';
import { columnsKey, nullPartition, timeKey } from '../../core/datasets/partition-key.ts';
import type { GroupRule, GroupsRequest, MarkRule, RowGroup } from '../../ports/table-source.ts';
import type { ServerColumn } from './column-types.ts';
import { bytesOf, filterSql, firstDate } from './partition-sql.ts';
import { relationSql } from './relation.ts';
import { identifier } from './sql.ts';

/**
 * The statement that counts rows by partition. Its result has, for each group, the values of the rule's columns, the number
 * of rows, the parts of the mark, and last the largest time of the updated column, if it is one.
 */
export function groupsSql(request: GroupsRequest, columns: readonly ServerColumn[]): string {
  const { relation, rule, mark, only, max } = request;
  const { values, by } = grouping(rule);
  const selected = [...values, 'count(*)', ...markSql(mark, columns)];
  const where = only === undefined ? '' : ` where ${anyOf(only.map((filter) => `(${filterSql(filter)})`))}`;
  const grouped = by.length === 0 ? '' : ` group by ${by.join(', ')}`;
  return `select ${selected.join(', ')} from ${relationSql(relation)}${where}${grouped} limit ${max + datesPerSliceMax}`;
}

/** Dates of one slice that do not exist, such as `2001-00-31` and `2001-02-30`: the server groups each by itself. */
const datesPerSliceMax = 100;

function anyOf(terms: readonly string[]): string {
  return terms.length === 0 ? 'false' : terms.join(' or ');
}

const textLengths: Readonly<Record<TimeGrain, number>> = { year: 4, month: 7, day: 10, hour: 13 };

function grouping(rule: GroupRule): { readonly values: readonly string[]; readonly by: readonly string[] } {
  switch (rule.kind) {
    case 'none':
      return { values: [], by: [] };
    case 'time': {
      const column = identifier(rule.column);
      const text = (length: number): string => `left(cast(${column} as char), ${length})`;
      const isWhole = `dayofmonth(${column}) > 0 and month(${column}) > 0`;
      const key = `case when ${isWhole} then ${text(textLengths[rule.by])} else ${text(textLengths.day)} end`;
      return { values: [`case when ${column} >= ${firstDate} then ${key} end`], by: ['1'] };
    }
    case 'columns': {
      const columns = rule.columns.map(identifier);
      return {
        values: columns.map((column) => `convert(${column} using utf8mb4)`),
        by: columns.map(bytesOf),
      };
    }
  }
}

function markSql(mark: MarkRule, columns: readonly ServerColumn[]): readonly string[] {
  switch (mark.kind) {
    case 'count':
      return [];
    case 'updated': {
      const column = identifier(mark.column);
      const kind = columns.find(({ schema }) => schema.name === mark.column)?.schema.type.kind;
      const sums = {
        date: `sum(to_days(${column}))`,
        timestamp: `sum(timestampdiff(microsecond, '2000-01-01', ${column}))`,
        integer: `sum(${column})`,
        decimal: `sum(${column})`,
      };
      const sum = kind !== undefined && kind in sums ? [sums[kind as keyof typeof sums]] : [];
      const time = kind === 'date' || kind === 'timestamp' ? [`max(${column})`] : [];
      return [`max(${column})`, ...sum, ...time];
    }
    case 'content': {
      const row = `md5(concat_ws(',', ${columns.map(contentOf).join(', ')}))`;
      return [`sum(cast(conv(left(${row}, 16), 16, 10) as unsigned))`];
    }
  }
}

/**
 * A text of a value that no other value of the column has, and that no comma of another can be taken for a part of: texts
 * are quoted by the server, long ones, which together could be too long for it, stand by their hash.
 */
function contentOf({ schema, value, writing, isLong }: ServerColumn): string {
  if (isLong) return `ifnull(md5(${value}), '')`;
  if (writing === 'text' || schema.type.native === 'UUID') return `quote(convert(${value} using utf8mb4))`;
  return writing === 'bytes' ? `ifnull(concat('x', hex(${value})), '')` : `ifnull(${value}, '')`;
}

/** The group that a row of its result means. */
export function groupOf({ rule, mark }: GroupsRequest, row: readonly (string | null)[]): RowGroup {
  const width = rule.kind === 'none' ? 0 : rule.kind === 'time' ? 1 : rule.columns.length;
  const [count, ...marks] = row.slice(width);
  const updatedAt = mark.kind === 'updated' && marks.length === 3 ? timeOf(marks[2] ?? null) : undefined;
  return {
    key: keyOf(rule, row),
    rowCount: Number(count),
    mark: marks.slice(0, 2).join(' '),
    ...(updatedAt === undefined ? {} : { updatedAt }),
  };
}

function keyOf(rule: GroupRule, row: readonly (string | null)[]): PartitionKey {
  if (rule.kind === 'none') return wholeDataset;
  if (rule.kind === 'columns')
    return columnsKey(rule.columns.map((name, index) => [name, row[index] ?? null]));
  const [text = null] = row;
  return text === null ? nullPartition : timeKey(startOf(text), rule.by);
}

/**
 * The time that a text begins: `2001`, `2001-02`, `2001-02-03`, `2001-02-03 04`. A date that does not exist is the end of
 * what is before it in order, as in ranges: `2001-02-30` of the 28th, `2001-00-00` of the year 2000.
 */
function startOf(text: string): Instant {
  const [year = 0, month = 1, day = 1, hours = 0] = text.split(/[- ]/).map(Number);
  if (month === 0 || day === 0) return instant(utc(year, Math.max(month, 1), 1) - 1);
  return instant(Math.min(utc(year, month, day) + hours * hour, utc(year, month + 1, 1) - 1));
}

/** Unlike `Date.UTC`, takes the years 0–99 as they are. */
function utc(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

function timeOf(text: string | null): Instant | undefined {
  const ms =
    text === null
      ? Number.NaN
      : Date.parse(`${text.slice(0, 23).replace(' ', 'T')}${text.length > 10 ? '' : 'T00:00:00'}Z`);
  return Number.isNaN(ms) ? undefined : instant(ms);
}
